"""The gate's answers for a claimed batch, each person's facts loaded once; whoever may speak then takes turns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from json import dumps, loads

from bot.domain.arbiter import LOOK_AGAIN, Go, Holder, Interrupt, Later, LeaveOut, Wanting, arbitrate
from bot.domain.attempts import Channel
from bot.domain.campaigns import Arm
from bot.domain.contact import Allowed, Contact, Decision, Deferred, Denied, Person, Reason, may_contact
from bot.domain.policy import Policy, read_policy
from bot.flow.model import Reach
from bot.outreach.outgoing import Outgoing
from bot.published import PublishedFlows
from bot.store import gate
from bot.store.sending import Claimed
from bot.store.transaction import Tx


@dataclass(frozen=True, slots=True)
class Weighed:
    decision: Decision
    interrupts: tuple[Holder, ...] = ()  # runs that must end before this contact can be made


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
    stored = {one.campaign_id: one.policy for one in batch}
    policies = {id_: _policy(dumps(policy, sort_keys=True)) for id_, policy in stored.items()}
    memory = max(policy.longest_memory for policy in policies.values())
    known = gate.facts(
        tx,
        customers=[one.customer_id for one in batch],
        numbers=[one.msisdn for one in batch],
        since=now - memory,
        now=now,
    )
    answers: list[Weighed] = []
    for one in batch:
        contact = Contact(channel, one.purpose, Arm(one.arm), to_former=_to_former(tx, flows, one))
        answer = Weighed(_decide(one, policies[one.campaign_id], contact, known, outgoing, now))
        if isinstance(answer.decision, Allowed):
            answer = _in_turn(one, answer, known, now)
        if isinstance(answer.decision, Allowed):
            _note(one, channel, known, now)
        answers.append(answer)
    return answers


def _decide(
    one: Claimed, policy: Policy, contact: Contact, known: gate.Facts, outgoing: Outgoing, now: datetime
) -> Decision:
    if not one.standing:
        return Denied(Reason.FLOW_MOVED_ON)
    person = Person(
        msisdn=one.msisdn,
        time_zone=one.time_zone or outgoing.default_time_zone,
        active=one.active,
        consents=frozenset(one.consents),
        refusals=known.refusals.get(one.msisdn, ()),
        complaint_open=one.complaint_open,
        news_waiting=one.customer_id in known.news,
        work_order_open=one.customer_id in known.orders,
        past=[past.seen_from(one.campaign_id) for past in known.past.get(one.customer_id, ())],
    )
    return may_contact(contact, person, policy, now, guest_list=outgoing.guest_list)


def _to_former(tx: Tx, flows: PublishedFlows, one: Claimed) -> bool:
    return flows.get(tx, one.flow_revision, one.offer).to is Reach.FORMER


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


@lru_cache(maxsize=256)
def _policy(stored: str) -> Policy:
    return read_policy(loads(stored))
