"""Holidays and worked weekend days of countries and their parts, from the `holidays` package, as plain data."""

from __future__ import annotations

from datetime import date, timedelta
from difflib import get_close_matches
from functools import cache

import holidays

from bot.domain.holidays import UNKNOWN, Calendar, CalendarSource, UnknownCalendar
from bot.domain.policy.wording import Wrong
from bot.domain.profiles import plain_region
from bot.domain.sentences import say

OWN = "own"  # in a policy: the calendar of the customer's own country and, where it has one, region

_FIRST, _LAST = 2020, 2050
_ONE_DAY = timedelta(days=1)
#: Where a break is announced from its first day to its last: the weekends that touch a holiday belong to it.
_WHOLE_BREAKS = frozenset({"CN"})


def calendars_for(country: str | None, region: str | None = None) -> CalendarSource:
    """The calendars as a policy names them, `own` being that of this customer; of nowhere, it knows no day."""

    def named(name: str) -> Calendar:
        if name != OWN:
            return calendar(name)
        return calendar(_own(country, region)) if country in _known() else UNKNOWN

    return named


@cache
def calendar(name: str) -> Calendar:
    """`CN`, or a part of a country as in ISO 3166-2: `DE-BY`. Raises UnknownCalendar."""
    country, _, part = name.partition("-")
    if country not in _known():
        near = get_close_matches(name.upper(), _known(), n=1)
        if near:
            raise UnknownCalendar(say(Wrong.NO_CALENDAR_BUT, name=name, near=near[0]))
        raise UnknownCalendar(say(Wrong.NO_CALENDAR, name=name))
    if part and part not in _known()[country]:
        parts = tuple(_known()[country])
        if parts:
            raise UnknownCalendar(say(Wrong.NO_PART_OF_CALENDAR, name=name, country=country, parts=parts))
        raise UnknownCalendar(say(Wrong.NO_PARTS_OF_CALENDAR, name=name, country=country))
    days = holidays.country_holidays(country, subdiv=part or None, years=range(_FIRST, _LAST + 1))
    workdays = frozenset(day for day in days.weekend_workdays if day.year >= _FIRST)
    found = frozenset(days) - workdays
    if country in _WHOLE_BREAKS:
        found = found.union(*(_break_around(day, found, workdays, days.weekend) for day in found))
    return Calendar(found, workdays, _FIRST, _LAST)


def announced_until(name: str) -> int | None:
    """The last year whose worked weekend days are known; None for a country that does not move its weekends.

    China announces a year's arrangement in the November before: until the package has it, write the days down in
    the policy's own `dates` and `workdays`.
    """
    return max((day.year for day in calendar(name).workdays), default=None)


@cache
def _known() -> dict[str, list[str]]:
    return holidays.list_supported_countries(include_aliases=False)


def _own(country: str | None, region: str | None) -> str:
    """The region's own calendar, if its code or its name is one that the package knows."""
    assert country is not None
    if region is None:
        return country
    wanted = plain_region(region)
    aliases = getattr(holidays, country).get_subdivision_aliases()
    for code, names in aliases.items():
        if wanted in map(plain_region, (code, *names)):
            return f"{country}-{code}"
    return country


def _break_around(
    day: date, days: frozenset[date], workdays: frozenset[date], weekend: set[int]
) -> frozenset[date]:
    """The unbroken run of free days before and after a holiday."""
    found = set[date]()
    for step in (-_ONE_DAY, _ONE_DAY):
        near = day + step
        while near in days or (near.weekday() in weekend and near not in workdays):
            found.add(near)
            near += step
    return frozenset(found)
