"""When a person may be contacted, in the person's own time: the only place that knows zones.

A window is a span of local wall-clock time on given weekdays. Several a day are allowed (a rest at noon).
Where the zone is unknown, only the hours that every candidate zone permits count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

EVERY_DAY = frozenset(range(7))
_HORIZON_DAYS = 15  # a policy without a single permitted hour in a fortnight is treated as having none


@dataclass(frozen=True, slots=True)
class Window:
    """Local time from `opens` (included) to `closes` (excluded); weekdays 0 = Monday."""

    opens: time
    closes: time
    weekdays: frozenset[int] = EVERY_DAY


@dataclass(frozen=True, slots=True)
class Open:
    """Permitted now, and until `closes_at`."""

    closes_at: datetime


@dataclass(frozen=True, slots=True)
class Closed:
    """Not permitted now; next at `opens_at`, or never within the horizon."""

    opens_at: datetime | None


@cache
def zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def hours(
    windows: Sequence[Window], zones: Sequence[str], holidays: frozenset[date], now: datetime
) -> Open | Closed:
    """Whether `now` is permitted in all of `zones`; no zone at all is never permitted."""
    if not zones:
        return Closed(None)
    moment = now
    limit = now + timedelta(days=_HORIZON_DAYS)
    while moment < limit:
        answers = [_in_zone(windows, zone(name), holidays, moment) for name in zones]
        closed = [answer for answer in answers if isinstance(answer, Closed)]
        if not closed:
            closes_at = min(answer.closes_at for answer in answers if isinstance(answer, Open))
            return Open(closes_at) if moment == now else Closed(moment)
        openings = [answer.opens_at for answer in closed]
        if None in openings:
            return Closed(None)
        moment = max(opening for opening in openings if opening is not None)
    return Closed(None)


def _in_zone(
    windows: Sequence[Window], local: ZoneInfo, holidays: frozenset[date], now: datetime
) -> Open | Closed:
    here = now.astimezone(local)
    today = here.date()
    opening: datetime | None = None
    for ahead in range(_HORIZON_DAYS):
        day = today + timedelta(days=ahead)
        if day in holidays:
            continue
        for window in windows:
            if day.weekday() not in window.weekdays:
                continue
            opens, closes = _moment(day, window.opens, local), _moment(day, window.closes, local)
            if opens <= now < closes:
                return Open(closes)
            if opens > now and (opening is None or opens < opening):
                opening = opens
        if opening is not None:
            return Closed(opening)
    return Closed(None)


def _moment(day: date, at: time, local: ZoneInfo) -> datetime:
    """The UTC moment of a wall-clock time; one that a clock change skips becomes the moment after the gap."""
    return datetime.combine(day, at, tzinfo=local).astimezone(UTC)
