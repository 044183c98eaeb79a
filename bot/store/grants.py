"""Grants: one row an enrolment, from the first yes or recharge to what became of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CursorResult, Row, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from bot.domain.grants import GrantStatus
from bot.domain.ids import new_id
from bot.store import events
from bot.store.events import NewEvent

# What comes second makes it 'qualified': further along the path, whichever came first. The first evidence of
# a kind holds; a repeat changes nothing, and neither does a grant that has already gone on or ended.
_EARN = """
    INSERT INTO grants (id, enrolment_id, campaign_id, customer_id, status, {column}, evidence, created_at)
    VALUES (:id, :enrolment_id, :campaign_id, :customer_id, '{status}', :now, :evidence, :now)
    ON CONFLICT (enrolment_id) DO UPDATE SET
        status = 'qualified', {column} = excluded.{column}, evidence = grants.evidence || excluded.evidence
    WHERE grants.{column} IS NULL AND grants.status IN ('accepted', 'qualified')
    """


def _earn(status: GrantStatus, column: str) -> Any:
    return text(_EARN.format(status=status.value, column=column)).bindparams(
        bindparam("evidence", type_=JSONB)
    )


_ACCEPT = _earn(GrantStatus.ACCEPTED, "accepted_at")
_QUALIFY = _earn(GrantStatus.QUALIFIED, "qualified_at")


def accept(
    tx: Session,
    *,
    enrolment_id: int,
    campaign_id: int,
    customer_id: int,
    evidence: Mapping[str, Any],
    now: datetime,
) -> None:
    """The customer said yes; `evidence` (call SID, digits, text ...) is kept under 'accepted'."""
    tx.execute(
        _ACCEPT,
        {
            "id": new_id(now),
            "enrolment_id": enrolment_id,
            "campaign_id": campaign_id,
            "customer_id": customer_id,
            "evidence": {"accepted": dict(evidence)},
            "now": now,
        },
    )


def qualify(
    tx: Session,
    *,
    enrolment_id: int,
    campaign_id: int,
    customer_id: int,
    evidence: Mapping[str, Any],
    now: datetime,
) -> None:
    """The customer did what the offer asks for; `evidence` (the recharge) is kept under 'qualified'."""
    tx.execute(
        _QUALIFY,
        {
            "id": new_id(now),
            "enrolment_id": enrolment_id,
            "campaign_id": campaign_id,
            "customer_id": customer_id,
            "evidence": {"qualified": dict(evidence)},
            "now": now,
        },
    )


_MAKE_DUE = text(
    """
    UPDATE grants SET status = 'due', amount = :amount, due_at = :now
    WHERE enrolment_id = :enrolment_id AND status IN ('accepted', 'qualified')
      AND accepted_at IS NOT NULL AND qualified_at IS NOT NULL AND :amount > 0
    """
)
_UNDER_WAY = text(
    "SELECT 1 FROM grants WHERE enrolment_id = :enrolment_id AND status IN ('due', 'crediting')"
)


def make_due(tx: Session, *, enrolment_id: int, amount: Decimal, now: datetime) -> bool:
    """Ask for the credit; False when the customer has not both accepted and qualified, or has had it.

    Asking again while the first is under way is True: its `grant.settled` is still to come.
    """
    moved = _execute(tx, _MAKE_DUE, {"enrolment_id": enrolment_id, "amount": amount, "now": now})
    return moved > 0 or tx.execute(_UNDER_WAY, {"enrolment_id": enrolment_id}).first() is not None


#: What was never earned in full and no longer can be.
STALE = """grants g JOIN enrolments e ON e.id = g.enrolment_id JOIN campaigns k ON k.id = g.campaign_id
        WHERE g.status IN ('accepted', 'qualified')
          AND (e.status = 'finished' OR (e.expires_at <= :now AND k.status <> 'paused'))"""
_EXPIRE = text(
    f"""
    WITH stale AS (SELECT g.id FROM {STALE} LIMIT :limit FOR UPDATE OF g SKIP LOCKED)
    UPDATE grants g SET status = 'expired', reason = 'enrolment over', due_at = NULL
    FROM stale WHERE g.id = stale.id
    RETURNING g.id, g.enrolment_id, g.customer_id, g.reason
    """
)
_REVERSE = text(
    "UPDATE grants SET status = 'reversed', reason = :reason WHERE id = :id AND status = 'granted'"
)


def expire(tx: Session, now: datetime, *, limit: int) -> int:
    """Close what was never earned in full and no longer can be, because its enrolment is over."""
    return tell_settled(tx, tx.execute(_EXPIRE, {"now": now, "limit": limit}), GrantStatus.EXPIRED, now)


def reverse(tx: Session, grant_id: UUID, reason: str) -> bool:
    """Marks a granted bonus as taken back; the money stays counted as committed, it did leave the budget."""
    return _execute(tx, _REVERSE, {"id": grant_id, "reason": reason}) > 0


def tell_settled(tx: Session, rows: Iterable[Row[Any]], status: GrantStatus, now: datetime) -> int:
    """Leave `grant.settled` for each, so that its flow goes on."""
    left = [
        NewEvent(
            key=f"grant:{row.id}:{status.value}",
            kind="grant.settled",
            payload={"result": status.value, "reason": row.reason or ""},
            received_at=now,
            enrolment_id=row.enrolment_id,
            customer_id=row.customer_id,
        )
        for row in rows
    ]
    events.leave(tx, left)
    return len(left)


def _execute(tx: Session, statement: Any, values: Mapping[str, Any]) -> int:
    result = tx.execute(statement, values)
    return result.rowcount if isinstance(result, CursorResult) else 0
