"""A task for a human, and how the human closes it."""

from __future__ import annotations

from enum import StrEnum


class WorkOrderStatus(StrEnum):
    OPEN = "open"
    IN_PROGRESS = "in_progress"
    CLOSED = "closed"


class Disposition(StrEnum):
    SAVED = "saved"
    RECHARGED = "recharged"
    CALL_BACK = "call_back"
    NOT_REACHED = "not_reached"
    REFUSED = "refused"
    DO_NOT_CONTACT = "do_not_contact"


WORK_ORDER_MOVES: dict[WorkOrderStatus, frozenset[WorkOrderStatus]] = {
    WorkOrderStatus.OPEN: frozenset({WorkOrderStatus.IN_PROGRESS, WorkOrderStatus.CLOSED}),
    WorkOrderStatus.IN_PROGRESS: frozenset({WorkOrderStatus.OPEN, WorkOrderStatus.CLOSED}),
    WorkOrderStatus.CLOSED: frozenset(),
}
