"""The gate's answers for a claimed batch, each person's facts loaded once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from json import dumps, loads

from bot.domain.attempts import Channel
from bot.domain.campaigns import Arm
from bot.domain.contact import Allowed, Contact, Decision, Denied, Person, Reason, may_contact
from bot.domain.policy import Policy, read_policy
from bot.outreach.outgoing import Outgoing
from bot.store import gate
from bot.store.attempts import Claimed
from bot.store.transaction import Tx


def weigh(
    tx: Tx, batch: Sequence[Claimed], channel: Channel, outgoing: Outgoing, now: datetime
) -> list[Decision]:
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
    )
    decisions: list[Decision] = []
    for one in batch:
        decision = _decide(one, policies[one.campaign_id], channel, known, outgoing, now)
        decisions.append(decision)
        if isinstance(decision, Allowed):
            contacted = gate.Contacted(one.campaign_id, now, channel, one.purpose)
            known.past.setdefault(one.customer_id, []).append(contacted)  # type: ignore[attr-defined]
    return decisions


def _decide(
    one: Claimed, policy: Policy, channel: Channel, known: gate.Facts, outgoing: Outgoing, now: datetime
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
    contact = Contact(channel, one.purpose, Arm(one.arm))
    return may_contact(contact, person, policy, now, guest_list=outgoing.guest_list)


@lru_cache(maxsize=256)
def _policy(stored: str) -> Policy:
    return read_policy(loads(stored))
