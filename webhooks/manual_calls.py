"""What the carrier asks and tells of calls by hand: the manager's leg, and the customer's behind it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from uuid import UUID

from flask import Blueprint, Response, request

from bot.outreach.bridge import HANG_UP
from webhooks.edge import demand_twilio_signature, edge, form

pages = Blueprint("manual_calls", __name__, url_prefix="/twilio/manual")
pages.before_request(demand_twilio_signature)

_Answer = Callable[[UUID, Mapping[str, str], datetime], str]


@pages.post("/answer")
def answer() -> Response:
    return _twiml(edge().bridge.answered)


@pages.post("/key")
def key() -> Response:
    return _twiml(edge().bridge.pressed)


@pages.post("/dialed")
def dialed() -> Response:
    return _twiml(edge().bridge.dialed)


@pages.post("/leg")
def leg() -> Response:
    return _taken(edge().bridge.customer_leg)


@pages.post("/status")
def status() -> Response:
    return _taken(edge().bridge.ended)


def _twiml(reply: _Answer) -> Response:
    return Response(_ask(reply), mimetype="text/xml")


def _taken(reply: _Answer) -> Response:
    _ask(reply)
    return Response(status=204)


def _ask(reply: _Answer) -> str:
    try:
        call_id = UUID(request.args.get("c", ""))
    except ValueError:
        return HANG_UP  # an id that we never gave
    return reply(call_id, form(), edge().clock.now())
