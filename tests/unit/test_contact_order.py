"""The gate's order of reasons under any mix of facts, and what no mix of facts lets through."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.attempts import Channel
from bot.domain.campaigns import Arm
from bot.domain.consents import CONSENTS, WRITTEN_VOICE
from bot.domain.contact import (
    Allowed,
    Contact,
    Deferred,
    Denied,
    Marked,
    Past,
    Person,
    Reason,
    Refusal,
    may_contact,
    ruled_out,
)
from bot.domain.marks import Treatment
from bot.domain.policy import Policy, RecordedVoice, read_policy, strictest
from bot.domain.quiet_hours import Open
from bot.domain.weighing import LAST_MOMENT, may_begin
from tests.unit.any_contact import PURPOSE, moments, policies
from tests.unit.contacts import CALL, NIGHT, NOW, PERSON, SMS

STRANGERS = frozenset({"+8613800000002"})
IN_WRITING = replace(PERSON, consents=PERSON.consents | {WRITTEN_VOICE})
CLOSED_ON_SUNDAYS = {"marketing": ["mon-sat 09:00-20:00"], "service": ["08:00-22:00"]}


@dataclass(frozen=True, slots=True)
class Case:
    person: Person = IN_WRITING
    contact: Contact = CALL
    guests: frozenset[str] | None = None
    now: datetime = NOW

    def knowing(self, **facts: object) -> Case:
        return replace(self, person=replace(self.person, **facts))  # type: ignore[arg-type]

    def listed(self, name: str) -> Case:
        return self.knowing(marks=(*self.person.marks, Marked(name)))


#: All that can stand against a contact, gravest first.
IN_ORDER: list[tuple[Reason, Callable[[Case], Case]]] = [
    (Reason.NOT_ON_GUEST_LIST, lambda case: replace(case, guests=STRANGERS)),
    (Reason.SUPPRESSED, lambda case: case.knowing(refusals=(Refusal("all", "all"),))),
    (Reason.NO_CONSENT, lambda case: case.knowing(consents=frozenset())),
    (
        Reason.NO_WRITTEN_CONSENT,
        lambda case: case.knowing(consents=case.person.consents - {WRITTEN_VOICE}),
    ),
    (Reason.CONTROL_ARM, lambda case: replace(case, contact=replace(case.contact, arm=Arm.CONTROL))),
    (Reason.LEFT, lambda case: case.knowing(active=False)),
    (Reason.MARKED_NEVER, lambda case: case.listed("black")),
    (Reason.MARKED_BY_HAND, lambda case: case.listed("kept")),
    (Reason.NEWS_WAITING, lambda case: case.knowing(news_waiting=True)),
    (Reason.COMPLAINT_OPEN, lambda case: case.knowing(complaint_open=True)),
    (Reason.MARKED_WAIT, lambda case: case.listed("complaint")),
    (Reason.WORK_ORDER_OPEN, lambda case: case.knowing(work_order_open=True)),
    (Reason.ZONE_UNKNOWN, lambda case: case.knowing(time_zone=None, msisdn="+99900000001")),
    (Reason.QUIET_HOURS, lambda case: replace(case, now=NIGHT)),
    (
        Reason.CAP,
        lambda case: case.knowing(past=[Past(NOW, Channel.CALL, "marketing", same_campaign=True)] * 3),
    ),
]
MARKS = {
    "black": {"marketing": "never"},
    "kept": {"marketing": "by_hand"},
    "complaint": {"marketing": "wait"},
    "red": {"priority": "highest"},
}
POLICY = read_policy({"marks": MARKS, "voice": {"recorded": "written"}})


@given(st.sets(st.sampled_from(range(len(IN_ORDER)))))
def test_whatever_stands_against_a_contact_the_gravest_is_named(against: set[int]) -> None:
    case = Case()
    for number in sorted(against):
        case = IN_ORDER[number][1](case)
    decision = may_contact(case.contact, case.person, POLICY, case.now, guest_list=case.guests)
    if not against:
        assert isinstance(decision, Allowed)
    else:
        assert not isinstance(decision, Allowed)
        assert decision.reason is IN_ORDER[min(against)][0]


def people(now: datetime) -> st.SearchStrategy[Person]:
    """Anybody, with anything against them or nothing."""
    marks = st.builds(
        Marked,
        st.sampled_from([*MARKS, "unheard_of"]),
        st.none() | st.integers(-60, 9 * 24 * 60).map(lambda minutes: now + timedelta(minutes=minutes)),
    )
    zones = st.sampled_from([None, "Asia/Shanghai", "America/New_York", "Mars/Base"])
    yes_or_no = st.booleans()
    ages = st.lists(st.integers(0, 9 * 24 * 60), max_size=4)
    pasts = ages.map(
        lambda minutes: [
            Past(now - timedelta(minutes=age), Channel.SMS, "marketing", True) for age in minutes
        ]
    )
    return st.builds(
        Person,
        msisdn=st.sampled_from(["+8613800000001", "+12125550000", "+99900000001"]),
        time_zone=zones,
        active=yes_or_no,
        consents=st.frozensets(st.sampled_from(CONSENTS)),
        refusals=st.lists(
            st.builds(
                Refusal, st.sampled_from(["all", "sms", "call"]), st.sampled_from(["all", "marketing"])
            ),
            max_size=2,
        ).map(tuple),
        complaint_open=yes_or_no,
        news_waiting=yes_or_no,
        work_order_open=yes_or_no,
        past=pasts,
        zone_guesses=st.sampled_from([(), ("Asia/Urumqi",), ("America/New_York", "Europe/London")]),
        marks=st.lists(marks, max_size=3).map(tuple),
    )


CONTACTS = st.builds(
    Contact,
    st.sampled_from(list(Channel)),
    PURPOSE,
    st.sampled_from(list(Arm)),
    to_former=st.booleans(),
    at_work_order=st.booleans(),
    by_hand=st.booleans(),
)


@st.composite
def rules(draw: st.DrawFn) -> Policy:
    """Any hours and caps, with marks, and any word about recorded voices."""
    written, _ = draw(policies())
    recorded = draw(st.sampled_from([one.value for one in RecordedVoice]))
    return read_policy({**written, "marks": MARKS, "voice": {"recorded": recorded}})


@settings(max_examples=200, deadline=None)
@given(st.data(), moments(), rules(), CONTACTS)
def test_nothing_lets_through_who_must_not_be_contacted_whatever_else_holds(
    data: st.DataObject, now: datetime, read: Policy, contact: Contact
) -> None:
    person = data.draw(people(now))
    decision = may_contact(contact, person, read, now)
    barred = (
        any(refusal.covers(contact.channel, contact.purpose) for refusal in person.refusals)
        or contact.arm is Arm.CONTROL
        or not (person.active or contact.to_former)
        or (contact.purpose == "marketing" and _kept_away(person, contact, now))
        or _unheard_voice(person, contact, read)
    )
    if barred:
        assert isinstance(decision, Denied)
    never = ruled_out(contact, person, read, now)
    assert (never is not None) >= barred
    assert isinstance(decision, Denied) or never is None


def _kept_away(person: Person, contact: Contact, now: datetime) -> bool:
    held = {mark.name for mark in person.marks if mark.until is None or mark.until > now}
    return "black" in held or ("kept" in held and not contact.at_work_order)


def _unheard_voice(person: Person, contact: Contact, policy: Policy) -> bool:
    """A machine's voice that a customer has not agreed to as their place asks."""
    if contact.by_hand or contact.channel is not Channel.CALL or contact.purpose != "marketing":
        return False
    needed = {
        RecordedVoice.NOTHING: frozenset[str](),
        RecordedVoice.CONSENT: frozenset({"call:marketing"}),
        RecordedVoice.WRITTEN: frozenset({"call:marketing", "voice:marketing"}),
    }
    return not needed[policy.conduct.recorded_voice] <= person.consents


