"""Rows that could not be taken: kept aside while the import streams, then stored and reported."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType

from bot.domain.spreadsheets import harmless
from bot.store.imports import StoredReject


class RejectSpool:
    """COPY keeps the connection busy while rows stream in, and all may be rejects: so they wait on disk."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile("w+", encoding="utf-8", newline="")  # noqa: SIM115 - closed by __exit__
        self._writer = csv.writer(self._file)

    def __enter__(self) -> RejectSpool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def add(self, row_number: int, column: str, reason: str) -> None:
        self._writer.writerow((row_number, column, reason))

    def __iter__(self) -> Iterator[tuple[int, str, str]]:
        self._file.seek(0)
        for row_number, column, reason in csv.reader(self._file):
            yield int(row_number), column, reason


def write_rejects(folder: Path, file_name: str, import_id: int, rejects: Iterable[StoredReject]) -> Path:
    """`<file>-<import>.csv` with row, column and reason; no cell's content, so it may be passed on."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{Path(file_name).stem}-{import_id}.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("row", "column", "reason"))
        for reject in rejects:
            writer.writerow((reject.row_number, harmless(reject.column), reject.reason))
    return path
