"""Managers' phones that are to be rung: due calls by hand claimed, recorded, and asked about when all is silent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from bot.domain.manual_calls import ManualCallStatus
from bot.store.manual_calls import COLUMNS, WITH, ManualCall, read


@dataclass(frozen=True, slots=True)
class Claimed:
    """A due call under this transaction's lock; without a `phone`, or from a closed order, it cannot be made."""

    id: UUID
    fence: int
    phone: str | None
    order_open: bool
    asked_at: datetime


_CLAIM = text(
    """
    SELECT m.id, m.fence + 1 AS fence, u.phone, o.status <> 'closed' AS order_open, m.asked_at
    FROM manual_calls m JOIN users u ON u.id = m.user_id JOIN work_orders o ON o.id = m.work_order_id
    WHERE m.status = 'due' AND m.due_at <= :now ORDER BY m.due_at LIMIT :limit FOR UPDATE OF m SKIP LOCKED
    """
)


def claim_due(tx: Session, *, now: datetime, limit: int) -> list[Claimed]:
    return [Claimed(**row._mapping) for row in tx.execute(_CLAIM, {"now": now, "limit": limit})]


_START = text(
    """
    UPDATE manual_calls SET status = 'sending', fence = :fence, to_number = :phone, started_at = :now,
        lease_until = :lease_until
    WHERE id = :id
    """
)


def start(tx: Session, calls: Sequence[Claimed], *, now: datetime, lease_until: datetime) -> None:
    for one in calls:
        tx.execute(
            _START,
            {"id": one.id, "fence": one.fence, "phone": one.phone, "now": now, "lease_until": lease_until},
        )


_GIVE_UP = text(
    """
    UPDATE manual_calls SET lease_until = NULL, ended_at = coalesce(ended_at, :now),
        status = CASE WHEN ended_at IS NULL THEN 'failed' ELSE status END,
        error_code = CASE WHEN ended_at IS NULL THEN :code ELSE error_code END
    WHERE id = :id
    """
)


def give_up(tx: Session, call_id: UUID, code: str, now: datetime) -> None:
    """Nobody tries again by itself, or asks what became of it."""
    tx.execute(_GIVE_UP, {"id": call_id, "code": code, "now": now})


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the carrier answered to one POST, under the fence of its claim."""

    id: UUID
    fence: int
    status: ManualCallStatus  # ringing, failed, due, unconfirmed
    carrier_sid: str | None = None
    error_code: str | None = None
    due_at: datetime | None = None  # only for due
    look_at: datetime | None = None  # when to ask the carrier about it


# The manager may have picked up before: then only the SID is ours to add.
_RECORD = text(
    """
    UPDATE manual_calls SET carrier_sid = coalesce(carrier_sid, :carrier_sid),
        status = CASE WHEN status = 'sending' THEN :status ELSE status END,
        error_code = CASE WHEN status = 'sending' THEN :error_code ELSE error_code END,
        due_at = CASE WHEN status = 'sending' THEN coalesce(:due_at, due_at) ELSE due_at END,
        lease_until = CASE WHEN status = 'sending' THEN cast(:look_at AS timestamptz) ELSE lease_until END,
        ended_at = CASE WHEN status = 'sending' AND :status = 'failed' THEN cast(:now AS timestamptz) ELSE ended_at END
    WHERE id = :id AND fence = :fence
    """
)


def record(tx: Session, outcomes: Sequence[Outcome], now: datetime) -> None:
    for one in outcomes:
        tx.execute(
            _RECORD,
            {
                "id": one.id,
                "fence": one.fence,
                "status": one.status.value,
                "carrier_sid": one.carrier_sid,
                "error_code": one.error_code,
                "due_at": one.due_at,
                "look_at": one.look_at,
                "now": now,
            },
        )


_LEASE_LOST = text(
    """
    UPDATE manual_calls SET status = 'unconfirmed', lease_until = :look_at
    WHERE id IN (SELECT id FROM manual_calls WHERE status = 'sending' AND lease_until <= :now
                 LIMIT 100 FOR UPDATE SKIP LOCKED)
    """
)
_TO_ASK = text(
    f"""
    WITH asked AS (
        UPDATE manual_calls SET lease_until = :ask_again, fence = fence + 1
        WHERE id IN (SELECT id FROM manual_calls WHERE lease_until <= :now AND status <> 'sending'
                     ORDER BY lease_until LIMIT :limit FOR UPDATE SKIP LOCKED)
        RETURNING *
    )
    SELECT {COLUMNS} FROM asked m {WITH}
    """
)


def claim_to_ask(
    tx: Session, *, now: datetime, look_at: datetime, ask_again: datetime, limit: int
) -> list[ManualCall]:
    """Calls of which nothing has been heard for too long; put off so that nobody asks twice."""
    tx.execute(_LEASE_LOST, {"now": now, "look_at": look_at})
    values = {"now": now, "ask_again": ask_again, "limit": limit}
    return [read(row) for row in tx.execute(_TO_ASK, values)]


def linked_sids(tx: Session, sids: Sequence[str]) -> set[str]:
    """Which of the carrier's SIDs already belong to a call by hand."""
    rows = tx.execute(
        text("SELECT carrier_sid FROM manual_calls WHERE carrier_sid = ANY(:sids)"), {"sids": list(sids)}
    )
    return {row.carrier_sid for row in rows}
