"""The gate: which reason comes first, how long each one lasts, and that nothing else gets through."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.attempts import Channel
from bot.domain.campaigns import Arm
from bot.domain.contact import (
    Allowed,
    Contact,
    Decision,
    Deferred,
    Denied,
    Marked,
    Past,
    Person,
    Reason,
    Refusal,
    may_contact,
)
from bot.domain.policy import Policy, read_policy, strictest
from bot.domain.reasons import MEANINGS, LiftedBy

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


def test_a_service_message_passes_the_caps_that_let_it_through_but_counts_for_the_others() -> None:
    caps = {"caps": [{"limit": 1, "period": "1d"}], "min_gap": {}}
    service = replace(SMS, purpose="service")
    told = replace(PERSON, past=[ago(Channel.SMS, hours=1, purpose="service")])
    assert _reason(may_contact(service, told, read_policy(caps), NOW)) is Reason.CAP
    lenient = read_policy({**caps, "exempt": ["service"]})
    assert isinstance(may_contact(service, told, lenient, NOW), Allowed)
    assert _reason(may_contact(SMS, told, lenient, NOW)) is Reason.CAP


def test_consent_is_asked_for_the_channel_that_needs_it() -> None:
    policy = read_policy({"needs_consent": ["call:service"]})
    person = replace(PERSON, consents=frozenset())
    assert may_contact(replace(CALL, purpose="service"), person, policy, NOW) == Denied(Reason.NO_CONSENT)
    assert isinstance(may_contact(replace(SMS, purpose="service"), person, policy, NOW), Allowed)
    assert isinstance(may_contact(SMS, person, policy, NOW), Allowed)


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


def test_a_number_of_no_listed_country_waits_for_all_that_is_guessed() -> None:
    nowhere = replace(PERSON, time_zone=None, msisdn="+99900000001")
    assert may_contact(SMS, nowhere, POLICY, NOW) == Denied(Reason.ZONE_UNKNOWN)
    guessed = replace(nowhere, zone_guesses=("Asia/Shanghai", "Asia/Urumqi", "Mars/Base"))
    assert may_contact(SMS, guessed, POLICY, NOW) == Deferred(
        Reason.QUIET_HOURS, datetime(2026, 11, 22, 3, tzinfo=UTC)
    )


# -- any customer, any clock, any policy -------------------------------------------------------------------------

ZONES = (
    "Asia/Shanghai",
    "Asia/Urumqi",
    "America/New_York",
    "America/St_Johns",
    "Africa/Cairo",
    "Europe/London",
)
CHANGES = (
    datetime(2026, 3, 8, 7, tzinfo=UTC),  # New York forward
    datetime(2026, 11, 1, 6, tzinfo=UTC),  # and back
    datetime(2026, 4, 23, 22, tzinfo=UTC),  # Cairo forward, at midnight
    datetime(2026, 10, 29, 21, tzinfo=UTC),  # and back
    datetime(2026, 3, 29, 1, tzinfo=UTC),  # London forward
)
MINUTE = timedelta(minutes=1)
WHEN = (Reason.QUIET_HOURS, Reason.CAP, Reason.MIN_GAP)


@st.composite
def moments(draw: st.DrawFn) -> datetime:
    around = draw(st.sampled_from(CHANGES))
    return around + MINUTE * draw(st.integers(-3 * 24 * 60, 3 * 24 * 60))


@st.composite
def spans(draw: st.DrawFn) -> list[str]:
    edges = draw(st.lists(st.integers(0, 48), min_size=2, max_size=6, unique=True).map(sorted))
    days = st.sampled_from(["", "mon-fri ", "sat,sun ", "fri-mon "])
    return [
        f"{draw(days)}{opens // 2:02}:{opens % 2 * 30:02}-{closes // 2:02}:{closes % 2 * 30:02}"
        for opens, closes in list(pairwise(edges))[::2]
    ]


@st.composite
def caps(draw: st.DrawFn) -> dict[str, Any]:
    period = draw(st.sampled_from([{"period": "6h"}, {"period": "1d"}, {"per": "day"}, {"per": "week"}]))
    scope = draw(st.sampled_from([{}, {"channel": "sms"}, {"purpose": "marketing"}, {"everywhere": False}]))
    return {"limit": draw(st.integers(1, 3)), **period, **scope}


@st.composite
def policies(draw: st.DrawFn) -> tuple[dict[str, Any], Policy]:
    days = st.lists(st.dates(date(2026, 3, 5), date(2026, 11, 3)).map(str), max_size=3)
    data = {
        "hours": {"marketing": {"sms": draw(spans()), "call": draw(spans())}, "service": draw(spans())},
        "caps": draw(st.lists(caps(), max_size=3)),
        "exempt": draw(st.sampled_from([[], ["service"]])),
        "min_gap": draw(st.sampled_from([{}, {"sms": "30m"}, {"call": {"marketing": "5h"}}])),
        "holidays": draw(days),
        "needs_consent": [],
    }
    return data, read_policy(data)


@st.composite
def people(draw: st.DrawFn, now: datetime) -> Person:
    ages = draw(st.lists(st.integers(0, 9 * 24 * 60), max_size=6))
    known = draw(st.booleans())
    return replace(
        PERSON,
        msisdn="+99900000001",
        time_zone=draw(st.sampled_from(ZONES)) if known else None,
        zone_guesses=tuple(draw(st.lists(st.sampled_from(ZONES), min_size=1, max_size=3, unique=True))),
        past=[
            Past(now - MINUTE * age, draw(st.sampled_from(list(Channel))), draw(PURPOSE), draw(st.booleans()))
            for age in ages
        ],
    )


PURPOSE = st.sampled_from(["marketing", "service"])
CONTACTS = st.builds(Contact, st.sampled_from(list(Channel)), PURPOSE, st.just(Arm.TREATMENT))


def zones_of(person: Person) -> tuple[str, ...]:
    return (person.time_zone,) if person.time_zone else person.zone_guesses


def written_hours_permit(data: dict[str, Any], contact: Contact, person: Person, moment: datetime) -> bool:
    """The oracle: read from the text of the policy, with the clocks on the walls of all that may be home."""
    of_purpose = data["hours"][contact.purpose]
    texts = of_purpose if isinstance(of_purpose, list) else of_purpose[contact.channel]
    return all(
        str(wall.date()) not in data["holidays"]
        and any(_text_permits(text, f"{wall:%a}".lower(), f"{wall:%H:%M}") for text in texts)
        for wall in (moment.astimezone(ZoneInfo(zone)) for zone in zones_of(person))
    )


def _text_permits(text: str, weekday: str, wall: str) -> bool:
    days, _, hours = text.rpartition(" ")
    named = {"": "mon tue wed thu fri sat sun", "mon-fri": "mon tue wed thu fri", "sat,sun": "sat sun"}
    opens, closes = hours.split("-")
    return weekday in named.get(days, "fri sat sun mon").split() and opens <= wall < closes


@settings(max_examples=100, deadline=None)
@given(st.data(), moments(), policies(), CONTACTS)
def test_nobody_is_contacted_outside_the_hours_of_any_place_they_may_be_in(
    data: st.DataObject, now: datetime, policy: tuple[dict[str, Any], Policy], contact: Contact
) -> None:
    written, read = policy
    person = data.draw(people(now))
    decision = may_contact(contact, person, read, now)
    if isinstance(decision, Allowed):
        assert decision.closes_at > now
        minutes = min(int((decision.closes_at - now) / MINUTE), 24 * 60)
        for after in range(0, minutes, 7):
            assert written_hours_permit(written, contact, person, now + MINUTE * after)
    elif not written_hours_permit(written, contact, person, now):
        assert decision.reason in (Reason.QUIET_HOURS, Reason.NO_PERMITTED_HOURS)
    else:
        assert decision.reason in (Reason.CAP, Reason.MIN_GAP)


@settings(max_examples=100, deadline=None)
@given(st.data(), moments(), policies(), CONTACTS, st.integers(0, 999))
def test_what_is_deferred_is_permitted_then_and_not_before(
    data: st.DataObject, now: datetime, policy: tuple[dict[str, Any], Policy], contact: Contact, permille: int
) -> None:
    person = data.draw(people(now))
    decision = may_contact(contact, person, policy[1], now)
    if not isinstance(decision, Deferred):
        return
    assert decision.reason in WHEN
    assert isinstance(may_contact(contact, person, policy[1], decision.until), Allowed)
    between = now + (decision.until - now) * permille // 1000
    asked_again = may_contact(contact, person, policy[1], between)
    assert isinstance(asked_again, Deferred)
    assert asked_again.until == decision.until


@settings(max_examples=100, deadline=None)
@given(st.data(), moments(), policies(), CONTACTS)
def test_more_contacts_and_more_doubt_never_bring_the_next_one_nearer(
    data: st.DataObject, now: datetime, policy: tuple[dict[str, Any], Policy], contact: Contact
) -> None:
    person = data.draw(people(now))
    more = data.draw(people(now))
    busier = replace(person, past=[*person.past, *more.past])
    vaguer = replace(person, time_zone=None, zone_guesses=(*zones_of(person), *more.zone_guesses))
    first = _at(may_contact(contact, person, policy[1], now), now)
    assert _at(may_contact(contact, busier, policy[1], now), now) >= first
    assert _at(may_contact(contact, vaguer, policy[1], now), now) >= first


@settings(max_examples=100, deadline=None)
@given(st.data(), moments(), policies(), policies(), CONTACTS)
def test_the_stricter_of_two_policies_permits_what_both_permit(
    data: st.DataObject,
    now: datetime,
    one: tuple[dict[str, Any], Policy],
    other: tuple[dict[str, Any], Policy],
    contact: Contact,
) -> None:
    person = data.draw(people(now))
    both = may_contact(contact, person, strictest(one[1], other[1]), now)
    apart = [may_contact(contact, person, policy, now) for _, policy in (one, other)]
    assert isinstance(both, Allowed) == all(isinstance(answer, Allowed) for answer in apart)
    assert _at(both, now) >= max(_at(answer, now) for answer in apart)


def _at(decision: Decision, now: datetime) -> datetime:
    """When the contact may be made; never is later than anything."""
    match decision:
        case Allowed():
            return now
        case Deferred(_, until):
            return until
        case _:
            return datetime.max.replace(tzinfo=UTC)


def test_every_reason_is_explained_in_both_languages() -> None:
    assert set(MEANINGS) == set(Reason)
    for meaning in MEANINGS.values():
        assert meaning.en.endswith(".")
        assert meaning.zh.endswith("。")


def test_what_time_heals_is_what_the_gate_defers() -> None:
    assert all(MEANINGS[reason].lifted_by is LiftedBy.ITSELF for reason in WHEN)
    assert all(
        MEANINGS[reason].lifted_by is not LiftedBy.ITSELF for reason in (Reason.SUPPRESSED, Reason.LEFT)
    )


def _reason(decision: Decision) -> Reason | None:
    return None if isinstance(decision, Allowed) else decision.reason
