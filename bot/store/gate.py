"""What the gate weighs about a batch of people, in as many statements however many they are; and what it said."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from bot.domain.arbiter import LOOK_AGAIN, Holder
from bot.domain.attempts import Channel
from bot.domain.contact import Past, Refusal
from bot.domain.marks import Marked
from bot.store import marks, suppressions
from bot.store.arrays import ids_literal


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
    past: defaultdict[int, list[Contacted]]  # by customer, and so below
    news: frozenset[int]
    orders: frozenset[int]
    marks: Mapping[int, tuple[Marked, ...]]
    holders: defaultdict[int, list[Holder]]  # of the floor


_LOST_AFTER = timedelta(hours=36)  # no call lasts so long: its end was never reported

_PAST = text(
    """
    SELECT customer_id, campaign_id, taken_at, channel, purpose FROM attempts
    WHERE customer_id = ANY(:customers) AND taken_at > :since
    UNION ALL
    SELECT customer_id, campaign_id, taken_at, 'call', purpose FROM manual_calls
    WHERE customer_id = ANY(:customers) AND taken_at > :since
    """
)
_NEWS = text(
    """
    SELECT DISTINCT customer_id FROM events
    WHERE processed_at IS NULL AND customer_id = ANY(:customers)
      AND kind IN ('sms.inbound', 'billing.topup', 'opt_out', 'business.event')
    """
)
_ORDERS = text(
    "SELECT DISTINCT customer_id FROM work_orders WHERE status <> 'closed' AND customer_id = ANY(:customers)"
)

# A run stands on a question that the carrier has; or its question or call is in the air at this moment; or a manager
# is calling by hand, which is no run of any campaign.
# The customers' own attempts are read first: the planner must not go through all that are in the air.
_HOLDERS = text(
    """
    WITH recent AS MATERIALIZED (
        SELECT customer_id, enrolment_id, campaign_id, channel, status, asks FROM attempts
        WHERE customer_id = ANY(:customers) AND taken_at > :lost
    )
    SELECT e.customer_id, e.id AS enrolment_id, k.priority, e.holds_until AS until,
           e.state -> 'accepted_by' IS NULL AS interruptible
    FROM enrolments e JOIN campaigns k ON k.id = e.campaign_id
    WHERE e.customer_id = ANY(:customers) AND e.holds_until > :now AND k.status IN ('running', 'paused', 'draining')
    UNION ALL
    SELECT a.customer_id, a.enrolment_id, k.priority, :look_again, false
    FROM recent a JOIN campaigns k ON k.id = a.campaign_id
    WHERE a.asks
      AND (a.status IN ('sending', 'unconfirmed')
           OR (a.channel = 'call' AND a.status IN ('accepted', 'ringing', 'in_progress')))
    UNION ALL
    SELECT customer_id, 0, 0, :look_again, false FROM manual_calls
    WHERE customer_id = ANY(:customers) AND ended_at IS NULL
    """
)


def facts(
    tx: Session, *, customers: Sequence[int], numbers: Sequence[str], since: datetime, now: datetime
) -> Facts:
    """`numbers` are the customers' own, in their order."""
    # News before what news turns into: an event that is processed in between is then seen as its result.
    ids = ids_literal(customers)
    news = frozenset(tx.execute(_NEWS, {"customers": ids}).scalars())
    refusals = suppressions.refusals_of(tx, numbers, customers)
    past: defaultdict[int, list[Contacted]] = defaultdict(list)
    for row in tx.execute(_PAST, {"customers": ids, "since": since}):
        past[row.customer_id].append(
            Contacted(row.campaign_id, row.taken_at, Channel(row.channel), row.purpose)
        )
    orders = frozenset(tx.execute(_ORDERS, {"customers": ids}).scalars())
    return Facts(refusals, past, news, orders, marks.held(tx, customers, now), _holders(tx, ids, now))


def _holders(tx: Session, ids: str, now: datetime) -> defaultdict[int, list[Holder]]:
    holders: defaultdict[int, list[Holder]] = defaultdict(list)
    values = {
        "customers": ids,
        "now": now,
        "look_again": now + LOOK_AGAIN,
        "lost": now - _LOST_AFTER,
    }
    for row in tx.execute(_HOLDERS, values):
        holders[row.customer_id].append(Holder(row.enrolment_id, row.priority, row.until, row.interruptible))
    return holders


@dataclass(frozen=True, slots=True)
class OnTheLine:
    """A call under way: whose it is, and by which campaign's rules it was made."""

    attempt_id: UUID
    campaign_id: int
    customer_id: int
    purpose: str
    step: str
    arm: str
    policy: Mapping[str, Any]
    msisdn: str
    time_zone: str | None
    region: str | None
    active: bool
    complaint_open: bool
    consents: Sequence[str]


_CUSTOMER = "c.msisdn, c.time_zone, c.region, c.status = 'active' AS active, c.complaint_open, c.consents"
_ON_THE_LINE = text(
    f"""
    SELECT a.id AS attempt_id, a.campaign_id, a.customer_id, a.purpose, a.step, e.arm, k.policy, {_CUSTOMER}
    FROM attempts a JOIN enrolments e ON e.id = a.enrolment_id JOIN campaigns k ON k.id = a.campaign_id
    JOIN customers c ON c.id = a.customer_id
    WHERE a.id = ANY(:ids)
    """
)


def on_the_line(tx: Session, attempt_ids: Sequence[UUID]) -> dict[UUID, OnTheLine]:
    rows = tx.execute(_ON_THE_LINE, {"ids": list(attempt_ids)})
    return {row.attempt_id: OnTheLine(**row._mapping) for row in rows}


@dataclass(frozen=True, slots=True)
class AskedAbout:
    """One customer whom a human wants to reach, under this transaction's lock."""

    customer_id: int
    msisdn: str
    time_zone: str | None
    region: str | None
    active: bool
    complaint_open: bool
    consents: Sequence[str]
    held_out: bool  # on the control arm of a campaign that is under way


_ASKED_ABOUT = text(
    f"""
    SELECT c.id AS customer_id, {_CUSTOMER}, EXISTS (
        SELECT FROM enrolments e JOIN campaigns k ON k.id = e.campaign_id
        WHERE e.customer_id = c.id AND e.arm = 'control' AND k.status IN ('running', 'paused', 'draining')) AS held_out
    FROM customers c WHERE c.id = :id FOR NO KEY UPDATE OF c
    """
)


def lock_customer(tx: Session, customer_id: int) -> AskedAbout | None:
    """As the claim locks it: nobody else weighs the same person meanwhile."""
    row = tx.execute(_ASKED_ABOUT, {"id": customer_id}).one_or_none()
    return AskedAbout(**row._mapping) if row is not None else None


_IN_A_CALL = text(
    """
    SELECT EXISTS (
        SELECT FROM attempts WHERE customer_id = :customer AND taken_at > :lost AND channel = 'call'
          AND status IN ('sending', 'unconfirmed', 'accepted', 'ringing', 'in_progress'))
    """
)


def in_a_call(tx: Session, customer_id: int, now: datetime) -> bool:
    """With one of our campaigns, at this moment. A statement of its own: it must see what the lock waited for."""
    values = {"customer": customer_id, "lost": now - _LOST_AFTER}
    return bool(tx.execute(_IN_A_CALL, values).scalar_one())


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
