"""Permitted hours: held against an oracle that only looks at wall clocks, most of all where clocks change."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.holidays import UNKNOWN, Calendar, DayKind
from bot.domain.quiet_hours import NEVER, Closed, Open, Window, hours, hours_of, timetable
from bot.domain.wall_clock import start_of_day

ZONES = (
    "Asia/Shanghai",
    "Asia/Urumqi",
    "Asia/Kathmandu",  # +05:45
    "America/New_York",
    "America/St_Johns",  # -03:30, with summer time
    "Australia/Lord_Howe",  # a change of half an hour
    "Africa/Cairo",  # changes at midnight
    "Asia/Beirut",  # changes at midnight
    "America/Santiago",  # changes at midnight, the other way round
    "Africa/Casablanca",  # changes around a holy month
    "Europe/London",
    "Pacific/Auckland",
    "UTC",
)
STEP = timedelta(minutes=5)  # all edges and all clock changes of these years fall on it
LOOKED_AT = timedelta(days=2)
DAYTIME = (Window(time(9), time(12)), Window(time(14), time(20, 30)))
NO_HOLIDAYS: frozenset[date] = frozenset()


def utc(*moment: int) -> datetime:
    return datetime(*moment, tzinfo=UTC)  # type: ignore[arg-type]


@cache
def changes(zone: str) -> list[datetime]:
    """The hours in which this zone's clock changes, 2024 to 2027."""
    local = ZoneInfo(zone)
    found, moment, hour = [], utc(2024, 1, 1), timedelta(hours=1)
    while moment < utc(2028, 1, 1):
        if moment.astimezone(local).utcoffset() != (moment + timedelta(days=1)).astimezone(local).utcoffset():
            while moment.astimezone(local).utcoffset() == (moment + hour).astimezone(local).utcoffset():
                moment += hour
            found.append(moment)
        moment = (moment + timedelta(days=1)).replace(hour=0)
    return found


@st.composite
def moments(draw: st.DrawFn) -> datetime:
    """Any moment of some years, or one within a day and a half of a clock change."""
    anywhere = utc(2024, 1, 1) + STEP * draw(st.integers(0, 4 * 365 * 288))
    zone = draw(st.sampled_from(ZONES))
    if not changes(zone) or draw(st.booleans()):
        return anywhere
    return draw(st.sampled_from(changes(zone))) + STEP * draw(st.integers(-432, 432))


@st.composite
def windows(draw: st.DrawFn) -> tuple[Window, ...]:
    edges = draw(st.lists(st.integers(0, 287), min_size=2, max_size=6, unique=True).map(sorted))
    days = st.frozensets(st.integers(0, 6), min_size=1)
    return tuple(
        Window(_wall(opens), _wall(closes), draw(st.just(frozenset(range(7))) | days))
        for opens, closes in zip(edges[::2], edges[1::2], strict=False)
    )


