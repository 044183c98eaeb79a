"""Which days are holidays, and which weekend days are worked instead (调休): data that quiet hours are given."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date
from enum import Enum, auto

from bot.domain.sentences import Said


class DayKind(Enum):
    ORDINARY = auto()
    WORKED = auto()  # a day of the weekend that counts as a weekday
    HOLIDAY = auto()


@dataclass(frozen=True, slots=True)
class Calendar:
    """Answers from `first` to `last` year; any other day counts as a holiday, so that doubt keeps us silent."""

    holidays: frozenset[date] = frozenset()
    workdays: frozenset[date] = frozenset()
    first: int = MINYEAR
    last: int = MAXYEAR

    def kind(self, day: date) -> DayKind:
        if day in self.holidays or not self.first <= day.year <= self.last:
            return DayKind.HOLIDAY
        return DayKind.WORKED if day in self.workdays else DayKind.ORDINARY


NO_HOLIDAYS = Calendar()
UNKNOWN = Calendar(first=MAXYEAR, last=MINYEAR)  # knows no day at all

CalendarSource = Callable[[str], Calendar]
"""A calendar by its name, such as CN or DE-BY. Raises UnknownCalendar."""


class UnknownCalendar(ValueError):
    """Says what might have been meant."""

    def __init__(self, said: Said) -> None:
        super().__init__(str(said))
        self.said = said


def together(
    calendars: Iterable[Calendar], dates: Iterable[date] = (), workdays: Iterable[date] = ()
) -> Calendar:
    """A holiday in any of them is one; what a person wrote down as a date or a workday outranks them all."""
    all_ = tuple(calendars)
    written, worked = frozenset(dates), frozenset(workdays)
    holidays = frozenset[date]().union(*(one.holidays for one in all_)) - worked
    return Calendar(
        holidays=holidays | written,
        workdays=(frozenset[date]().union(*(one.workdays for one in all_)) - holidays | worked) - written,
        first=max((one.first for one in all_), default=MINYEAR),
        last=min((one.last for one in all_), default=MAXYEAR),
    )
