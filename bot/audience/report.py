"""What an import tells its caller, while it runs and when it is done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

#: (stage, done, total), in the stage's own unit: bytes, rows or customers.
Progress = Callable[[str, int, int], None]


def silent(stage: str, done: int, total: int) -> None:
    """For callers that show no progress."""


@dataclass(frozen=True, slots=True)
class ImportReport:
    import_id: int
    rows_read: int
    new: int
    updated: int
    unchanged: int
    rejected: int
    reject_path: Path | None
    risk_list_id: int | None
    risk_list_size: int
    marked: int  # customers newly on a named list, each counted once a list
    unmarked: int
    set_aside: int  # cells about lists that nobody could read; their rows were taken
    first_set_aside: tuple[str, ...]  # `file:row:column: reason`

    @property
    def taken(self) -> int:
        return self.new + self.updated + self.unchanged
