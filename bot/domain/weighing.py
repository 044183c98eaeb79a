"""A contact weighed: the gate's answer, then the turn among the customer's runs, then what becomes of the attempt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.arbiter import LOOK_AGAIN, Go, Holder, Interrupt, Later, LeaveOut, Wanting, arbitrate
from bot.domain.contact import Allowed, Contact, Decision, Deferred, Denied, Person, Reason, may_contact
from bot.domain.policy import Policy

LAST_MOMENT = timedelta(seconds=5)  # what is begun so late arrives after the hours: no SMS is valid for less
WAIT = "wait"  # what a step may say of contacts that are held back; otherwise it goes on without

#: It has nothing to do with the customer: such a contact waits, whatever its step says.
_NOT_THE_CUSTOMERS = frozenset({Reason.NEWS_WAITING, Reason.SPEND_LIMIT, Reason.CAMPAIGN_NOT_RUNNING})


@dataclass(frozen=True, slots=True)
class Weighed:
    decision: Decision
    interrupts: tuple[Holder, ...] = ()  # runs that must end before this contact can be made


def may_begin(
    contact: Contact,
    person: Person,
    policy: Policy,
    now: datetime,
    *,
    guest_list: frozenset[str] | None = None,
) -> Decision:
    """As the gate says, but nothing is begun in the last moment of its hours."""
    decision = may_contact(contact, person, policy, now, guest_list=guest_list)
    if isinstance(decision, Allowed) and decision.closes_at - now < LAST_MOMENT:
        return may_contact(contact, person, policy, decision.closes_at, guest_list=guest_list)
    return decision


def in_turn(decision: Decision, wanting: Wanting, holders: Sequence[Holder], now: datetime) -> Weighed:
    """Only who may speak at all asks for the floor: nobody is interrupted for a contact that is not made."""
    if not holders or not isinstance(decision, Allowed):
        return Weighed(decision)
    match arbitrate(wanting, holders, now):
        case Go():
            return Weighed(decision)
        case Later(until):
            return Weighed(Deferred(Reason.OTHER_CONVERSATION, until))
        case LeaveOut():
            return Weighed(Denied(Reason.OTHER_CONVERSATION))
        case Interrupt(enrolment_ids):
            ending = tuple(holder for holder in holders if holder.enrolment_id in enrolment_ids)
            return Weighed(Deferred(Reason.OTHER_CONVERSATION, now + LOOK_AGAIN), ending)


@dataclass(frozen=True, slots=True)
class PutOff:
    """The gate is asked again then; `for_answer`: sooner, if the run that holds the floor is answered."""

    until: datetime
    for_answer: bool = False


@dataclass(frozen=True, slots=True)
class TooLate:
    """It would wait for longer than it keeps."""


@dataclass(frozen=True, slots=True)
class NotMade:
    """The flow is told, and goes on as its step says."""


def unmade(decision: Deferred | Denied, on_denied: str, expires_at: datetime) -> PutOff | TooLate | NotMade:
    """What becomes of a contact that is not made now; `on_denied` is its step's word."""
    match decision:
        case Deferred(Reason.OTHER_CONVERSATION, until):
            # The campaign's word, `on_conflict: queue`, is to wait; the answer may come long before its deadline.
            return PutOff(min(until, expires_at), for_answer=True)
        case Deferred(_, until) if on_denied == WAIT and until >= expires_at:
            return TooLate()
        case Deferred(reason, until) if on_denied == WAIT or reason in _NOT_THE_CUSTOMERS:
            return PutOff(min(until, expires_at))
        case _:
            return NotMade()
