"""Reads CSV line by line, so that one broken quote costs one row and never the rest of the file."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BufferedReader, TextIOWrapper
from pathlib import Path

from bot.audience.column_map import ColumnMap
from bot.audience.errors import SourceError
from bot.audience.source import BrokenRow, GoodRow, require_columns

LONGEST_LINE = 1 << 20
MOST_LINES_IN_A_ROW = 50  # a quoted cell may hold line breaks, but an unclosed quote must end somewhere

_UNREADABLE = re.compile("[\x00\udc80-\udcff]")  # NUL, and what `surrogateescape` makes of wrong bytes
_Numbered = tuple[int, str]


@contextmanager
def open_csv(path: Path, column_map: ColumnMap) -> Iterator[CsvSource]:
    """Raises SourceError, or MapError for a column that the header lacks."""
    encoding = "utf-8-sig" if column_map.encoding.lower().startswith("utf") else column_map.encoding
    with (
        path.open("rb") as binary,
        TextIOWrapper(binary, encoding, errors="surrogateescape", newline="") as text,
    ):
        yield CsvSource(path, binary, text, column_map)


class CsvSource:
    def __init__(
        self, path: Path, binary: BufferedReader, text: TextIOWrapper, column_map: ColumnMap
    ) -> None:
        self._bytes = binary
        self._lines = _lines(text)
        self._delimiter = column_map.delimiter
        self._ahead: list[_Numbered] = []  # lines read while looking for the end of a quote
        self.total = path.stat().st_size
        header = self._header(path, column_map.encoding)
        self._width = len(header)
        require_columns(column_map, header)
        self.positions: Mapping[str, int] = {name: position for position, name in enumerate(header)}

    def done(self) -> int:
        return self._bytes.tell()

    def rows(self) -> Iterator[GoodRow | BrokenRow]:
        while (numbered := self._next()) is not None:
            number, line = numbered
            if not line.strip():
                continue
            if '"' in line:
                yield self._quoted(number, line)
            elif (reason := _unreadable(line)) is not None:
                yield BrokenRow(number, reason)
            else:
                yield self._whole(number, line.rstrip("\r\n").split(self._delimiter))

    def _header(self, path: Path, encoding: str) -> list[str]:
        numbered = self._next()
        if numbered is None:
            raise SourceError(f"{path}: the file is empty")
        line = numbered[1]
        if _unreadable(line):
            raise SourceError(f"{path}:1: the column names are not in {encoding}; see the map's 'encoding'")
        names = [name.strip() for name in _split(line, self._delimiter) or []]
        doubled = sorted({name for name in names if name and names.count(name) > 1})
        if doubled:
            raise SourceError(f"{path}:1: column {doubled[0]!r} is there twice")
        if not any(names):
            raise SourceError(f"{path}:1: no column names")
        return names

    def _next(self) -> _Numbered | None:
        return self._ahead.pop() if self._ahead else next(self._lines, None)

    def _quoted(self, number: int, line: str) -> GoodRow | BrokenRow:
        """A row with quotes ends where they balance; if it makes no sense, only its first line is lost."""
        taken = [(number, line)]
        quotes = line.count('"')
        while quotes % 2 and len(taken) < MOST_LINES_IN_A_ROW and (numbered := self._next()) is not None:
            taken.append(numbered)
            quotes += numbered[1].count('"')
        text = "".join(part for _, part in taken)
        cells = None if quotes % 2 else _split(text, self._delimiter)
        if cells is None or len(cells) != self._width:
            self._ahead.extend(reversed(taken[1:]))
            if quotes % 2:
                return BrokenRow(number, "a quote is opened and not closed")
            return self._whole(number, cells) if cells else BrokenRow(number, "the quotes make no sense")
        if (reason := _unreadable(text)) is not None:
            return BrokenRow(number, reason)
        return GoodRow(number, cells)

    def _whole(self, number: int, cells: list[str]) -> GoodRow | BrokenRow:
        if len(cells) != self._width:
            return BrokenRow(number, f"has {len(cells)} cells, the header has {self._width}")
        return GoodRow(number, cells)


def _lines(text: TextIOWrapper) -> Iterator[_Numbered]:
    number = 0
    while line := text.readline(LONGEST_LINE):
        number += 1
        yield number, line
        while len(line) == LONGEST_LINE and not line.endswith("\n"):
            line = text.readline(LONGEST_LINE)  # the rest of an endless line


def _split(text: str, delimiter: str) -> list[str] | None:
    try:
        rows = list(csv.reader([text], delimiter=delimiter, strict=True))
    except csv.Error:
        return None
    return rows[0] if len(rows) == 1 else None


def _unreadable(text: str) -> str | None:
    if len(text) >= LONGEST_LINE:
        return "is too long for a row"
    if text.isascii() and "\x00" not in text:
        return None
    return "holds bytes that are not in the file's encoding" if _UNREADABLE.search(text) else None
