"""The gate's answers for a claimed batch, each person's facts loaded once; whoever may speak then takes turns."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from bot.domain.arbiter import LOOK_AGAIN, Holder, Wanting
from bot.domain.attempts import Channel
from bot.domain.campaigns import Arm
from bot.domain.contact import Allowed, Contact, Decision, Deferred, Denied, Past, Person, Reason
from bot.domain.policy import Policy, PolicyError
from bot.domain.weighing import Weighed, in_turn, may_begin
from bot.flow.model import Reach
from bot.outreach.outgoing import Outgoing
from bot.published import PublishedFlows
from bot.rulebook import Rulebook
from bot.store import gate, unreadable
from bot.store.sending import Claimed
from bot.store.transaction import Tx
from bot.weighing import Customer, as_written, facts_about, person_of, zone_guesses


class Consenting(Customer, Protocol):
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
    """In the order of `batch`. Two attempts to one person in a batch see each other.

    A campaign whose policy cannot be read is stopped; until it is, its contacts wait.
    """
    policies, faults = _policies(batch, outgoing.rulebook)
    unreadable.stop(tx, faults, now)
    stopped = Weighed(Deferred(Reason.CAMPAIGN_NOT_RUNNING, now + LOOK_AGAIN))
    if not policies:
        return [stopped for _ in batch]
    known = facts_about(tx, batch, list(policies.values()), now)
    answers: list[Weighed] = []
    for one in batch:
        policy = policies.get(one.id)
        if policy is None or one.campaign_id in faults:
            answers.append(stopped)
            continue
        contact = Contact(channel, one.purpose, Arm(one.arm), to_former=_to_former(tx, flows, one))
        decision = _decide(one, policy, contact, known, outgoing, now)
        wanting = Wanting(one.enrolment_id, one.priority, one.on_conflict, one.purpose)
        answer = in_turn(decision, wanting, known.holders.get(one.customer_id, ()), now)
        if isinstance(answer.decision, Allowed):
            _note(one, channel, known, now)
        answers.append(answer)
    return answers


def _policies(
    batch: Sequence[Claimed], rulebook: Rulebook
) -> tuple[dict[UUID, Policy], dict[int, PolicyError]]:
    """By attempt; and by campaign, why its policy cannot be read."""
    written = {one.campaign_id: one.policy for one in batch}
    campaigns = {id_: as_written(policy) for id_, policy in written.items()}
    policies: dict[UUID, Policy] = {}
    faults: dict[int, PolicyError] = {}
    for one in batch:
        try:
            policies[one.id] = rulebook.policy_for(campaigns[one.campaign_id], one.msisdn, one.region)
        except PolicyError as error:
            faults.setdefault(one.campaign_id, error)
    return policies, faults


def somebody(one: Consenting, known: gate.Facts, outgoing: Outgoing, past: Sequence[Past]) -> Person:
    """A customer as outreach knows them."""
    guesses = zone_guesses(one, outgoing.rulebook, outgoing.default_time_zone)
    return person_of(one, known, consents=frozenset(one.consents), past=past, guesses=guesses)


def _decide(
    one: Claimed, policy: Policy, contact: Contact, known: gate.Facts, outgoing: Outgoing, now: datetime
) -> Decision:
    if not one.standing:
        return Denied(Reason.FLOW_MOVED_ON)
    past = [past.seen_from(one.campaign_id) for past in known.past.get(one.customer_id, ())]
    person = somebody(one, known, outgoing, past)
    return may_begin(contact, person, policy, now, guest_list=outgoing.guest_list)


def _to_former(tx: Tx, flows: PublishedFlows, one: Claimed) -> bool:
    return flows.get(tx, one.flow_revision, one.offer).reach_of(one.step) is Reach.FORMER


def _note(one: Claimed, channel: Channel, known: gate.Facts, now: datetime) -> None:
    """What this contact means for the batch's next ones to the same person."""
    known.past[one.customer_id].append(gate.Contacted(one.campaign_id, now, channel, one.purpose))
    if one.asks:
        in_the_air = Holder(one.enrolment_id, one.priority, now + LOOK_AGAIN, interruptible=False)
        known.holders[one.customer_id].append(in_the_air)
