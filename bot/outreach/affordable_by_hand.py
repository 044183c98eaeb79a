"""Whether the campaign of a work order can pay for a call from it: both legs are reserved, as every call is."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from bot.domain.attempts import Channel
from bot.domain.contact import Deferred, Reason
from bot.domain.manual_calls import Leg
from bot.domain.policy import PolicyError
from bot.domain.policy.spending import limits_of
from bot.domain.spend import LOOK_AGAIN, Amounts, Held, begun_minutes, fitting
from bot.prices import load_prices
from bot.store import manual_call_spending, spending
from bot.store.manual_call_spending import LegLine
from bot.store.manual_calls import OrderToCall
from bot.store.transaction import Tx


def unaffordable_by_hand(
    tx: Tx, call_id: UUID, order: OrderToCall, phone: str, default_zone: str, now: datetime
) -> Deferred | None:
    """None where the campaign has no limits, or can pay.

    The operator is not told and the campaign goes on: what is left may yet do for a message. Last of all, for the
    account stays locked until `tx` ends.
    """
    try:
        limits = limits_of(order.policy)
    except PolicyError:
        return Deferred(Reason.SPEND_LIMIT, now + LOOK_AGAIN)  # nobody can say what it may spend
    if limits is None:
        return None
    prices = load_prices()
    minutes = begun_minutes(limits.longest_call)
    lines = [
        LegLine(Leg.MANAGER, minutes, prices.of(Channel.CALL, phone)),
        LegLine(Leg.CUSTOMER, minutes, prices.of(Channel.CALL, order.msisdn)),
    ]
    day = limits.day(now, default_zone)
    if manual_call_spending.reserve(tx, order.campaign_id, call_id, lines, limits, day):
        return None
    account, day = spending.lock(tx, order.campaign_id, day, limits.zone or default_zone, prices)
    if manual_call_spending.reserve(tx, order.campaign_id, call_id, lines, limits, day):
        return None  # it had no account yet
    asked = sum((line.amounts for line in lines), Amounts())
    (why,) = fitting(account, limits, [asked])
    until = limits.next_day(day, default_zone) if why is Held.DAY else now + LOOK_AGAIN
    return Deferred(Reason.SPEND_LIMIT, until)
