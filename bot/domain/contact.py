"""The gate: one pure answer to "may we contact this person now?", asked at the moment of every contact."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.attempts import Channel
from bot.domain.campaigns import Arm
from bot.domain.policy import Cap, Policy
from bot.domain.quiet_hours import Closed, hours


class Reason(StrEnum):
    """Why not. Stored with each decision, counted in the report, shown to operators."""

    SUPPRESSED = "suppressed"
    NO_CONSENT = "no_consent"
    CONTROL_ARM = "control_arm"
    LEFT = "left"
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


@dataclass(frozen=True, slots=True)
class Past:
    """One earlier contact of this person, from the journal."""

    at: datetime
    channel: Channel
    purpose: str
    same_campaign: bool


@dataclass(frozen=True, slots=True)
class Refusal:
    """What the register holds against this number now."""

    channel: str  # all, sms, call
    purpose: str  # all or one purpose

    def covers(self, channel: str, purpose: str) -> bool:
        return self.channel in ("all", channel) and self.purpose in ("all", purpose)


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


@dataclass(frozen=True, slots=True)
class Contact:
    channel: Channel
    purpose: str
    arm: Arm
    at_work_order: bool = False  # a human asked for this contact from the open order itself


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
_ORDER_WAIT = timedelta(hours=4)
_COMPLAINT_WAIT = timedelta(days=1)


def may_contact(
    contact: Contact,
    person: Person,
    policy: Policy,
    now: datetime,
    *,
    guest_list: frozenset[str] | None = None,
) -> Decision:
    """The order is the rule: what can never be lifted comes first, what time heals comes last."""
    never = _never(contact, person, policy, guest_list)
    if never is not None:
        return Denied(never)
    not_yet = _not_yet(contact, person, now)
    if not_yet is not None:
        return not_yet
    zones = policy.candidate_zones(person.time_zone, person.msisdn)
    if not zones:
        return Denied(Reason.ZONE_UNKNOWN)
    opening = hours(policy.windows[contact.purpose], zones, policy.holidays, now)
    if isinstance(opening, Closed):
        if opening.opens_at is None:
            return Denied(Reason.NO_PERMITTED_HOURS)
        return Deferred(Reason.QUIET_HOURS, opening.opens_at)
    capped = _capped(contact, person, policy, now)
    return capped if capped is not None else Allowed(opening.closes_at)


def _never(
    contact: Contact, person: Person, policy: Policy, guest_list: frozenset[str] | None
) -> Reason | None:
    if guest_list is not None and person.msisdn not in guest_list:
        return Reason.NOT_ON_GUEST_LIST
    if any(refusal.covers(contact.channel, contact.purpose) for refusal in person.refusals):
        return Reason.SUPPRESSED
    if (
        contact.purpose in policy.needs_consent
        and f"{contact.channel}:{contact.purpose}" not in person.consents
    ):
        return Reason.NO_CONSENT
    if contact.arm is Arm.CONTROL:
        return Reason.CONTROL_ARM
    return None if person.active else Reason.LEFT


def _not_yet(contact: Contact, person: Person, now: datetime) -> Deferred | None:
    if person.news_waiting:
        return Deferred(Reason.NEWS_WAITING, now + _NEWS_WAIT)
    if person.complaint_open and contact.purpose == "marketing":
        return Deferred(Reason.COMPLAINT_OPEN, now + _COMPLAINT_WAIT)
    if person.work_order_open and not contact.at_work_order and contact.purpose == "marketing":
        return Deferred(Reason.WORK_ORDER_OPEN, now + _ORDER_WAIT)
    return None


def _capped(contact: Contact, person: Person, policy: Policy, now: datetime) -> Deferred | None:
    """The latest of the moments at which each cap and gap lets this contact through."""
    gap = policy.min_gap.get(contact.channel)
    latest: Deferred | None = None
    if gap is not None:
        same = [past.at for past in person.past if past.channel is contact.channel]
        if same and max(same) + gap > now:
            latest = Deferred(Reason.MIN_GAP, max(same) + gap)
    for cap in policy.caps:
        free_at = _free_at(cap, contact, person.past, now)
        if free_at is not None and (latest is None or free_at > latest.until):
            latest = Deferred(Reason.CAP, free_at)
    return latest


def _free_at(cap: Cap, contact: Contact, past: Sequence[Past], now: datetime) -> datetime | None:
    if cap.channel not in (None, contact.channel) or cap.purpose not in (None, contact.purpose):
        return None
    since = now - cap.period
    counted = sorted(
        one.at
        for one in past
        if one.at > since
        and (cap.everywhere or one.same_campaign)
        and cap.channel in (None, one.channel)
        and cap.purpose in (None, one.purpose)
    )
    if len(counted) < cap.limit:
        return None
    return counted[len(counted) - cap.limit] + cap.period
