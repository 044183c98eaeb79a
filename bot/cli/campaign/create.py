"""`keepline campaign create`: write a campaign down as a draft."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from bot.cli.audience import known_factors
from bot.cli.campaign.values import acting, decimal, moment, mover, said_in_one_line, share, span
from bot.domain.campaigns import SendOrder
from bot.enrolment.create import Audience, ConditionAudience, RiskListAudience, create_campaign
from bot.enrolment.occasion import AT_ONCE, After, Occasion, OnEvent, Repeated
from bot.flow.load import FlowError, load_flow
from bot.flow.model import Flow
from bot.policies import PolicyFileError, policy_data

_FILE = click.Path(path_type=Path)


@dataclass(frozen=True, slots=True)
class _Beside:
    """The options that say what brings people in beside the start."""

    repeat: str | None
    zone: str | None
    again_after: timedelta | None
    event: str | None
    after: str | None
    reached: Decimal | None


@click.command("create")
@click.option("--flow", "flow_path", type=_FILE, required=True, help="The flow (YAML).")
@click.option("--risk-list", help="Who: the customers of this risk list.")
@click.option("--where", help="Who: those for whom this condition over factors holds.")
@click.option("--name", required=True)
@click.option(
    "--offer", "terms", multiple=True, metavar="NAME=VALUE", help="Instead of the flow's; repeatable."
)
@click.option(
    "--control-share", type=share, default="0.1", show_default=True, help="Never contacted: 0.1 or 10%."
)
@click.option("--budget", type=decimal, metavar="AMOUNT", help="The most that may be granted.")
@click.option("--policy", "policy_path", type=_FILE, help="Hours, caps and approval (YAML).")
@click.option(
    "--priority", type=click.IntRange(0, 9), help="The higher is served first; without it, the flow's."
)
@click.option(
    "--order",
    type=click.Choice([one.value for one in SendOrder]),
    default=SendOrder.AS_IS.value,
    show_default=True,
    help="Who is served first.",
)
@click.option("--starts", type=moment, metavar="MOMENT", help="When; without it, at once.")
@click.option("--ends", type=moment, metavar="MOMENT", help="From when on nobody new starts.")
@click.option(
    "--repeat", metavar="RHYTHM", help="Enrol newcomers again and again: daily@02:00, mon,thu@09:30."
)
@click.option("--zone", metavar="ZONE", help="Of the rhythm; without it, the installation's.")
@click.option("--on", "event", metavar="EVENT", help="Enrol whoever has this event, at once.")
@click.option("--again-after", type=span, metavar="SPAN", help="Take a customer again after it, such as 90d.")
@click.option("--after", metavar="CAMPAIGN", help="Start when that one has reached ...")
@click.option("--reached", type=share, metavar="SHARE", help="... so many of its people: 50%.")
@acting
def create(
    flow_path: Path,
    risk_list: str | None,
    where: str | None,
    name: str,
    terms: tuple[str, ...],
    control_share: Decimal,
    budget: Decimal | None,
    policy_path: Path | None,
    priority: int | None,
    order: str,
    starts: datetime | None,
    ends: datetime | None,
    login: str | None,
    **beside: Any,
) -> None:
    """Write a campaign down as a draft. Without --risk-list and --where it is for whom the flow says."""
    from bot.bootstrap import wired

    flow, source = _flow(flow_path)
    audience = _audience(flow, risk_list, where)
    policy = policy_of_file(policy_path) if policy_path is not None else {}
    offer = _offer(terms)
    parts = wired()
    zone = parts.settings.default_time_zone or parts.settings.console_time_zone
    occasion = _occasion(_Beside(**beside), zone)
    now = parts.clock.now()
    with said_in_one_line(), parts.transaction() as tx:
        create_campaign(
            tx,
            name=name,
            flow=flow,
            flow_source=source,
            audience=audience,
            offer=offer,
            policy=policy,
            control_share=control_share,
            starts_at=starts or now,
            ends_at=ends,
            bonus_budget=budget,
            priority=priority,
            occasion=occasion,
            send_order=SendOrder(order),
            now=now,
            catalogue=known_factors(),
            user_id=mover(tx, login).user_id,
        )
    click.echo(f"campaign {name}: draft, flow {flow.name} revision {flow.revision}")


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


def _offer(terms: tuple[str, ...]) -> dict[str, str]:
    offer: dict[str, str] = {}
    for term in terms:
        name, separator, value = (part.strip() for part in term.partition("="))
        if not (name and separator and value):
            raise click.UsageError(f"--offer {term!r}: write NAME=VALUE, such as bonus=12 or within=7d")
        offer[name] = value
    return offer


def _occasion(beside: _Beside, zone: str) -> Occasion:
    chosen = [one for one in (beside.repeat, beside.event, beside.after) if one is not None]
    if len(chosen) > 1:
        raise click.UsageError("give one of --repeat, --on and --after")
    if (beside.after is None) != (beside.reached is None):
        raise click.UsageError("--after and --reached go together")
    if beside.zone is not None and beside.repeat is None:
        raise click.UsageError("--zone goes with --repeat")
    if beside.again_after is not None and beside.repeat is None and beside.event is None:
        raise click.UsageError("--again-after goes with --repeat or --on")
    if beside.repeat is not None:
        return Repeated(beside.repeat, beside.zone or zone, beside.again_after)
    if beside.event is not None:
        return OnEvent(beside.event, beside.again_after)
    if beside.after is not None and beside.reached is not None:
        return After(beside.after, beside.reached)
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
