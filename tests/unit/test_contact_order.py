"""The gate's order of reasons under any mix of facts, and what no mix of facts lets through."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.attempts import Channel
from bot.domain.campaigns import Arm
from bot.domain.contact import (
    Allowed,
    Contact,
    Deferred,
    Denied,
    Past,
    Person,
    Reason,
    Refusal,
    may_contact,
    ruled_out,
)
from bot.domain.policy import read_policy
from bot.domain.quiet_hours import Open
from tests.unit.test_contact import NIGHT, NOW, PERSON, PURPOSE, SMS, moments, policies

STRANGERS = frozenset({"+8613800000002"})
CLOSED_ON_SUNDAYS = {"marketing": ["mon-sat 09:00-20:00"], "service": ["08:00-22:00"]}


@dataclass(frozen=True, slots=True)
class Case:
    person: Person = PERSON
    contact: Contact = SMS
    guests: frozenset[str] | None = None
    now: datetime = NOW

    def knowing(self, **facts: object) -> Case:
        return replace(self, person=replace(self.person, **facts))  # type: ignore[arg-type]


#: All that can stand against a contact, gravest first.
IN_ORDER: list[tuple[Reason, Callable[[Case], Case]]] = [
    (Reason.NOT_ON_GUEST_LIST, lambda case: replace(case, guests=STRANGERS)),
    (Reason.SUPPRESSED, lambda case: case.knowing(refusals=(Refusal("all", "all"),))),
    (Reason.NO_CONSENT, lambda case: case.knowing(consents=frozenset())),
    (Reason.CONTROL_ARM, lambda case: replace(case, contact=replace(case.contact, arm=Arm.CONTROL))),
    (Reason.LEFT, lambda case: case.knowing(active=False)),
    (Reason.NEWS_WAITING, lambda case: case.knowing(news_waiting=True)),
    (Reason.COMPLAINT_OPEN, lambda case: case.knowing(complaint_open=True)),
    (Reason.WORK_ORDER_OPEN, lambda case: case.knowing(work_order_open=True)),
    (Reason.ZONE_UNKNOWN, lambda case: case.knowing(time_zone=None, msisdn="+99900000001")),
    (Reason.QUIET_HOURS, lambda case: replace(case, now=NIGHT)),
    (
        Reason.CAP,
        lambda case: case.knowing(past=[Past(NOW, Channel.SMS, "marketing", same_campaign=True)] * 3),
    ),
]
POLICY = read_policy({})


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
        consents=st.frozensets(st.sampled_from(["sms:marketing", "call:marketing", "call:service"])),
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
    )


CONTACTS = st.builds(
    Contact,
    st.sampled_from(list(Channel)),
    PURPOSE,
    st.sampled_from(list(Arm)),
    to_former=st.booleans(),
    at_work_order=st.booleans(),
)


@settings(max_examples=200, deadline=None)
@given(st.data(), moments(), policies(), CONTACTS)
def test_nothing_lets_through_who_has_refused_is_a_control_or_has_left(
    data: st.DataObject, now: datetime, policy: tuple[dict[str, object], object], contact: Contact
) -> None:
    person = data.draw(people(now))
    read = read_policy(policy[0])
    decision = may_contact(contact, person, read, now)
    barred = (
        any(refusal.covers(contact.channel, contact.purpose) for refusal in person.refusals)
        or contact.arm is Arm.CONTROL
        or not (person.active or contact.to_former)
    )
    if barred:
        assert isinstance(decision, Denied)
    never = ruled_out(contact, person, read)
    assert (never is not None) >= barred
    assert isinstance(decision, Denied) or never is None


@settings(max_examples=200, deadline=None)
@given(st.data(), moments(), policies(), CONTACTS)
def test_nobody_is_told_to_come_back_at_a_closed_hour(
    data: st.DataObject, now: datetime, policy: tuple[dict[str, object], object], contact: Contact
) -> None:
    person = data.draw(people(now))
    read = read_policy(policy[0])
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
