"""What can be wrong with a file that people write, and where: for flows, conditions and the catalogue."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    ERROR = "error"  # the file cannot be used
    WARNING = "warning"  # it can, but somebody should look


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Line and column, both counted from 1, as editors do."""

    line: int = 1
    col: int = 1


@dataclass(frozen=True, slots=True)
class Problem:
    file: str
    line: int
    col: int
    code: str  # stable: scripts and documentation refer to it
    message: str
    hint: str = ""
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        hint = f" ({self.hint})" if self.hint else ""
        return f"{self.file}:{self.line}:{self.col}: {self.severity} {self.code}: {self.message}{hint}"


class Problems:
    """Gathers problems of one file, so that its author sees all of them at once."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.found: list[Problem] = []

    def add(
        self, place: Place, code: str, message: str, hint: str = "", severity: Severity = Severity.ERROR
    ) -> None:
        self.found.append(Problem(self.file, place.line, place.col, code, message, hint, severity))

    def warn(self, place: Place, code: str, message: str, hint: str = "") -> None:
        self.add(place, code, message, hint, Severity.WARNING)

    def in_order(self) -> list[Problem]:
        return sorted(self.found, key=lambda problem: (problem.line, problem.col, problem.code))


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A hint for a mistyped name, or nothing when no known name is near."""
    near = difflib.get_close_matches(name.lower(), list(known), n=1, cutoff=0.6)
    return f"did you mean {near[0]}?" if near else ""
