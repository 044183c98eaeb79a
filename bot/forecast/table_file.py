"""A dry run's lines as a file, Parquet or CSV, written as they come and in place only when whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import pyarrow as pa
from pyarrow import csv, parquet

from bot.domain.spreadsheets import harmless
from bot.forecast.errors import ForecastError
from bot.forecast.row import Forecast

_WORD = pa.dictionary(pa.int32(), pa.string())
_MOMENT = pa.timestamp("us", tz="UTC")
SCHEMA = pa.schema(
    [
        pa.field("customer_id", pa.int64(), nullable=False),
        pa.field("external_id", pa.string(), nullable=False),
        pa.field("number", pa.string(), nullable=False),
        pa.field("arm", _WORD, nullable=False),
        pa.field("standing", _WORD, nullable=False),
        pa.field("step", _WORD),
        pa.field("channel", _WORD),
        pa.field("purpose", _WORD),
        pa.field("language", _WORD, nullable=False),
        pa.field("characters", pa.int32()),
        pa.field("segments", pa.int16()),
        pa.field("planned_at", _MOMENT),
        pa.field("verdict", _WORD, nullable=False),
        pa.field("reason", _WORD),
        pa.field("contact_at", _MOMENT),
        pa.field("contact_local", _WORD),
        pa.field("time_zone", _WORD),
        pa.field("zone_known", pa.bool_(), nullable=False),
    ]
)
assert tuple(SCHEMA.names) == Forecast._fields

ENDINGS = (".parquet", ".csv")


class Sink(Protocol):
    def write_batch(self, batch: pa.RecordBatch) -> None: ...


@contextmanager
def table_file(path: Path) -> Iterator[Sink]:
    """By the name's ending. What breaks off leaves no file behind, and an older one untouched. Raises ForecastError."""
    if path.suffix not in ENDINGS:
        raise ForecastError(f"{path}: must end with {' or '.join(ENDINGS)}")
    if not path.parent.is_dir():
        raise ForecastError(f"{path}: there is no folder {path.parent}")
    part = path.with_name(f".{path.name}.part")
    try:
        with _writer(part, path.suffix) as writer:
            yield writer if isinstance(writer, parquet.ParquetWriter) else _Spreadsheet(writer)
        part.replace(path)
    except OSError as error:
        raise ForecastError(f"{path}: cannot be written: {error.strerror or error}") from None
    finally:
        part.unlink(missing_ok=True)


def _writer(part: Path, suffix: str) -> parquet.ParquetWriter | csv.CSVWriter:
    if suffix == ".parquet":
        return parquet.ParquetWriter(part, SCHEMA, compression="zstd")
    return csv.CSVWriter(part, SCHEMA)


class _Spreadsheet:
    """The customers' own names come from files of others."""

    def __init__(self, writer: csv.CSVWriter) -> None:
        self._writer = writer

    def write_batch(self, batch: pa.RecordBatch) -> None:
        column = SCHEMA.get_field_index("external_id")
        names = [harmless(name) for name in batch.column(column).to_pylist()]
        self._writer.write_batch(batch.set_column(column, SCHEMA.field(column), pa.array(names, pa.string())))


def record_batch(forecasts: Sequence[Forecast]) -> pa.RecordBatch:
    columns = zip(*forecasts, strict=True)
    return pa.RecordBatch.from_arrays(
        [pa.array(column, type=field.type) for column, field in zip(columns, SCHEMA, strict=True)],
        schema=SCHEMA,
    )
