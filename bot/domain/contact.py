"""The gate: one pure answer to "may we contact this person now?", asked at the moment of every contact."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.attempts import Channel
from bot.domain.campaigns import Arm
from bot.domain.consents import WRITTEN_VOICE
from bot.domain.marks import Marked as Marked
from bot.domain.marks import Treatment, asked_for
from bot.domain.policy import Policy
from bot.domain.policy.counting import Past as Past
from bot.domain.policy.counting import held_back
from bot.domain.quiet_hours import Closed
from bot.domain.refusals import Refusal as Refusal


class Reason(StrEnum):
    """Why not. Stored with each decision, counted in the report, shown to operators."""

    SUPPRESSED = "suppressed"
    NO_CONSENT = "no_consent"
    NO_WRITTEN_CONSENT = "no_written_consent"
    CONTROL_ARM = "control_arm"
    LEFT = "left"
    RETURNED = "returned"
    MARKED_NEVER = "marked_never"
    MARKED_BY_HAND = "marked_by_hand"
    MARKED_WAIT = "marked_wait"
    COMPLAINT_OPEN = "complaint_open"
    NEWS_WAITING = "news_waiting"
    WORK_ORDER_OPEN = "work_order_open"
    ZONE_UNKNOWN = "zone_unknown"
    QUIET_HOURS = "quiet_hours"
    NO_PERMITTED_HOURS = "no_permitted_hours"
    CAP = "cap"
    MIN_GAP = "min_gap"
    NOT_ON_GUEST_LIST = "not_on_guest_list"
    CAMPAIGN_NOT_RUNNING = "campaign_not_running"
    FLOW_MOVED_ON = "flow_moved_on"
    MISSING_VALUE = "missing_value"
    OTHER_CONVERSATION = "other_conversation"
    SPEND_LIMIT = "spend_limit"


@dataclass(frozen=True, slots=True)
class Person:
    """All that the gate weighs about one person, loaded for a whole batch in a few statements."""

    msisdn: str
    time_zone: str | None
    active: bool
    consents: frozenset[str]
    refusals: tuple[Refusal, ...]
    complaint_open: bool
    news_waiting: bool  # an event about this person that no flow has seen yet
    work_order_open: bool
    past: Sequence[Past]
    zone_guesses: tuple[str, ...] = ()  # where the zone is unknown: whatever else points at one
    marks: tuple[Marked, ...] = ()  # the named lists they are on now


@dataclass(frozen=True, slots=True)
class Contact:
    channel: Channel
    purpose: str
    arm: Arm
    to_former: bool = False  # the flow is for those who have left
    at_work_order: bool = False  # a human asked for this contact from the open order itself
    by_hand: bool = False  # a human speaks, no machine-made voice


@dataclass(frozen=True, slots=True)
class Allowed:
    """Permitted until `closes_at`, when the permitted hours end."""

    closes_at: datetime


@dataclass(frozen=True, slots=True)
class Deferred:
    reason: Reason
    until: datetime


@dataclass(frozen=True, slots=True)
class Denied:
    reason: Reason


Decision = Allowed | Deferred | Denied

_NEWS_WAIT = timedelta(seconds=2)
#: Nobody knows when such a matter will be settled.
_LOOK_AGAIN = {
    Reason.COMPLAINT_OPEN: timedelta(days=1),
    Reason.MARKED_WAIT: timedelta(days=1),
    Reason.WORK_ORDER_OPEN: timedelta(hours=4),
}


def may_contact(
    contact: Contact,
    person: Person,
    policy: Policy,
    now: datetime,
    *,
    guest_list: frozenset[str] | None = None,
) -> Decision:
    """The order is the rule: what can never be lifted comes first, what time heals comes last."""
    never = ruled_out(contact, person, policy, now, guest_list=guest_list)
    if never is not None:
        return Denied(never)
    if person.news_waiting:
        return Deferred(Reason.NEWS_WAITING, now + _NEWS_WAIT)
    zones = policy.candidate_zones(person.time_zone, person.msisdn, person.zone_guesses)
    unsettled = _unsettled(contact, person, policy, now)
    if unsettled is not None:
        return Deferred(unsettled.reason, _opening(contact, policy, zones, unsettled.until))
    return _when(contact, person, policy, zones, now) if zones else Denied(Reason.ZONE_UNKNOWN)


def _when(
    contact: Contact, person: Person, policy: Policy, zones: tuple[str, ...], now: datetime
) -> Decision:
    """The first moment from now on that hours, caps and gaps all permit; the reason is the first that did not."""
    moment, reason = now, None
    while True:
        opening = policy.hours(contact.channel, contact.purpose, zones, moment)
        if isinstance(opening, Closed):
            if opening.opens_at is None:
                return Denied(Reason.NO_PERMITTED_HOURS)
            moment, reason = opening.opens_at, reason or Reason.QUIET_HOURS
            continue
        held = held_back(policy, contact.channel, contact.purpose, person.past, zones, moment)
        if held is None:
            return Allowed(opening.closes_at) if reason is None else Deferred(reason, moment)
        moment, reason = held.until, reason or (Reason.MIN_GAP if held.by_gap else Reason.CAP)


def ruled_out(
    contact: Contact,
    person: Person,
    policy: Policy,
    now: datetime,
    *,
    guest_list: frozenset[str] | None = None,
) -> Reason | None:
    """What no waiting heals: asked alone where somebody is on the line already."""
    if guest_list is not None and person.msisdn not in guest_list:
        return Reason.NOT_ON_GUEST_LIST
    if any(refusal.covers(contact.channel, contact.purpose) for refusal in person.refusals):
        return Reason.SUPPRESSED
    missing = _missing_consent(contact, person, policy)
    if missing is not None:
        return missing
    if contact.arm is Arm.CONTROL:
        return Reason.CONTROL_ARM
    if not contact.to_former and not person.active:
        return Reason.LEFT
    if contact.to_former and person.active and contact.purpose == "marketing":
        return Reason.RETURNED
    return _left_out(contact, person, policy, now) if person.marks else None


def _missing_consent(contact: Contact, person: Person, policy: Policy) -> Reason | None:
    channel, purpose = contact.channel, contact.purpose
    if policy.asks_consent(channel, purpose, by_hand=contact.by_hand):
        if f"{channel}:{purpose}" not in person.consents:
            return Reason.NO_CONSENT
        if not contact.by_hand and policy.asks_written_consent(channel, purpose):
            return None if WRITTEN_VOICE in person.consents else Reason.NO_WRITTEN_CONSENT
    return None


def _left_out(contact: Contact, person: Person, policy: Policy, now: datetime) -> Reason | None:
    asked = asked_for(person.marks, policy.marks, contact.purpose, now)
    if Treatment.NEVER in asked:
        return Reason.MARKED_NEVER
    return Reason.MARKED_BY_HAND if Treatment.BY_HAND in asked and not contact.at_work_order else None


def _unsettled(contact: Contact, person: Person, policy: Policy, now: datetime) -> Deferred | None:
    """Marks may say until when; of anything else nobody knows."""
    if contact.purpose != "marketing":
        return None
    if person.complaint_open:
        return _look_again(Reason.COMPLAINT_OPEN, now)
    asked = asked_for(person.marks, policy.marks, contact.purpose, now) if person.marks else {}
    if Treatment.WAIT in asked:
        ends = asked[Treatment.WAIT]
        return Deferred(Reason.MARKED_WAIT, ends) if ends else _look_again(Reason.MARKED_WAIT, now)
    if person.work_order_open and not contact.at_work_order:
        return _look_again(Reason.WORK_ORDER_OPEN, now)
    return None


def _look_again(reason: Reason, now: datetime) -> Deferred:
    return Deferred(reason, now + _LOOK_AGAIN[reason])


def _opening(contact: Contact, policy: Policy, zones: tuple[str, ...], moment: datetime) -> datetime:
    """Nobody is told to come back at a closed hour; where none is known, `moment` itself."""
    hours = policy.hours(contact.channel, contact.purpose, zones, moment)
    return (hours.opens_at or moment) if isinstance(hours, Closed) else moment
