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
    policy: Mapping[str, Any]  # the campaign's
    msisdn: str


_ORDER = text(
    """
    SELECT o.status, o.owner_id, o.customer_id, o.enrolment_id, o.campaign_id, o.reason, e.flow_revision, k.offer,
           k.policy, c.msisdn
    FROM work_orders o JOIN enrolments e ON e.id = o.enrolment_id JOIN campaigns k ON k.id = o.campaign_id
    JOIN customers c ON c.id = o.customer_id
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
    campaign_id: int
    purpose: str
    status: ManualCallStatus
    fence: int
    carrier_sid: str | None
    to_number: str | None
    asked_at: datetime
    started_at: datetime | None
    duration_s: int | None
    ended_at: datetime | None
    recall_reason: str | None  # why the carrier is being asked to drop the customer's leg
    order_open: bool
    policy: Mapping[str, Any]  # the campaign's
    msisdn: str
    customer_name: str | None
    language: str  # the manager's


#: Of one call with all that it is about, to be selected as `m` together with `WITH`.
COLUMNS = """
    m.id, m.customer_id, m.enrolment_id, m.campaign_id, m.purpose, m.status, m.fence, m.carrier_sid, m.to_number,
    m.asked_at, m.started_at, m.duration_s, m.ended_at, r.reason AS recall_reason, o.status <> 'closed' AS order_open,
    k.policy, c.msisdn, c.name AS customer_name, u.language
    """
WITH = """
    JOIN work_orders o ON o.id = m.work_order_id JOIN customers c ON c.id = m.customer_id
    JOIN campaigns k ON k.id = m.campaign_id JOIN users u ON u.id = m.user_id
    LEFT JOIN recalls r ON r.manual_call_id = m.id
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
        ended_at = CASE WHEN :over THEN coalesce(ended_at, cast(:now AS timestamptz)) END,
        lease_until = CASE WHEN :over AND (manager_s IS NOT NULL OR coalesce(carrier_sid, :sid) IS NULL) THEN NULL
                           ELSE coalesce(cast(:look_at AS timestamptz), lease_until) END
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
            "look_at": look_at,
        },
    )


def end(
    tx: Session, call: ManualCall, status: ManualCallStatus, now: datetime, sid: str | None = None
) -> None:
    """A call that we asked the carrier to drop, and that ended without the customer, was taken back."""
    if status is ManualCallStatus.CANCELED and call.recall_reason is not None:
        said = Said("denied", call.recall_reason)
        move(tx, call.id, ManualCallStatus.TAKEN_BACK, now, over=True, sid=sid, said=said)
    else:
        move(tx, call.id, status, now, over=True, sid=sid)


# What is reported again, or in another order, changes nothing: a leg does not grow shorter. The lines of a call that is
# over are looked at once more, should a length have come too late for them.
_NOTE_LEGS = text(
    """
    WITH known AS (
        SELECT id, duration_s, manager_s, greatest(duration_s, cast(:customer_s AS integer)) AS talked,
               greatest(manager_s, cast(:manager_s AS integer)) AS held
        FROM manual_calls WHERE id = :id
    ), noted AS (
        UPDATE manual_calls m SET duration_s = k.talked, manager_s = k.held,
            customer_sid = coalesce(m.customer_sid, :customer_sid),
            lease_until = CASE WHEN k.held IS NOT NULL AND m.ended_at IS NOT NULL THEN NULL ELSE m.lease_until END
        FROM known k WHERE m.id = k.id
    )
    UPDATE manual_call_lines l SET settled = false
    FROM known k WHERE l.call_id = k.id AND l.settled
      AND (k.talked IS DISTINCT FROM k.duration_s OR k.held IS DISTINCT FROM k.manager_s)
    """
)


def note_legs(
    tx: Session,
    call_id: UUID,
    *,
    manager_s: int | None = None,
    customer_s: int | None = None,
    customer_sid: str | None = None,
) -> None:
    """How long either leg lasted, in seconds, as far as told, under the lock of `lock`; the manager's is over then."""
    values = {"manager_s": manager_s, "customer_s": customer_s, "customer_sid": customer_sid}
    tx.execute(_NOTE_LEGS, values | {"id": call_id})
