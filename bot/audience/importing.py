"""First stage of the path: a file becomes customers and, where asked, a risk list; all of it or nothing.

One transaction holds the whole import: whoever reads meanwhile sees the customers as they were before, and a
failure at any row leaves no trace. Inside, all goes in streams and chunks, so memory does not grow with the
file.
"""

from __future__ import annotations

import hashlib
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path

from bot.audience.column_map import ColumnMap
from bot.audience.csv_source import open_csv
from bot.audience.errors import AudienceError, MapError, SourceError
from bot.audience.marking import Marking
from bot.audience.parquet_source import open_parquet
from bot.audience.rejects import RejectSpool, write_rejects
from bot.audience.report import ImportReport, Progress, silent
from bot.audience.rows import RowReader
from bot.audience.source import WHOLE_ROW, BrokenRow, Source
from bot.audience.taking import Lists, conclude, take
from bot.store import imports, staging
from bot.store.staging import StagedCustomer
from bot.store.transaction import Transaction, Tx

CSV_ENDINGS = (".csv", ".tsv", ".txt")
PARQUET_ENDINGS = (".parquet", ".pq")
PROGRESS_EVERY = 2_000


def import_file(
    transaction: Transaction,
    path: Path,
    column_map: ColumnMap,
    *,
    now: datetime,
    default_region: str,
    rejects_folder: Path,
    risk_list: str | None = None,
    rehearsal: bool = False,
    progress: Progress = silent,
) -> ImportReport:
    """Raises AudienceError, with nothing taken, where the file or the map cannot be used at all.

    A row that cannot be taken is a reject with its column and reason; the others go on. A cell about a named list that
    cannot be read is set aside in the same words, and its row is taken.
    """
    _allow_synthesis(column_map, rehearsal)
    with open_source(path, column_map) as source, transaction() as tx, RejectSpool() as spool:
        import_id = _begin(tx, path, column_map, now)
        reader = RowReader(column_map, source.positions, default_region)
        marks = column_map.marks
        marking = Marking(column_map, marks, path.name, source.positions, spool) if marks else None
        rows_read = _stage(tx, source, reader, marking, spool, progress)
        imports.store_rejects(tx, import_id, spool)
        _reject_conflicts(tx, import_id, column_map)
        taken = take(tx, tuple(column_map.fields), risk_list, "import", now, progress)
        lists = marking.carry_out(tx, import_id, now) if marking else Lists()
        reject_path = None
        if lists.set_aside or taken.customers.total < rows_read:
            reject_path = write_rejects(rejects_folder, path.name, import_id, imports.rejects(tx, import_id))
        return conclude(tx, import_id, rows_read, taken, reject_path, lists)


def open_source(path: Path, column_map: ColumnMap) -> AbstractContextManager[Source]:
    """Raises SourceError for what is no file of a kind that we read."""
    if not path.exists():
        raise SourceError(f"{path}: there is no such file")
    if not path.is_file():
        raise SourceError(f"{path}: is not a file")
    ending = path.suffix.lower()
    if ending in CSV_ENDINGS:
        return open_csv(path, column_map)
    if ending in PARQUET_ENDINGS:
        return open_parquet(path, column_map)
    known = ", ".join(CSV_ENDINGS + PARQUET_ENDINGS)
    raise SourceError(f"{path}: cannot tell what kind of file {ending or 'this'} is; known are {known}")


def _begin(tx: Tx, path: Path, column_map: ColumnMap, now: datetime) -> int:
    return imports.begin(
        tx,
        file_name=path.name,
        file_sha256=_sha256(path),
        map_name=column_map.name,
        consent_evidence=column_map.consent_evidence,
        now=now,
    )


def _stage(
    tx: Tx,
    source: Source,
    reader: RowReader,
    marking: Marking | None,
    spool: RejectSpool,
    progress: Progress,
) -> int:
    """Stream the file into the staging table; answers how many rows the file has."""
    rows_read = 0
    with staging.staging(tx) as stage:
        for row in source.rows():
            rows_read += 1
            if rows_read % PROGRESS_EVERY == 0:
                progress("read", source.done(), source.total)
            if isinstance(row, BrokenRow):
                spool.add(row.row_number, WHOLE_ROW, row.reason)
                continue
            read = reader.read(row.row_number, row.cells)
            if isinstance(read, StagedCustomer):
                stage(marking.add(read, row.cells) if marking else read)
            else:
                for reject in read:
                    spool.add(reject.row_number, reject.column, reject.reason)
    progress("read", source.total, source.total)
    return rows_read


def _reject_conflicts(tx: Tx, import_id: int, column_map: ColumnMap) -> None:
    staging.reject_repeated_customers(tx, import_id, column_map.column_of("external_id"))
    staging.reject_unknown_owners(tx, import_id, column_map.column_of("owner"))
    try:
        staging.give_numbers(tx)
    except staging.RangeUsedUp as error:
        raise AudienceError(str(error)) from None
    staging.reject_numbers_of_others(tx, import_id, column_map.column_of("msisdn"))


def _allow_synthesis(column_map: ColumnMap, rehearsal: bool) -> None:
    place = column_map.synthesised_at()
    if place is not None and not rehearsal:
        raise MapError(column_map.file, place, "made-up values are for a rehearsal only: pass --rehearsal")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
