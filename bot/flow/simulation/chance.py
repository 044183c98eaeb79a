"""Chance for a simulation: a hash of the seed, the customer and what is asked, whatever the order of asking."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import TypeVar

T = TypeVar("T")

_RANGE = 1 << 56


class Chance:
    """One customer's draws. The same name is always answered the same; `n` tells repeated questions apart."""

    __slots__ = ("_name",)

    def __init__(self, seed: int, number: int) -> None:
        self._name = f"{seed}:{number}:"

    def draw(self, what: str, n: int = 0) -> float:
        """A number in [0, 1)."""
        digest = blake2b(f"{self._name}{what}:{n}".encode(), digest_size=7).digest()
        return int.from_bytes(digest) / _RANGE

    def happens(self, odds: float, what: str, n: int = 0) -> bool:
        return odds > 0 and self.draw(what, n) < odds

    def between(self, low: float, high: float, what: str, n: int = 0) -> float:
        return low + (high - low) * self.draw(what, n)

    def pick(self, choices: Sequence[T], what: str, n: int = 0) -> T:
        return choices[int(self.draw(what, n) * len(choices))]

    def weighted(self, choices: Sequence[tuple[T, float]], what: str, n: int = 0) -> T | None:
        """One of the choices, as likely as its weight says; None for what the weights leave of 1."""
        point = self.draw(what, n)
        for choice, weight in choices:
            point -= weight
            if point < 0:
                return choice
        return None