@settings(max_examples=200, deadline=None)
@given(st.data(), moments(), rules(), CONTACTS)
def test_while_a_mark_says_wait_nobody_markets_and_afterwards_it_says_nothing(
    data: st.DataObject, now: datetime, read: Policy, contact: Contact
) -> None:
    person = data.draw(people(now))
    minutes = data.draw(st.integers(1, 3 * 24 * 60))
    until = now + timedelta(minutes=minutes)
    waiting = replace(person, marks=(Marked("complaint", until), Marked("complaint", until)))
    free = replace(person, marks=())
    while_it_holds = may_contact(contact, waiting, read, now)
    if contact.purpose == "marketing":
        assert not isinstance(while_it_holds, Allowed)
        if isinstance(while_it_holds, Deferred) and while_it_holds.reason is Reason.MARKED_WAIT:
            assert while_it_holds.until >= until
    else:
        assert while_it_holds == may_contact(contact, free, read, now)
    assert may_contact(contact, waiting, read, until) == may_contact(contact, free, read, until)


@settings(max_examples=200, deadline=None)
@given(st.data(), moments(), rules(), CONTACTS)
def test_a_service_contact_knows_no_marks(
    data: st.DataObject, now: datetime, read: Policy, contact: Contact
) -> None:
    person = data.draw(people(now))
    service = replace(contact, purpose="service")
    unmarked = replace(person, marks=())
    assert may_contact(service, person, read, now) == may_contact(service, unmarked, read, now)


@given(st.integers(0, 30), moments())
def test_nothing_begins_in_the_last_moment_of_the_hours(seconds: int, day: datetime) -> None:
    noon = day.replace(hour=4, minute=0)
    begun = may_begin(SMS, PERSON, read_policy({}), noon - timedelta(seconds=seconds))
    if timedelta(seconds=seconds) < LAST_MOMENT:
        assert begun == Deferred(Reason.QUIET_HOURS, noon + timedelta(hours=2))
    else:
        assert begun == Allowed(noon)


