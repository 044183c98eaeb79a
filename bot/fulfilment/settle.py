"""A due grant becomes a credited bonus, once: claim, ask billing with no transaction open, record."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.channels.billing import BillingChannel, BillingConnection
from bot.channels.errors import Rejected, SendError, Unavailable
from bot.domain.offers import Credit, Credited
from bot.prices import load_prices
from bot.store import crediting, grants
from bot.store.bonus_limits import Purse
from bot.store.crediting import Granted, Postponed, Refusal
from bot.store.transaction import Transaction

BATCH = 100
AT_ONCE = 50  # requests that billing has to bear from one worker

#: Longer than a whole batch can take when each question and each credit runs into a timeout of 10 s.
LEASE = timedelta(minutes=2)

_FIRST_QUESTION = timedelta(seconds=30)
_LONGEST_SILENCE = timedelta(hours=1)

Outcome = Credited | SendError


def settle_due(
    transaction: Transaction,
    billing: BillingChannel,
    now: datetime,
    *,
    limit: int = BATCH,
    default_zone: str = "UTC",
) -> int:
    """Credit what is due. Answers how many it looked at: with a full batch more may be waiting.

    `default_zone` is where the days of campaigns' limits begin that name no zone of their own.
    """
    purse = Purse(load_prices, default_zone)
    with transaction() as tx:
        credits, others = crediting.claim(tx, now, limit=limit, lease=LEASE, purse=purse)
    if credits:
        outcomes = asyncio.run(_credit_all(billing, credits))
        _record(transaction, credits, outcomes, now)
    return len(credits) + others


def expire_stale(transaction: Transaction, now: datetime, *, limit: int = 1000) -> int:
    """Close grants that wait for a yes or a recharge that can no longer come."""
    with transaction() as tx:
        return grants.expire(tx, now, limit=limit)


async def _credit_all(billing: BillingChannel, credits: Sequence[Credit]) -> list[Outcome]:
    room = asyncio.Semaphore(AT_ONCE)

    async def one(credit: Credit) -> Outcome:
        async with room:
            try:
                return await _credit(connection, credit)
            except SendError as error:
                return error

    async with billing.connect() as connection:
        return await asyncio.gather(*(one(credit) for credit in credits))


async def _credit(connection: BillingConnection, credit: Credit) -> Credited:
    """What may have been taken is asked about; only what billing's books lack is posted again, same key."""
    if credit.unconfirmed:
        known = await connection.find(credit.grant_id)
        if known is not None:
            return known
    return await connection.credit(credit)


def _record(
    transaction: Transaction, credits: Sequence[Credit], outcomes: Sequence[Outcome], now: datetime
) -> None:
    granted, refused, postponed = [], [], []
    for credit, outcome in zip(credits, outcomes, strict=True):
        match outcome:
            case Credited():
                granted.append(Granted(credit.grant_id, credit.fence, outcome.billing_ref))
            case Rejected():
                refused.append(Refusal(credit.grant_id, credit.fence, outcome.code))
            case _:
                postponed.append(_postponed(credit, outcome, now))
    with transaction() as tx:
        # What is given back locks the accounts, and these come before the table of days.
        crediting.settle_refused(tx, refused, now)
        crediting.settle_granted(tx, granted, now)
        crediting.postpone(tx, postponed)


def _postponed(credit: Credit, error: SendError, now: datetime) -> Postponed:
    taken_by_nobody = isinstance(error, Unavailable)
    wait = error.retry_after if isinstance(error, Unavailable) else _next_question(credit.tries)
    return Postponed(credit.grant_id, credit.fence, error.code, now + wait, taken_by_nobody)


def _next_question(tries: int) -> timedelta:
    """30 s, 1 min, 2 min ... at most an hour apart."""
    return min(_FIRST_QUESTION * (1 << min(tries - 1, 10)), _LONGEST_SILENCE)
