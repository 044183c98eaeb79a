"""Moments on the customer's own wall clock: the next 10:00, the next Monday, three days before a date."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def zone_of(facts: Mapping[str, object]) -> tzinfo:
    """The customer's zone; UTC where it is unknown (the gate has its own, stricter view of that)."""
    return _zone(str(facts.get("time_zone") or "UTC"))


@lru_cache(maxsize=1024)
def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


def next_time(now: datetime, zone: tzinfo, at: time, weekday: int | None = None) -> datetime:
    """The next such moment after `now`; a wall clock time that a DST change leaves out is taken an hour later."""
    day = now.astimezone(zone).date()
    while True:
        moment = on(day, at, zone)
        if moment > now and (weekday is None or day.weekday() == weekday):
            return moment
        day += timedelta(days=1)


def on(day: date, at: time, zone: tzinfo) -> datetime:
    """In UTC; of a time that happens twice, the first."""
    return datetime.combine(day, at, zone).astimezone(UTC)


def as_date(value: object, zone: tzinfo) -> date | None:
    """A factor's date as the customer sees it; None for what is none."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
        if value.tzinfo is None:
            return value.date()
    if isinstance(value, datetime):
        return value.astimezone(zone).date() if value.tzinfo is not None else value.date()
    return value if isinstance(value, date) else None


def read_time(text: str) -> time | None:
    """`10:00`; None when it is none."""
    try:
        found = time.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is None and len(text) == len("10:00") else None
