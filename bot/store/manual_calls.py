"""Calls that managers make by hand: asked for, and moved by what the two legs report; `manager_rings` rings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from bot.domain.manual_calls import ManualCallStatus, Way
from bot.domain.work_orders import WorkOrderStatus


@dataclass(frozen=True, slots=True)
class OrderToCall:
    """The order from which somebody wants to call, and who that is."""

    status: WorkOrderStatus
    owner_id: int | None
    customer_id: int
    enrolment_id: int
    campaign_id: int
    reason: str
    flow_revision: str
    offer: Mapping[str, Any]


_ORDER = text(
    """
    SELECT o.status, o.owner_id, o.customer_id, o.enrolment_id, o.campaign_id, o.reason, e.flow_revision, k.offer
    FROM work_orders o JOIN enrolments e ON e.id = o.enrolment_id JOIN campaigns k ON k.id = o.campaign_id
    WHERE o.id = :id
    """
)


def order(tx: Session, order_id: int) -> OrderToCall | None:
    row = tx.execute(_ORDER, {"id": order_id}).one_or_none()
    return OrderToCall(**{**row._mapping, "status": WorkOrderStatus(row.status)}) if row is not None else None


def phone_of(tx: Session, user_id: int) -> str | None:
    return tx.execute(text("SELECT phone FROM users WHERE id = :id"), {"id": user_id}).scalar_one_or_none()


@dataclass(frozen=True, slots=True)
class NewManualCall:
    id: UUID
    work_order_id: int
    enrolment_id: int
    campaign_id: int
    customer_id: int
    user_id: int
    way: Way
    purpose: str
    verdict: str
    reason: str | None
    until: datetime | None
    status: ManualCallStatus
    asked_at: datetime
    taken_at: datetime | None = None
    duration_s: int | None = None
    ended_at: datetime | None = None


_ADD = text(
    """
    INSERT INTO manual_calls (id, work_order_id, enrolment_id, campaign_id, customer_id, user_id, way, purpose, verdict,
        reason, until, status, asked_at, due_at, taken_at, duration_s, ended_at)
    VALUES (:id, :work_order_id, :enrolment_id, :campaign_id, :customer_id, :user_id, :way, :purpose, :verdict,
        :reason, :until, :status, :asked_at, :asked_at, :taken_at, :duration_s, :ended_at)
    ON CONFLICT DO NOTHING RETURNING id
    """
)


def add(tx: Session, new: NewManualCall) -> bool:
    """False where the customer is being called already, or the manager is calling somebody."""
    values = {name: getattr(new, name) for name in NewManualCall.__dataclass_fields__}
    return tx.execute(_ADD, values).first() is not None


_NOTED = text(
    """
    SELECT EXISTS (
        SELECT FROM manual_calls WHERE work_order_id = :work_order_id AND user_id = :user_id AND way = :way
          AND status = :status AND duration_s IS NOT DISTINCT FROM cast(:duration_s AS integer) AND asked_at > :since)
    """
)


def noted_since(tx: Session, same: NewManualCall, since: datetime) -> bool:
    """Whether this manager has written down such a call about this order after `since`."""
    values = {name: getattr(same, name) for name in NewManualCall.__dataclass_fields__}
    return bool(tx.execute(_NOTED, values | {"since": since}).scalar_one())


@dataclass(frozen=True, slots=True)
class ManualCall:
    """One call with what its two conversations need."""

    id: UUID
    customer_id: int
    enrolment_id: int
    purpose: str
    status: ManualCallStatus
    fence: int
    carrier_sid: str | None
    to_number: str | None
    asked_at: datetime
    started_at: datetime | None
    duration_s: int | None
    order_open: bool
    msisdn: str
    customer_name: str | None
    language: str  # the manager's


#: Of one call with all that it is about, to be selected as `m` together with `WITH`.
COLUMNS = """
    m.id, m.customer_id, m.enrolment_id, m.purpose, m.status, m.fence, m.carrier_sid, m.to_number, m.asked_at,
    m.started_at, m.duration_s, o.status <> 'closed' AS order_open, c.msisdn, c.name AS customer_name, u.language
    """
WITH = """
    JOIN work_orders o ON o.id = m.work_order_id JOIN customers c ON c.id = m.customer_id
    JOIN users u ON u.id = m.user_id
    """
_LOCK_CUSTOMER = text(
    """
    SELECT id FROM customers WHERE id = (SELECT customer_id FROM manual_calls WHERE id = :id) FOR NO KEY UPDATE
    """
)
_LOCK = text(f"SELECT {COLUMNS} FROM manual_calls m {WITH} WHERE m.id = :id FOR UPDATE OF m")


def lock(tx: Session, call_id: UUID) -> ManualCall | None:
    """The customer first, as whoever asks the gate does, so that nobody deadlocks."""
    tx.execute(_LOCK_CUSTOMER, {"id": call_id})
    row = tx.execute(_LOCK, {"id": call_id}).one_or_none()
    return read(row) if row is not None else None


def read(row: Row[Any]) -> ManualCall:
    return ManualCall(**{**row._mapping, "status": ManualCallStatus(row.status)})


@dataclass(frozen=True, slots=True)
class Said:
    """The gate's answer, as stored."""

    verdict: str
    reason: str | None = None
    until: datetime | None = None


_MOVE = text(
    """
    UPDATE manual_calls SET status = :status, carrier_sid = coalesce(carrier_sid, :sid),
        verdict = coalesce(:verdict, verdict),
        reason = CASE WHEN cast(:verdict AS text) IS NULL THEN reason ELSE :reason END,
        until = CASE WHEN cast(:verdict AS text) IS NULL THEN until ELSE cast(:until AS timestamptz) END,
        taken_at = CASE WHEN :status = 'dialling' THEN :now ELSE taken_at END,
        connected_at = CASE WHEN :status = 'connected' THEN :now ELSE connected_at END,
        duration_s = coalesce(:duration_s, duration_s),
        ended_at = CASE WHEN :over THEN coalesce(ended_at, cast(:now AS timestamptz)) END,
        lease_until = CASE WHEN :over THEN NULL ELSE coalesce(cast(:look_at AS timestamptz), lease_until) END
    WHERE id = :id
    """
)


def move(
    tx: Session,
    call_id: UUID,
    status: ManualCallStatus,
    now: datetime,
    *,
    over: bool,
    sid: str | None = None,
    said: Said | None = None,
    duration_s: int | None = None,
    look_at: datetime | None = None,
) -> None:
    """To a status that the table of transitions let through, under the lock of `lock`."""
    tx.execute(
        _MOVE,
        {
            "id": call_id,
            "status": status.value,
            "now": now,
            "over": over,
            "sid": sid,
            "verdict": said.verdict if said else None,
            "reason": said.reason if said else None,
            "until": said.until if said else None,
            "duration_s": duration_s,
            "look_at": look_at,
        },
    )
