"""What is wrong with flow files, gathered for people and for programs."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from bot.flow.lint import lint
from bot.flow.load import read_flow
from bot.flow.model import Flow
from bot.rules.catalogue import FactorCatalogue
from bot.rules.problems import Problem, Severity, in_order


@dataclass(frozen=True, slots=True)
class Examined:
    """A flow file with all that is wrong with it; `flow` is None where it cannot be used."""

    path: Path
    flow: Flow | None
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class ProblemReport:
    flows: int
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> int:
        return sum(problem.severity is Severity.ERROR for problem in self.problems)

    @property
    def warnings(self) -> int:
        return len(self.problems) - self.errors

    def summary(self) -> str:
        """`10 flows, no problem` or `3 errors, 1 warning in 10 flows`."""
        flows = _counted(self.flows, "flow")
        counts = [(self.errors, "error"), (self.warnings, "warning")]
        found = ", ".join(_counted(number, noun) for number, noun in counts if number)
        return f"{found} in {flows}" if found else f"{flows}, no problem"

    def to_json(self) -> dict[str, object]:
        return {"flows": self.flows, "problems": [problem_to_json(problem) for problem in self.problems]}


def examine(
    path: Path, catalogue: FactorCatalogue | None, scripts: Collection[str] | None = None
) -> Examined:
    """`scripts` are the names of what managers say; without them a work order may name any."""
    reading = read_flow(path)
    if reading.flow is None:
        return Examined(path, None, tuple(reading.problems))
    found = lint(reading.flow, catalogue, scripts, reading.gaps)
    usable = reading.flow if not reading.problems else None
    return Examined(path, usable, tuple(in_order([*reading.problems, *found])))


def problem_to_json(problem: Problem) -> dict[str, object]:
    return {
        "file": problem.file,
        "line": problem.line,
        "column": problem.col,
        "code": problem.code,
        "severity": problem.severity.value,
        "message": problem.message,
        "hint": problem.hint,
    }


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
