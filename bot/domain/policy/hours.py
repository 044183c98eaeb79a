"""A policy's `hours` and `holidays` become one timetable for each channel and purpose."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from bot.domain.attempts import Channel
from bot.domain.holidays import Calendar, CalendarSource, UnknownCalendar, together
from bot.domain.policy.fields import Field
from bot.domain.policy.model import KINDS, PURPOSES, Kind
from bot.domain.policy.spans import read_windows
from bot.domain.policy.wording import Wrong
from bot.domain.quiet_hours import NEVER, Timetable, Window, timetable

_HOLIDAY_FIELDS = ("calendars", "dates", "workdays", "closed", "hours")

Windows = Mapping[Kind, tuple[Window, ...]]


def read_timetables(
    hours: Field, holidays: Field, calendars: CalendarSource | None, never: Collection[Kind]
) -> dict[Kind, Timetable]:
    open_, on_holidays, calendar = _hours(hours), _holiday_hours(holidays), _calendar(holidays, calendars)
    return {
        kind: NEVER
        if kind in never
        else timetable(open_.get(kind, ()), on_holidays=on_holidays.get(kind, ()), calendar=calendar)
        for kind in KINDS
    }


def _hours(hours: Field) -> Windows:
    found = hours.entries()
    _refuse_strange(found, PURPOSES)
    if isinstance(hours.value, Mapping):
        for purpose in PURPOSES:
            if purpose not in found:
                hours.at(purpose).refuse(Wrong.MISSING, at_name=True)
    return _by_kind(found, complete=True)


def _by_kind(purposes: Mapping[str, Field], *, complete: bool, weekdays: bool = True) -> Windows:
    """A purpose has one list of spans, or one for each channel."""
    windows: dict[Kind, tuple[Window, ...]] = {}
    for purpose, field in purposes.items():
        if not isinstance(field.value, Mapping):
            spans = read_windows(field, weekdays=weekdays)
            windows |= {(channel, purpose): spans for channel in Channel}
            continue
        channels = field.entries()
        _refuse_strange(channels, tuple(Channel))
        for channel in Channel:
            if channel in channels:
                windows[channel, purpose] = read_windows(channels[channel], weekdays=weekdays)
            elif complete:
                field.at(channel).refuse(Wrong.MISSING, at_name=True)
    return windows


def _refuse_strange(found: dict[str, Field], known: tuple[str, ...]) -> None:
    for name in sorted(found.keys() - set(known)):
        found.pop(name).refuse(Wrong.NONE_OF, at_name=True, value=name, known=known)


def _holiday_hours(holidays: Field) -> Windows:
    """Nothing is open on a holiday unless it is written down."""
    if not isinstance(holidays.value, Mapping):
        return {}
    closed, hours = holidays.at("closed"), holidays.at("hours")
    is_closed = closed.flag() if closed.given else None
    if not hours.given:
        if is_closed is False:
            closed.refuse(Wrong.HOLIDAY_HOURS_MISSING)
        return {}
    if is_closed:
        hours.refuse(Wrong.CLOSED_WITH_HOURS, at_name=True)
    purposes = hours.entries()
    _refuse_strange(purposes, PURPOSES)
    return _by_kind(purposes, complete=False, weekdays=False)


def _calendar(holidays: Field, source: CalendarSource | None) -> Calendar:
    """A plain list is one of dates."""
    if isinstance(holidays.value, list | tuple):
        return together((), _days(holidays))
    if not isinstance(holidays.value, Mapping):
        holidays.refuse(Wrong.NO_HOLIDAYS)
        return together(())
    given = holidays.entries(_HOLIDAY_FIELDS)
    dates, workdays = (_days(given[name]) if name in given else set[date]() for name in ("dates", "workdays"))
    for day in sorted(dates & workdays):
        given["workdays"].refuse(Wrong.HOLIDAY_AND_WORKDAY, day=day)
    named = given["calendars"].items() if "calendars" in given else ()
    return together((found for field in named if (found := _named(field, source))), dates, workdays)


def _named(field: Field, source: CalendarSource | None) -> Calendar | None:
    name = field.text()
    if name is None:
        return None
    if source is None:
        field.refuse(Wrong.NOBODY_HAS_CALENDARS, name=name)
        return None
    try:
        return source(name)
    except UnknownCalendar as error:
        field.refuse_as(error.said)
        return None


def _days(field: Field) -> set[date]:
    return {day for item in field.items() if (day := item.day()) is not None}