@settings(max_examples=200, deadline=None)
@given(st.data(), moments(), rules(), CONTACTS)
def test_nobody_is_told_to_come_back_at_a_closed_hour(
    data: st.DataObject, now: datetime, read: Policy, contact: Contact
) -> None:
    person = data.draw(people(now))
    decision = may_contact(contact, person, read, now)
    if not isinstance(decision, Deferred):
        return
    assert decision.until > now
    zones = read.candidate_zones(person.time_zone, person.msisdn, person.zone_guesses)
    if decision.reason is Reason.NEWS_WAITING or not zones:
        return  # news is read within seconds; of an unknown zone the next look will tell
    then = read.hours(contact.channel, contact.purpose, zones, decision.until)
    assert isinstance(then, Open) or then.opens_at is None


def test_what_waits_for_a_complaint_waits_for_an_open_hour_as_well() -> None:
    """A day after Saturday morning is a Sunday, on which this policy is silent."""
    saturday = NOW - timedelta(days=1)
    policy = read_policy({"hours": CLOSED_ON_SUNDAYS})
    complaining = replace(PERSON, complaint_open=True)
    monday_at_nine = NOW + timedelta(days=1, hours=-1)
    assert may_contact(SMS, complaining, policy, saturday) == Deferred(Reason.COMPLAINT_OPEN, monday_at_nine)


@given(
    st.sampled_from(list(Treatment)),
    st.sampled_from(list(Treatment)),
    st.builds(
        Contact, st.sampled_from(list(Channel)), PURPOSE, st.just(Arm.TREATMENT), at_work_order=st.booleans()
    ),
)
def test_of_two_policies_a_mark_lets_through_what_both_let_through(
    ours: Treatment, places: Treatment, contact: Contact
) -> None:
    marked = replace(PERSON, marks=(Marked("kept"),))
    one, other = (
        read_policy({"marks": {"kept": {"marketing": each.value}}, "needs_consent": []})
        for each in (ours, places)
    )
    both = may_contact(contact, marked, strictest(one, other), NOW)
    apart = [may_contact(contact, marked, policy, NOW) for policy in (one, other)]
    assert isinstance(both, Allowed) == all(isinstance(answer, Allowed) for answer in apart)
    assert isinstance(both, Denied) >= any(isinstance(answer, Denied) for answer in apart)


@pytest.mark.parametrize("recorded", RecordedVoice)
def test_a_machines_voice_is_heard_by_those_alone_who_agreed_as_their_place_asks(
    recorded: RecordedVoice,
) -> None:
    policy = read_policy({"needs_consent": [], "voice": {"recorded": recorded.value}})
    agreed: tuple[list[str], ...] = (
        [],
        ["call:marketing"],
        [WRITTEN_VOICE],
        ["call:marketing", WRITTEN_VOICE],
    )
    for consents, channel, purpose, by_hand in product(
        agreed, Channel, ("marketing", "service"), (False, True)
    ):
        person = replace(PERSON, consents=frozenset(consents))
        contact = Contact(channel, purpose, Arm.TREATMENT, by_hand=by_hand)
        unheard = _unheard_voice(person, contact, policy)
        assert isinstance(may_contact(contact, person, policy, NOW), Denied) == unheard


def test_a_human_calls_without_consent_to_a_machines_voice() -> None:
    written = read_policy({"voice": {"recorded": "written"}})
    assert may_contact(CALL, PERSON, written, NOW) == Denied(Reason.NO_WRITTEN_CONSENT)
    assert isinstance(may_contact(CALL, IN_WRITING, written, NOW), Allowed)
    assert isinstance(may_contact(SMS, PERSON, written, NOW), Allowed)
    by_hand = replace(CALL, by_hand=True)
    assert isinstance(may_contact(by_hand, PERSON, written, NOW), Allowed)
    assert isinstance(may_contact(replace(CALL, purpose="service"), PERSON, written, NOW), Allowed)


def test_a_recorded_voice_asks_for_consent_even_where_calls_do_not() -> None:
    recorded = read_policy({"needs_consent": [], "voice": {"recorded": "consent"}})
    silent = replace(PERSON, consents=frozenset())
    assert may_contact(CALL, silent, recorded, NOW) == Denied(Reason.NO_CONSENT)
    assert isinstance(may_contact(replace(CALL, by_hand=True), silent, recorded, NOW), Allowed)


def test_who_is_kept_for_a_manager_is_called_from_a_work_order_alone() -> None:
    kept = replace(IN_WRITING, marks=(Marked("kept"),), work_order_open=True)
    assert may_contact(CALL, kept, POLICY, NOW) == Denied(Reason.MARKED_BY_HAND)
    from_order = replace(CALL, by_hand=True, at_work_order=True)
    assert isinstance(may_contact(from_order, kept, POLICY, NOW), Allowed)
    black = replace(kept, marks=(Marked("kept"), Marked("black")))
    assert may_contact(from_order, black, POLICY, NOW) == Denied(Reason.MARKED_NEVER)


def test_a_mark_without_an_end_is_looked_at_again_after_a_day() -> None:
    complaining = replace(PERSON, marks=(Marked("complaint"), Marked("complaint", NOW + timedelta(hours=1))))
    assert may_contact(SMS, complaining, read_policy({}), NOW) == Deferred(
        Reason.MARKED_WAIT, NOW + timedelta(days=1)
    )
