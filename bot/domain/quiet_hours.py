"""When a person may be contacted, in the person's own time.

A window is a span of local wall-clock time on given weekdays; several a day are allowed (a rest at noon). Where the
zone is unknown, only the hours that every candidate zone permits count. An opening that a clock change skips takes
place at the change, and an hour that comes twice is open both times: what the wall shows decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import lru_cache, reduce

from bot.domain.holidays import NO_HOLIDAYS, Calendar, DayKind
from bot.domain.wall_clock import DAY, EPOCH, moment_of, pieces

EVERY_DAY = frozenset(range(7))
WORKING_WEEK = range(5)
_HORIZON = 31  # days; a policy without a single permitted hour in a month is treated as having none


@dataclass(frozen=True, slots=True)
class Window:
    """Local time from `opens` (included) to `closes` (excluded; 00:00 is the end of the day); 0 = Monday."""

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


Span = tuple[int, int]  # seconds: of a day, or since 1970
Spans = tuple[Span, ...]  # in order, without overlap


@dataclass(frozen=True, slots=True)
class Timetable:
    """The permitted spans of each kind of day. Hashed once: it is the key of what is remembered."""

    week: tuple[Spans, ...]
    worked: Spans  # on a weekend day that counts as a weekday
    holiday: Spans
    calendar: Calendar
    _hash: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_hash", hash((self.week, self.worked, self.holiday, self.calendar)))

    def __hash__(self) -> int:
        return self._hash

    def on(self, day: date) -> Spans:
        match self.calendar.kind(day):
            case DayKind.HOLIDAY:
                return self.holiday
            case DayKind.WORKED:
                return self.worked
            case DayKind.ORDINARY:
                return self.week[day.weekday()]


def timetable(
    windows: Iterable[Window], *, on_holidays: Iterable[Window] = (), calendar: Calendar = NO_HOLIDAYS
) -> Timetable:
    """A worked weekend day gets only the hours that all five weekdays share: nobody says which it stands for."""
    all_ = tuple(windows)
    week = tuple(_merged(_span(one) for one in all_ if day in one.weekdays) for day in sorted(EVERY_DAY))
    worked = reduce(_shared, (week[day] for day in WORKING_WEEK))
    return Timetable(week, worked, _merged(_span(one) for one in on_holidays), calendar)


NEVER = Timetable(week=((),) * 7, worked=(), holiday=(), calendar=NO_HOLIDAYS)


def hours(
    windows: Sequence[Window], zones: Sequence[str], holidays: frozenset[date], now: datetime
) -> Open | Closed:
    """Whether `now` is permitted in all of `zones`, nothing being permitted on a holiday."""
    return hours_of((_plain_timetable(tuple(windows), holidays),), tuple(zones), now)


def hours_of(timetables: tuple[Timetable, ...], zones: tuple[str, ...], now: datetime) -> Open | Closed:
    """Whether all of `timetables` permit `now` in all of `zones`; no zone at all is never permitted."""
    if not zones:
        return Closed(None)
    moment = now.timestamp()
    for until, answer in _answers(timetables, zones, int(moment // DAY)):
        if moment < until:
            return answer
    raise AssertionError("the answers of a day reach to its end")


@lru_cache(maxsize=1 << 10)
def _plain_timetable(windows: tuple[Window, ...], holidays: frozenset[date]) -> Timetable:
    return timetable(windows, calendar=Calendar(holidays))


@lru_cache(maxsize=1 << 14)
def _answers(
    timetables: tuple[Timetable, ...], zones: tuple[str, ...], day: int
) -> tuple[tuple[int, Open | Closed], ...]:
    """The UTC day from end to end: each answer with the second at which it ends to hold."""
    found: list[tuple[int, Open | Closed]] = []
    end = (day + 1) * DAY
    for opens, closes in _open(timetables, zones, day):
        found.append((opens, Closed(moment_of(opens))))
        found.append(
            (closes, Open(moment_of(closes if closes < end else _closing(timetables, zones, day + 1))))
        )
    if not found or found[-1][0] < end:
        found.append((end, Closed(_opening(timetables, zones, day + 1))))
    return tuple(found)


def _opening(timetables: tuple[Timetable, ...], zones: tuple[str, ...], first: int) -> datetime | None:
    for day in range(first, first + _HORIZON):
        spans = _open(timetables, zones, day)
        if spans:
            return moment_of(spans[0][0])
    return None


def _closing(timetables: tuple[Timetable, ...], zones: tuple[str, ...], first: int) -> int:
    """When hours that reach to the midnight (of UTC) before `first` end."""
    for day in range(first, first + _HORIZON):
        spans = _open(timetables, zones, day)
        if not spans or spans[0][0] > day * DAY:
            return day * DAY
        if spans[0][1] < (day + 1) * DAY:
            return spans[0][1]
    return (first + _HORIZON) * DAY


@lru_cache(maxsize=1 << 14)
def _open(timetables: tuple[Timetable, ...], zones: tuple[str, ...], day: int) -> Spans:
    """The spans of a UTC day that all timetables permit in all zones."""
    return reduce(_shared, (_open_in_zone(table, name, day) for table in timetables for name in zones))


@lru_cache(maxsize=1 << 15)
def _open_in_zone(table: Timetable, name: str, day: int) -> Spans:
    found: list[Span] = []
    for start, end, offset in pieces(name, day):
        for local_day in range((start + offset) // DAY, (end - 1 + offset) // DAY + 1):
            midnight = local_day * DAY - offset
            found += (
                (max(start, midnight + opens), min(end, midnight + closes))
                for opens, closes in table.on(date.fromordinal(EPOCH + local_day))
            )
    return _merged(span for span in found if span[0] < span[1])


def _span(window: Window) -> Span:
    return _seconds(window.opens), _seconds(window.closes) or DAY


def _seconds(wall: time) -> int:
    return (wall.hour * 60 + wall.minute) * 60 + wall.second


def _merged(spans: Iterable[Span]) -> Spans:
    found: list[Span] = []
    for opens, closes in sorted(spans):
        if found and opens <= found[-1][1]:
            found[-1] = (found[-1][0], max(closes, found[-1][1]))
        else:
            found.append((opens, closes))
    return tuple(found)


def _shared(one: Spans, other: Spans) -> Spans:
    """What lies in both."""
    if one == other:
        return one
    return tuple((max(a, c), min(b, d)) for a, b in one for c, d in other if max(a, c) < min(b, d))
