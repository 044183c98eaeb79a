"""What the billing system tells: top-ups, as TM Forum TMF654 event notifications."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from flask import Blueprint, Response, abort, jsonify, request

from bot.store import events
from bot.store.events import NewEvent
from webhooks.edge import edge, store

pages = Blueprint("billing", __name__, url_prefix="/billing")

_MOST = Decimal(1_000_000_000)  # of any currency
_TOPUP_EVENTS = frozenset({"TopupBalanceCreateEvent", "TopupBalanceFailureEvent", "TopupBalanceCancelEvent"})


@pages.before_request
def demand_signature() -> None:
    parts = edge()
    header = request.headers.get("X-Keepline-Signature")
    if not parts.billing.valid(request.get_data(), header, parts.clock.now()):
        abort(403)


@pages.post("/events")
def listener() -> Response:
    """204 once stored; 400 with the field's name for what cannot be understood."""
    envelope = request.get_json(silent=True)
    if not isinstance(envelope, dict):
        return _refuse("body", "is not a JSON object")
    event_id, event_type = _word(envelope.get("eventId")), _word(envelope.get("eventType"))
    if not event_id:
        return _refuse("eventId", "is missing or no short word")
    if not event_type:
        return _refuse("eventType", "is missing or no short word")
    if event_type not in _TOPUP_EVENTS:
        return Response(status=204)  # subscribed to more than we use
    topup = _inside(envelope, "event", "topupBalance")
    if not isinstance(topup, dict):
        return _refuse("event.topupBalance", "is missing")
    return _store(event_id, event_type, topup, _word(envelope.get("eventTime")))


def _store(event_id: str, event_type: str, topup: dict[str, Any], event_time: str) -> Response:
    msisdn = _msisdn(topup)
    if msisdn is None:
        return _refuse("event.topupBalance.logicalResource.value", "is not an E.164 number")
    amount = _amount(topup)
    if amount is None:
        return _refuse("event.topupBalance.amount.amount", "is not an amount")
    payload = {
        "msisdn": msisdn,
        "amount": str(amount),
        "units": _word(_inside(topup, "amount", "units")),
        "topup_id": _word(topup.get("id")),
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
    return "completed" if status is None else _word(status)


def _msisdn(topup: dict[str, Any]) -> str | None:
    """TMF654 v4 gives the number as `logicalResource` (one or a list of them), by value or id."""
    resource = topup.get("logicalResource")
    if isinstance(resource, list):
        resource = resource[0] if resource else None
    if not isinstance(resource, dict):
        return None
    value = resource.get("value") or resource.get("id") or ""
    number = value if str(value).startswith("+") else f"+{value}"
    return number if number[1:].isascii() and number[1:].isdigit() and 7 <= len(number) <= 16 else None


def _amount(topup: dict[str, Any]) -> Decimal | None:
    try:
        amount = Decimal(str(_inside(topup, "amount", "amount")))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and 0 <= amount <= _MOST else None


def _word(value: Any) -> str:
    """A short printable word; empty for anything else, so that nothing odd is ever stored."""
    word = value if isinstance(value, str) else str(value) if isinstance(value, int) else ""
    return word if word.isprintable() and len(word) <= 100 else ""


def _inside(value: dict[str, Any], *path: str) -> Any:
    found: Any = value
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
    return found


def _refuse(field: str, why: str) -> Response:
    answer = jsonify({"code": "400", "reason": f"{field} {why}"})
    answer.status_code = 400
    return answer
