"""What an import of a do-not-call list tells its caller, while it runs and when it is done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

#: (stage, done, total): bytes read, then numbers stored.
Progress = Callable[[str, int, int], None]


def silent(stage: str, done: int, total: int) -> None:
    """For callers that show no progress."""


@dataclass(frozen=True, slots=True)
class ListReport:
    import_id: int
    rows_read: int
    rejected: int
    added: int
    removed: int
    held_back: bool  # nothing was taken off the list, because rows could not be read
    runs_told: int  # customers under way who are not contacted any more
    reject_path: Path | None
    first_rejects: tuple[str, ...]  # `file:row: reason`
