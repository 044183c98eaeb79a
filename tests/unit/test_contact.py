"""The gate, rule by rule: which reason comes first, and what each refusal, consent and zone means."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.attempts import Channel
from bot.domain.campaigns import Arm
from bot.domain.contact import Allowed, Deferred, Denied, Marked, Person, Reason, Refusal, may_contact
from bot.domain.policy import read_policy
from bot.domain.reasons import MEANINGS
from tests.unit.contacts import CALL, NIGHT, NOW, NUMBER, PERSON, POLICY, SMS, ago, reason_of


def test_a_person_with_nothing_against_it_may_be_contacted_until_the_noon_rest() -> None:
    assert may_contact(SMS, PERSON, POLICY, NOW) == Allowed(datetime(2026, 11, 22, 4, tzinfo=UTC))


#: Every obstacle at once, in the order in which each is to be named once those before it are lifted.
OBSTACLES: list[tuple[Reason, Callable[[Person], Person]]] = [
    (Reason.SUPPRESSED, lambda person: replace(person, refusals=(Refusal("all", "all"),))),
    (Reason.NO_CONSENT, lambda person: replace(person, consents=frozenset())),
    (Reason.LEFT, lambda person: replace(person, active=False)),
    (Reason.MARKED_NEVER, lambda person: replace(person, marks=(*person.marks, Marked("black")))),
    (Reason.NEWS_WAITING, lambda person: replace(person, news_waiting=True)),
    (Reason.COMPLAINT_OPEN, lambda person: replace(person, complaint_open=True)),
    (Reason.MARKED_WAIT, lambda person: replace(person, marks=(*person.marks, Marked("complaint")))),
    (Reason.WORK_ORDER_OPEN, lambda person: replace(person, work_order_open=True)),
    (Reason.ZONE_UNKNOWN, lambda person: replace(person, time_zone=None, msisdn="+99900000001")),
]


@pytest.mark.parametrize("lifted", range(len(OBSTACLES)))
def test_of_many_obstacles_the_gravest_is_named(lifted: int) -> None:
    person = PERSON
    for _, obstacle in OBSTACLES[lifted:]:
        person = obstacle(person)
    decision = may_contact(SMS, person, POLICY, NIGHT)
    assert reason_of(decision) is OBSTACLES[lifted][0]


def test_hours_are_weighed_before_caps() -> None:
    busy = replace(PERSON, past=[ago(Channel.SMS, days=1)] * 3)
    assert reason_of(may_contact(SMS, busy, POLICY, NIGHT)) is Reason.QUIET_HOURS
    assert reason_of(may_contact(SMS, busy, POLICY, NOW)) is Reason.CAP


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
    assert [reason_of(answer) is Reason.SUPPRESSED for answer in answers] == [
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
    assert reason_of(may_contact(CALL, person, POLICY, NOW)) is Reason.WORK_ORDER_OPEN
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


def test_what_is_deferred_comes_back_when_it_may_be_sent() -> None:
    """The gap ends in the noon rest, so the call waits for the afternoon at once."""
    called = replace(PERSON, past=[ago(Channel.CALL, minutes=10)])
    before_noon = NOW + timedelta(minutes=115)
    policy = read_policy({"min_gap": {"call": "3h"}, "caps": []})
    assert may_contact(CALL, called, policy, before_noon) == Deferred(
        Reason.MIN_GAP, NOW + timedelta(hours=4)
    )


def test_a_policy_may_forbid_a_channel_for_a_purpose() -> None:
    policy = read_policy({"caps": [{"never": True, "channel": "call", "purpose": "marketing"}]})
    assert may_contact(CALL, PERSON, policy, NOW) == Denied(Reason.NO_PERMITTED_HOURS)
    assert isinstance(may_contact(SMS, PERSON, policy, NOW), Allowed)
    assert isinstance(may_contact(replace(CALL, purpose="service"), PERSON, policy, NOW), Allowed)


def test_consent_is_asked_for_the_channel_that_needs_it() -> None:
    policy = read_policy({"needs_consent": ["call:service"]})
    person = replace(PERSON, consents=frozenset())
    assert may_contact(replace(CALL, purpose="service"), person, policy, NOW) == Denied(Reason.NO_CONSENT)
    assert isinstance(may_contact(replace(SMS, purpose="service"), person, policy, NOW), Allowed)
    assert isinstance(may_contact(SMS, person, policy, NOW), Allowed)


def test_a_number_of_no_listed_country_waits_for_all_that_is_guessed() -> None:
    nowhere = replace(PERSON, time_zone=None, msisdn="+99900000001")
    assert may_contact(SMS, nowhere, POLICY, NOW) == Denied(Reason.ZONE_UNKNOWN)
    guessed = replace(nowhere, zone_guesses=("Asia/Shanghai", "Asia/Urumqi", "Mars/Base"))
    assert may_contact(SMS, guessed, POLICY, NOW) == Deferred(
        Reason.QUIET_HOURS, datetime(2026, 11, 22, 3, tzinfo=UTC)
    )


def test_every_reason_is_explained_in_both_languages() -> None:
    assert set(MEANINGS) == set(Reason)
    for meaning in MEANINGS.values():
        assert meaning.en.endswith(".")
        assert meaning.zh.endswith("。")
