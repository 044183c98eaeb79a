"""Reads a campaign's own offer, as it is stored in JSON or given on a command line."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal

from bot.flow.fields import read_duration


def read_offer(given: Mapping[str, object]) -> dict[str, Decimal | timedelta | str]:
    """`{"min_recharge": 50, "within": "7d"}` as an offer's terms; ValueError names the field that is none."""
    return {name: _term(name, value) for name, value in given.items()}


def _term(name: str, value: object) -> Decimal | timedelta | str:
    if isinstance(value, timedelta | Decimal):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        return Decimal(str(value))
    if isinstance(value, str) and value.strip():
        return read_duration(value) or _number(value) or value
    raise ValueError(f"offer.{name}: {value!r} is neither an amount, a duration such as 7d, nor a word")


def _number(text: str) -> Decimal | None:
    return Decimal(text) if text.replace(".", "", 1).isdecimal() else None
