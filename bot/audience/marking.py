"""Which named lists a file puts its customers on: read row by row, carried out when they are customers.

A cell that says nothing clear is set aside, and what was known of its customer before stays so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.audience.cells import split_words
from bot.audience.column_map import Column, ColumnMap, MarkColumns, MarkWords, Origin
from bot.audience.errors import CellError
from bot.audience.rejects import RejectSpool
from bot.audience.row_cells import CellBinder, Cells, Read, label
from bot.audience.taking import Lists
from bot.store import audit, staged_marks
from bot.store.staging import StagedCustomer
from bot.store.transaction import Tx

FIRST = 5  # cells set aside that are told at once; all of them are in the file of rejects
_MOST_REMEMBERED = 1_000


@dataclass(frozen=True, slots=True)
class _Told:
    """What one cell says: the lists that the customer is on, or why nobody can tell, and of which."""

    on: Sequence[str] = ()
    unread: Sequence[str] = ()
    reason: str = ""


_Tell = Callable[[Cells, str], _Told]
_NOTHING = _Told()


class Marking:
    """The marks of a column map, bound to the columns of one file."""

    def __init__(
        self,
        column_map: ColumnMap,
        marks: MarkColumns,
        file_name: str,
        positions: Mapping[str, int],
        spool: RejectSpool,
    ) -> None:
        self._marks = marks
        self._spool = spool
        self._file_name = file_name
        self._set_aside = 0
        self._first: list[str] = []
        binder = CellBinder(column_map, positions)
        self._columns = [
            (label(mark, origin), _flag(mark, origin, binder.bind(mark, origin, None), positions))
            for mark, origin in marks.flags.items()
        ]
        if marks.words is not None:
            self._columns.append((marks.words.column.name, _words(marks.words, positions, column_map.nulls)))

    def add(self, customer: StagedCustomer, row: Cells) -> StagedCustomer:
        """Whatever is wrong with a mark, its customer is taken."""
        key = customer.external_id
        found = [(name, told) for name, tell in self._columns if (told := tell(row, key)) is not _NOTHING]
        if not found:
            return customer
        for column, reason in {name: told.reason for name, told in found if told.reason}.items():
            self._put_aside(customer.row_number, column, reason)
        on = [mark for _, told in found for mark in told.on]
        unread = [mark for _, told in found for mark in told.unread]
        return customer._replace(marks=on or None, marks_unread=unread or None)

    def carry_out(self, tx: Tx, import_id: int, now: datetime) -> Lists:
        """With who is on which list now, and by which file, in the audit."""
        source = self._marks.source or self._file_name
        changed = staged_marks.change(
            tx, source=source, told=self._marks.told, lift_missing=self._marks.lift_missing, now=now
        )
        facts = {"file": self._file_name, "source": source, "on": dict(changed.on), "off": dict(changed.off)}
        audit.record(tx, None, "audience.marks", f"import:{import_id}", None, facts, now)
        return Lists(sum(changed.on.values()), sum(changed.off.values()), self._set_aside, tuple(self._first))

    def _put_aside(self, row_number: int, column: str, reason: str) -> None:
        self._set_aside += 1
        self._spool.add(row_number, column, f"set aside: {reason}")  # and no reject: the row goes on without
        if len(self._first) < FIRST:
            self._first.append(f"{self._file_name}:{row_number}:{column}: {reason}")


def _flag(mark: str, origin: Origin, read: Read, positions: Mapping[str, int]) -> _Tell:
    on = _Told(on=(mark,))

    def tell(row: Cells, key: str) -> _Told:
        try:
            return on if read(row, key) else _NOTHING
        except CellError as error:
            return _Told(unread=(mark,), reason=str(error))

    return _remembering(positions[origin.name], tell) if isinstance(origin, Column) else tell


def _words(words: MarkWords, positions: Mapping[str, int], nulls: frozenset[str]) -> _Tell:
    position, meanings = positions[words.column.name], words.meanings

    def tell(row: Cells, key: str) -> _Told:
        text = row[position].strip()
        if text in nulls:
            return _NOTHING
        named = [meanings.get(word) for word in split_words(text)]
        on = tuple(dict.fromkeys(mark for mark in named if mark is not None))
        if strange := named.count(None):
            return _Told(on, tuple(dict.fromkeys(meanings.values())), _no_list(strange, meanings))
        return _Told(on) if on else _NOTHING

    return _remembering(position, tell)


def _no_list(strange: int, meanings: Mapping[str, str]) -> str:
    """What stands there is nobody's business but the file's owner's: it is not repeated."""
    which = "holds a word" if strange == 1 else f"holds {strange} words"
    return f"{which} for no list; the map knows {', '.join(meanings)}"


def _remembering(position: int, tell: _Tell) -> _Tell:
    """Such columns hold few different cells."""
    known: dict[str, _Told] = {}

    def remembered(row: Cells, key: str) -> _Told:
        told = known.get(row[position])
        if told is None:
            told = tell(row, key)
            if len(known) < _MOST_REMEMBERED:
                known[row[position]] = told
        return told

    return remembered
