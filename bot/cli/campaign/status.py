"""`keepline campaign status`: a campaign's life so far, where its people stand, and what is put off until when."""

from __future__ import annotations

import json
from dataclasses import dataclass

import click
from rich.console import Console
from rich.table import Table

from bot.cli.campaign import list as listing
from bot.cli.campaign.check import listed
from bot.cli.one_line import said_in_one_line
from bot.cli.options import as_json
from bot.cli.terminal import screen
from bot.domain.checks import Finding, finding_of
from bot.enrolment.move import find_campaign
from bot.store import audit, campaigns, deferred, intakes, progress
from bot.store.audit import Entry
from bot.store.campaigns import Standing
from bot.store.deferred import PutOff
from bot.store.intakes import Intake
from bot.store.progress import StepCount
from bot.store.transaction import Tx


@dataclass(frozen=True, slots=True)
class _Status:
    standing: Standing
    intake: Intake | None  # of its audience, while that comes in
    findings: list[Finding]
    moves: list[Entry]
    steps: dict[str, StepCount]
    put_off: list[PutOff]


@click.command("status")
@click.argument("name")
@as_json
def status(name: str, as_json: bool) -> None:
    """Show how campaign NAME stands: its history, its steps, and which contacts wait until when."""
    from bot.bootstrap import wired

    parts = wired()
    with said_in_one_line(), parts.transaction() as tx:
        campaign_id = find_campaign(tx, name)
        found = _Status(
            campaigns.standings(tx, campaign_id)[0],
            intakes.under_way(tx, campaign_id),
            _findings(tx, campaign_id),
            audit.history(tx, f"campaign:{campaign_id}"),
            progress.step_counts(tx, campaign_id),
            deferred.put_off(tx, campaign_id, parts.clock.now()),
        )
    if as_json:
        click.echo(json.dumps(_to_json(found), ensure_ascii=False, indent=2))
    else:
        _show(screen(), found, parts.settings.currency)


def _findings(tx: Tx, campaign_id: int) -> list[Finding]:
    campaign = campaigns.get(tx, campaign_id)
    return [finding_of(one) for one in (campaign.findings if campaign else None) or ()]


def _show(page: Console, found: _Status, currency: str) -> None:
    page.print(listing.table([found.standing], currency))
    if found.intake is not None:
        page.print(_coming_in(found.intake))
    if found.findings:
        page.print(listed(found.findings, "en"))
    page.print(_life(found.moves))
    if found.steps:
        page.print(_steps(found.steps))
    if found.put_off:
        page.print(_put_off(found.put_off))


def _coming_in(intake: Intake) -> str:
    so_far = "" if intake.counted else " found so far"
    return f"Its audience comes in: {intake.enrolled:,} of {intake.listed:,}{so_far} enrolled"


def _life(moves: list[Entry]) -> Table:
    table = Table("when", "who", "move", "before", "after", "reason", title="Its life", title_justify="left")
    for one in moves:
        before, after = one.before or {}, one.after or {}
        table.add_row(
            f"{one.at:%Y-%m-%d %H:%M:%S}Z",
            one.who or "-",
            one.action.removeprefix("campaign."),
            str(before.get("status", "")),
            str(after.get("status", "")),
            str(after.get("reason", "")),
        )
    return table


def _steps(steps: dict[str, StepCount]) -> Table:
    table = Table("step", title="Where its people stand", title_justify="left")
    table.add_column("waiting there", justify="right")
    table.add_column("contacted, or handed to a manager, there", justify="right")
    for name, count in steps.items():
        table.add_row(name, f"{count.waiting:,}", f"{count.passed:,}")
    return table


def _put_off(put_off: list[PutOff]) -> Table:
    table = Table("channel", "because of", title="Contacts that wait for their time", title_justify="left")
    table.add_column("contacts", justify="right")
    table.add_column("from")
    table.add_column("to")
    for one in put_off:
        moments = (f"{moment:%Y-%m-%d %H:%M}Z" for moment in (one.first, one.last))
        table.add_row(one.channel, one.reason or "planned so", f"{one.contacts:,}", *moments)
    return table


def _to_json(found: _Status) -> dict[str, object]:
    return {
        **listing.to_json(found.standing),
        "coming_in": None
        if found.intake is None
        else {
            "enrolled": found.intake.enrolled,
            "of": found.intake.listed,
            "all_counted": found.intake.counted,
        },
        "findings": [{**one.to_json(), "words": one.words("en")} for one in found.findings],
        "moves": [
            {
                "at": one.at.isoformat(),
                "who": one.who,
                "move": one.action.removeprefix("campaign."),
                "before": one.before,
                "after": one.after,
            }
            for one in found.moves
        ],
        "steps": {
            name: {"waiting": count.waiting, "contacted": count.passed} for name, count in found.steps.items()
        },
        "put_off": [
            {
                "channel": one.channel,
                "reason": one.reason,
                "contacts": one.contacts,
                "first": one.first.isoformat(),
                "last": one.last.isoformat(),
            }
            for one in found.put_off
        ],
    }
