"""How much a campaign may spend, as its policy says: `spend: {money: 5000, per_day: 800, bonuses: 2000}`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from json import dumps, loads
from typing import Any

from bot.domain.policy.fields import Fault, Field, PolicyError
from bot.domain.policy.wording import Wrong
from bot.domain.spend import LONGEST_CALL, Ceiling, Limits, begun_minutes
from bot.domain.wall_clock import is_zone

_KINDS = ("money", "bonuses", "segments", "minutes")

#: Nobody means more, and the accounts can hold it: a limit that the database refuses would hold all campaigns up.
MOST = 1_000_000_000
_PLACES = 6  # behind the point, as the accounts have


def read_spend(spend: Field) -> Limits:
    spend.entries((*_KINDS, "per_day", "zone", "longest_call"))
    per_day, longest, zone = spend.at("per_day"), spend.at("longest_call"), spend.at("zone")
    if isinstance(per_day.value, dict):
        per_day.entries(_KINDS)
        daily = _ceiling(per_day)
    else:
        daily = Ceiling(money=_money(per_day))  # a bare figure is money
    limits = Limits(
        total=_ceiling(spend),
        per_day=daily,
        zone=_zone(zone) if zone.given else None,
        longest_call=(longest.duration() if longest.given else None) or LONGEST_CALL,
    )
    _check_minutes(spend.at("minutes"), limits.total, limits)
    _check_minutes(per_day.at("minutes"), limits.per_day, limits)
    _check_day(per_day, limits)
    return limits


def limits_of(policy: Mapping[str, Any]) -> Limits | None:
    """Of a stored policy; None where it sets none. Raises PolicyError, as reading all of it would."""
    limits = _remembered(dumps(policy["spend"], sort_keys=True)) if policy.get("spend") else None
    return limits if limits is not None and limits.given else None


def longest_call_of(policy: Mapping[str, Any]) -> timedelta | None:
    """When the carrier is to end a call, so that what is reserved for it is a bound; None where nothing bounds it."""
    spend = policy.get("spend")
    if not spend:
        return None
    limits = _remembered(dumps(spend, sort_keys=True))
    return limits.longest_call if limits.given or "longest_call" in spend else None


@lru_cache(maxsize=256)
def _remembered(stored: str) -> Limits:
    faults: list[Fault] = []
    limits = read_spend(Field(loads(stored), ("spend",), faults))
    if faults:
        raise PolicyError(faults)
    return limits


def _ceiling(fields: Field) -> Ceiling:
    return Ceiling(
        segments=_whole(fields.at("segments")),
        minutes=_whole(fields.at("minutes")),
        money=_money(fields.at("money")),
        bonuses=_money(fields.at("bonuses")),
    )


def _check_minutes(field: Field, ceiling: Ceiling, limits: Limits) -> None:
    """Under a smaller one no call could ever be made."""
    one_call = begun_minutes(limits.longest_call)
    if ceiling.minutes is not None and ceiling.minutes < one_call:
        field.refuse(Wrong.LESS_THAN_A_CALL, minutes=ceiling.minutes, one_call=one_call)


def _check_day(per_day: Field, limits: Limits) -> None:
    for kind in _KINDS:
        day, total = getattr(limits.per_day, kind), getattr(limits.total, kind)
        if day is not None and total is not None and day > total:
            place = per_day.at(kind) if isinstance(per_day.value, dict) else per_day
            place.refuse(Wrong.DAY_ABOVE_TOTAL, day=day, total=total)


def _whole(field: Field) -> int | None:
    if not field.given:
        return None
    value = field.value
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= MOST:
        return value
    field.refuse(Wrong.NO_LIMIT, most=MOST)
    return None


def _money(field: Field) -> Decimal | None:
    if not field.given:
        return None
    try:
        amount = Decimal(str(field.value))
    except InvalidOperation:
        amount = Decimal(0)
    fits = amount.is_finite() and 0 < amount <= MOST and round(amount, _PLACES) == amount
    if fits and not isinstance(field.value, bool):
        return amount
    field.refuse(Wrong.NO_AMOUNT, value=field.value, most=MOST, places=_PLACES)
    return None


def _zone(field: Field) -> str | None:
    if isinstance(field.value, str) and is_zone(field.value):
        return field.value
    field.refuse(Wrong.NO_ZONE, value=field.value)
    return None
