"""Who is put on a named list of customers, or taken off it: by the file, all of its good rows or nothing; or alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.domain.marks import is_mark
from bot.domain.unknown_names import there_is_no
from bot.register.errors import NumberError, RegisterError
from bot.register.number_file import NumberFile, open_numbers
from bot.register.numbers import NumberReader
from bot.register.rejects import Rejects
from bot.register.report import Progress, silent
from bot.store import audit, marks, register_people
from bot.store.marks import Mark
from bot.store.transaction import Transaction, Tx

CHUNK = 20_000

BY_FILE, BY_HAND = "file", "operator"
_STRANGER = "is no customer's number"


@dataclass(frozen=True, slots=True)
class NamedList:
    """`source` is whose word it is: two may put the same customer on a list, and each takes only its own back."""

    name: str
    source: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class MarkFile:
    """Numbers of `region` may lack their calling code.

    `replacing`: whom the source had put on the list and the file lacks is taken off; with `despite_rejects` even
    though rows of it could not be read, one of which might have been such a customer.
    """

    path: Path
    region: str
    rejects_folder: Path
    column: str | None = None
    replacing: bool = False
    despite_rejects: bool = False


@dataclass(frozen=True, slots=True)
class MarkReport:
    rows_read: int
    rejected: int
    on: int  # put on the list
    off: int  # taken off it
    held_back: bool  # nobody was taken off, because rows could not be read
    reject_path: Path | None
    first_rejects: tuple[str, ...]  # `file:row: reason`


def mark_file(
    transaction: Transaction,
    one: NamedList,
    file: MarkFile,
    *,
    now: datetime,
    user_id: int | None = None,
    progress: Progress = silent,
) -> MarkReport:
    """Raises RegisterError, with nothing written. The same file twice changes nothing."""
    _check(one, now)
    with (
        open_numbers(file.path, file.column) as numbers,
        Rejects(file.rejects_folder, numbers.name) as rejects,
        transaction() as tx,
    ):
        reading = _Reading(numbers, rejects, _reader(file.region), progress)
        on = 0
        listed: list[int] = []
        for customers in reading.customers(tx):
            on += marks.add(tx, [_mark(one, customer_id) for customer_id in customers], now)
            listed += customers
        if file.replacing and not listed:
            raise RegisterError(f"{numbers.name}: holds no customer; nobody is taken off list {one.name!r}")
        taking_off = file.replacing and (file.despite_rejects or not reading.unread)
        off = marks.end_others(tx, listed, mark=one.name, source=one.source, now=now) if taking_off else 0
        _record(tx, "register.mark", one, {"file": numbers.name, "on": on, "off": off}, user_id, now)
        return _report(reading, rejects, one, file, on, off, now)


def unmark_file(
    transaction: Transaction,
    name: str,
    source: str | None,
    file: MarkFile,
    *,
    now: datetime,
    user_id: int | None = None,
    progress: Progress = silent,
) -> MarkReport:
    """Takes the file's customers off; without `source`, whoever put them there. Raises RegisterError."""
    one = NamedList(name, source or "all")
    _check(one, now)
    with (
        open_numbers(file.path, file.column) as numbers,
        Rejects(file.rejects_folder, numbers.name) as rejects,
        transaction() as tx,
    ):
        reading = _Reading(numbers, rejects, _reader(file.region), progress)
        off = sum(
            marks.end(tx, customers, mark=name, source=source, now=now) for customers in reading.customers(tx)
        )
        _record(tx, "register.unmark", one, {"file": numbers.name, "off": off}, user_id, now)
        return _report(reading, rejects, one, file, 0, off, now)


def mark_customer(
    tx: Tx, one: NamedList, external_id: str, *, now: datetime, user_id: int | None = None
) -> bool:
    """Whether that was new. Raises RegisterError."""
    _check(one, now)
    customer_id = _customer(tx, external_id)
    new = bool(marks.add(tx, [_mark(one, customer_id)], now))
    _record(tx, "register.mark", one, {"customer": external_id}, user_id, now)
    return new


def unmark_customer(
    tx: Tx, name: str, source: str | None, external_id: str, *, now: datetime, user_id: int | None = None
) -> bool:
    """Whether they were on it; without `source`, whoever put them there. Raises RegisterError."""
    one = NamedList(name, source or "all")
    _check(one, now)
    was_on = bool(marks.end(tx, [_customer(tx, external_id)], mark=name, source=source, now=now))
    _record(tx, "register.unmark", one, {"customer": external_id}, user_id, now)
    return was_on


@dataclass(slots=True)
class _Reading:
    """A file on its way: its rows become customers, what is none of ours a reject."""

    file: NumberFile
    rejects: Rejects
    reader: NumberReader
    progress: Progress
    rows: int = 0
    unread: int = 0  # rows of which nobody can tell whose they are

    def customers(self, tx: Tx) -> Iterator[list[int]]:
        chunk: dict[int, str] = {}
        for row, cell in self.file.rows():
            self.rows += 1
            try:
                chunk[row] = self.reader.read(cell)
            except NumberError as error:
                self.unread += 1
                self.rejects.add(row, str(error))
            if len(chunk) == CHUNK:
                self.progress("read", self.file.done(), self.file.total)
                yield self._owners(tx, chunk)
                chunk = {}
        yield self._owners(tx, chunk)
        self.progress("read", self.file.total, self.file.total)

    def _owners(self, tx: Tx, numbers: dict[int, str]) -> list[int]:
        owners = register_people.owners_of(tx, list(numbers.values()))
        for row, number in numbers.items():
            if number not in owners:
                self.rejects.add(row, _STRANGER)
        return sorted(owners.values())


def _report(
    reading: _Reading, rejects: Rejects, one: NamedList, file: MarkFile, on: int, off: int, now: datetime
) -> MarkReport:
    return MarkReport(
        rows_read=reading.rows,
        rejected=rejects.count,
        on=on,
        off=off,
        held_back=file.replacing and bool(reading.unread) and not file.despite_rejects,
        reject_path=rejects.keep(f"{one.name}-{now:%Y%m%dT%H%M%S}"),
        first_rejects=tuple(rejects.first),
    )


def _check(one: NamedList, now: datetime) -> None:
    if not is_mark(one.name):
        raise RegisterError(f"{one.name!r} is no list's name: a word in small letters, such as black")
    if not one.source.strip():
        raise RegisterError("the source is empty: whose word is it?")
    if one.until is not None and one.until <= now:
        raise RegisterError(f"{one.until:%Y-%m-%d %H:%M}Z has passed: nobody would be on the list")


def _reader(region: str) -> NumberReader:
    try:
        return NumberReader(region)
    except NumberError as error:
        raise RegisterError(str(error)) from None


def _customer(tx: Tx, external_id: str) -> int:
    person = register_people.called(tx, external_id)
    if person is None or person.customer_id is None:
        raise RegisterError(there_is_no("customer", external_id))
    return person.customer_id


def _mark(one: NamedList, customer_id: int) -> Mark:
    return Mark(customer_id, one.name, one.source, one.until)


def _record(
    tx: Tx, deed: str, one: NamedList, facts: dict[str, object], user_id: int | None, now: datetime
) -> None:
    until = one.until.isoformat() if one.until else None
    audit.record(
        tx, user_id, deed, f"mark:{one.name}", None, {**facts, "source": one.source, "until": until}, now
    )
