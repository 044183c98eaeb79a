"""The global control group: the same people for a period, other people in the next."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.global_control import GlobalControl, Period

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def control(
    share: str = "0.02", period: Period = Period.QUARTER, since: datetime = LONG_AGO
) -> GlobalControl:
    return GlobalControl(Decimal(share), period, since)


@pytest.mark.parametrize(
    ("period", "name", "since", "until"),
    [
        (Period.MONTH, "2026-M11", (2026, 11), (2026, 12)),
        (Period.QUARTER, "2026-Q4", (2026, 10), (2027, 1)),
        (Period.HALF_YEAR, "2026-H2", (2026, 7), (2027, 1)),
        (Period.YEAR, "2026", (2026, 1), (2027, 1)),
    ],
)
def test_a_group_stands_for_a_calendar_period(
    period: Period, name: str, since: tuple[int, int], until: tuple[int, int]
) -> None:
    group = control(period=period).group_at(NOW)
    assert group is not None
    assert (group.name, group.since, group.until) == (
        name,
        datetime(*since, 1, tzinfo=UTC),
        datetime(*until, 1, tzinfo=UTC),
    )


@given(
    st.datetimes(datetime(2020, 1, 2), datetime(2090, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - bounds
    st.sampled_from(Period),
)
def test_every_moment_is_in_one_period_and_its_end_in_the_next(at: datetime, period: Period) -> None:
    setting = control(period=period)
    group = setting.group_at(at)
    assert group is not None
    assert group.since <= at < group.until
    just_before, then = (
        setting.group_at(group.until - timedelta(microseconds=1)),
        setting.group_at(group.until),
    )
    assert just_before == group
    assert then is not None
    assert then.since == group.until
    assert then.salt != group.salt


def test_the_next_periods_group_is_dealt_independently() -> None:
    autumn, winter = control("0.1").group_at(NOW), control("0.1").group_at(NOW + timedelta(days=60))
    assert autumn is not None
    assert winter is not None
    both = sum(autumn.holds(customer) and winter.holds(customer) for customer in range(100_000))
    assert abs(sum(autumn.holds(customer) for customer in range(100_000)) - 10_000) < 400
    assert abs(both - 1_000) < 130  # a hundredth, within four standard deviations


def test_before_it_is_in_force_and_without_a_share_there_is_no_group() -> None:
    assert control(since=NOW + timedelta(seconds=1)).group_at(NOW) is None
    assert control("0").group_at(NOW) is None


def test_a_group_that_was_set_up_within_a_period_begins_there() -> None:
    group = control(since=NOW).group_at(NOW + timedelta(days=1))
    assert group is not None
    assert (group.name, group.since) == ("2026-Q4", NOW)


def test_a_standing_group_may_only_change_with_its_period() -> None:
    assert control().next_change_at(NOW) == datetime(2027, 1, 1, tzinfo=UTC)
    assert control("0").next_change_at(NOW) == NOW
