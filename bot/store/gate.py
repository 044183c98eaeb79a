"""What the gate weighs about a batch of people, in four statements however many they are; and what it said."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from bot.domain.attempts import Channel
from bot.domain.contact import Past, Refusal


@dataclass(frozen=True, slots=True)
class Contacted:
    campaign_id: int
    at: datetime
    channel: Channel
    purpose: str

    def seen_from(self, campaign_id: int) -> Past:
        return Past(self.at, self.channel, self.purpose, campaign_id == self.campaign_id)


@dataclass(frozen=True, slots=True)
class Facts:
    refusals: Mapping[str, tuple[Refusal, ...]]  # by number
    past: Mapping[int, list[Contacted]]  # by customer, and so below
    news: frozenset[int]
    orders: frozenset[int]


_REFUSALS = text(
    """
    SELECT msisdn, channel, purpose, action FROM (
        SELECT DISTINCT ON (msisdn, channel, purpose) msisdn, channel, purpose, action
        FROM suppressions WHERE msisdn = ANY(:numbers) ORDER BY msisdn, channel, purpose, id DESC
    ) newest WHERE action = 'suppress'
    """
)
_PAST = text(
    """
    SELECT customer_id, campaign_id, taken_at, channel, purpose FROM attempts
    WHERE customer_id = ANY(:customers) AND taken_at > :since
    """
)
_NEWS = text(
    """
    SELECT DISTINCT customer_id FROM events
    WHERE processed_at IS NULL AND customer_id = ANY(:customers)
      AND kind IN ('sms.inbound', 'billing.topup', 'opt_out')
    """
)
_ORDERS = text(
    "SELECT DISTINCT customer_id FROM work_orders WHERE status <> 'closed' AND customer_id = ANY(:customers)"
)


def facts(tx: Session, *, customers: Sequence[int], numbers: Sequence[str], since: datetime) -> Facts:
    # News before what news turns into: an event that is processed in between is then seen as its result.
    news = frozenset(tx.execute(_NEWS, {"customers": list(customers)}).scalars())
    refusals: dict[str, tuple[Refusal, ...]] = {}
    for row in tx.execute(_REFUSALS, {"numbers": list(numbers)}):
        refusals[row.msisdn] = (*refusals.get(row.msisdn, ()), Refusal(row.channel, row.purpose))
    past: defaultdict[int, list[Contacted]] = defaultdict(list)
    for row in tx.execute(_PAST, {"customers": list(customers), "since": since}):
        past[row.customer_id].append(
            Contacted(row.campaign_id, row.taken_at, Channel(row.channel), row.purpose)
        )
    orders = tx.execute(_ORDERS, {"customers": list(customers)}).scalars()
    return Facts(refusals, past, news, frozenset(orders))


@dataclass(frozen=True, slots=True)
class Said:
    """One decision, as stored."""

    attempt_id: UUID
    verdict: str
    reason: str | None
    until: datetime | None


_SAY = text(
    """
    INSERT INTO decisions (attempt_id, verdict, reason, until, at)
    SELECT *, cast(:now AS timestamptz) FROM unnest(cast(:ids AS uuid[]), cast(:verdicts AS text[]),
                                 cast(:reasons AS text[]), cast(:untils AS timestamptz[]))
    """
)


def remember(tx: Session, said: Sequence[Said], now: datetime) -> None:
    if not said:
        return
    tx.execute(
        _SAY,
        {
            "now": now,
            "ids": [one.attempt_id for one in said],
            "verdicts": [one.verdict for one in said],
            "reasons": [one.reason for one in said],
            "untils": [one.until for one in said],
        },
    )
