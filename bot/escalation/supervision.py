"""What a supervisor does beside the managers: hands a work order to somebody else, and calls a complaint settled."""

from __future__ import annotations

from datetime import datetime

from bot.domain.roles import Right, Role, may
from bot.domain.unknown_names import there_is_no_number
from bot.escalation.handling import AlreadyClosed, UnknownWorkOrder, WorkOrderError
from bot.store import audit, events, users, work_order_moves
from bot.store.events import NewEvent
from bot.store.transaction import Tx
from bot.store.users import User


class NobodyToTakeIt(WorkOrderError):
    """No active manager, and not the supervisor themselves."""


def hand_over(tx: Tx, order_id: int, to: int, by: int, now: datetime, *, reason: str | None = None) -> User:
    """Answers the new owner; giving somebody what they have changes nothing. Raises WorkOrderError.

    Whoever hands it to themselves may then take and close it as any owner may.
    """
    order = work_order_moves.standing(tx, order_id)
    if order is None:
        raise UnknownWorkOrder(there_is_no_number("work order", order_id, work_order_moves.newest(tx)))
    owner, giver = users.by_id(tx, to), _supervisor(tx, by)
    if owner is None or not owner.active or (owner.role != Role.MANAGER and owner.id != giver.id):
        raise NobodyToTakeIt(f"user {to} takes no work orders")
    note = f"{giver.name}: {reason}" if reason else giver.name
    if work_order_moves.hand_over(tx, order_id, owner.id, note, now):
        before = {"status": str(order.status), "owner_id": order.owner_id}
        audit.record(
            tx, by, "work_order.hand_over", f"work_order:{order_id}", before, {"owner_id": owner.id}, now
        )
    elif order.owner_id != owner.id:
        raise AlreadyClosed(f"work order {order_id} is closed already")
    return owner


def settle_complaint(tx: Tx, customer_id: int, by: int, now: datetime) -> None:
    """Told like any other news of the customer: inbound reads it, and marketing may go on after it.

    Raises WorkOrderError.
    """
    _supervisor(tx, by)
    event = NewEvent(
        key=f"complaint:{customer_id}:settled:{now.isoformat()}",
        kind="business.event",
        payload={"type": "complaint_resolved", "at": now.isoformat()},
        received_at=now,
        customer_id=customer_id,
    )
    events.leave(tx, [event])
    audit.record(tx, by, "complaint.settle", f"customer:{customer_id}", None, None, now)


def _supervisor(tx: Tx, user_id: int) -> User:
    found = users.by_id(tx, user_id)
    if found is None or not found.active or not may(found.role, Right.SETTLE):
        raise WorkOrderError("that is a supervisor's to do")
    return found
