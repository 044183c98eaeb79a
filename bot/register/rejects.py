"""Rows of a list that hold no number: their places and reasons, set aside in a file of their own."""

from __future__ import annotations

import csv
import os
import tempfile
from pathlib import Path
from types import TracebackType

SHOWN = 5


class Rejects:
    """Written while the list streams in; the file stays only if it is asked for. No cell's content is repeated."""

    def __init__(self, folder: Path, file_name: str) -> None:
        self._folder = folder
        self._name = file_name
        self.count = 0
        self.first: list[str] = []

    def __enter__(self) -> Rejects:
        self._folder.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=self._folder, suffix=".part")
        self._path = Path(name)
        self._file = os.fdopen(descriptor, "w", encoding="utf-8-sig", newline="")
        self._writer = csv.writer(self._file)
        self._writer.writerow(("row", "reason"))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        self._path.unlink(missing_ok=True)

    def add(self, row: int, reason: str) -> None:
        self.count += 1
        if self.count <= SHOWN:
            self.first.append(f"{self._name}:{row}: {reason}")
        self._writer.writerow((row, reason))

    def keep(self, as_: str) -> Path | None:
        """Where they are from now on, with this after the list's name; None where there are none."""
        if not self.count:
            return None
        self._file.flush()
        path = self._folder / f"{Path(self._name).stem}-{as_}.csv"
        return self._path.replace(path)
