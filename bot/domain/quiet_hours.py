"""When a person may be contacted, in the person's own time: the only place that knows zones.

A window is a span of local wall-clock time on given weekdays. Several a day are allowed (a rest at noon).
Where the zone is unknown, only the hours that every candidate zone permits count.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

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


@cache
def is_zone(name: str) -> bool:
    try:
        zone(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


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
    """What the wall clock shows decides; so an edge that a clock change skips or repeats is no special case."""
    limit = now + timedelta(days=_HORIZON_DAYS)
    moment = now
    here = now.astimezone(local)
    window = _window_at(windows, holidays, here)
    if window is not None:
        while window is not None:
            moment = _when_wall_shows(local, here, window.closes)
            here = moment.astimezone(local)
            window = _window_at(windows, holidays, here)
        return Open(moment)
    while window is None:
        moment = _when_wall_shows(local, here, _next_opening(windows, holidays, here))
        if moment >= limit:
            return Closed(None)
        here = moment.astimezone(local)
        window = _window_at(windows, holidays, here)
    return Closed(moment)


def _window_at(windows: Sequence[Window], holidays: frozenset[date], here: datetime) -> Window | None:
    wall, weekday = here.time(), here.weekday()
    for window in windows:
        if window.opens <= wall < window.closes and weekday in window.weekdays:
            return window if here.date() not in holidays else None
    return None


def _next_opening(windows: Sequence[Window], holidays: frozenset[date], here: datetime) -> time | None:
    """Later on the same day; None where the day has none left."""
    if here.date() in holidays:
        return None
    wall, weekday = here.time(), here.weekday()
    later = (window.opens for window in windows if window.opens > wall and weekday in window.weekdays)
    return min(later, default=None)


def _when_wall_shows(local: ZoneInfo, here: datetime, wall: time | None) -> datetime:
    """The UTC moment of a later time of the same day (None: midnight), or of a clock change that comes first."""
    day = here.date() if wall is not None else here.date() + timedelta(days=1)
    due = datetime.combine(day, wall or time.min)
    start = here.astimezone(UTC)
    expected = start + (due - here.replace(tzinfo=None))
    if expected.astimezone(local).replace(tzinfo=None) == due:
        return expected
    return _clock_change(local, start, expected)


def _clock_change(local: ZoneInfo, start: datetime, end: datetime) -> datetime:
    """The first second after `start` with another offset, by halving; `end` is known to have another."""
    offset = start.astimezone(local).utcoffset()
    before, after = int(start.timestamp()), math.ceil(end.timestamp())
    while after - before > 1:
        middle = (before + after) // 2
        if datetime.fromtimestamp(middle, local).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return datetime.fromtimestamp(after, UTC)
