"""What the carrier asks and tells of calls. Where words are wanted they are given in the same request."""

from __future__ import annotations

from flask import Blueprint, Response, request

from bot.bell import Queue
from bot.inbound.voice import HANG_UP
from bot.store.events import NewEvent
from webhooks.edge import attempt_id, demand_twilio_signature, edge, form, store

pages = Blueprint("twilio_voice", __name__, url_prefix="/twilio/voice")
pages.before_request(demand_twilio_signature)


@pages.post("/answer")
def answer() -> Response:
    attempt = attempt_id()
    parts = edge()
    return _twiml(HANG_UP if attempt is None else parts.voice.answered(attempt, form(), parts.clock.now()))


@pages.post("/key")
def key() -> Response:
    attempt, turn = attempt_id(), request.args.get("t", "")
    parts = edge()
    if attempt is None or not (turn.isascii() and turn.isdigit() and len(turn) <= 4):
        return _twiml(HANG_UP)
    return _twiml(parts.voice.pressed(attempt, int(turn), form(), parts.clock.now()))


@pages.post("/dialed")
def dialed() -> Response:
    attempt = attempt_id()
    parts = edge()
    return _twiml(HANG_UP if attempt is None else parts.voice.transferred(attempt, form(), parts.clock.now()))


@pages.post("/status")
def status() -> Response:
    sent = form()
    sid, word = sent.get("CallSid", ""), sent.get("CallStatus", "")
    if not (sid and word):
        return Response(status=204)
    order = sent.get("SequenceNumber") or word
    return store(NewEvent(f"call:{sid}:{order}", "call.status", sent, edge().clock.now(), attempt_id()))


@pages.post("/amd")
def amd() -> Response:
    sent = form()
    sid = sent.get("CallSid", "")
    if not sid:
        return Response(status=204)
    return store(NewEvent(f"call:{sid}:amd", "call.amd", sent, edge().clock.now(), attempt_id()))


def _twiml(words: str) -> Response:
    # A key press may have made a grant, an order or an SMS due: inbound looks, and rings where it is.
    edge().bell.ring([Queue.INBOUND])
    return Response(words, mimetype="text/xml")
