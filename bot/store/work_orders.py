"""Work orders as flows open them, and one with all the facts that its manager needs; `desk` lists them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from bot.domain.numbers import masked
from bot.domain.work_orders import Disposition, WorkOrderStatus

_OPEN = text(
    """
    WITH opened AS (
        INSERT INTO work_orders (enrolment_id, visit, campaign_id, customer_id, queue, script, reason,
                                 priority, owner_id, due_at, opened_at)
        SELECT cast(:enrolment_id AS bigint), cast(:visit AS int), cast(:campaign_id AS bigint),
               cast(:customer_id AS bigint), :queue, :script, :reason, cast(:priority AS smallint),
               cast(:owner_id AS bigint), cast(:due_at AS timestamptz), cast(:now AS timestamptz)
        WHERE cast(:visit AS int) IS NOT NULL OR NOT EXISTS (
            SELECT FROM work_orders WHERE enrolment_id = :enrolment_id AND status <> 'closed')
        ON CONFLICT DO NOTHING
        RETURNING id, reason
    ), told AS (
        INSERT INTO work_order_moves (work_order_id, what, note, at)
        SELECT id, 'opened', reason, :now FROM opened
    )
    SELECT id FROM opened
    """
)


def open_order(
    tx: Session,
    *,
    enrolment_id: int,
    visit: int | None,
    campaign_id: int,
    customer_id: int,
    queue: str,
    script: str,
    reason: str,
    priority: int,
    owner_id: int | None,
    due_at: datetime,
    now: datetime,
) -> int | None:
    """The new order's id, or None when this visit of the enrolment has opened its order before.

    One beside the flow has no visit; it is only opened while no other of the enrolment is open.
    The lowest `priority` is the most urgent. Without an owner, escalation finds one.
    """
    opened = tx.execute(
        _OPEN,
        {
            "enrolment_id": enrolment_id,
            "visit": visit,
            "campaign_id": campaign_id,
            "customer_id": customer_id,
            "queue": queue,
            "script": script,
            "reason": reason,
            "priority": priority,
            "owner_id": owner_id,
            "due_at": due_at,
            "now": now,
        },
    ).first()
    return None if opened is None else opened.id


@dataclass(frozen=True, slots=True)
class ListedOrder:
    id: int
    status: WorkOrderStatus
    queue: str
    reason: str
    priority: int
    opened_at: datetime
    due_at: datetime
    disposition: Disposition | None
    owner_id: int | None
    owner_name: str | None
    customer_id: int
    customer_name: str | None
    number: str  # masked
    tier: str
    region: str | None
    campaign_id: int
    campaign: str


@dataclass(frozen=True, slots=True)
class Move:
    at: datetime
    what: str  # opened, assigned, taken, released, closed
    user_name: str | None
    note: str | None


@dataclass(frozen=True, slots=True)
class OrderPage:
    """One order with what its manager needs to know; the talk so far is in `bot.store.conversation`."""

    order: ListedOrder
    enrolment_id: int
    script: str
    note: str | None
    taken_at: datetime | None
    closed_at: datetime | None
    customer_language: str
    customer_time_zone: str | None
    customer_left: bool
    complaint_open: bool
    factors: Mapping[str, Any]
    offer: Mapping[str, Any]  # the campaign's own; empty where the flow's holds
    flow_revision: str
    moves: tuple[Move, ...]


_COLUMNS = """
           o.id, o.status, o.queue, o.reason, o.priority, o.opened_at, o.due_at, o.disposition,
           o.owner_id, u.name AS owner_name, o.customer_id, c.name AS customer_name, c.msisdn,
           c.tier, c.region, o.campaign_id, k.name AS campaign"""
_ORDERS = """
    FROM work_orders o
    JOIN customers c ON c.id = o.customer_id
    JOIN campaigns k ON k.id = o.campaign_id
    LEFT JOIN users u ON u.id = o.owner_id"""
#: What `listed` reads, of every order there is: the reader adds which ones, and in what order.
LISTED = f"SELECT {_COLUMNS} {_ORDERS}"
_PAGE = text(
    f"""
    SELECT {_COLUMNS},
           o.enrolment_id, o.script, o.note, o.taken_at, o.closed_at, c.language, c.time_zone,
           c.status AS customer_status, c.complaint_open, c.factors, k.offer, k.flow_revision
    {_ORDERS}
    WHERE o.id = :id
    """
)
_MOVES = text(
    """
    SELECT m.at, m.what, u.name AS user_name, m.note
    FROM work_order_moves m LEFT JOIN users u ON u.id = m.user_id
    WHERE m.work_order_id = :id ORDER BY m.id
    """
)


def page(tx: Session, order_id: int) -> OrderPage | None:
    row = tx.execute(_PAGE, {"id": order_id}).first()
    if row is None:
        return None
    return OrderPage(
        order=listed(row),
        enrolment_id=row.enrolment_id,
        script=row.script,
        note=row.note,
        taken_at=row.taken_at,
        closed_at=row.closed_at,
        customer_language=row.language,
        customer_time_zone=row.time_zone,
        customer_left=row.customer_status == "left",
        complaint_open=row.complaint_open,
        factors=row.factors,
        offer=row.offer,
        flow_revision=row.flow_revision,
        moves=tuple(Move(*move) for move in tx.execute(_MOVES, {"id": order_id})),
    )


def listed(row: Row[Any]) -> ListedOrder:
    return ListedOrder(
        id=row.id,
        status=WorkOrderStatus(row.status),
        queue=row.queue,
        reason=row.reason,
        priority=row.priority,
        opened_at=row.opened_at,
        due_at=row.due_at,
        disposition=Disposition(row.disposition) if row.disposition else None,
        owner_id=row.owner_id,
        owner_name=row.owner_name,
        customer_id=row.customer_id,
        customer_name=row.customer_name,
        number=masked(row.msisdn),
        tier=row.tier,
        region=row.region,
        campaign_id=row.campaign_id,
        campaign=row.campaign,
    )
