"""The gate's caps and gaps: what each one counts, and exactly when there is room again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.attempts import Channel
from bot.domain.contact import Allowed, Deferred, Past, Reason, may_contact
from bot.domain.policy import Policy, read_policy
from tests.unit.contacts import CALL, NOW, PERSON, POLICY, SMS, ago, reason_of


def test_the_gap_between_two_calls_is_kept() -> None:
    called = replace(PERSON, past=[ago(Channel.CALL, minutes=10)])
    assert may_contact(CALL, called, POLICY, NOW) == Deferred(Reason.MIN_GAP, NOW + timedelta(minutes=20))
    assert isinstance(may_contact(SMS, called, POLICY, NOW), Allowed)


def test_the_latest_of_caps_and_gaps_decides() -> None:
    called = replace(PERSON, past=[ago(Channel.CALL, minutes=10), ago(Channel.CALL, hours=20)])
    assert may_contact(CALL, called, POLICY, NOW) == Deferred(Reason.CAP, NOW + timedelta(hours=4))


@pytest.mark.parametrize(
    ("cap", "past", "stopped"),
    [
        ({"channel": "sms"}, ago(Channel.CALL, hours=1), False),
        ({"channel": "sms"}, ago(Channel.SMS, hours=1), True),
        ({}, ago(Channel.CALL, hours=1), True),
        ({"purpose": "marketing"}, ago(Channel.SMS, hours=1, purpose="service"), False),
        ({"everywhere": False}, ago(Channel.SMS, hours=1, here=False), False),
        ({"everywhere": False}, ago(Channel.SMS, hours=1), True),
        ({"everywhere": True}, ago(Channel.SMS, hours=1, here=False), True),
        ({}, ago(Channel.SMS, days=1), False),  # exactly a period ago: over
    ],
)
def test_a_cap_counts_what_it_names(cap: dict[str, object], past: Past, stopped: bool) -> None:
    policy = read_policy({"caps": [{"limit": 1, "period": "1d", **cap}], "min_gap": {}})
    decision = may_contact(SMS, replace(PERSON, past=[past]), policy, NOW)
    assert (reason_of(decision) is Reason.CAP) == stopped


ALL_DAY: dict[str, Any] = {
    "hours": {"marketing": ["00:00-24:00"], "service": ["00:00-24:00"]},
    "min_gap": {},
}


@given(
    limit=st.integers(1, 4),
    hours=st.integers(1, 72),
    ages=st.lists(st.integers(0, 100 * 60), max_size=12),
)
def test_a_cap_lets_through_exactly_when_there_is_room_again(limit: int, hours: int, ages: list[int]) -> None:
    policy = read_policy({"caps": [{"limit": limit, "period": f"{hours}h"}], **ALL_DAY})
    person = replace(PERSON, past=[ago(Channel.SMS, minutes=age) for age in ages], time_zone="UTC")
    decision = may_contact(SMS, person, policy, NOW)
    period = timedelta(hours=hours)
    inside = [one for one in person.past if one.at > NOW - period]
    assert isinstance(decision, Allowed) == (len(inside) < limit)
    if isinstance(decision, Deferred):
        just_before = decision.until - timedelta(microseconds=1)
        assert sum(one.at > just_before - period for one in inside) >= limit
        assert sum(one.at > decision.until - period for one in inside) < limit


@given(st.lists(st.booleans(), min_size=1, max_size=40))
def test_whoever_obeys_the_gate_never_exceeds_a_cap(steps: list[bool]) -> None:
    """A sender that tries now, and either waits an hour or as long as it was told."""
    policy = read_policy({"caps": [{"limit": 2, "period": "1d"}, {"limit": 5, "period": "7d"}], **ALL_DAY})
    now, sent = NOW, list[Past]()
    for patient in steps:
        decision = may_contact(SMS, replace(PERSON, past=sent), policy, now)
        if isinstance(decision, Allowed):
            sent.append(Past(now, Channel.SMS, "marketing", same_campaign=True))
        now = decision.until if isinstance(decision, Deferred) and patient else now + timedelta(hours=1)
    for limit, period in ((2, timedelta(days=1)), (5, timedelta(days=7))):
        for one in sent:
            assert sum(one.at <= other.at < one.at + period for other in sent) <= limit


def test_a_service_message_passes_the_caps_that_let_it_through_but_counts_for_the_others() -> None:
    caps = {"caps": [{"limit": 1, "period": "1d"}], "min_gap": {}}
    service = replace(SMS, purpose="service")
    told = replace(PERSON, past=[ago(Channel.SMS, hours=1, purpose="service")])
    assert reason_of(may_contact(service, told, read_policy(caps), NOW)) is Reason.CAP
    lenient = read_policy({**caps, "exempt": ["service"]})
    assert isinstance(may_contact(service, told, lenient, NOW), Allowed)
    assert reason_of(may_contact(SMS, told, lenient, NOW)) is Reason.CAP


def once_per(period: str) -> Policy:
    return read_policy({**ALL_DAY, "caps": [{"limit": 1, "per": period}]})


@pytest.mark.parametrize(
    ("period", "zone", "last", "free_at"),
    [
        # 22 November 2026, 10:00 in Shanghai; the day there began at 16:00 UTC
        (
            "day",
            "Asia/Shanghai",
            datetime(2026, 11, 21, 16, 0, tzinfo=UTC),
            datetime(2026, 11, 22, 16, tzinfo=UTC),
        ),
        ("day", "Asia/Shanghai", datetime(2026, 11, 21, 15, 59, tzinfo=UTC), None),
        (
            "week",
            "Asia/Shanghai",
            datetime(2026, 11, 16, 0, 0, tzinfo=UTC),
            datetime(2026, 11, 22, 16, tzinfo=UTC),
        ),
        ("week", "Asia/Shanghai", datetime(2026, 11, 15, 15, 0, tzinfo=UTC), None),
        (
            "month",
            "Asia/Shanghai",
            datetime(2026, 11, 1, 0, 0, tzinfo=UTC),
            datetime(2026, 11, 30, 16, tzinfo=UTC),
        ),
        ("month", "Asia/Shanghai", datetime(2026, 10, 31, 15, 0, tzinfo=UTC), None),
        # It is still the 21st in New York.
        (
            "day",
            "America/New_York",
            datetime(2026, 11, 21, 16, 0, tzinfo=UTC),
            datetime(2026, 11, 22, 5, tzinfo=UTC),
        ),
    ],
)
def test_a_cap_per_calendar_period_ends_with_it_in_the_customers_zone(
    period: str, zone: str, last: datetime, free_at: datetime | None
) -> None:
    person = replace(PERSON, time_zone=zone, past=[Past(last, Channel.SMS, "marketing", same_campaign=True)])
    decision = may_contact(SMS, person, once_per(period), NOW)
    if free_at is None:
        assert isinstance(decision, Allowed)
    else:
        assert decision == Deferred(Reason.CAP, free_at)


def test_a_day_of_25_hours_is_one_day() -> None:
    """On 1 November 2026 New York puts its clocks back: the day lasts from 04:00 to 05:00 UTC the day after."""
    early, late = datetime(2026, 11, 1, 4, 5, tzinfo=UTC), datetime(2026, 11, 2, 4, 55, tzinfo=UTC)
    sent = Past(early, Channel.SMS, "marketing", same_campaign=True)
    person = replace(PERSON, time_zone="America/New_York", past=[sent])
    assert late - early > timedelta(days=1)
    assert may_contact(SMS, person, once_per("day"), late) == Deferred(
        Reason.CAP, datetime(2026, 11, 2, 5, tzinfo=UTC)
    )


def test_where_the_zone_is_in_doubt_a_calendar_cap_holds_as_long_as_in_any_candidate() -> None:
    person = replace(
        PERSON,
        time_zone=None,
        msisdn="+99900000001",
        zone_guesses=("Asia/Shanghai", "America/New_York"),
        past=[ago(Channel.SMS, hours=1)],
    )
    # In Shanghai the day ends at 16:00 UTC; by then it is the 22nd in New York, where nothing was sent yet.
    assert may_contact(SMS, person, once_per("day"), NOW) == Deferred(
        Reason.CAP, datetime(2026, 11, 22, 16, tzinfo=UTC)
    )
