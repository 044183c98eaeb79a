"""The functions that a condition may call: their types, and what they do in Python as in SQL."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.rules.tree import Kind

Computed = float | str | bool | object | None


@dataclass(frozen=True, slots=True)
class Signature:
    fewest: int
    most: int
    takes: Kind | None  # None: any one type for all of them
    gives: Kind | None  # None: the type that it takes
    run: Callable[[Sequence[Computed]], Computed]
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


def _round(values: Sequence[Computed]) -> Computed:
    value, *digits = values
    assert isinstance(value, float)
    return round_half_away(value, int(digits[0]) if digits else 0)  # type: ignore[call-overload]


def _lower(values: Sequence[Computed]) -> Computed:
    return "".join(_one(letter, letter.lower()) for letter in str(values[0]))


def _upper(values: Sequence[Computed]) -> Computed:
    return "".join(_one(letter, letter.upper()) for letter in str(values[0]))


def _one(letter: str, changed: str) -> str:
    """Databases map letter by letter; Python would turn ß into SS."""
    return changed if len(changed) == 1 else letter


def _coalesce(values: Sequence[Computed]) -> Computed:
    return next((value for value in values if value is not None), None)


def _extreme(choose: Callable[[list[Computed]], Computed]) -> Callable[[Sequence[Computed]], Computed]:
    def run(values: Sequence[Computed]) -> Computed:
        known = [value for value in values if value is not None]
        return choose(known) if known else None

    return run


_MANY = 20

FUNCTIONS: dict[str, Signature] = {
    "abs": Signature(1, 1, Kind.NUMBER, None, lambda v: abs(v[0])),  # type: ignore[arg-type]
    "round": Signature(1, 2, Kind.NUMBER, None, _round),
    "floor": Signature(1, 1, Kind.NUMBER, None, lambda v: float(math.floor(v[0]))),  # type: ignore[arg-type]
    "ceil": Signature(1, 1, Kind.NUMBER, None, lambda v: float(math.ceil(v[0]))),  # type: ignore[arg-type]
    "lower": Signature(1, 1, Kind.TEXT, None, _lower),
    "upper": Signature(1, 1, Kind.TEXT, None, _upper),
    "trim": Signature(1, 1, Kind.TEXT, None, lambda v: str(v[0]).strip(" ")),
    "length": Signature(1, 1, Kind.TEXT, Kind.NUMBER, lambda v: float(len(str(v[0])))),
    "coalesce": Signature(2, _MANY, None, None, _coalesce, null_if_any_null=False),
    "least": Signature(2, _MANY, None, None, _extreme(min), null_if_any_null=False),  # type: ignore[type-var, arg-type]
    "greatest": Signature(2, _MANY, None, None, _extreme(max), null_if_any_null=False),  # type: ignore[type-var, arg-type]
}
