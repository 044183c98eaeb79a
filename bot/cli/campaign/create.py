"""`keepline campaign create`: write a campaign down as a draft."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from bot.cli.acting import acting_if_known, mover
from bot.cli.campaign.values import decimal, moment, share, span
from bot.cli.factors import known_factors
from bot.cli.flow.files import flow_path
from bot.cli.one_line import said_in_one_line
from bot.cli.options import time_zone
from bot.cli.paths import policy_path
from bot.domain.campaigns import SendOrder
from bot.domain.unknown_names import there_is_no
from bot.enrolment.create import Audience, ConditionAudience, RiskListAudience, create_campaign
from bot.enrolment.occasion import AT_ONCE, After, Occasion, OnEvent, Repeated
from bot.flow.load import FlowError, load_flow
from bot.flow.model import Flow
from bot.policies import PolicyFileError, policy_data


@dataclass(frozen=True, slots=True)
class _Asked:
    """Every option but the flow and who acts, as it was read."""

    name: str
    risk_list: str | None
    where: str | None
    terms: tuple[str, ...]
    control_share: Decimal
    budget: Decimal | None
    policy: Path | None
    priority: int | None
    order: str
    starts: datetime | None
    ends: datetime | None
    repeat: str | None
    zone: str | None
    again_after: timedelta | None
    event: str | None
    after: str | None
    reached: Decimal | None


@click.command("create")
@click.option("--flow", "path", type=flow_path, required=True, help="What happens with each customer (YAML).")
@click.option("--risk-list", metavar="NAME", help="Audience: the customers of this risk list.")
@click.option("--where", metavar="CONDITION", help='Audience: whoever fulfils it, such as "balance < 10".')
@click.option("--name", required=True, help="By which the other commands know it.")
@click.option(
    "--offer",
    "terms",
    multiple=True,
    metavar="NAME=VALUE",
    help="A term of the offer, instead of the flow's, such as bonus=12; repeatable.",
)
@click.option(
    "--control-share",
    type=share,
    default="0.1",
    show_default=True,
    help="The share that is never contacted, to compare with: 0.1 or 10%.",
)
@click.option("--budget", type=decimal, metavar="AMOUNT", help="The most money that may be given in bonuses.")
@click.option(
    "--policy",
    type=policy_path,
    help="When and how often it may contact, what it may spend, who approves (YAML).",
)
@click.option(
    "--priority",
    type=click.IntRange(0, 9),
    help="Between campaigns, the higher is served first; without it, the flow's.",
)
@click.option(
    "--order",
    type=click.Choice([one.value for one in SendOrder]),
    default=SendOrder.AS_IS.value,
    show_default=True,
    help="Which of its customers are served first.",
)
@click.option(
    "--starts",
    type=moment,
    metavar="MOMENT",
    help="When it may start, such as 2026-12-01T09:00+08:00; without it, at once.",
)
@click.option("--ends", type=moment, metavar="MOMENT", help="When nobody new starts any more.")
@click.option(
    "--repeat", metavar="RHYTHM", help="Enrol newcomers at these times: daily@02:00, or mon,thu@09:30."
)
@click.option(
    "--zone",
    type=time_zone,
    metavar="ZONE",
    help="The time zone of --repeat; without it, the installation's.",
)
@click.option(
    "--on", "event", metavar="EVENT", help="Enrol a customer as soon as this event comes, such as recharge."
)
@click.option(
    "--again-after",
    type=span,
    metavar="SPAN",
    help="With --repeat or --on: a customer may come again after so long, such as 90d.",
)
@click.option(
    "--after", metavar="CAMPAIGN", help="Start by itself after that campaign, when it has reached ..."
)
@click.option("--reached", type=share, metavar="SHARE", help="... this share of its people, such as 50%.")
@acting_if_known
def create(path: Path, login: str | None, **options: Any) -> None:
    """Write a campaign down as a draft; nothing is sent yet.

    Its audience is a risk list (--risk-list) or a condition (--where); without either, whom the flow says.
    Next: campaign check, dry-run, and start.
    """
    from bot.bootstrap import wired

    asked, flow, source = _Asked(**options), *_flow(path)
    audience = _audience(flow, asked.risk_list, asked.where)
    policy = policy_of_file(asked.policy) if asked.policy is not None else {}
    offer = _offer(asked.terms, flow)
    parts = wired()
    zone = parts.settings.default_time_zone or parts.settings.console_time_zone
    occasion = _occasion(asked, zone)
    now = parts.clock.now()
    with said_in_one_line(), parts.transaction() as tx:
        create_campaign(
            tx,
            name=asked.name,
            flow=flow,
            flow_source=source,
            audience=audience,
            offer=offer,
            policy=policy,
            control_share=asked.control_share,
            starts_at=asked.starts or now,
            ends_at=asked.ends,
            bonus_budget=asked.budget,
            priority=asked.priority,
            occasion=occasion,
            send_order=SendOrder(asked.order),
            now=now,
            catalogue=known_factors(),
            user_id=mover(tx, login).user_id,
        )
    click.echo(f"campaign {asked.name}: draft, flow {flow.name} revision {flow.revision}")


def _audience(flow: Flow, risk_list: str | None, where: str | None) -> Audience:
    if risk_list is not None and where is not None:
        raise click.UsageError("give one of --risk-list and --where, not both")
    if risk_list is not None:
        return RiskListAudience(risk_list)
    if where is not None:
        return ConditionAudience(where)
    if flow.about.audience is None:
        raise click.UsageError(f"flow {flow.name} does not say for whom it is: give --risk-list or --where")
    return ConditionAudience(flow.about.audience.text)


def _offer(terms: tuple[str, ...], flow: Flow) -> dict[str, str]:
    """A term that the flow does not have would change nothing, and nobody would notice."""
    known = {*flow.offer.terms, "currency"}
    offer: dict[str, str] = {}
    for term in terms:
        name, separator, value = (part.strip() for part in term.partition("="))
        if not (name and separator and value):
            raise click.UsageError(f"--offer {term!r}: write NAME=VALUE, such as bonus=12 or within=7d")
        if name not in known:
            raise click.BadParameter(there_is_no("term of the offer", name, known), param_hint="--offer")
        offer[name] = value
    return offer


def _occasion(asked: _Asked, zone: str) -> Occasion:
    chosen = [one for one in (asked.repeat, asked.event, asked.after) if one is not None]
    if len(chosen) > 1:
        raise click.UsageError("give one of --repeat, --on and --after")
    if (asked.after is None) != (asked.reached is None):
        raise click.UsageError("--after and --reached go together")
    if asked.zone is not None and asked.repeat is None:
        raise click.UsageError("--zone goes with --repeat")
    if asked.again_after is not None and asked.repeat is None and asked.event is None:
        raise click.UsageError("--again-after goes with --repeat or --on")
    if asked.repeat is not None:
        return Repeated(asked.repeat, asked.zone or zone, asked.again_after)
    if asked.event is not None:
        return OnEvent(asked.event, asked.again_after)
    if asked.after is not None and asked.reached is not None:
        return After(asked.after, asked.reached)
    return AT_ONCE


def _flow(path: Path) -> tuple[Flow, str]:
    try:
        return load_flow(path), path.read_text(encoding="utf-8")
    except FlowError as error:
        raise click.ClickException(str(error)) from None


def policy_of_file(path: Path) -> dict[str, Any]:
    try:
        return policy_data(path)
    except PolicyFileError as error:
        raise click.ClickException(str(error)) from None
