"""What every webhook needs: the parts, the proof of who is calling, and one way to store what came."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import cast
from uuid import UUID

from flask import Flask, Response, abort, current_app, jsonify, request

from bot.bell import Bell, Queue
from bot.channels.signature import BillingSignature, TwilioSignature
from bot.domain.clock import Clock
from bot.inbound.courtesy import Courtesies
from bot.inbound.voice import Voice
from bot.outreach.bridge import Bridge
from bot.store import events
from bot.store.events import NewEvent
from bot.store.transaction import Statement, Transaction

_KEY = "keepline_edge"


@dataclass(frozen=True, slots=True)
class Edge:
    transaction: Transaction
    statement: Statement
    clock: Clock
    voice: Voice
    bridge: Bridge
    courtesies: Courtesies
    bell: Bell
    twilio: TwilioSignature
    billing: BillingSignature
    api_token: str | None  # without one nobody may read


def keep(app: Flask, edge: Edge) -> None:
    app.extensions[_KEY] = edge


def edge() -> Edge:
    return cast(Edge, current_app.extensions[_KEY])


def demand_twilio_signature() -> None:
    """403 and nothing stored, unless the carrier signed exactly this request."""
    # The raw target as it came over the wire: a decoded and re-encoded one need not be what was signed.
    target = request.environ.get("RAW_URI") or request.environ.get("REQUEST_URI")
    target = target or request.full_path.removesuffix("?")
    if not edge().twilio.valid(target, request.form, request.headers.get("X-Twilio-Signature")):
        abort(403)


def demand_billing_signature() -> None:
    """403 and nothing stored, unless billing, or another system of the operator's, signed exactly this body."""
    parts = edge()
    header = request.headers.get("X-Keepline-Signature")
    if not parts.billing.valid(request.get_data(), header, parts.clock.now()):
        abort(403)


def demand_api_token() -> None:
    """401 without the operator's own token; also where the operator has set none."""
    token = edge().api_token
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if token is None or not hmac.compare_digest(given.encode(), token.encode()):
        abort(Response("a bearer token is needed\n", 401, {"WWW-Authenticate": "Bearer"}))


def refuse(field: str, why: str) -> Response:
    answer = jsonify({"code": "400", "reason": f"{field} {why}"})
    answer.status_code = 400
    return answer


def form() -> dict[str, str]:
    """The first value of each field. PostgreSQL keeps no NUL, and nobody means one."""
    return {name: value.replace("\0", "") for name, value in request.form.items()}


def attempt_id() -> UUID | None:
    """Our id in the URL that we gave the carrier; None where it is not one of ours."""
    try:
        return UUID(request.args.get("a", ""))
    except ValueError:
        return None


def store(event: NewEvent) -> Response:
    """Once, then the bell, then 204: also for a repeat, so that the sender stops."""
    remember(event)
    return Response(status=204)


def remember(event: NewEvent) -> bool:
    """Whether it is new; only then the bell is rung."""
    parts = edge()
    with parts.statement() as connection:
        new = events.leave_one(connection, event)
    if new:
        parts.bell.ring([Queue.INBOUND])
    return new
