"""Enrolments under way: woken when due, locked while a happening is applied, written back as a batch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from bot.store import shares
from bot.store.shares import SHARE, TURN, sharing


@dataclass(frozen=True, slots=True)
class Enrolment:
    """An enrolment under this transaction's lock, with its customer and its campaign's offer."""

    id: int
    campaign_id: int
    customer_id: int
    flow_revision: str
    status: str
    visit: int
    state: Mapping[str, Any]
    due_at: datetime | None
    expires_at: datetime | None
    holds_until: datetime | None
    finished_at: datetime | None
    offer: Mapping[str, Any]
    priority: int
    campaign_status: str
    msisdn: str
    name: str | None
    language: str
    region: str | None
    tier: str
    time_zone: str | None
    owner_id: int | None
    factors: Mapping[str, Any]


_COLUMNS = """
    e.id, e.campaign_id, e.customer_id, e.flow_revision, e.status, e.visit, e.state, e.due_at, e.expires_at,
    e.holds_until, e.finished_at, k.offer, k.priority, k.status AS campaign_status,
    c.msisdn, c.name, c.language, c.region, c.tier, c.time_zone, c.owner_id, c.factors
"""
_SELECT = f"""
    SELECT {_COLUMNS}
    FROM enrolments e JOIN campaigns k ON k.id = e.campaign_id JOIN customers c ON c.id = e.customer_id
"""
# As arrays, so that the planner goes by the primary key whichever of the two is empty.
_LOCK = text(
    f"""
    {_SELECT} WHERE e.id = ANY(cast(:ids AS bigint[]) || ARRAY(
        SELECT enrolment_id FROM attempts WHERE id = ANY(cast(:attempts AS uuid[])))) AND e.arm = 'treatment'
    ORDER BY e.id FOR UPDATE OF e
    """
)
_READ = text(f"{_SELECT} WHERE e.id = ANY(:ids)")
_FIRST_DUE = (
    "SELECT min(e.due_at) FROM enrolments e WHERE e.campaign_id = campaigns.id AND e.status = 'active'"
)
# The limits as in the claim of attempts: see `bot.store.sending`.
_CLAIM_DUE = text(
    f"""
    SELECT {_COLUMNS}, {SHARE} AS share
    FROM ({sharing(_FIRST_DUE)}) k
    CROSS JOIN LATERAL (
        SELECT * FROM (
            SELECT * FROM enrolments
            WHERE campaign_id = k.id AND status = 'active' AND due_at <= :now
              AND id <> ALL(cast(:taken AS bigint[]))
            ORDER BY due_at LIMIT :limit FOR UPDATE SKIP LOCKED
        ) earliest LIMIT {SHARE}
    ) e
    CROSS JOIN LATERAL (SELECT * FROM customers WHERE id = e.customer_id LIMIT 1) c
    WINDOW in_turn AS (PARTITION BY e.campaign_id ORDER BY e.due_at)
    ORDER BY {TURN} LIMIT :limit
    """
)
_ACTIVE_OF = text(
    "SELECT id, customer_id FROM enrolments WHERE customer_id = ANY(:customers) AND status = 'active'"
)


def lock(tx: Session, ids: Iterable[int], *, of_attempts: Sequence[UUID] = ()) -> dict[int, Enrolment]:
    """These and those of the attempts, in id order, as everybody does; control enrolments are never among them."""
    rows = tx.execute(_LOCK, {"ids": list(ids), "attempts": list(of_attempts)})
    return {row.id: Enrolment(**row._mapping) for row in rows}


def read(tx: Session, ids: Iterable[int]) -> dict[int, Enrolment]:
    """Without a lock: for whoever only wants to know, and may hold locks on attempts already."""
    return {row.id: Enrolment(**row._mapping) for row in tx.execute(_READ, {"ids": list(ids)})}


def claim_due(tx: Session, *, limit: int, now: datetime) -> list[Enrolment]:
    """Those whose deadline has passed, in running campaigns, which share the batch by their weight; others skip them.

    The earliest due first; of those due together the highest priority, then the oldest.
    """
    values = {"now": now, "turn": now.isoformat()}
    due = [Enrolment(**row) for row in shares.claim(tx, _CLAIM_DUE, values, limit=limit)]
    return sorted(due, key=lambda one: (one.due_at or now, -one.priority, one.id))


def active_of(tx: Session, customers: Iterable[int]) -> dict[int, list[int]]:
    """Active enrolments by customer."""
    found: dict[int, list[int]] = {}
    wanted = list(customers)
    for row in tx.execute(_ACTIVE_OF, {"customers": wanted}) if wanted else ():
        found.setdefault(row.customer_id, []).append(row.id)
    return found


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an enrolment stands after its happenings.

    `due_at` is its next deadline, if any; until `holds_until` it awaits the customer's answer.
    """

    id: int
    step: str | None
    visit: int
    state: str  # JSON
    due_at: datetime | None
    holds_until: datetime | None
    result: str | None


_WRITE = text(
    """
    UPDATE enrolments e SET step = w.step, visit = w.visit, state = w.state,
        due_at = CASE WHEN w.result IS NOT NULL THEN NULL
                      WHEN e.expires_at > :now THEN least(w.due_at, e.expires_at) ELSE w.due_at END,
        holds_until = CASE WHEN w.result IS NULL AND w.holds_until IS NOT NULL
                           THEN least(w.holds_until, e.expires_at) END,
        result = w.result,
        status = CASE WHEN w.result IS NULL THEN 'active' ELSE 'finished' END,
        finished_at = CASE WHEN w.result IS NULL THEN NULL ELSE cast(:now AS timestamptz) END
    FROM unnest(cast(:ids AS bigint[]), cast(:steps AS text[]), cast(:visits AS int[]), cast(:states AS jsonb[]),
                cast(:due AS timestamptz[]), cast(:holds AS timestamptz[]), cast(:results AS text[]))
         AS w(id, step, visit, state, due_at, holds_until, result)
    WHERE e.id = w.id
    """
)


def write(tx: Session, standings: Sequence[Standing], now: datetime) -> None:
    """An enrolment without a deadline of its own still wakes at its expiry, once."""
    if not standings:
        return
    tx.execute(
        _WRITE,
        {
            "now": now,
            "ids": [one.id for one in standings],
            "steps": [one.step for one in standings],
            "visits": [one.visit for one in standings],
            "states": [one.state for one in standings],
            "due": [one.due_at for one in standings],
            "holds": [one.holds_until for one in standings],
            "results": [one.result for one in standings],
        },
    )


def put_off(tx: Session, enrolment_id: int, due_at: datetime) -> None:
    tx.execute(
        text("UPDATE enrolments SET due_at = :due_at WHERE id = :id AND status = 'active'"),
        {"id": enrolment_id, "due_at": due_at},
    )
