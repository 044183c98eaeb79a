"""Two things that a policy says, side by side: whether the second permits more than the first, or less."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

from bot.domain.sentences import Said, Words


class Direction(StrEnum):
    LOOSER = "looser"  # it permits all that was permitted, and more
    TIGHTER = "tighter"  # it permits only what was permitted, and less
    DIFFERENT = "different"  # partly one, partly the other, or neither

    @property
    def back(self) -> Direction:
        """From the second to the first."""
        return _BACK[self]


_BACK = {
    Direction.LOOSER: Direction.TIGHTER,
    Direction.TIGHTER: Direction.LOOSER,
    Direction.DIFFERENT: Direction.DIFFERENT,
}


@dataclass(frozen=True, slots=True)
class Difference:
    """One rule that is other: `part` is the field of the policy that says it."""

    part: str
    rule: Said
    before: Words
    after: Words
    direction: Direction


_Number = TypeVar("_Number", int, Decimal, timedelta)
_Value = TypeVar("_Value")

LOOSER, TIGHTER, DIFFERENT = Direction


def of_numbers(before: _Number | None, after: _Number | None, more: Direction) -> Direction | None:
    """`more` is what a greater number means; none at all binds nobody."""
    if before == after:
        return None
    if before is None or after is None:
        return LOOSER if after is None else TIGHTER
    return more if after > before else more.back


def of_sets(before: AbstractSet[_Value], after: AbstractSet[_Value], more: Direction) -> Direction | None:
    if before == after:
        return None
    if before < after:
        return more
    return more.back if after < before else DIFFERENT


def of_flags(before: bool, after: bool, yes: Direction) -> Direction | None:
    if before == after:
        return None
    return yes if after else yes.back


def together(directions: Iterator[Direction | None]) -> Direction | None:
    """Of a rule with several figures."""
    found = {one for one in directions if one is not None}
    if not found:
        return None
    return found.pop() if len(found) == 1 else DIFFERENT


def differing(
    part: str,
    rule: Said,
    before: _Value,
    after: _Value,
    direction: Direction | None,
    told: Callable[[_Value], Words],
) -> Iterator[Difference]:
    """Nothing, where there is no direction."""
    if direction is not None:
        yield Difference(part, rule, told(before), told(after), direction)
