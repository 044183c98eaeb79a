"""The gate's answers for a claimed batch, each person's facts loaded once; whoever may speak then takes turns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from json import dumps
from typing import Any, Protocol

from bot.domain.arbiter import LOOK_AGAIN, Go, Holder, Interrupt, Later, LeaveOut, Wanting, arbitrate
from bot.domain.attempts import Channel
from bot.domain.campaigns import Arm
from bot.domain.contact import Allowed, Contact, Decision, Deferred, Denied, Past, Person, Reason, may_contact
from bot.domain.policy import Policy
from bot.flow.model import Reach
from bot.outreach.outgoing import LAST_MOMENT, Outgoing
from bot.published import PublishedFlows
from bot.store import gate
from bot.store.sending import Claimed
from bot.store.transaction import Tx


@dataclass(frozen=True, slots=True)
class Weighed:
    decision: Decision
    interrupts: tuple[Holder, ...] = ()  # runs that must end before this contact can be made


class Customer(Protocol):
    """A row that names a customer, with what the gate asks of it."""

    @property
    def customer_id(self) -> int: ...
    @property
    def msisdn(self) -> str: ...
    @property
    def time_zone(self) -> str | None: ...
    @property
    def region(self) -> str | None: ...
    @property
    def active(self) -> bool: ...
    @property
    def complaint_open(self) -> bool: ...
    @property
    def consents(self) -> Sequence[str]: ...


def weigh(
    tx: Tx,
    batch: Sequence[Claimed],
    channel: Channel,
    outgoing: Outgoing,
    flows: PublishedFlows,
    now: datetime,
) -> list[Weighed]:
    """In the order of `batch`. Two attempts to one person in a batch see each other."""
    if not batch:
        return []
    written = {one.campaign_id: one.policy for one in batch}
    campaigns = {id_: as_written(policy) for id_, policy in written.items()}
    policies = [
        outgoing.rulebook.policy_for(campaigns[one.campaign_id], one.msisdn, one.region) for one in batch
    ]
    known = gate.facts(
        tx,
        customers=[one.customer_id for one in batch],
        numbers=[one.msisdn for one in batch],
        since=now - longest_memory(policies),
        now=now,
    )
    answers: list[Weighed] = []
    for one, policy in zip(batch, policies, strict=True):
        contact = Contact(channel, one.purpose, Arm(one.arm), to_former=_to_former(tx, flows, one))
        answer = Weighed(_decide(one, policy, contact, known, outgoing, now))
        if isinstance(answer.decision, Allowed):
            answer = _in_turn(one, answer, known, now)
        if isinstance(answer.decision, Allowed):
            _note(one, channel, known, now)
        answers.append(answer)
    return answers


def as_written(policy: Mapping[str, Any]) -> str:
    """A campaign's policy as the rulebook wants it: the same text for the same rules."""
    return dumps(policy, sort_keys=True)


def longest_memory(policies: Sequence[Policy]) -> timedelta:
    """How far back the journal is read, so that every one of them can decide."""
    different = {id(policy): policy for policy in policies}
    return max(policy.longest_memory for policy in different.values())


def person_of(one: Customer, known: gate.Facts, outgoing: Outgoing, past: Sequence[Past]) -> Person:
    return Person(
        msisdn=one.msisdn,
        time_zone=one.time_zone,
        active=one.active,
        consents=frozenset(one.consents),
        refusals=known.refusals.get(one.msisdn, ()),
        complaint_open=one.complaint_open,
        news_waiting=one.customer_id in known.news,
        work_order_open=one.customer_id in known.orders,
        past=past,
        zone_guesses=outgoing.rulebook.zone_guesses(one.msisdn, one.region, outgoing.default_time_zone),
    )


def _decide(
    one: Claimed, policy: Policy, contact: Contact, known: gate.Facts, outgoing: Outgoing, now: datetime
) -> Decision:
    if not one.standing:
        return Denied(Reason.FLOW_MOVED_ON)
    past = [past.seen_from(one.campaign_id) for past in known.past.get(one.customer_id, ())]
    person = person_of(one, known, outgoing, past)
    decision = may_contact(contact, person, policy, now, guest_list=outgoing.guest_list)
    if isinstance(decision, Allowed) and decision.closes_at - now < LAST_MOMENT:
        return may_contact(contact, person, policy, decision.closes_at, guest_list=outgoing.guest_list)
    return decision


def _to_former(tx: Tx, flows: PublishedFlows, one: Claimed) -> bool:
    return flows.get(tx, one.flow_revision, one.offer).reach_of(one.step) is Reach.FORMER


def _in_turn(one: Claimed, allowed: Weighed, known: gate.Facts, now: datetime) -> Weighed:
    """Only who may speak at all asks for the floor: nobody is interrupted for a contact that is not made."""
    holders = known.holders.get(one.customer_id, ())
    wanting = Wanting(one.enrolment_id, one.priority, one.on_conflict, one.purpose)
    match arbitrate(wanting, holders, now):
        case Go():
            return allowed
        case Later(until):
            return Weighed(Deferred(Reason.OTHER_CONVERSATION, until))
        case LeaveOut():
            return Weighed(Denied(Reason.OTHER_CONVERSATION))
        case Interrupt(enrolment_ids):
            ending = tuple(holder for holder in holders if holder.enrolment_id in enrolment_ids)
            return Weighed(Deferred(Reason.OTHER_CONVERSATION, now + LOOK_AGAIN), ending)


def _note(one: Claimed, channel: Channel, known: gate.Facts, now: datetime) -> None:
    """What this contact means for the batch's next ones to the same person."""
    known.past[one.customer_id].append(gate.Contacted(one.campaign_id, now, channel, one.purpose))
    if one.asks:
        in_the_air = Holder(one.enrolment_id, one.priority, now + LOOK_AGAIN, interruptible=False)
        known.holders[one.customer_id].append(in_the_air)
