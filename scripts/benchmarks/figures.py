"""What a benchmark found: figures as the medians of their runs, ratios held against their targets."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from statistics import median
from typing import Any


class Want(StrEnum):
    AT_LEAST = "at least"
    AT_MOST = "at most"


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured quantity; `runs` holds it once for each round, in their order."""

    name: str
    unit: str
    runs: Sequence[float]
    quoted: bool = False  # from a publication: not measured here

    @property
    def median(self) -> float:
        return median(self.runs)

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "unit": self.unit,
            "median": _rounded(self.median),
            "runs": [_rounded(run) for run in self.runs],
            "quoted": self.quoted,
        }


@dataclass(frozen=True, slots=True)
class Target:
    """A number from the design and what was measured for it; a ratio has no unit."""

    name: str
    value: float
    want: Want
    bound: float
    unit: str = ""

    @property
    def met(self) -> bool:
        return self.value >= self.bound if self.want is Want.AT_LEAST else self.value <= self.bound

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "value": _rounded(self.value),
            "unit": self.unit,
            "want": f"{self.want} {self.bound:g}",
            "met": self.met,
        }


@dataclass(slots=True)
class Findings:
    """All that one benchmark has to say."""

    benchmark: str
    load: str
    figures: list[Figure] = field(default_factory=list)
    targets: list[Target] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        return {
            "benchmark": self.benchmark,
            "load": self.load,
            "figures": [figure.to_json() for figure in self.figures],
            "targets": [target.to_json() for target in self.targets],
        }


def of_rounds(ours: Figure, theirs: Figure) -> float:
    """The median of the ratios of each round: what slowed a whole round down has slowed both."""
    return median(one / other for one, other in zip(ours.runs, theirs.runs, strict=True))


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that `share` of all do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def _rounded(value: float) -> float:
    return float(f"{value:.4g}")
