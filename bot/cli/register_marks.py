"""`keepline register mark`, `unmark` and `marks`: who is on which named list of customers."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.table import Table

from bot.cli.acting import acting_if_known
from bot.cli.audience import progress_bar
from bot.cli.campaign.values import moment
from bot.cli.one_line import said_in_one_line
from bot.cli.register_screen import show_marked, when
from bot.cli.register_words import region_option, user_id_of, wired_parts
from bot.cli.terminal import screen
from bot.domain.marks import DEFAULT_MARKS
from bot.domain.numbers import masked
from bot.domain.unknown_names import instead, there_is_no
from bot.register import marking
from bot.register.marking import MarkFile, NamedList
from bot.store import marks as store
from bot.store.transaction import Tx

if TYPE_CHECKING:
    from bot.bootstrap import Wired

_file_argument = click.argument("file", type=click.Path(path_type=Path), required=False)
_customer_option = click.option(
    "--customer", metavar="ID", help="One customer, by external id, instead of FILE."
)
_column_option = click.option(
    "--column", metavar="NAME", help="The CSV column with the numbers; without it, it is found."
)


@click.command("mark")
@click.argument("name")
@_file_argument
@_customer_option
@click.option("--until", type=moment, metavar="MOMENT", help="When they are off it again; without it, never.")
@click.option(
    "--source", metavar="NAME", help=f"Whose word it is; without it, {marking.BY_FILE} or {marking.BY_HAND}."
)
@_column_option
@region_option
@click.option(
    "--replace", is_flag=True, help="Also take off whom the same source had put on it and FILE does not have."
)
@click.option(
    "--despite-rejects", is_flag=True, help="With --replace: even if some rows of FILE cannot be read."
)
@acting_if_known
def mark(
    name: str,
    file: Path | None,
    customer: str | None,
    until: datetime | None,
    source: str | None,
    column: str | None,
    region: str | None,
    replace: bool,
    despite_rejects: bool,
    login: str | None,
) -> None:
    """Put customers on list NAME, such as red, black or flea.

    Either one (--customer), or those of FILE: their numbers, one a line or in a CSV column.
    """
    parts = wired_parts()
    _one_of(file, customer)
    user_id, now = user_id_of(parts, login), parts.clock.now()
    _warn_of_no_meaning(parts, name)
    if file is None:
        one = NamedList(name, source or marking.BY_HAND, until)
        with said_in_one_line(), parts.transaction() as tx:
            new = marking.mark_customer(tx, one, customer or "", now=now, user_id=user_id)
        click.echo(f"customer {customer}: {'put on' if new else 'was already on'} list {name}")
        return
    one = NamedList(name, source or marking.BY_FILE, until)
    listed = _listed(parts, file, region, column, replace, despite_rejects)
    with said_in_one_line(), progress_bar() as progress:
        report = marking.mark_file(
            parts.transaction, one, listed, now=now, user_id=user_id, progress=progress
        )
    show_marked(name, report)


@click.command("unmark")
@click.argument("name")
@_file_argument
@_customer_option
@click.option("--source", metavar="NAME", help="Only whom this source had put on it.")
@_column_option
@region_option
@acting_if_known
def unmark(
    name: str,
    file: Path | None,
    customer: str | None,
    source: str | None,
    column: str | None,
    region: str | None,
    login: str | None,
) -> None:
    """Take customers off list NAME: those of FILE, or one (--customer)."""
    parts = wired_parts()
    _one_of(file, customer)
    user_id, now = user_id_of(parts, login), parts.clock.now()
    if file is None:
        with said_in_one_line(), parts.transaction() as tx:
            was_on = marking.unmark_customer(tx, name, source, customer or "", now=now, user_id=user_id)
            if not was_on:
                _demand_list(tx, name, source, now)
        click.echo(f"customer {customer}: {'taken off' if was_on else 'was not on'} list {name}")
        return
    listed = _listed(parts, file, region, column)
    with parts.transaction() as tx:
        _demand_list(tx, name, source, now)
    with said_in_one_line(), progress_bar() as progress:
        report = marking.unmark_file(
            parts.transaction, name, source, listed, now=now, user_id=user_id, progress=progress
        )
    show_marked(name, report)


@click.command("marks")
@click.argument("name", required=False)
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="How many.")
def marks(name: str | None, limit: int) -> None:
    """Count who is on which list; with NAME, show who is on it, the newest first."""
    parts = wired_parts()
    with parts.transaction() as tx:
        counted = store.counted(tx, parts.clock.now()) if name is None else []
        found = store.on_list(tx, name, parts.clock.now(), limit=limit) if name is not None else []
        if name is not None and not found:
            _demand_list(tx, name, None, parts.clock.now())
    table = Table(*(("list", "source", "customers") if name is None else _COLUMNS))
    for each in counted:
        table.add_row(each.mark, each.source, f"{each.customers:,}")
    for one in found:
        until = when(one.until) if one.until else ""
        table.add_row(one.external_id, masked(one.msisdn), one.source, when(one.since), until)
    screen().print(table)


_COLUMNS = ("customer", "number", "source", "since", "until")


def _warn_of_no_meaning(parts: Wired, name: str) -> None:
    """A mistyped name is a list, too, but one that changes nothing for anybody."""
    with parts.transaction() as tx:
        meant = set(DEFAULT_MARKS) | store.meant_by_campaigns(tx)
    if name not in meant:
        click.echo(f"note: no policy gives list {name} a meaning{instead(name, meant)}", err=True)


def _demand_list(tx: Tx, name: str, source: str | None, now: datetime) -> None:
    """One that anybody is on, or that a policy gives a meaning; and of it a source that has put somebody there."""
    counted = store.counted(tx, now)
    known = {one.mark for one in counted} | set(DEFAULT_MARKS) | store.meant_by_campaigns(tx)
    if name not in known:
        raise click.ClickException(there_is_no("list", name, known))
    sources = {one.source for one in counted if one.mark == name}
    if source is not None and source not in sources:
        raise click.ClickException(there_is_no(f"source of list {name}", source, sources))


def _one_of(file: Path | None, customer: str | None) -> None:
    if (file is None) == (customer is None):
        raise click.UsageError("name a FILE or one --customer, one of the two")


def _listed(
    parts: Wired,
    file: Path,
    region: str | None,
    column: str | None,
    replacing: bool = False,
    despite_rejects: bool = False,
) -> MarkFile:
    settings = parts.settings
    return MarkFile(
        path=file,
        region=region or settings.default_region,
        rejects_folder=settings.var_dir / "rejects",
        column=column,
        replacing=replacing,
        despite_rejects=despite_rejects,
    )
