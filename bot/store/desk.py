"""The managers' desk: which work orders a person may see, filtered, counted, the most urgent first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from bot.domain.work_orders import WorkOrderStatus
from bot.store.work_orders import LISTED, ListedOrder, listed


@dataclass(frozen=True, slots=True)
class Viewer:
    """A manager sees their own orders, and nobody's of the tiers they take; `sees_all` is for operators."""

    user_id: int
    tiers: Sequence[str]
    sees_all: bool

    def may_see(self, order: ListedOrder) -> bool:
        """The same rule as `_VISIBLE`; a test holds the two equal."""
        if self.sees_all or order.owner_id == self.user_id:
            return True
        return order.owner_id is None and order.tier in self.tiers


@dataclass(frozen=True, slots=True)
class Filter:
    status: WorkOrderStatus | None = None
    queue: str | None = None
    mine: bool = False


@dataclass(frozen=True, slots=True)
class Counts:
    """Over all that the viewer may see; `overdue` are not closed and past their deadline."""

    by_status: dict[WorkOrderStatus, int]
    overdue: int
    queues: tuple[str, ...]


_VISIBLE = """
    (:sees_all OR o.owner_id = :user_id OR (o.owner_id IS NULL AND c.tier = ANY(:tiers)))
    AND (NOT :mine OR o.owner_id = :user_id)
    """
_CHOSEN = """
    AND (cast(:status AS text) IS NULL OR o.status = :status)
    AND (cast(:queue AS text) IS NULL OR o.queue = :queue)
    """
_ORDERS = text(
    f"""
    {LISTED}
    WHERE {_VISIBLE} {_CHOSEN}
    ORDER BY o.closed_at DESC NULLS FIRST, o.priority, o.due_at, o.id LIMIT :limit OFFSET :offset
    """
)
_COUNTS = text(
    f"""
    SELECT o.status, o.queue, count(*) AS orders,
           count(*) FILTER (WHERE o.status <> 'closed' AND o.due_at <= :now) AS overdue
    FROM work_orders o JOIN customers c ON c.id = o.customer_id
    WHERE {_VISIBLE} GROUP BY o.status, o.queue
    """
)
_NUMBER = text(
    "SELECT c.msisdn FROM work_orders o JOIN customers c ON c.id = o.customer_id"
    " WHERE o.id = :id AND o.owner_id = :user_id AND o.status <> 'closed'"
)


def orders(tx: Session, viewer: Viewer, chosen: Filter, *, limit: int, offset: int = 0) -> list[ListedOrder]:
    """Open ones first by urgency, then closed ones, the latest first."""
    values = {
        **_who(viewer, chosen.mine),
        "status": chosen.status and chosen.status.value,
        "queue": chosen.queue,
        "limit": limit,
        "offset": offset,
    }
    return [listed(row) for row in tx.execute(_ORDERS, values)]


def counts(tx: Session, viewer: Viewer, now: datetime, *, mine: bool = False) -> Counts:
    by_status = dict.fromkeys(WorkOrderStatus, 0)
    overdue, queues = 0, set()
    for row in tx.execute(_COUNTS, {**_who(viewer, mine), "now": now}):
        by_status[WorkOrderStatus(row.status)] += row.orders
        overdue += row.overdue
        queues.add(row.queue)
    return Counts(by_status, overdue, tuple(sorted(queues)))


def number(tx: Session, order_id: int, user_id: int) -> str | None:
    """The whole telephone number, for the owner of an order that is not closed; None for everyone else."""
    return tx.execute(_NUMBER, {"id": order_id, "user_id": user_id}).scalar_one_or_none()


def _who(viewer: Viewer, mine: bool) -> dict[str, object]:
    return {
        "user_id": viewer.user_id,
        "tiers": list(viewer.tiers),
        "sees_all": viewer.sees_all,
        "mine": mine,
    }


@dataclass(frozen=True, slots=True)
class Load:
    """What lies on a manager's desk."""

    user_id: int
    name: str
    open_orders: int
    overdue: int
    capacity: int


_LOADS = text(
    """
    SELECT u.id AS user_id, u.name, count(o.id) AS open_orders,
           count(o.id) FILTER (WHERE o.due_at <= :now) AS overdue, u.capacity
    FROM users u LEFT JOIN work_orders o ON o.owner_id = u.id AND o.status <> 'closed'
    WHERE u.active AND u.role = 'manager'
    GROUP BY u.id ORDER BY u.name, u.id
    """
)


def loads(tx: Session, now: datetime) -> list[Load]:
    """Of all managers who may log in, by name."""
    return [Load(**row._mapping) for row in tx.execute(_LOADS, {"now": now})]


_NOT_CLOSED = text(
    f"""
    {LISTED}
    WHERE o.status <> 'closed' AND (cast(:owner_id AS bigint) IS NULL OR o.owner_id = :owner_id)
    ORDER BY o.priority, o.due_at, o.id LIMIT :limit OFFSET :offset
    """
)


def not_closed(tx: Session, owner_id: int | None, *, limit: int, offset: int = 0) -> list[ListedOrder]:
    """Of one manager or of all, the most urgent first."""
    rows = tx.execute(_NOT_CLOSED, {"owner_id": owner_id, "limit": limit, "offset": offset})
    return [listed(row) for row in rows]
