"""The functions that a condition may call: their types, and what they do in Python as in SQL."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bot.rules.tree import Kind

Run = Callable[[Sequence[Any]], Any]

_MANY = 20


@dataclass(frozen=True, slots=True)
class Signature:
    fewest: int
    most: int
    takes: Kind | None  # None: any one type for all of them
    gives: Kind | None  # None: the type that it takes
    run: Run
    null_if_any_null: bool = True


def round_half_away(value: float, digits: int) -> float:
    """As SQL does: 2.5 becomes 3 and -2.5 becomes -3, where Python would go to the even neighbour."""
    scale = 10.0**digits
    scaled = abs(value) * scale
    if not math.isfinite(scaled):
        return value
    whole = math.floor(scaled)
    rounded = whole + 1 if scaled - whole >= 0.5 else whole
    return math.copysign(rounded / scale, value)


def _round(values: Sequence[Any]) -> Any:
    value, *digits = values
    return round_half_away(value, int(digits[0]) if digits else 0)


def _letter_by_letter(change: Callable[[str], str]) -> Run:
    """As databases do; Python alone would turn ß into SS."""

    def changed(letter: str) -> str:
        other = change(letter)
        return other if len(other) == 1 else letter

    return lambda values: "".join(map(changed, values[0]))


def _coalesce(values: Sequence[Any]) -> Any:
    return next((value for value in values if value is not None), None)


def _of_the_known(choose: Callable[[list[Any]], Any]) -> Run:
    def run(values: Sequence[Any]) -> Any:
        known = [value for value in values if value is not None]
        return choose(known) if known else None

    return run


FUNCTIONS: dict[str, Signature] = {
    "abs": Signature(1, 1, Kind.NUMBER, None, lambda values: abs(values[0])),
    "round": Signature(1, 2, Kind.NUMBER, None, _round),
    "floor": Signature(1, 1, Kind.NUMBER, None, lambda values: float(math.floor(values[0]))),
    "ceil": Signature(1, 1, Kind.NUMBER, None, lambda values: float(math.ceil(values[0]))),
    "lower": Signature(1, 1, Kind.TEXT, None, _letter_by_letter(str.lower)),
    "upper": Signature(1, 1, Kind.TEXT, None, _letter_by_letter(str.upper)),
    "trim": Signature(1, 1, Kind.TEXT, None, lambda values: values[0].strip(" ")),
    "length": Signature(1, 1, Kind.TEXT, Kind.NUMBER, lambda values: float(len(values[0]))),
    "coalesce": Signature(2, _MANY, None, None, _coalesce, null_if_any_null=False),
    "least": Signature(2, _MANY, None, None, _of_the_known(min), null_if_any_null=False),
    "greatest": Signature(2, _MANY, None, None, _of_the_known(max), null_if_any_null=False),
}
