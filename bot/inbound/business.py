"""Business events as billing, CRM and others tell them: what they mean to flows, and to the gate."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from decimal import Decimal

from bot.flow.happenings import BusinessEvent
from bot.flow.model import BUSINESS_EVENTS, RECHARGE
from bot.store import changed_numbers
from bot.store.customer_facts import Change
from bot.store.events import Event
from bot.store.rounds import Occurred

KIND = "business.event"
TOPUP = "billing.topup"
COMPLETED = ("completed", "created")
COMPLAINT_RESOLVED = "complaint_resolved"  # for the gate only: no flow waits for it

NUMBER_CHANGED = "number_changed"

KNOWN = BUSINESS_EVENTS | {COMPLAINT_RESOLVED}

_LEFT = Change(status="left")  # the number is no longer this customer's: nobody else may hear from us

_CHANGES = {
    "complaint": Change(complaint_open=True),
    COMPLAINT_RESOLVED: Change(complaint_open=False),
    "disconnected": _LEFT,
    "port_out": _LEFT,
    NUMBER_CHANGED: _LEFT,
    "reactivated": Change(status="active"),
}


def changes_of(events: Iterable[Event]) -> dict[int, Change]:
    """By customer; of what contradicts itself the later holds."""
    changes: dict[int, Change] = {}
    for event in events:
        change = _CHANGES.get(str(event.payload.get("type"))) if event.kind == KIND else None
        if change is not None and event.customer_id is not None:
            changes[event.customer_id] = changes.get(event.customer_id, Change()).then(change)
    return changes


def numbers_left(events: Iterable[Event], written: Collection[int]) -> list[changed_numbers.Change]:
    """Of the customers whose change could be written."""
    return [
        changed_numbers.Change(event.customer_id, datetime.fromisoformat(event.payload["at"]), event.key)
        for event in events
        if event.kind == KIND
        and event.payload.get("type") == NUMBER_CHANGED
        and event.customer_id is not None
        and event.customer_id in written
    ]


def changes_customer(event: Event) -> bool:
    return event.kind == KIND and event.payload.get("type") in _CHANGES


def occurred(events: Iterable[Event]) -> list[Occurred]:
    """What campaigns may wait for; a recharge that billing tells is one, too."""
    return [
        Occurred(event.id, event.customer_id, name)
        for event in events
        if event.customer_id is not None and (name := _name(event)) in BUSINESS_EVENTS
    ]


def _name(event: Event) -> str | None:
    if event.kind == TOPUP:
        return RECHARGE if event.payload.get("status") in COMPLETED else None
    return str(event.payload.get("type")) if event.kind == KIND else None


def happening(event: Event) -> BusinessEvent | None:
    """For flows; None for what is no business of theirs."""
    payload = event.payload
    if payload.get("type") not in BUSINESS_EVENTS:
        return None
    amount = payload.get("amount")
    details = {
        name: Decimal(str(value)) if isinstance(value, float) else value
        for name, value in payload.get("details", {}).items()
    }
    return BusinessEvent(
        name=str(payload["type"]),
        evidence=event.key,
        at=datetime.fromisoformat(payload["at"]),
        amount=Decimal(amount) if amount is not None else None,
        details=details,
    )
