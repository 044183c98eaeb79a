"""What a manager does with a work order: take it, give it back, close it with a disposition."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.domain.unknown_names import there_is_no_number
from bot.domain.work_orders import Disposition, WorkOrderStatus
from bot.store import events, work_order_moves
from bot.store.events import NewEvent
from bot.store.transaction import Tx
from bot.store.work_order_moves import Standing


class WorkOrderError(Exception):
    """The move is not possible; the message says why in one line."""


class UnknownWorkOrder(WorkOrderError):
    pass


class NotYours(WorkOrderError):
    pass


class AlreadyClosed(WorkOrderError):
    pass


def take(tx: Tx, order_id: int, user_id: int, now: datetime) -> None:
    """Taking what one has already taken changes nothing."""
    if work_order_moves.take(tx, order_id, user_id, now):
        return
    order = _standing(tx, order_id)
    if (order.status, order.owner_id) != (WorkOrderStatus.IN_PROGRESS, user_id):
        raise _refusal(order_id, order)


def release(tx: Tx, order_id: int, user_id: int, now: datetime, *, note: str | None = None) -> None:
    """Back into the queue; routing will not offer it to the same manager again."""
    if not work_order_moves.release(tx, order_id, user_id, _said(note), now):
        raise _refusal(order_id, _standing(tx, order_id))


def close(
    tx: Tx, order_id: int, user_id: int, disposition: Disposition, note: str | None, now: datetime
) -> None:
    """Ends it and tells its flow; `do_not_contact` also goes to the register of refusals."""
    closed = work_order_moves.close(tx, order_id, user_id, disposition, _said(note), now)
    order = _standing(tx, order_id)
    if not closed:
        raise _refusal(order_id, order)
    events.leave(tx, _told(order_id, order, disposition, now))


def _told(order_id: int, order: Standing, disposition: Disposition, now: datetime) -> list[NewEvent]:
    told = NewEvent(
        key=f"work_order:{order_id}:closed",
        kind="work_order.closed",
        payload={"disposition": disposition.value},
        received_at=now,
        enrolment_id=order.enrolment_id,
        customer_id=order.customer_id,
    )
    if disposition is not Disposition.DO_NOT_CONTACT:
        return [told]
    refused = replace(
        told, key=f"work_order:{order_id}:opt_out", kind="opt_out", payload={"source": "work_order"}
    )
    return [refused, told]  # the refusal first: it ends the customer's flows before they can go on


def _standing(tx: Tx, order_id: int) -> Standing:
    order = work_order_moves.standing(tx, order_id)
    if order is None:
        raise UnknownWorkOrder(there_is_no_number("work order", order_id, work_order_moves.newest(tx)))
    return order


def _refusal(order_id: int, order: Standing) -> WorkOrderError:
    if order.status is WorkOrderStatus.CLOSED:
        return AlreadyClosed(f"work order {order_id} is closed already")
    return NotYours(f"work order {order_id} is not yours")


def _said(note: str | None) -> str | None:
    return (note or "").strip() or None
