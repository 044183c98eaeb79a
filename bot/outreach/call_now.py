"""Click-to-call: may a human call this customer now? The same gate, asked for one person."""

from __future__ import annotations

from datetime import datetime

from bot.domain.arbiter import LOOK_AGAIN
from bot.domain.attempts import Channel
from bot.domain.campaigns import Arm
from bot.domain.contact import Allowed, Contact, Decision, Deferred, Reason, may_contact
from bot.outreach.outgoing import Outgoing
from bot.outreach.weigh import somebody
from bot.store import gate
from bot.store.transaction import Tx
from bot.weighing import facts_about

_OF_NO_CAMPAIGN = 0


class UnknownCustomer(Exception):
    """There is no such customer; the message says which."""


def may_call_now(
    tx: Tx,
    customer_id: int,
    purpose: str,
    outgoing: Outgoing,
    now: datetime,
    *,
    at_work_order: bool = True,
) -> Decision:
    """By the rules of the customer's place. The customer is locked until `tx` ends: call before anything else.

    `at_work_order`: from the customer's own open order, which then holds nothing back, and which says that this
    is no control customer's. Of the conversations of campaigns only a call holds a human back: the line is busy.
    Raises UnknownCustomer.
    """
    customer = gate.lock_customer(tx, customer_id)
    if customer is None:
        raise UnknownCustomer(f"there is no customer {customer_id}")
    policy = outgoing.rulebook.policy_for(None, customer.msisdn, customer.region)
    known = facts_about(tx, [customer], [policy], now)
    past = [one.seen_from(_OF_NO_CAMPAIGN) for one in known.past.get(customer_id, ())]
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
