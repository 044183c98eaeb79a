"""Of contacts that the gate has allowed, those that their campaigns can pay for; what they cost is reserved here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

from bot.domain.attempts import Channel
from bot.domain.contact import Deferred, Reason
from bot.domain.policy.spending import limits_of
from bot.domain.spend import LOOK_AGAIN, Held, Limits, Prices, begun_minutes, fitting
from bot.prices import load_prices
from bot.store import limits_reached, spending
from bot.store.sending import Claimed, Sending
from bot.store.spending import Line
from bot.store.transaction import Tx


def unaffordable(
    tx: Tx, wanted: Sequence[tuple[Claimed, Sending]], channel: Channel, default_zone: str, now: datetime
) -> dict[UUID, Deferred]:
    """Those that must wait, by attempt. One statement a campaign with limits, none for the others.

    The accounts are locked in the order of their campaigns, and until this transaction ends.
    """
    held: dict[UUID, Deferred] = {}
    by_campaign: dict[int, list[tuple[Claimed, Sending]]] = {}
    for one, sending in wanted:
        by_campaign.setdefault(one.campaign_id, []).append((one, sending))
    for campaign_id, contacts in sorted(by_campaign.items()):
        limits = limits_of(contacts[0][0].policy)
        if limits is not None:
            prices = load_prices()
            lines = [_line(one, sending, channel, limits, prices) for one, sending in contacts]
            held.update(_held(tx, campaign_id, lines, limits, prices, default_zone, now))
    return held


def _held(
    tx: Tx,
    campaign_id: int,
    lines: Sequence[Line],
    limits: Limits,
    prices: Prices,
    default_zone: str,
    now: datetime,
) -> Iterator[tuple[UUID, Deferred]]:
    day = limits.day(now, default_zone)
    if spending.reserve(tx, campaign_id, lines, limits, day):
        return
    account, day = spending.lock(tx, campaign_id, day, limits.zone or default_zone, prices)
    answers = fitting(account, limits, [line.amounts for line in lines])
    spending.reserve(
        tx, campaign_id, [line for line, why in zip(lines, answers, strict=True) if why is None], limits, day
    )
    limits_reached.tell(tx, campaign_id, limits, answers, day, prices.currency, now)
    for line, why in zip(lines, answers, strict=True):
        if why is not None:
            until = limits.next_day(day, default_zone) if why is Held.DAY else now + LOOK_AGAIN
            yield line.attempt_id, Deferred(Reason.SPEND_LIMIT, until)


def _line(one: Claimed, sending: Sending, channel: Channel, limits: Limits, prices: Prices) -> Line:
    minutes = begun_minutes(limits.longest_call) if channel is Channel.CALL else 0
    price = prices.of(channel, sending.to)
    return Line(one.id, one.sends + 1, sending.segments or 0, minutes, price)
