"""`campaign ...`: make a campaign, start, pause and resume it, and see how it stands."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from bot.cli.audience import known_factors
from bot.domain.campaigns import CampaignStatus
from bot.enrolment.create import Audience, ConditionAudience, RiskListAudience, create_campaign
from bot.enrolment.errors import CampaignError
from bot.enrolment.move import find_campaign, move_campaign, start_campaign
from bot.flow.load import FlowError, load_flow
from bot.flow.model import Flow
from bot.rules.problems import Problems
from bot.rules.yaml_source import Table as Mapping
from bot.rules.yaml_source import plain, read_yaml
from bot.store import campaigns
from bot.store.campaigns import Standing


def decimal(value: str) -> Decimal:
    """A number of the command line, kept exact."""
    try:
        number = Decimal(value)
    except InvalidOperation:
        raise click.BadParameter(f"{value!r} is not a number") from None
    if not number.is_finite():
        raise click.BadParameter(f"{value!r} is not a number")
    return number


def moment(value: str | datetime) -> datetime:
    """ISO 8601; without a zone it is UTC."""
    try:
        found = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(f"{value!r} is not a moment such as 2026-11-23T09:00+08:00") from None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)


@click.group("campaign")
def group() -> None:
    """Campaigns: a flow, an audience, an offer, a schedule, a policy and a control group."""


@group.command("create")
@click.option("--flow", "flow_path", type=click.Path(path_type=Path), required=True, help="The flow (YAML).")
@click.option("--risk-list", help="Who: the customers of this risk list.")
@click.option("--where", help="Who: those for whom this condition over factors holds.")
@click.option("--name", required=True)
@click.option(
    "--control-share",
    type=decimal,
    default="0.1",
    show_default=True,
    metavar="SHARE",
    help="Never contacted.",
)
@click.option(
    "--budget",
    type=decimal,
    metavar="AMOUNT",
    help="The most that may be granted; without it there is no bound.",
)
@click.option("--policy", "policy_path", type=click.Path(path_type=Path), help="Hours and caps (YAML).")
@click.option("--starts", type=moment, metavar="MOMENT", help="When; without it, at once.")
@click.option("--ends", type=moment, metavar="MOMENT", help="When at the latest no more contact is made.")
def create(
    flow_path: Path,
    risk_list: str | None,
    where: str | None,
    name: str,
    control_share: Decimal,
    budget: Decimal | None,
    policy_path: Path | None,
    starts: datetime | None,
    ends: datetime | None,
) -> None:
    """Write a campaign down as a draft."""
    from bot.bootstrap import wired

    audience = _audience(risk_list, where)
    flow, source = _flow(flow_path)
    policy = _policy(policy_path) if policy_path else {}
    parts = wired()
    now = parts.clock.now()
    try:
        with parts.transaction() as tx:
            create_campaign(
                tx,
                name=name,
                flow_source=source,
                flow_name=flow.name,
                revision=flow.revision,
                flow_parts=flow.parts,
                audience=audience,
                offer={},
                policy=policy,
                control_share=control_share,
                starts_at=starts or now,
                ends_at=ends,
                bonus_budget=budget,
                now=now,
                catalogue=known_factors(),
            )
    except CampaignError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"campaign {name}: draft, flow {flow.name} revision {flow.revision}")


@group.command("start")
@click.argument("name")
def start(name: str) -> None:
    """Enrol the audience of campaign NAME and let it run."""
    from bot.bootstrap import wired

    parts = wired()
    try:
        with parts.transaction() as tx:
            report = start_campaign(tx, find_campaign(tx, name), parts.clock.now(), catalogue=known_factors())
    except CampaignError as error:
        raise click.ClickException(str(error)) from None
    click.echo(
        f"campaign {name}: running; {report.enrolled} enrolled, {report.treatment} treatment, "
        f"{report.control} control, {report.skipped} skipped"
    )


@group.command("pause")
@click.argument("name")
def pause(name: str) -> None:
    """Hold campaign NAME: nothing more is sent until it is resumed."""
    _move(name, CampaignStatus.PAUSED)


@group.command("resume")
@click.argument("name")
def resume(name: str) -> None:
    """Let the paused campaign NAME go on."""
    _move(name, CampaignStatus.RUNNING, only_from=CampaignStatus.PAUSED)


@group.command("list")
def list_() -> None:
    """All campaigns, how they stand."""
    from bot.bootstrap import wired

    with wired().transaction() as tx:
        _show(campaigns.standings(tx))


@group.command("status")
@click.argument("name")
def status(name: str) -> None:
    """How campaign NAME stands."""
    from bot.bootstrap import wired

    try:
        with wired().transaction() as tx:
            _show(campaigns.standings(tx, find_campaign(tx, name)))
    except CampaignError as error:
        raise click.ClickException(str(error)) from None


def _move(name: str, to: CampaignStatus, *, only_from: CampaignStatus | None = None) -> None:
    from bot.bootstrap import wired

    parts = wired()
    try:
        with parts.transaction() as tx:
            move_campaign(tx, find_campaign(tx, name), to, parts.clock.now(), only_from=only_from)
    except CampaignError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"campaign {name}: {to}")


def _audience(risk_list: str | None, where: str | None) -> Audience:
    if risk_list is not None and where is None:
        return RiskListAudience(risk_list)
    if where is not None and risk_list is None:
        return ConditionAudience(where)
    raise click.UsageError("give exactly one of --risk-list and --where")


def _flow(path: Path) -> tuple[Flow, str]:
    try:
        return load_flow(path), path.read_text(encoding="utf-8")
    except FlowError as error:
        raise click.ClickException(str(error)) from None


def _policy(path: Path) -> dict[str, Any]:
    """Its values are checked with the campaign."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise click.ClickException(f"{path}: cannot be read: {error}") from None
    problems = Problems(str(path))
    document = read_yaml(text, problems)
    if problems.found:
        raise click.ClickException(str(problems.in_order()[0]))
    if not isinstance(document, Mapping):
        raise click.ClickException(f"{path}: a policy is a mapping")
    found = plain(document)
    assert isinstance(found, dict)
    return found


def _show(standings: list[Standing]) -> None:
    table = Table("campaign", "flow", "status", "starts", "treatment", "control", "finished", "granted of")
    for one in standings:
        budget = "unbounded" if one.bonus_budget is None else str(one.bonus_budget)
        table.add_row(
            one.name,
            one.flow,
            one.status,
            f"{one.starts_at:%Y-%m-%d %H:%M}Z",
            str(one.treatment),
            str(one.control),
            str(one.finished),
            f"{one.bonus_committed} of {budget}",
        )
    Console().print(table)
