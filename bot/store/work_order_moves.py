"""Moves of a work order by a manager: each a guarded UPDATE together with its line in the history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import TextClause, text

from bot.domain.work_orders import WORK_ORDER_MOVES, Disposition, WorkOrderStatus
from bot.store.transaction import Tx


@dataclass(frozen=True, slots=True)
class Standing:
    """How an order stands: what decides whether a move on it is possible, and whom the move is about."""

    status: WorkOrderStatus
    owner_id: int | None
    enrolment_id: int
    customer_id: int


_STANDING = text("SELECT status, owner_id, enrolment_id, customer_id FROM work_orders WHERE id = :id")


def standing(tx: Tx, order_id: int) -> Standing | None:
    row = tx.execute(_STANDING, {"id": order_id}).first()
    if row is None:
        return None
    return Standing(WorkOrderStatus(row.status), row.owner_id, row.enrolment_id, row.customer_id)


_NEWEST = text("SELECT max(id) FROM work_orders")


def newest(tx: Tx) -> int | None:
    """How far the numbers of orders go."""
    newest: int | None = tx.execute(_NEWEST).scalar_one()
    return newest


def _move(change: str, owned: str) -> TextClause:
    """A guarded change of one order together with its line in the history."""
    return text(
        f"""
        WITH moved AS (
            UPDATE work_orders SET {change}
            WHERE id = :id AND status = ANY(:before) AND {owned}
            RETURNING id
        )
        INSERT INTO work_order_moves (work_order_id, user_id, what, note, at)
        SELECT id, :user_id, :what, :note, :now FROM moved RETURNING work_order_id
        """
    )


def _leading_to(status: WorkOrderStatus) -> list[str]:
    return [before.value for before, after in WORK_ORDER_MOVES.items() if status in after]


_MINE_OR_NOBODYS = "(owner_id IS NULL OR owner_id = :user_id)"
_TAKE = _move(
    "status = 'in_progress', owner_id = :user_id, taken_at = coalesce(taken_at, :now)", _MINE_OR_NOBODYS
)
_RELEASE = _move("status = 'open', owner_id = NULL", "owner_id = :user_id")
_CLOSE = _move(
    "status = 'closed', disposition = :disposition, note = :note, closed_at = :now,"
    " owner_id = coalesce(owner_id, :user_id)",
    _MINE_OR_NOBODYS,
)


def take(tx: Tx, order_id: int, user_id: int, now: datetime) -> bool:
    """False when it is closed, already taken or another's; `standing` tells which."""
    before = _leading_to(WorkOrderStatus.IN_PROGRESS)
    values = {"id": order_id, "user_id": user_id, "before": before, "what": "taken", "note": None, "now": now}
    return tx.execute(_TAKE, values).first() is not None


def release(tx: Tx, order_id: int, user_id: int, note: str | None, now: datetime) -> bool:
    """Back into the queue, also when it was only assigned and never taken."""
    before = [*_leading_to(WorkOrderStatus.OPEN), WorkOrderStatus.OPEN.value]
    values = {
        "id": order_id,
        "user_id": user_id,
        "before": before,
        "what": "released",
        "note": note,
        "now": now,
    }
    return tx.execute(_RELEASE, values).first() is not None


def close(
    tx: Tx, order_id: int, user_id: int, disposition: Disposition, note: str | None, now: datetime
) -> bool:
    values = {
        "id": order_id,
        "user_id": user_id,
        "before": _leading_to(WorkOrderStatus.CLOSED),
        "what": "closed",
        "disposition": disposition.value,
        "note": note,
        "now": now,
    }
    return tx.execute(_CLOSE, values).first() is not None


_HAND_OVER = text(
    """
    WITH given AS (
        UPDATE work_orders SET owner_id = :owner_id, status = 'open'
        WHERE id = :id AND status <> 'closed' AND owner_id IS DISTINCT FROM :owner_id
        RETURNING id
    )
    INSERT INTO work_order_moves (work_order_id, user_id, what, note, at)
    SELECT id, :owner_id, 'assigned', :note, :now FROM given RETURNING work_order_id
    """
)


def hand_over(tx: Tx, order_id: int, owner_id: int, note: str, now: datetime) -> bool:
    """To be taken by its new owner, whoever had it; False when it is closed, or theirs already."""
    values = {"id": order_id, "owner_id": owner_id, "note": note, "now": now}
    return tx.execute(_HAND_OVER, values).first() is not None
