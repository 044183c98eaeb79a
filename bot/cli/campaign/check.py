"""`keepline campaign check`: everything that must be true before a campaign may go out."""

from __future__ import annotations

import json
from collections.abc import Sequence

import click
from rich.table import Table

from bot.cli.acting import acting_if_known, mover
from bot.cli.campaign.values import ground
from bot.cli.one_line import said_in_one_line
from bot.cli.options import as_json, language_option
from bot.cli.terminal import screen
from bot.domain.campaigns import CampaignMove
from bot.domain.checks import Finding, Verdict, fit
from bot.enrolment.move import find_campaign, move_campaign

_STYLES = {Verdict.OK: "green", Verdict.WARNING: "yellow", Verdict.ERROR: "red"}


@click.command("check")
@click.argument("name")
@language_option
@acting_if_known
@as_json
def check(name: str, language: str, login: str | None, as_json: bool) -> None:
    """Check that campaign NAME may go out, point by point.

    Without errors it may be approved, scheduled or started.
    """
    from bot.bootstrap import wired

    parts = wired()
    with said_in_one_line(), parts.transaction() as tx:
        campaign_id = find_campaign(tx, name)
        moved = move_campaign(
            tx,
            campaign_id,
            CampaignMove.CHECK,
            parts.clock.now(),
            by=mover(tx, login),
            ground=ground(parts.settings),
        )
    if as_json:
        found = [{**one.to_json(), "words": one.words(language)} for one in moved.findings]
        answer = {"campaign": name, "status": moved.after.value, "findings": found}
        click.echo(json.dumps(answer, ensure_ascii=False, indent=2))
    else:
        screen().print(listed(moved.findings, language))
    if not fit(moved.findings):
        errors = sum(one.verdict is Verdict.ERROR for one in moved.findings)
        raise click.ClickException(f"campaign {name}: {errors} error{'s' * (errors > 1)}, it may not go out")
    if not as_json:
        click.echo(f"campaign {name}: checked")


def listed(findings: Sequence[Finding], language: str) -> Table:
    table = Table(show_header=False, box=None)
    for one in findings:
        table.add_row(one.verdict.value, one.words(language), style=_STYLES[one.verdict])
    return table
