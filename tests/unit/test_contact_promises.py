"""What the gate promises of any customer, at any moment, under any policy."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.attempts import Channel
from bot.domain.contact import Allowed, Contact, Decision, Deferred, Person, Reason, may_contact
from bot.domain.policy import Policy, strictest
from bot.domain.reasons import MEANINGS, LiftedBy
from tests.unit.any_contact import CONTACTS, MINUTE, moments, people, policies
from tests.unit.contacts import NOW, PERSON, POLICY, SMS, ago


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


WHEN = (Reason.QUIET_HOURS, Reason.CAP, Reason.MIN_GAP)


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


def test_what_time_heals_is_what_the_gate_defers() -> None:
    assert all(MEANINGS[reason].lifted_by is LiftedBy.ITSELF for reason in WHEN)
    assert all(
        MEANINGS[reason].lifted_by is not LiftedBy.ITSELF for reason in (Reason.SUPPRESSED, Reason.LEFT)
    )
