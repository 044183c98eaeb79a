"""Reads Parquet in record batches, only the columns that the map names, each cell as text, as in a CSV."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from bot.audience.column_map import ColumnMap
from bot.audience.errors import SourceError
from bot.audience.source import BrokenRow, GoodRow, require_columns

BATCH = 10_000


@contextmanager
def open_parquet(path: Path, column_map: ColumnMap) -> Iterator[ParquetSource]:
    """Raises SourceError, or MapError for a column that the file lacks."""
    try:
        file = pq.ParquetFile(path)
    except (pa.ArrowInvalid, OSError) as error:
        reason = "the file is empty" if path.stat().st_size == 0 else str(error).splitlines()[0]
        raise SourceError(f"{path}: not a Parquet file: {reason}") from None
    with file:
        yield ParquetSource(path, file, column_map)


class ParquetSource:
    def __init__(self, path: Path, file: Any, column_map: ColumnMap) -> None:
        schema = file.schema_arrow
        require_columns(column_map, schema.names)
        self._file = file
        self._wanted = list(column_map.columns())
        for name in self._wanted:
            if pa.types.is_nested(schema.field(name).type):
                raise SourceError(f"{path}: column {name!r} holds lists or structures, not plain values")
        self._done = 0
        self.total = int(file.metadata.num_rows)
        self.positions: Mapping[str, int] = {name: position for position, name in enumerate(self._wanted)}

    def done(self) -> int:
        return self._done

    def rows(self) -> Iterator[GoodRow | BrokenRow]:
        for batch in self._file.iter_batches(batch_size=BATCH, columns=self._wanted):
            columns = [batch.column(name).to_pylist() for name in self._wanted]
            for cells in zip(*columns, strict=True):
                self._done += 1
                texts = [_text(cell) for cell in cells]
                if any("\x00" in text for text in texts):
                    yield BrokenRow(self._done, "holds a NUL character")
                else:
                    yield GoodRow(self._done, texts)


def _text(cell: object) -> str:
    match cell:
        case None:
            return ""
        case str():
            return cell
        case bool():
            return "true" if cell else "false"
        case float():
            return "" if cell != cell else str(int(cell)) if cell.is_integer() else repr(cell)
        case datetime() | date():
            return cell.isoformat()
        case bytes():
            return cell.decode("utf-8", errors="replace")
        case _:
            return str(cell)
