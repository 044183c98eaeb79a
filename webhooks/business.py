"""What CRM, care and other systems of the operator tell of customers; signed as billing signs."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, request

from bot.bell import Queue
from bot.channels.signature import REPLAY_WINDOW
from bot.inbound.business import KIND, KNOWN
from bot.register.errors import RegisterError
from bot.register.record import record
from bot.register.told import wish_of
from bot.store import events
from bot.store.events import NewEvent
from webhooks.edge import demand_billing_signature, edge, refuse, store
from webhooks.fields import e164, moment, money, word

pages = Blueprint("business", __name__, url_prefix="/business")
pages.before_request(demand_billing_signature)

_MOST_DETAILS = 30
_LONGEST_DETAIL = 200
_NAME = re.compile("[a-z][a-z0-9_]{0,49}")  # flows read it as event.<name>


@pages.post("/events")
def listener() -> Response:
    """204 once stored, also for a repeat of the same id; 400 with the field's name and what is wrong with it."""
    told = request.get_json(silent=True)
    if not isinstance(told, dict):
        return refuse("body", "is not a JSON object")
    wrong = _wrong(told)
    if wrong is not None:
        return refuse(*wrong)
    parts = edge()
    now = parts.clock.now()
    at = moment(told["at"])
    if at is None or at > now + REPLAY_WINDOW:
        return refuse("at", "lies in the future")
    payload = {
        "type": told["type"],
        "customer_id": word(told.get("customer_id")),
        "msisdn": told.get("msisdn") or "",
        "at": at.isoformat(),
        "amount": str(money(told["amount"])) if told.get("amount") is not None else None,
        "details": told.get("details") or {},
    }
    customer_id = _customer(payload)
    return store(NewEvent(f"business:{word(told['id'])}", KIND, payload, now, customer_id=customer_id))


@pages.post("/refusals")
def refusals() -> Response:
    """204 once it stands in the register, also for a repeat of the same id; 400 with the field's name."""
    parts = edge()
    try:
        wish = wish_of(request.get_json(silent=True))
        with parts.transaction() as tx:
            record(tx, wish, now=parts.clock.now())
    except RegisterError as error:
        field, _, why = str(error).partition(" ")
        return refuse(field, why)
    parts.bell.ring([Queue.INBOUND])
    return Response(status=204)


def _wrong(told: Mapping[str, Any]) -> tuple[str, str] | None:
    """The first field that cannot be taken, and why."""
    type_, amount = told.get("type"), told.get("amount")
    if not word(told.get("id")):
        return "id", "is missing or no short word"
    if not isinstance(type_, str) or type_ not in KNOWN:
        return "type", f"is missing or not one of {', '.join(sorted(KNOWN))}"
    if not word(told.get("customer_id")) and e164(told.get("msisdn")) is None:
        return "customer_id", "is missing, and msisdn is not an E.164 number"
    if moment(told.get("at")) is None:
        return "at", "is missing or not an ISO 8601 time with its offset, such as 2026-11-22T10:00:00+08:00"
    if amount is not None and money(amount) is None:
        return "amount", "is not an amount"
    if type_ == "recharge" and amount is None:
        return "amount", "is missing"
    return _wrong_details(told.get("details"))


def _wrong_details(details: Any) -> tuple[str, str] | None:
    if details is None:
        return None
    if not isinstance(details, dict) or len(details) > _MOST_DETAILS:
        return "details", f"is not an object of at most {_MOST_DETAILS} fields"
    for name, value in details.items():
        if not _NAME.fullmatch(name):
            return "details", "has a name that is no word of a-z, 0-9 and _"
        if not _plain(value):
            return f"details.{name}", "is not a short text, a number, or true or false"
    return None


def _plain(value: Any) -> bool:
    if isinstance(value, str):
        return value.isprintable() and len(value) <= _LONGEST_DETAIL
    return isinstance(value, int | float) and math.isfinite(value) and abs(value) < 1e15


def _customer(payload: Mapping[str, Any]) -> int | None:
    """None for somebody unknown: it is stored all the same, and says so."""
    with edge().transaction() as tx:
        if payload["customer_id"]:
            return events.customer_called(tx, payload["customer_id"])
        return events.customer_of_number(tx, payload["msisdn"])
