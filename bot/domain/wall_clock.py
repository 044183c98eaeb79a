"""What the clock on the wall shows in a zone: the one place where moments and local days are turned into each other.

Moments are whole seconds since 1970 here, days are counted from 1970-01-01. A day of UTC is cut into pieces of one
offset each; within a piece, local time is UTC plus a number, so a clock change needs no case of its own anywhere.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

DAY = 24 * 60 * 60
EPOCH = date(1970, 1, 1).toordinal()
_FIRST = datetime(1970, 1, 1, tzinfo=UTC)
_STRIDE = 6 * 60 * 60  # no zone changes its clock twice within this time

Piece = tuple[int, int, int]  # from, until (excluded), offset


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


@lru_cache(maxsize=1 << 14)
def start_of_day(name: str, day: date) -> datetime:
    """The first moment at which the calendar on the wall shows that day, or a later one where it is left out."""
    wanted = day.toordinal() - EPOCH
    for utc_day in (wanted - 1, wanted, wanted + 1):
        for start, end, offset in pieces(name, utc_day):
            if (end - 1 + offset) // DAY >= wanted:
                return moment_of(max(start, wanted * DAY - offset))
    raise AssertionError("no zone is more than a day away from UTC")


def moment_of(seconds: int) -> datetime:
    return _FIRST + timedelta(seconds=seconds)


@lru_cache(maxsize=1 << 14)
def pieces(name: str, day: int) -> tuple[Piece, ...]:
    """The UTC day in spans of one offset each, in order."""
    local = zone(name)
    found: list[Piece] = []
    begin = day * DAY
    for start in range(begin, begin + DAY, _STRIDE):
        end = start + _STRIDE
        change = _change(local, start, end)
        for since, until in ((start, change), (change, end)):
            if since < until:
                _append(found, (since, until, _offset(local, since)))
    return tuple(found)


def _append(found: list[Piece], piece: Piece) -> None:
    since, until, offset = piece
    if found and found[-1][2] == offset:
        found[-1] = (found[-1][0], until, offset)
    else:
        found.append((since, until, offset))


def _change(local: ZoneInfo, start: int, end: int) -> int:
    """The first second with another offset than `start`, by halving; `end` where there is none."""
    offset = _offset(local, start)
    if _offset(local, end) == offset:
        return end
    same, other = start, end
    while other - same > 1:
        middle = (same + other) // 2
        if _offset(local, middle) == offset:
            same = middle
        else:
            other = middle
    return other


def _offset(local: ZoneInfo, moment: int) -> int:
    offset = datetime.fromtimestamp(moment, local).utcoffset()
    assert offset is not None  # every zone of the database has one
    return offset // timedelta(seconds=1)
