"""Click-to-call: may a human call this customer now? The same gate, asked for one person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.domain.arbiter import LOOK_AGAIN
from bot.domain.attempts import Channel
from bot.domain.campaigns import Arm
from bot.domain.contact import Allowed, Contact, Decision, Deferred, Reason, may_contact
from bot.domain.policy import Policy, PolicyError
from bot.outreach.outgoing import Outgoing
from bot.outreach.weigh import somebody
from bot.rulebook import Rulebook
from bot.store import gate
from bot.store.transaction import Tx
from bot.weighing import as_written, facts_about

_OF_NO_CAMPAIGN = 0


@dataclass(frozen=True, slots=True)
class OnBehalf:
    """The campaign that the work order comes from; its life may be over, but what it promised customers holds."""

    campaign_id: int
    policy: Mapping[str, Any]  # as stored


class UnknownCustomer(Exception):
    """There is no such customer; the message says which."""


def may_call_now(
    tx: Tx,
    customer_id: int,
    purpose: str,
    outgoing: Outgoing,
    now: datetime,
    *,
    on_behalf: OnBehalf | None = None,
    at_work_order: bool = True,
) -> Decision:
    """By the rules of the customer's place and of the campaign. The customer is locked until `tx` ends: ask first.

    `at_work_order`: from the customer's own open order, which then holds nothing back, and which says that this
    is no control customer's. Of the conversations of campaigns only a call holds a human back: the line is busy.
    Raises UnknownCustomer.
    """
    customer = gate.lock_customer(tx, customer_id)
    if customer is None:
        raise UnknownCustomer(f"there is no customer {customer_id}")
    policy = _policy(outgoing.rulebook, on_behalf, customer.msisdn, customer.region)
    known = facts_about(tx, [customer], [policy], now)
    seen_from = on_behalf.campaign_id if on_behalf is not None else _OF_NO_CAMPAIGN
    past = [one.seen_from(seen_from) for one in known.past.get(customer_id, ())]
    cold = customer.held_out and purpose == "marketing" and not at_work_order
    contact = Contact(
        Channel.CALL,
        purpose,
        Arm.CONTROL if cold else Arm.TREATMENT,
        at_work_order=at_work_order,
        by_hand=True,
    )
    person = somebody(customer, known, outgoing, past)
    decision = may_contact(contact, person, policy, now, guest_list=outgoing.guest_list)
    if isinstance(decision, Allowed) and gate.in_a_call(tx, customer_id, now):
        return Deferred(Reason.OTHER_CONVERSATION, now + LOOK_AGAIN)
    return decision


def _policy(rulebook: Rulebook, on_behalf: OnBehalf | None, msisdn: str, region: str | None) -> Policy:
    of_place = rulebook.policy_for(None, msisdn, region)
    if on_behalf is None:
        return of_place
    try:
        return rulebook.policy_for(as_written(on_behalf.policy), msisdn, region)
    except PolicyError:
        return (
            of_place  # its campaign is stopped for it, and the operator told; the customer's manager goes on
        )
