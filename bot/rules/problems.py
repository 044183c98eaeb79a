"""What can be wrong with a file that people write, and where: for flows, conditions and the catalogue."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.sentences import Words, in_words, say
from bot.rules.hints import Hint


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
    said: Words
    advice: Words = ""
    severity: Severity = Severity.ERROR

    @property
    def message(self) -> str:
        return in_words(self.said)

    @property
    def hint(self) -> str:
        return in_words(self.advice)

    def words(self, language: str = "en") -> str:
        """What is wrong, and what may help; what nobody has translated stays English."""
        hint = in_words(self.advice, language)
        said = in_words(self.said, language)
        if not hint:
            return said
        return f"{said}（{hint}）" if language == "zh" else f"{said} ({hint})"

    def placed(self, language: str = "en") -> str:
        return f"{self.file}:{self.line}:{self.col}: {self.severity} {self.code}: {self.words(language)}"

    def __str__(self) -> str:
        return self.placed()


class Problems:
    """Gathers problems of one file, so that its author sees all of them at once."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.found: list[Problem] = []

    def add(
        self, place: Place, code: str, said: Words, hint: Words = "", severity: Severity = Severity.ERROR
    ) -> None:
        self.found.append(Problem(self.file, place.line, place.col, code, said, hint, severity))

    def warn(self, place: Place, code: str, said: Words, hint: Words = "") -> None:
        self.add(place, code, said, hint, Severity.WARNING)

    def in_order(self) -> list[Problem]:
        return in_order(self.found)


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """As the files are read, each problem once: what an alias repeats is one mistake of its author."""
    once = {str(problem): problem for problem in problems}
    return sorted(once.values(), key=lambda one: (one.file, one.line, one.col, one.code))


def meant(name: str, known: Iterable[str]) -> Words:
    """A hint for a mistyped name, or nothing when no known name is near."""
    near = meant_name(name, known)
    return say(Hint.DID_YOU_MEAN, near=near) if near else ""


def meant_name(name: str, known: Iterable[str]) -> str | None:
    return next(iter(difflib.get_close_matches(name.lower(), list(known), n=1, cutoff=0.6)), None)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """The same in English."""
    return in_words(meant(name, known))
