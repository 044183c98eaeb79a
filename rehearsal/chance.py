"""Chance for the whole rehearsal: a hash of the seed and a name, so that a run can be repeated exactly."""

from collections.abc import Iterator, Sequence
from hashlib import blake2b
from math import log
from typing import TypeVar

T = TypeVar("T")


class Chance:
    """Draws that depend on the seed and the given parts alone, never on the order of asking."""

    __slots__ = ("_seed",)

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def draw(self, *parts: object) -> float:
        """A number in [0, 1)."""
        name = "\x1f".join(map(str, (self._seed, *parts))).encode()
        return int.from_bytes(blake2b(name, digest_size=7).digest()) / (1 << 56)

    def happens(self, odds: float, *parts: object) -> bool:
        return odds > 0 and self.draw(*parts) < odds

    def between(self, low: float, high: float, *parts: object) -> float:
        return low + (high - low) * self.draw(*parts)

    def pick(self, choices: Sequence[T], *parts: object) -> T:
        return choices[int(self.draw(*parts) * len(choices))]

    def arrivals(self, per_day: float, days: float, *parts: object) -> Iterator[float]:
        """When something happens that happens so often: days from now, up to so many, as a Poisson process."""
        day = 0.0
        number = 0
        while per_day > 0:
            day -= log(1 - self.draw(*parts, number)) / per_day
            if day > days:
                return
            yield day
            number += 1

    def weighted(self, choices: Sequence[tuple[T, float]], *parts: object) -> T:
        """One of the choices, each as likely as its weight says."""
        point = self.draw(*parts) * sum(weight for _, weight in choices)
        for choice, weight in choices:
            point -= weight
            if point < 0:
                return choice
        return choices[-1][0]
