"""A file with one telephone number a line: plain text, or one column of a CSV file. Streamed, line by line.

A line is a row, whatever its quotes say: a number that stands before a broken quote still counts.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader, TextIOWrapper
from pathlib import Path

from bot.register.errors import RegisterError

#: How columns of telephone numbers are called, where nobody says which it is.
KNOWN_NAMES = (
    "msisdn", "phone", "phone_number", "phone number", "number", "mobile", "mobile_number", "telephone", "tel",
    "手机号", "手机号码", "电话", "电话号码", "号码",
)  # fmt: skip
LONGEST_LINE = 1 << 16

_DELIMITERS = ",;\t|"
_LIKE_A_NUMBER = re.compile(r"[\s\"']*[+＋(]?[0-9０-９][0-9０-９\s().\-/]{5,}[\s\"']*")
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class NumberFile:
    """`name` is the file's, for places such as `list.csv:17`."""

    def __init__(self, path: Path, binary: BufferedReader, text: TextIOWrapper, column: str | None) -> None:
        self.name = path.name
        self.total = path.stat().st_size
        self._bytes = binary
        self._text = text
        self._first = 1  # the line that the rows begin with
        self._delimiter: str | None = None
        self._position = 0
        self._look_at_first(column)

    def done(self) -> int:
        return self._bytes.tell()

    def rows(self) -> Iterator[tuple[int, str]]:
        """The line's number and the cell; what is wrong with it the reader of numbers will say."""
        delimiter, position = self._delimiter, self._position
        for line_number, line in enumerate(self._lines(), self._first):
            if delimiter is None:
                cell = line.strip(" \t\r\n\"'")
                if cell:
                    yield line_number, cell
            elif line.strip():
                cells = _split(line, delimiter) if '"' in line else line.split(delimiter)
                yield line_number, cells[position].strip(" \t\r\n'") if position < len(cells) else ""

    def _lines(self) -> Iterator[str]:
        while line := self._text.readline(LONGEST_LINE):
            yield line
            while len(line) == LONGEST_LINE and not line.endswith("\n"):
                line = self._text.readline(LONGEST_LINE)  # the rest of an endless line

    def _look_at_first(self, column: str | None) -> None:
        start = self._text.tell()
        line = self._text.readline(LONGEST_LINE)
        if not line:
            raise RegisterError(f"{self.name}: the file is empty")
        if "\0" in line or line.startswith("PK\x03"):
            raise RegisterError(f"{self.name}: is not a text file; save it as CSV")
        counts = {delimiter: line.count(delimiter) for delimiter in _DELIMITERS}
        likeliest = max(counts, key=lambda one: counts[one])
        self._delimiter = likeliest if counts[likeliest] else None
        cells = [cell.strip(" \r\n\"'") for cell in (_split(line, likeliest) if self._delimiter else [line])]
        self._position, headed = self._place(cells, column)
        if headed:
            self._first = 2
        else:
            self._text.seek(start)

    def _place(self, cells: list[str], column: str | None) -> tuple[int, bool]:
        """Where the numbers stand, and whether the first line is a header."""
        names = [_readable(cell).casefold() for cell in cells]
        if column is not None:
            if column.strip().casefold() not in names:
                raise RegisterError(
                    f"{self.name}:1: there is no column {column!r}; there are {', '.join(names)}"
                )
            return names.index(column.strip().casefold()), True
        numeric = [place for place, cell in enumerate(cells) if _LIKE_A_NUMBER.fullmatch(cell)]
        if len(numeric) == 1:
            return numeric[0], False
        known = [place for place, name in enumerate(names) if name in KNOWN_NAMES]
        if not numeric and len(known) == 1:
            return known[0], True
        if not numeric and len(cells) == 1:
            return 0, False  # whatever it is, it is reported as a row
        raise RegisterError(
            f"{self.name}:1: cannot tell which column holds the numbers; name it with --column"
        )


@contextmanager
def open_numbers(path: Path, column: str | None = None) -> Iterator[NumberFile]:
    """Raises RegisterError for what cannot be read at all."""
    if not path.is_file():
        raise RegisterError(f"{path}: {'is not a file' if path.exists() else 'there is no such file'}")
    with path.open("rb") as binary:
        encoding = "utf-16" if binary.read(2) in _UTF_16 else "utf-8-sig"
        binary.seek(0)
        # Numbers are ASCII in every encoding that comes here; whatever else is in a line, nobody reads.
        with TextIOWrapper(binary, encoding, errors="surrogateescape", newline="") as text:
            try:
                yield NumberFile(path, binary, text, column)
            except UnicodeError:
                raise RegisterError(f"{path.name}: is not a text file; save it as CSV in UTF-8") from None


def _split(line: str, delimiter: str) -> list[str]:
    """As far as the quotes make sense: a number before a broken one counts."""
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return line.split(delimiter)


def _readable(name: str) -> str:
    """A header written in the Chinese encodings of older systems."""
    raw = name.encode("utf-8", "surrogateescape")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("gb18030", "replace")
