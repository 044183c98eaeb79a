"""What every kind of file looks like to the import: a stream of rows with a measure of how far it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.audience.column_map import ColumnMap
from bot.audience.errors import MapError
from bot.rules.problems import did_you_mean

WHOLE_ROW = "(row)"  # stands for a column where no single one is to blame


@dataclass(frozen=True, slots=True)
class BrokenRow:
    """A row whose cells cannot even be told apart."""

    row_number: int
    reason: str


@dataclass(frozen=True, slots=True)
class GoodRow:
    row_number: int  # the line in a CSV file, header included; the ordinal in a Parquet file
    cells: Sequence[str]


class Source(Protocol):
    @property
    def positions(self) -> Mapping[str, int]:
        """Where in a row's cells each column stands."""
        ...

    @property
    def total(self) -> int: ...

    def done(self) -> int:
        """How much of `total` has been read, in the source's own unit."""
        ...

    def rows(self) -> Iterator[GoodRow | BrokenRow]: ...


def require_columns(column_map: ColumnMap, present: Iterable[str]) -> None:
    """Raises MapError at the first place of the map that names a column which the file lacks."""
    names = list(present)
    folded = {name.lower(): name for name in names}
    missing = [(place, name) for name, place in column_map.columns().items() if name not in names]
    if not missing:
        return
    place, name = min(missing)
    hint = did_you_mean(name, folded)
    if hint:  # the hint speaks in lower case; the file may not
        near = hint.removeprefix("did you mean ").removesuffix("?")
        hint = f"; did you mean {folded.get(near, near)!r}?"
    raise MapError(column_map.file, place, f"column {name!r} is not in the file{hint}")
