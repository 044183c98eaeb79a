"""Calendars and numbering plans: what third-party data tells of a customer's days, country and zones."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import phonenumbers
import pytest
from phonenumbers import PhoneNumberFormat, PhoneNumberType, timezone

from bot.calendars import announced_until, calendar, calendars_for
from bot.domain.attempts import Channel
from bot.domain.holidays import UNKNOWN, Calendar, DayKind, UnknownCalendar
from bot.domain.quiet_hours import Closed, Open
from bot.number_plan import country_of, zones_of
from bot.policies import policy_of


def days(first: str, last: str) -> set[date]:
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    return {start + timedelta(days=n) for n in range((end - start).days + 1)}


#: 国务院办公厅关于2025年、2026年部分节假日安排的通知
BREAKS = {
    2025: [
        ("2025-01-01", "2025-01-01"),
        ("2025-01-28", "2025-02-04"),
        ("2025-04-04", "2025-04-06"),
        ("2025-05-01", "2025-05-05"),
        ("2025-05-31", "2025-06-02"),
        ("2025-10-01", "2025-10-08"),
    ],
    2026: [
        ("2026-01-01", "2026-01-03"),
        ("2026-02-15", "2026-02-23"),
        ("2026-04-04", "2026-04-06"),
        ("2026-05-01", "2026-05-05"),
        ("2026-06-19", "2026-06-21"),
        ("2026-09-25", "2026-09-27"),
        ("2026-10-01", "2026-10-07"),
    ],
}
WORKED = {
    2025: ["2025-01-26", "2025-02-08", "2025-04-27", "2025-09-28", "2025-10-11"],
    2026: ["2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"],
}


@pytest.mark.parametrize("year", BREAKS)
def test_chinas_breaks_and_worked_weekends_are_those_announced(year: int) -> None:
    china = calendar("CN")
    expected = set[date]().union(*(days(first, last) for first, last in BREAKS[year]))
    assert {day for day in china.holidays if day.year == year} == expected
    assert {day for day in china.workdays if day.year == year} == set(map(date.fromisoformat, WORKED[year]))


@pytest.mark.parametrize(
    ("festival", "day"),
    [
        ("New Year's Eve", "2027-02-05"),
        ("Spring Festival", "2027-02-06"),
        ("Qingming", "2027-04-05"),
        ("Dragon Boat", "2027-06-09"),
        ("Mid-Autumn", "2027-09-15"),
    ],
)
def test_a_lunar_festival_is_known_before_its_arrangement_is_announced(festival: str, day: str) -> None:
    assert calendar("CN").kind(date.fromisoformat(day)) is DayKind.HOLIDAY, festival


def test_it_is_known_up_to_which_year_worked_weekends_are_announced() -> None:
    assert (announced_until("CN") or 0) >= 2026
    assert announced_until("US") is None


def test_a_part_of_a_country_has_holidays_of_its_own() -> None:
    epiphany = date(2027, 1, 6)
    assert calendar("DE").kind(epiphany) is DayKind.ORDINARY
    assert calendar("DE-BY").kind(epiphany) is DayKind.HOLIDAY


def test_elsewhere_the_weekend_before_a_holiday_is_an_ordinary_one() -> None:
    labor_day = date(2026, 9, 7)
    assert calendar("US").kind(labor_day) is DayKind.HOLIDAY
    assert calendar("US").kind(labor_day - timedelta(days=1)) is DayKind.ORDINARY


@pytest.mark.parametrize(
    ("country", "region", "meant"),
    [
        ("DE", None, "DE"),
        ("DE", "BY", "DE-BY"),
        ("DE", "bayern", "DE-BY"),
        ("US", "New_York", "US-NY"),
        ("US", "the-far-north", "US"),
        ("CN", "guangdong", "CN"),
    ],
)
def test_own_is_the_calendar_of_where_the_customer_lives(
    country: str, region: str | None, meant: str
) -> None:
    assert calendars_for(country, region)("own") is calendar(meant)


@pytest.mark.parametrize("country", [None, "XX"])
def test_the_own_calendar_of_nowhere_knows_no_day(country: str | None) -> None:
    assert calendars_for(country)("own") == UNKNOWN


@pytest.mark.parametrize("name", ["XX", "cn", "US-ZZ", "", "-", "Own"])
def test_a_calendar_that_does_not_exist_is_refused(name: str) -> None:
    with pytest.raises(UnknownCalendar, match=f"there is no calendar '{name}'"):
        calendars_for("CN")(name)


def test_a_worked_sunday_is_called_on_and_a_break_is_not() -> None:
    policy = policy_of(
        {
            "hours": {"marketing": ["mon-fri 09:00-12:00"], "service": ["09:00-12:00"]},
            "holidays": {"calendars": ["CN"]},
        },
        "CN",
        None,
    )

    def at(*day: int) -> Open | Closed:
        return policy.hours(Channel.CALL, "marketing", ("Asia/Shanghai",), datetime(*day, 2, tzinfo=UTC))  # type: ignore[arg-type,misc]

    assert at(2026, 9, 20) == Open(datetime(2026, 9, 20, 4, tzinfo=UTC))  # a Sunday
    assert at(2026, 9, 19) == Closed(datetime(2026, 9, 20, 1, tzinfo=UTC))
    assert at(2026, 10, 1) == Closed(datetime(2026, 10, 8, 1, tzinfo=UTC))


def test_a_calendar_ends_somewhere_and_nothing_is_open_after_it() -> None:
    china = calendar("CN")
    assert isinstance(china, Calendar)
    assert china.kind(date(china.last + 1, 3, 3)) is DayKind.HOLIDAY


@pytest.mark.parametrize(
    ("number", "country", "zone"),
    [
        ("+8613800000001", "CN", "Asia/Shanghai"),
        ("+85291234567", "HK", "Asia/Hong_Kong"),
        ("+12125550123", "US", "America/New_York"),
        ("+12135550123", "US", "America/Los_Angeles"),
        ("+4915112345678", "DE", "Europe/Berlin"),
    ],
)
def test_a_number_tells_its_country_and_zones(number: str, country: str, zone: str) -> None:
    assert country_of(number) == country
    assert zones_of(number) == (zone,)


def test_a_number_that_may_be_anywhere_names_every_zone() -> None:
    assert {"America/New_York", "Pacific/Honolulu"} < set(zones_of("+18005550123"))


@pytest.mark.parametrize("number", ["+99900000001", "+86", "+", "", "12345", "nonsense"])
def test_a_number_of_no_plan_tells_nothing(number: str) -> None:
    assert country_of(number) is None
    assert zones_of(number) == ()


def test_a_whole_block_of_numbers_is_where_each_of_its_numbers_is() -> None:
    for region in sorted(phonenumbers.SUPPORTED_REGIONS):
        for kind in (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE):
            example = phonenumbers.example_number_for_type(region, kind)
            if example is None:
                continue
            number = phonenumbers.format_number(example, PhoneNumberFormat.E164)
            zones = set(timezone.time_zones_for_number(example)) - {"Etc/Unknown"}
            country = phonenumbers.region_code_for_number(example)  # not always `region`: some share a plan
            assert (country_of(number), set(zones_of(number))) == (country, zones), number
