"""An experiment with two or more ways: whether they were dealt as asked, and which did better than the first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

from bot.domain.sample_ratio import SRM_ALARM, Dealing, sample_ratio_p_of
from bot.domain.uplift import ArmOutcome, Uplift, p_of_no_difference, uplift

LEVEL = 0.05  # the chance of calling any of an experiment's differences real when none is


@dataclass(frozen=True, slots=True)
class Way:
    """`share` is what it was to be dealt on the whole; None where nobody knows, so that nothing can be checked."""

    name: str
    share: float | None
    outcome: ArmOutcome
    accepted: int
    granted: int
    opted_out: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """One way against the first.

    The intervals of all an experiment's comparisons hold together with 95 % (Bonferroni). `p` is corrected for
    their number after Holm, which proves a little more than the intervals show. Both are None with an empty way.
    """

    way: str
    against: str
    uplift: Uplift
    p: float | None

    @property
    def better(self) -> bool:
        return self.p is not None and self.p < LEVEL and self.uplift.difference > 0

    @property
    def worse(self) -> bool:
        return self.p is not None and self.p < LEVEL and self.uplift.difference < 0


@dataclass(frozen=True, slots=True)
class Experiment:
    name: str
    ways: tuple[Way, ...]  # the first is what the others are compared with
    comparisons: tuple[Comparison, ...]
    sample_ratio_p: float | None
    dealings: int = 1  # how often the weights were changed, and once more

    @property
    def customers(self) -> int:
        return sum(way.outcome.customers for way in self.ways)

    @property
    def uneven(self) -> bool:
        """The sizes cannot be chance: do not trust the comparison."""
        return self.sample_ratio_p is not None and self.sample_ratio_p < SRM_ALARM


def evaluate(name: str, ways: Sequence[Way], dealings: Sequence[Dealing] | None = None) -> Experiment:
    """`dealings`: where weights were changed on the way, those of each; the counts in the order of the ways."""
    if dealings is None:
        dealings = _one_dealing(ways)
    return Experiment(
        name=name,
        ways=tuple(ways),
        comparisons=compare([(way.name, way.outcome) for way in ways]),
        sample_ratio_p=sample_ratio_p_of(dealings) if dealings else None,
        dealings=len(dealings),
    )


def _one_dealing(ways: Sequence[Way]) -> list[Dealing]:
    shares = [way.share for way in ways if way.share is not None]
    return [Dealing([way.outcome.customers for way in ways], shares)] if len(shares) == len(ways) else []


def compare(outcomes: Sequence[tuple[str, ArmOutcome]]) -> tuple[Comparison, ...]:
    """Each with the first; the more there are, the more it takes to prove a difference."""
    (first, standard), *others = outcomes
    z = NormalDist().inv_cdf(1 - LEVEL / 2 / max(1, len(others)))
    chances = _holm([p_of_no_difference(outcome, standard) for _, outcome in others])
    return tuple(
        Comparison(name, first, uplift(outcome, standard, z), p)
        for (name, outcome), p in zip(others, chances, strict=True)
    )


def _holm(chances: Sequence[float | None]) -> list[float | None]:
    """Corrected for their number, in the given order; what is not known is not counted."""
    known = sorted((p, place) for place, p in enumerate(chances) if p is not None)
    corrected: list[float | None] = [None] * len(chances)
    largest = 0.0
    for rank, (p, place) in enumerate(known):
        largest = max(largest, min(1.0, p * (len(known) - rank)))
        corrected[place] = largest
    return corrected
