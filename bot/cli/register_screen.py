"""How the register is shown on a terminal: numbers masked, everything else as it was written."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click
from rich.table import Table

from bot.cli.terminal import screen
from bot.domain.numbers import masked
from bot.domain.refusals import ALL, Refusal
from bot.register.check import Standing
from bot.register.marking import MarkReport
from bot.register.report import ListReport


def show_import(name: str, report: ListReport) -> None:
    click.echo(
        f"list {name}: {report.rows_read} rows, {report.added} numbers added, {report.removed} taken off, "
        f"{report.rejected} rejected; {report.runs_told} customers under way are not contacted any more"
    )
    _show_rejects(report.first_rejects, report.reject_path)
    if report.held_back:
        raise click.ClickException(
            "nothing was taken off: a row that cannot be read might be such a number (--despite-rejects)"
        )
    _some_were_good(report.rows_read, report.rejected)


def show_marked(name: str, report: MarkReport) -> None:
    click.echo(
        f"list {name}: {report.rows_read} rows, {report.on} customers put on, {report.off} taken off, "
        f"{report.rejected} rejected"
    )
    _show_rejects(report.first_rejects, report.reject_path)
    if report.held_back:
        raise click.ClickException(
            "nobody was taken off: a row that cannot be read might be such a customer (--despite-rejects)"
        )
    _some_were_good(report.rows_read, report.rejected)


def _some_were_good(rows: int, rejected: int) -> None:
    """The good rows go on without the bad ones; where there is no good one, nothing was done."""
    if rows and rejected == rows:
        raise click.ClickException("not one row could be read")


def _show_rejects(first: Sequence[str], path: Path | None) -> None:
    for line in first:
        click.echo(line)
    if path is not None:
        click.echo(f"rejects: {path}")


def show_standing(msisdn: str, standing: Standing) -> None:
    page = screen()
    owner = f", customer {standing.customer}" if standing.customer else ", no customer of ours"
    if not standing.refusals:
        page.print(f"{masked(msisdn)}{owner}: nothing is held against it")
    for refusal in standing.refusals:
        page.print(f"{masked(msisdn)}{owner}: refuses {_refusal_in_words(refusal)}")
    if standing.story:
        table = Table("at", "", "what", "by", "wording", "evidence", "holds")
        for line in standing.story:
            what = in_words(line.channel, line.purpose, line.topic)
            by = ", ".join(word for word in (line.source, line.list_name, line.user) if word)
            held = "" if line.holds is None else "in part" if line.holds.lifted else "yes"
            table.add_row(when(line.at), line.action, what, by, line.wording, line.evidence, held)
        page.print(table)
    for consent in standing.consents:
        what = f"{consent.channel}, {consent.purpose}, {consent.topic}"
        page.print(
            f"{when(consent.at)} consent {consent.action}: {what} by {consent.source}, {consent.evidence}"
        )


def _refusal_in_words(refusal: Refusal) -> str:
    words = in_words(refusal.channel, refusal.purpose, refusal.topic)
    free = "; ".join(in_words(scope.channel, scope.purpose, scope.topic) for scope in refusal.lifted)
    return f"{words}, except for {free}" if free else words


def in_words(channel: str, purpose: str, topic: str) -> str:
    named = {"channel": channel, "purpose": purpose, "topic": topic}
    return ", ".join(f"all {name}s" if value == ALL else f"{name} {value}" for name, value in named.items())


def when(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}Z"
