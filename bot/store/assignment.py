"""Ownerless work orders and the managers on duty, as routing sees them, and where it writes its choice."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from bot.domain.routing import Candidate, Case

_OWNERLESS = text(
    """
    SELECT o.id, c.tier, c.region, c.language, c.owner_id AS known_manager,
           ARRAY(SELECT m.user_id FROM work_order_moves m
                 WHERE m.work_order_id = o.id AND m.what = 'released') AS declined_by
    FROM work_orders o JOIN customers c ON c.id = o.customer_id
    WHERE o.owner_id IS NULL AND o.status = 'open'
    ORDER BY o.priority, o.due_at, o.id LIMIT :limit
    FOR NO KEY UPDATE OF o SKIP LOCKED
    """
)


def ownerless(tx: Session, *, limit: int) -> list[tuple[int, Case]]:
    """Open work orders that nobody owns, the most urgent first, locked until this transaction ends."""
    return [
        (
            row.id,
            Case(
                tier=row.tier,
                region=row.region,
                language=row.language,
                known_manager=row.known_manager,
                declined_by=frozenset(row.declined_by),
            ),
        )
        for row in tx.execute(_OWNERLESS, {"limit": limit})
    ]


_LOCK_MANAGERS = text(
    "SELECT id FROM users WHERE role = 'manager' AND active ORDER BY id FOR NO KEY UPDATE",
)
_MANAGERS = text(
    """
    SELECT u.id, u.tiers, u.regions, u.language, u.capacity, count(o.id) AS open_orders
    FROM users u LEFT JOIN work_orders o ON o.owner_id = u.id AND o.status <> 'closed'
    WHERE u.role = 'manager' AND u.active GROUP BY u.id ORDER BY u.id
    """
)


def managers_on_duty(tx: Session) -> list[Candidate]:
    """Active managers with what lies on their desks; nobody else assigns until this transaction ends.

    Two statements, because the loads must be read after the wait for the lock, not before it.
    """
    tx.execute(_LOCK_MANAGERS)
    return [
        Candidate(
            id=row.id,
            tiers=frozenset(row.tiers),
            regions=frozenset(row.regions),
            language=row.language,
            capacity=row.capacity,
            open_orders=row.open_orders,
        )
        for row in tx.execute(_MANAGERS)
    ]


_GIVE = text(
    """
    WITH given AS (
        UPDATE work_orders o SET owner_id = g.user_id
        FROM unnest(cast(:orders AS bigint[]), cast(:users AS bigint[])) AS g(order_id, user_id)
        WHERE o.id = g.order_id AND o.owner_id IS NULL AND o.status = 'open'
        RETURNING o.id, o.owner_id
    )
    INSERT INTO work_order_moves (work_order_id, user_id, what, at)
    SELECT id, owner_id, 'assigned', :now FROM given
    """
)


def give(tx: Session, owners: Mapping[int, int], now: datetime) -> None:
    """Order id -> manager id, in one statement."""
    if owners:
        tx.execute(_GIVE, {"orders": list(owners), "users": list(owners.values()), "now": now})
