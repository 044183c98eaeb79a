"""What a telephone number tells of where its owner may be: country and time zones, from Google's metadata."""

from __future__ import annotations

from functools import lru_cache

import phonenumbers
from phonenumbers import timezone

from bot.domain.wall_clock import is_zone

#: A block of numbers is in one country and its zones: no prefix of the metadata is longer.
_BLOCK = len("+") + 9


def country_of(msisdn: str) -> str | None:
    """ISO 3166 code; None for a number that no plan has."""
    return _block(*_split(msisdn))[0]


def zones_of(msisdn: str) -> tuple[str, ...]:
    """Every zone that the number may be in, a mobile one all over its country; none is nothing known."""
    return _block(*_split(msisdn))[1]


def _split(msisdn: str) -> tuple[str, int]:
    return msisdn[:_BLOCK], len(msisdn) - _BLOCK


@lru_cache(maxsize=1 << 16)
def _block(start: str, more: int) -> tuple[str | None, tuple[str, ...]]:
    """Of the first number of the block that is possible at all: one in the middle, since some blocks end early."""
    try:
        number = phonenumbers.parse(start + "5" * max(more, 0))
    except phonenumbers.NumberParseException:
        return None, ()
    country = phonenumbers.region_code_for_number(number)
    if country is None:
        return None, ()
    zones = timezone.time_zones_for_number(number)
    return country, tuple(name for name in zones if is_zone(name))
