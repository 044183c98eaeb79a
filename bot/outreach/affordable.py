"""Of contacts that the gate has allowed, those that their campaigns can pay for; what they cost is reserved here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from functools import lru_cache
from json import dumps, loads
from typing import Any
from uuid import UUID

from bot.domain.attempts import Channel
from bot.domain.brakes import Cause, Pull
from bot.domain.contact import Deferred, Reason
from bot.domain.notices import SPEND_DAY
from bot.domain.policy.fields import Fault, Field, PolicyError
from bot.domain.policy.spending import read_spend
from bot.domain.spend import LOOK_AGAIN, Ceiling, Held, Limits, Prices, begun_minutes, fitting
from bot.prices import load_prices
from bot.store import brakes, notices, spending
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
        if one.policy.get("spend"):
            by_campaign.setdefault(one.campaign_id, []).append((one, sending))
    for campaign_id, contacts in sorted(by_campaign.items()):
        limits = _limits(dumps(contacts[0][0].policy["spend"], sort_keys=True))
        if limits.given:
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
    _tell(tx, campaign_id, limits, frozenset(answers), day, prices.currency, now)
    for line, why in zip(lines, answers, strict=True):
        if why is not None:
            until = limits.next_day(day, default_zone) if why is Held.DAY else now + LOOK_AGAIN
            yield line.attempt_id, Deferred(Reason.SPEND_LIMIT, until)


def _tell(
    tx: Tx,
    campaign_id: int,
    limits: Limits,
    answers: frozenset[Held | None],
    day: date,
    currency: str,
    now: datetime,
) -> None:
    if Held.TOTAL in answers:
        brakes.pull(tx, campaign_id, Pull(Cause.SPEND, _figures(limits.total, currency)), now)
    elif Held.DAY in answers:
        details = {"day": day.isoformat(), **_figures(limits.per_day, currency)}
        notices.leave(tx, f"{SPEND_DAY}:{campaign_id}:{day}", SPEND_DAY, campaign_id, details, now)


def _figures(ceiling: Ceiling, currency: str) -> dict[str, Any]:
    limits = {
        "money": None if ceiling.money is None else f"{ceiling.money} {currency}",
        "segments": ceiling.segments,
        "minutes": ceiling.minutes,
    }
    return {name: limit for name, limit in limits.items() if limit is not None}


def _line(one: Claimed, sending: Sending, channel: Channel, limits: Limits, prices: Prices) -> Line:
    minutes = begun_minutes(limits.longest_call) if channel is Channel.CALL else 0
    price = prices.of(channel, sending.to)
    return Line(one.id, one.sends + 1, sending.segments or 0, minutes, price)


@lru_cache(maxsize=256)
def _limits(stored: str) -> Limits:
    """Raises PolicyError, as reading the whole policy would."""
    faults: list[Fault] = []
    limits = read_spend(Field(loads(stored), ("spend",), faults))
    if faults:
        raise PolicyError(faults)
    return limits
