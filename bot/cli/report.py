"""`keepline report`: what a campaign came to."""

from __future__ import annotations

import json
from collections.abc import Mapping

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.enrolment.errors import CampaignError
from bot.enrolment.move import find_campaign
from bot.evaluation.as_json import to_json
from bot.evaluation.report import Report, report


@click.group("report")
def group() -> None:
    """What campaigns came to."""


@group.command("campaign")
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="For another program.")
def campaign(name: str, as_json: bool) -> None:
    """The funnel, the losses and the result of campaign NAME (or its number)."""
    from bot.bootstrap import wired

    parts = wired()
    try:
        with parts.transaction() as tx:
            found = report(tx, find_campaign(tx, name), parts.flows)
    except CampaignError as error:
        raise click.ClickException(str(error)) from None
    if as_json:
        click.echo(json.dumps(to_json(found), ensure_ascii=False, indent=2))
    else:
        _show(Console(markup=False, highlight=False), found)


def _show(screen: Console, found: Report) -> None:
    screen.print(_funnel(found))
    for title, counts in (
        ("How enrolments ended", found.results),
        ("Contacts that the gate refused", found.denied),
        ("Never contacted, by the gate's last word", found.never_contacted),
    ):
        if counts:
            screen.print(_counts(title, counts))
    screen.print(_efforts(found))
    for line in _verdict(found):
        screen.print(line)


def _funnel(found: Report) -> Table:
    funnel = found.funnel
    table = Table(
        "", "customers", "of targeted", title=f"{found.campaign} ({found.status})", title_justify="left"
    )
    for name in type(funnel).__dataclass_fields__:
        customers = getattr(funnel, name)
        share = f"{customers / funnel.targeted:.1%}" if funnel.targeted else ""
        table.add_row(name.replace("_", " "), f"{customers:,}", share)
    return table


def _counts(title: str, counts: Mapping[str, int]) -> Table:
    table = Table("", "", title=title, title_justify="left", show_header=False)
    for reason, count in counts.items():
        table.add_row(reason.replace("_", " "), f"{count:,}")
    return table


def _efforts(found: Report) -> str:
    costs = found.costs
    return (
        f"{found.attempts['sms']:,} SMS ({costs.segments:,} segments), {found.attempts['call']:,} calls "
        f"({costs.call_minutes:,} minutes), {costs.bonus:,} in bonus; "
        f"{found.replies:,} replies, {found.keypresses:,} keypresses"
    )


def _verdict(found: Report) -> list[Text]:
    """The comparison, and first of all whatever forbids to trust it."""
    lines = []
    if found.arms_uneven:
        lines.append(Text(f"The arms' sizes are not chance (p = {found.sample_ratio_p:.2g}).", style="red"))
    if found.control_contacted:
        lines.append(Text(f"{found.control_contacted:,} control customers were contacted.", style="red"))
    result = found.uplift
    lines.append(
        Text(
            f"Recharged at least {found.min_recharge}: "
            f"{result.treated:.1%} of {found.treatment.customers:,} treated, "
            f"{result.control:.1%} of {found.control.customers:,} control"
        )
    )
    if result.low is None or result.high is None:
        lines.append(Text("Difference: unknown while an arm is empty"))
    else:
        interval = f"95 % interval {result.low:+.1%} to {result.high:+.1%}"
        lines.append(Text(f"Difference {result.difference:+.1%} ({interval})"))
    if found.harmful:
        lines.append(Text("The treated do worse than those left in peace: stop and look.", style="red"))
    return lines
