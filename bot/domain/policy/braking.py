"""What stops a campaign by itself, as its policy says: `brakes: {opt_outs: {above: 5%}, stale_data: {after: 2d}}`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.domain.brakes import NEWEST, Brakes, Cause, Rule
from bot.domain.policy.fields import Field

OFF = "off"

_DEFAULT: Mapping[Cause, Mapping[str, Any]] = {
    Cause.CARRIER_ERRORS: {"above": "30%", "sample": 100, "over": "1h"},
    Cause.SPAM_FILTER: {"above": "5%", "sample": 100, "over": "1h"},
    Cause.OPT_OUTS: {"above": "10%", "sample": 200, "over": "1d"},
    Cause.COMPLAINTS: {"above": "2%", "sample": 200, "over": "1d"},
}
_HARM_SAMPLE = 500
_MOST_HARMED = 10_000_000
_KNOWN = (*(cause.value for cause in _DEFAULT), Cause.STALE_DATA.value, Cause.HARM.value)


def read_brakes(brakes: Field) -> Brakes:
    """Each brake is completed by its own defaults; `off` takes it away."""
    brakes.entries(_KNOWN)
    rates = {cause: _rule(brakes.at(cause.value), default) for cause, default in _DEFAULT.items()}
    stale, harm = brakes.at(Cause.STALE_DATA.value), brakes.at(Cause.HARM.value)
    return Brakes(
        rates={cause: rule for cause, rule in rates.items() if rule is not None},
        stale_after=_inside(stale, "after").duration() if _given(stale) else None,
        harm_sample=_harm(harm),
    )


def _rule(field: Field, default: Mapping[str, Any]) -> Rule | None:
    if field.value == OFF:
        return None
    if field.given:
        field.entries(tuple(default))
    given = field.value if isinstance(field.value, Mapping) else {}
    completed = Field({**default, **given}, field.path, field.faults)
    above, over = completed.at("above").share(), completed.at("over").duration()
    sample = _count(completed.at("sample"), NEWEST)
    return Rule(above, sample, over) if above is not None and sample and over else None


def _harm(field: Field) -> int | None:
    if not field.given:
        return _HARM_SAMPLE
    return _count(_inside(field, "sample"), _MOST_HARMED) if _given(field) else None


def _given(field: Field) -> bool:
    return field.given and field.value != OFF


def _inside(field: Field, name: str) -> Field:
    field.entries((name,))
    return field.at(name)


def _count(field: Field, most: int) -> int | None:
    value = field.value
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= most:
        return value
    field.refuse(f"must be a whole number from 1 to {most}")
    return None
