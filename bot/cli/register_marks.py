"""`keepline register mark`, `unmark` and `marks`: who is on which named list of customers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.table import Table

from bot.cli.audience import progress_bar
from bot.cli.campaign.values import moment
from bot.cli.register_screen import show_marked, when
from bot.cli.register_words import acting_if_known, region_option, user_id_of, wired_parts
from bot.cli.terminal import screen
from bot.domain.marks import DEFAULT_MARKS
from bot.domain.numbers import masked
from bot.register import marking
from bot.register.errors import RegisterError
from bot.register.marking import MarkFile, NamedList
from bot.store import marks as store

if TYPE_CHECKING:
    from bot.bootstrap import Wired

_file_argument = click.argument("file", type=click.Path(path_type=Path), required=False)
_customer_option = click.option("--customer", metavar="ID", help="One customer, by external id, and no FILE.")
_column_option = click.option("--column", help="The CSV column with the numbers; without it, it is found.")


@click.command("mark")
@click.argument("name")
@_file_argument
@_customer_option
@click.option("--until", type=moment, metavar="MOMENT", help="When they are off it again; else never.")
@click.option("--source", help=f"Whose word it is; else {marking.BY_FILE} or {marking.BY_HAND}.")
@_column_option
@region_option
@click.option("--replace", is_flag=True, help="Take off whom the source had put on NAME and FILE lacks.")
@click.option("--despite-rejects", is_flag=True, help="Do so although rows of FILE cannot be read.")
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
    """Put customers on list NAME (red, black, flea ...): those of FILE, numbers one a line or a CSV column."""
    parts = wired_parts()
    _one_of(file, customer)
    user_id, now = user_id_of(parts, login), parts.clock.now()
    _warn_of_no_meaning(parts, name)
    if file is None:
        one = NamedList(name, source or marking.BY_HAND, until)
        with _said_in_one_line(), parts.transaction() as tx:
            new = marking.mark_customer(tx, one, customer or "", now=now, user_id=user_id)
        click.echo(f"customer {customer}: {'put on' if new else 'was already on'} list {name}")
        return
    one = NamedList(name, source or marking.BY_FILE, until)
    listed = _listed(parts, file, region, column, replace, despite_rejects)
    with _said_in_one_line(), progress_bar() as progress:
        report = marking.mark_file(
            parts.transaction, one, listed, now=now, user_id=user_id, progress=progress
        )
    show_marked(name, report)


@click.command("unmark")
@click.argument("name")
@_file_argument
@_customer_option
@click.option("--source", help="Only whom this source put on it; else whoever did.")
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
    """Take customers off list NAME: those of FILE, or one."""
    parts = wired_parts()
    _one_of(file, customer)
    user_id, now = user_id_of(parts, login), parts.clock.now()
    if file is None:
        with _said_in_one_line(), parts.transaction() as tx:
            was_on = marking.unmark_customer(tx, name, source, customer or "", now=now, user_id=user_id)
        click.echo(f"customer {customer}: {'taken off' if was_on else 'was not on'} list {name}")
        return
    listed = _listed(parts, file, region, column)
    with _said_in_one_line(), progress_bar() as progress:
        report = marking.unmark_file(
            parts.transaction, name, source, listed, now=now, user_id=user_id, progress=progress
        )
    show_marked(name, report)


@click.command("marks")
@click.argument("name", required=False)
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
def marks(name: str | None, limit: int) -> None:
    """How many are on which list; or who is on list NAME, the newest first."""
    parts = wired_parts()
    with parts.transaction() as tx:
        counted = store.counted(tx, parts.clock.now()) if name is None else []
        found = store.on_list(tx, name, parts.clock.now(), limit=limit) if name is not None else []
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
        click.echo(
            f"note: no policy gives list {name} a meaning; known are {', '.join(sorted(meant))}", err=True
        )


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


@contextmanager
def _said_in_one_line() -> Iterator[None]:
    try:
        yield
    except RegisterError as error:
        raise click.ClickException(str(error)) from None
