"""What the billing system tells: top-ups, as TM Forum TMF654 event notifications."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from bot.store import events
from bot.store.events import NewEvent
from webhooks.edge import demand_billing_signature, edge, refuse, store
from webhooks.fields import e164, money, word

pages = Blueprint("billing", __name__, url_prefix="/billing")
pages.before_request(demand_billing_signature)

_TOPUP_EVENTS = frozenset({"TopupBalanceCreateEvent", "TopupBalanceFailureEvent", "TopupBalanceCancelEvent"})


@pages.post("/events")
def listener() -> Response:
    """204 once stored; 400 with the field's name for what cannot be understood."""
    envelope = request.get_json(silent=True)
    if not isinstance(envelope, dict):
        return refuse("body", "is not a JSON object")
    event_id, event_type = word(envelope.get("eventId")), word(envelope.get("eventType"))
    if not event_id:
        return refuse("eventId", "is missing or no short word")
    if not event_type:
        return refuse("eventType", "is missing or no short word")
    if event_type not in _TOPUP_EVENTS:
        return Response(status=204)  # subscribed to more than we use
    topup = _inside(envelope, "event", "topupBalance")
    if not isinstance(topup, dict):
        return refuse("event.topupBalance", "is missing")
    return _store(event_id, event_type, topup, word(envelope.get("eventTime")))


def _store(event_id: str, event_type: str, topup: dict[str, Any], event_time: str) -> Response:
    msisdn = _msisdn(topup)
    if msisdn is None:
        return refuse("event.topupBalance.logicalResource.value", "is not an E.164 number")
    amount = money(_inside(topup, "amount", "amount"))
    if amount is None:
        return refuse("event.topupBalance.amount.amount", "is not an amount")
    payload = {
        "msisdn": msisdn,
        "amount": str(amount),
        "units": word(_inside(topup, "amount", "units")),
        "topup_id": word(topup.get("id")),
        "status": _status(topup, event_type),
        "event_time": event_time,
    }
    parts = edge()
    with parts.transaction() as tx:
        customer_id = events.customer_of_number(tx, msisdn)
    now = parts.clock.now()
    return store(NewEvent(f"billing:{event_id}", "billing.topup", payload, now, customer_id=customer_id))


def _status(topup: dict[str, Any], event_type: str) -> str:
    if event_type != "TopupBalanceCreateEvent":
        return "failed"
    status = topup.get("status")
    return "completed" if status is None else word(status)


def _msisdn(topup: dict[str, Any]) -> str | None:
    """TMF654 v4 gives the number as `logicalResource` (one or a list of them), by value or id."""
    resource = topup.get("logicalResource")
    if isinstance(resource, list):
        resource = resource[0] if resource else None
    if not isinstance(resource, dict):
        return None
    value = resource.get("value") or resource.get("id") or ""
    return e164(value if str(value).startswith("+") else f"+{value}")


def _inside(value: dict[str, Any], *path: str) -> Any:
    found: Any = value
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
    return found
