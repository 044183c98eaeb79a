"""The gate: which reason comes first, how long each one lasts, and that nothing else gets through."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.attempts import Channel
from bot.domain.campaigns import Arm
from bot.domain.contact import (
    Allowed,
    Contact,
    Decision,
    Deferred,
    Denied,
    Past,
    Person,
    Reason,
    Refusal,
    may_contact,
)
from bot.domain.policy import Policy, read_policy

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)  # a Sunday, 10:00 in Shanghai
NIGHT = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
POLICY = read_policy({})
NUMBER = "+8613800000001"
PERSON = Person(
    msisdn=NUMBER,
    time_zone="Asia/Shanghai",
    active=True,
    consents=frozenset({"sms:marketing", "call:marketing"}),
    refusals=(),
    complaint_open=False,
    news_waiting=False,
    work_order_open=False,
    past=(),
)
SMS = Contact(Channel.SMS, "marketing", Arm.TREATMENT)
CALL = Contact(Channel.CALL, "marketing", Arm.TREATMENT)


def ago(channel: Channel, *, purpose: str = "marketing", here: bool = True, **span: float) -> Past:
    return Past(NOW - timedelta(**span), channel, purpose, here)


def test_a_person_with_nothing_against_it_may_be_contacted_until_the_noon_rest() -> None:
    assert may_contact(SMS, PERSON, POLICY, NOW) == Allowed(datetime(2026, 11, 22, 4, tzinfo=UTC))


#: Every obstacle at once, in the order in which each is to be named once those before it are lifted.
OBSTACLES: list[tuple[Reason, Callable[[Person], Person]]] = [
    (Reason.SUPPRESSED, lambda person: replace(person, refusals=(Refusal("all", "all"),))),
    (Reason.NO_CONSENT, lambda person: replace(person, consents=frozenset())),
    (Reason.LEFT, lambda person: replace(person, active=False)),
    (Reason.NEWS_WAITING, lambda person: replace(person, news_waiting=True)),
    (Reason.COMPLAINT_OPEN, lambda person: replace(person, complaint_open=True)),
    (Reason.WORK_ORDER_OPEN, lambda person: replace(person, work_order_open=True)),
    (Reason.ZONE_UNKNOWN, lambda person: replace(person, time_zone=None, msisdn="+99900000001")),
]


@pytest.mark.parametrize("lifted", range(len(OBSTACLES)))
def test_of_many_obstacles_the_gravest_is_named(lifted: int) -> None:
    person = PERSON
    for _, obstacle in OBSTACLES[lifted:]:
        person = obstacle(person)
    decision = may_contact(SMS, person, POLICY, NIGHT)
    assert _reason(decision) is OBSTACLES[lifted][0]


def test_hours_are_weighed_before_caps() -> None:
    busy = replace(PERSON, past=[ago(Channel.SMS, days=1)] * 3)
    assert _reason(may_contact(SMS, busy, POLICY, NIGHT)) is Reason.QUIET_HOURS
    assert _reason(may_contact(SMS, busy, POLICY, NOW)) is Reason.CAP


def test_the_guest_list_comes_before_everything() -> None:
    refused = replace(PERSON, refusals=(Refusal("all", "all"),))
    guests = frozenset({"+8613800000002"})
    assert may_contact(SMS, refused, POLICY, NOW, guest_list=guests) == Denied(Reason.NOT_ON_GUEST_LIST)
    assert may_contact(SMS, PERSON, POLICY, NOW, guest_list=frozenset()) == Denied(Reason.NOT_ON_GUEST_LIST)
    assert isinstance(may_contact(SMS, PERSON, POLICY, NOW, guest_list=frozenset({NUMBER})), Allowed)


def test_the_control_arm_is_never_contacted() -> None:
    assert may_contact(replace(SMS, arm=Arm.CONTROL), PERSON, POLICY, NOW) == Denied(Reason.CONTROL_ARM)


@pytest.mark.parametrize(
    ("refusal", "stops_sms", "stops_call", "stops_service"),
    [
        (Refusal("all", "all"), True, True, True),
        (Refusal("all", "marketing"), True, True, False),
        (Refusal("sms", "all"), True, False, True),
        (Refusal("call", "marketing"), False, True, False),
        (Refusal("sms", "service"), False, False, True),
    ],
)
def test_a_refusal_covers_its_own_channel_and_purpose(
    refusal: Refusal, stops_sms: bool, stops_call: bool, stops_service: bool
) -> None:
    person = replace(PERSON, refusals=(refusal,))
    service = replace(SMS, purpose="service")
    answers = [may_contact(contact, person, POLICY, NOW) for contact in (SMS, CALL, service)]
    assert [_reason(answer) is Reason.SUPPRESSED for answer in answers] == [
        stops_sms,
        stops_call,
        stops_service,
    ]


def test_a_consent_to_sms_is_none_to_calls() -> None:
    person = replace(PERSON, consents=frozenset({"sms:marketing"}))
    assert isinstance(may_contact(SMS, person, POLICY, NOW), Allowed)
    assert may_contact(CALL, person, POLICY, NOW) == Denied(Reason.NO_CONSENT)


def test_a_service_message_needs_no_marketing_consent_and_waits_for_no_complaint() -> None:
    person = replace(PERSON, consents=frozenset(), complaint_open=True, work_order_open=True)
    assert isinstance(may_contact(replace(SMS, purpose="service"), person, POLICY, NOW), Allowed)


def test_what_a_human_asks_for_from_the_open_order_itself_passes() -> None:
    person = replace(PERSON, work_order_open=True)
    assert _reason(may_contact(CALL, person, POLICY, NOW)) is Reason.WORK_ORDER_OPEN
    assert isinstance(may_contact(replace(CALL, at_work_order=True), person, POLICY, NOW), Allowed)


def test_an_unknown_zone_waits_for_the_hours_of_all_candidates() -> None:
    person = replace(PERSON, time_zone=None)  # Shanghai or Urumqi: it is only 08:00 there
    assert may_contact(SMS, person, POLICY, NOW) == Deferred(
        Reason.QUIET_HOURS, datetime(2026, 11, 22, 3, tzinfo=UTC)
    )


def test_a_zone_that_nobody_knows_counts_as_unknown() -> None:
    person = replace(PERSON, time_zone="Asia/Atlantis")
    assert may_contact(SMS, person, POLICY, NOW) == may_contact(
        SMS, replace(person, time_zone=None), POLICY, NOW
    )


def test_a_policy_without_a_permitted_hour_denies() -> None:
    hours = {"marketing": ["09:00-10:00 mon"], "service": ["09:00-10:00"]}
    every_monday = [f"2026-{month}-{day:02}" for month in (11, 12) for day in range(1, 31)]
    policy = read_policy({"hours": hours, "holidays": every_monday})
    assert may_contact(SMS, PERSON, policy, NOW) == Denied(Reason.NO_PERMITTED_HOURS)


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
    assert (_reason(decision) is Reason.CAP) == stopped


ALL_DAY = {"hours": {"marketing": ["00:00-23:59"], "service": ["00:00-23:59"]}, "min_gap": {}}


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


def test_a_deferral_always_lies_ahead() -> None:
    policy: Policy = POLICY
    for hour in range(48):
        now = NOW + timedelta(hours=hour)
        for person in (
            PERSON,
            replace(PERSON, time_zone=None),
            replace(PERSON, past=[ago(Channel.SMS, hours=1)] * 3),
        ):
            decision = may_contact(SMS, person, policy, now)
            assert not isinstance(decision, Deferred) or decision.until > now


def _reason(decision: Decision) -> Reason | None:
    return None if isinstance(decision, Allowed) else decision.reason