def _wall(slot: int) -> time:
    return time(slot // 12, slot % 12 * 5)


def permitted(
    spans: tuple[Window, ...], zones: list[str], holidays: frozenset[date], moment: datetime
) -> bool:
    """The oracle: what every clock on the wall shows at this moment, and nothing else."""
    walls = [moment.astimezone(ZoneInfo(zone)) for zone in zones]
    return all(
        wall.date() not in holidays
        and any(span.opens <= wall.time() < span.closes and wall.weekday() in span.weekdays for span in spans)
        for wall in walls
    )


@st.composite
def cases(draw: st.DrawFn) -> tuple[tuple[Window, ...], list[str], frozenset[date], datetime]:
    now = draw(moments())
    holidays = draw(
        st.frozensets(st.integers(-1, 2).map(lambda days: now.date() + timedelta(days)), max_size=2)
    )
    zones = draw(st.lists(st.sampled_from(ZONES), min_size=1, max_size=3, unique=True))
    return draw(windows()), zones, holidays, now


@settings(max_examples=120, deadline=None)
@given(cases())
def test_open_means_inside_a_window_on_every_clock_until_the_very_end(
    case: tuple[tuple[Window, ...], list[str], frozenset[date], datetime],
) -> None:
    spans, zones, holidays, now = case
    answer = hours(spans, zones, holidays, now)
    assert isinstance(answer, Open) == permitted(spans, zones, holidays, now)
    if isinstance(answer, Open):
        assert answer.closes_at > now
        assert not permitted(spans, zones, holidays, answer.closes_at)
        steps = (answer.closes_at - now) // STEP
        assert all(permitted(spans, zones, holidays, now + STEP * n) for n in range(steps))


@settings(max_examples=120, deadline=None)
@given(cases())
def test_the_next_opening_is_open_and_nothing_is_open_before_it(
    case: tuple[tuple[Window, ...], list[str], frozenset[date], datetime],
) -> None:
    spans, zones, holidays, now = case
    answer = hours(spans, zones, holidays, now)
    if isinstance(answer, Open):
        return
    if answer.opens_at is not None:
        assert permitted(spans, zones, holidays, answer.opens_at)
    until = min(answer.opens_at or now + LOOKED_AT, now + LOOKED_AT)
    steps = (until - now) // STEP
    assert not any(permitted(spans, zones, holidays, now + STEP * n) for n in range(steps))


@settings(max_examples=60, deadline=None)
@given(cases(), st.integers(0, 4 * 60 * 60))
def test_a_moment_between_the_minutes_is_judged_alike(
    case: tuple[tuple[Window, ...], list[str], frozenset[date], datetime], seconds: int
) -> None:
    spans, zones, holidays, now = case
    moment = now + timedelta(seconds=seconds, microseconds=1)
    answer = hours(spans, zones, holidays, moment)
    assert isinstance(answer, Open) == permitted(spans, zones, holidays, moment)


def test_a_noon_rest_divides_the_day() -> None:
    shanghai = ["Asia/Shanghai"]
    assert hours(DAYTIME, shanghai, NO_HOLIDAYS, utc(2026, 11, 22, 1)) == Open(utc(2026, 11, 22, 4))
    assert hours(DAYTIME, shanghai, NO_HOLIDAYS, utc(2026, 11, 22, 4)) == Closed(utc(2026, 11, 22, 6))
    assert hours(DAYTIME, shanghai, NO_HOLIDAYS, utc(2026, 11, 22, 12, 30)) == Closed(utc(2026, 11, 23, 1))


def test_an_unknown_zone_gets_only_the_hours_that_all_candidates_share() -> None:
    both = ["Asia/Shanghai", "Asia/Urumqi"]  # two hours apart
    assert hours(DAYTIME, both, NO_HOLIDAYS, utc(2026, 11, 22, 2)) == Closed(utc(2026, 11, 22, 3))
    assert hours(DAYTIME, both, NO_HOLIDAYS, utc(2026, 11, 22, 3)) == Open(utc(2026, 11, 22, 4))


def test_zones_that_share_no_hour_are_never_open() -> None:
    morning = (Window(time(9), time(10)),)
    assert hours(morning, ["Asia/Shanghai", "America/New_York"], NO_HOLIDAYS, utc(2026, 11, 22, 1)) == Closed(
        None
    )


def test_no_zone_at_all_is_never_open() -> None:
    assert hours(DAYTIME, [], NO_HOLIDAYS, utc(2026, 11, 22, 2)) == Closed(None)


def test_a_holiday_is_one_in_the_customers_own_calendar() -> None:
    holiday = frozenset({date(2026, 11, 22)})
    assert hours(DAYTIME, ["Asia/Shanghai"], holiday, utc(2026, 11, 22, 2)) == Closed(utc(2026, 11, 23, 1))
    # It is still the 21st in New York.
    assert isinstance(hours(DAYTIME, ["America/New_York"], holiday, utc(2026, 11, 22, 0)), Open)


def test_a_window_that_the_clock_skips_in_part_opens_with_the_change() -> None:
    small_hours = (Window(time(2, 30), time(4)),)
    new_york = ["America/New_York"]
    # On 14 March 2027 the clock goes from 01:59 to 03:00, at 07:00 UTC.
    assert hours(small_hours, new_york, NO_HOLIDAYS, utc(2027, 3, 14, 6)) == Closed(utc(2027, 3, 14, 7))


def test_an_hour_that_comes_twice_is_judged_each_time_by_the_clock() -> None:
    half_past = (Window(time(1, 30), time(2, 30)),)
    new_york = ["America/New_York"]
    # On 7 November 2027 the clock goes from 01:59 back to 01:00, at 06:00 UTC.
    assert hours(half_past, new_york, NO_HOLIDAYS, utc(2027, 11, 7, 5, 45)) == Open(utc(2027, 11, 7, 6))
    assert hours(half_past, new_york, NO_HOLIDAYS, utc(2027, 11, 7, 6)) == Closed(utc(2027, 11, 7, 6, 30))


@pytest.mark.parametrize("never", [(), (Window(time(9), time(10), frozenset()),)])
def test_a_policy_without_a_permitted_hour_is_never_open(never: tuple[Window, ...]) -> None:
    assert hours(never, ["UTC"], NO_HOLIDAYS, utc(2026, 11, 22)) == Closed(None)


WORKING_DAYS = frozenset(range(5))


@st.composite
def calendars(draw: st.DrawFn, around: date) -> Calendar:
    days = st.frozensets(st.integers(-2, 5).map(lambda days: around + timedelta(days)), max_size=4)
    holidays = draw(days)
    return Calendar(holidays, draw(days) - holidays)


def on_wall(spans: tuple[Window, ...], weekday: int, wall: time) -> bool:
    return any(span.opens <= wall < span.closes and weekday in span.weekdays for span in spans)


def permitted_by(
    spans: tuple[Window, ...], on_holidays: tuple[Window, ...], calendar: Calendar, local: datetime
) -> bool:
    """The oracle once more, with kinds of days: on a worked weekend day, what every weekday permits."""
    match calendar.kind(local.date()):
        case DayKind.HOLIDAY:
            return on_wall(on_holidays, local.weekday(), local.time())
        case DayKind.WORKED:
            return all(on_wall(spans, weekday, local.time()) for weekday in WORKING_DAYS)
        case _:
            return on_wall(spans, local.weekday(), local.time())


@settings(max_examples=120, deadline=None)
@given(st.data())
def test_holidays_and_worked_weekends_have_their_own_hours(data: st.DataObject) -> None:
    spans, zones, _, now = data.draw(cases())
    on_holidays = tuple(replace(span, weekdays=frozenset(range(7))) for span in data.draw(windows()))
    calendar = data.draw(calendars(now.date()))
    table = timetable(spans, on_holidays=on_holidays, calendar=calendar)
    answer = hours_of((table,), tuple(zones), now)

    def open_at(moment: datetime) -> bool:
        walls = [moment.astimezone(ZoneInfo(zone)) for zone in zones]
        return all(permitted_by(spans, on_holidays, calendar, wall) for wall in walls)

    assert isinstance(answer, Open) == open_at(now)
    end = answer.closes_at if isinstance(answer, Open) else answer.opens_at or now + LOOKED_AT
    assert end > now
    steps = (min(end, now + LOOKED_AT) - now) // STEP
    assert all(open_at(now + STEP * n) == isinstance(answer, Open) for n in range(steps))
    if end <= now + LOOKED_AT and not (isinstance(answer, Closed) and answer.opens_at is None):
        assert open_at(end) != isinstance(answer, Open)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_two_timetables_permit_what_both_permit(data: st.DataObject) -> None:
    spans, zones, holidays, now = data.draw(cases())
    one, other = timetable(spans, calendar=Calendar(holidays)), timetable(data.draw(windows()))
    both = hours_of((one, other), tuple(zones), now)
    apart = [hours_of((table,), tuple(zones), now) for table in (one, other)]
    assert isinstance(both, Open) == all(isinstance(answer, Open) for answer in apart)
    if isinstance(both, Open):
        assert both.closes_at == min(answer.closes_at for answer in apart if isinstance(answer, Open))


def test_a_worked_sunday_counts_as_a_weekday() -> None:
    week = (Window(time(9), time(12), WORKING_DAYS), Window(time(10), time(11), frozenset({6})))
    sunday, shanghai = utc(2026, 9, 20, 3, 30), ("Asia/Shanghai",)  # 11:30 there
    worked = Calendar(workdays=frozenset({date(2026, 9, 20)}))
    assert isinstance(hours_of((timetable(week),), shanghai, sunday), Closed)
    assert hours_of((timetable(week, calendar=worked),), shanghai, sunday) == Open(utc(2026, 9, 20, 4))


def test_a_worked_sunday_has_only_the_hours_that_all_weekdays_share() -> None:
    week = (
        Window(time(9), time(18), frozenset(range(4))),
        Window(time(10), time(15), frozenset({4})),
        Window(time(7), time(23), frozenset({5, 6})),
    )
    worked = timetable(week, calendar=Calendar(workdays=frozenset({date(2026, 9, 20)})))
    assert hours_of((worked,), ("UTC",), utc(2026, 9, 20, 9)) == Closed(utc(2026, 9, 20, 10))
    assert hours_of((worked,), ("UTC",), utc(2026, 9, 20, 10)) == Open(utc(2026, 9, 20, 15))


def test_hours_that_reach_midnight_go_on_where_the_next_day_begins_open() -> None:
    night = timetable((Window(time(20), time(0)), Window(time(0), time(6))))
    shanghai = ("Asia/Shanghai",)
    assert hours_of((night,), shanghai, utc(2026, 11, 22, 13)) == Open(utc(2026, 11, 22, 22))
    holiday = timetable((Window(time(20), time(0)),), calendar=Calendar(frozenset({date(2026, 11, 23)})))
    assert hours_of((holiday,), shanghai, utc(2026, 11, 22, 13)) == Open(utc(2026, 11, 22, 16))
    assert hours_of((holiday,), shanghai, utc(2026, 11, 22, 16)) == Closed(utc(2026, 11, 24, 12))


def test_hours_without_a_gap_are_open_for_as_long_as_anyone_looks() -> None:
    answer = hours_of((timetable((Window(time(0), time(0)),)),), ("Africa/Cairo", "UTC"), utc(2026, 11, 22))
    assert isinstance(answer, Open)
    assert answer.closes_at > utc(2026, 12, 20)


def test_a_calendar_that_knows_nothing_keeps_everything_closed() -> None:
    always = timetable((Window(time(0), time(0)),), calendar=UNKNOWN)
    assert hours_of((always,), ("UTC",), utc(2026, 11, 22)) == Closed(None)
    assert hours_of((NEVER,), ("UTC",), utc(2026, 11, 22)) == Closed(None)


def test_a_calendar_says_nothing_about_years_that_it_does_not_know() -> None:
    known = Calendar(first=2026, last=2026)
    answers = [known.kind(date(year, 6, 1)) for year in (2025, 2026, 2027)]
    assert answers == [DayKind.HOLIDAY, DayKind.ORDINARY, DayKind.HOLIDAY]


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(ZONES), moments())
def test_a_day_starts_with_its_first_moment_on_the_wall(zone: str, moment: datetime) -> None:
    local = ZoneInfo(zone)
    day = moment.astimezone(local).date()
    start = start_of_day(zone, day)
    assert start <= moment < start_of_day(zone, day + timedelta(days=1)) + timedelta(hours=1)
    assert start.astimezone(local).date() == day
    assert (start - timedelta(seconds=1)).astimezone(local).date() < day


@pytest.mark.parametrize(
    ("zone", "day", "start"),
    [
        (
            "Africa/Cairo",
            date(2026, 4, 24),
            utc(2026, 4, 23, 22),
        ),  # midnight is skipped: the day starts at 01:00
        ("Asia/Beirut", date(2026, 10, 25), utc(2026, 10, 24, 22)),  # 23:00 comes twice on the day before
        (
            "America/Havana",
            date(2026, 11, 1),
            utc(2026, 11, 1, 4),
        ),  # midnight comes twice: the first one counts
        ("Pacific/Apia", date(2011, 12, 30), utc(2011, 12, 30, 10)),  # a day that was left out: the next one
    ],
)
def test_a_day_may_start_oddly(zone: str, day: date, start: datetime) -> None:
    assert start_of_day(zone, day) == start
