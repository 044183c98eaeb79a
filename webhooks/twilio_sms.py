"""What the carrier tells of messages: their statuses, and customers' replies, which may get a short answer at once."""

from __future__ import annotations

from flask import Blueprint, Response

from bot.channels.twiml import written_back
from bot.store import events
from bot.store.events import NewEvent
from webhooks.edge import attempt_id, demand_twilio_signature, edge, form, remember, store

pages = Blueprint("twilio_sms", __name__, url_prefix="/twilio/sms")
pages.before_request(demand_twilio_signature)


@pages.post("/status")
def status() -> Response:
    sent = form()
    sid, word = sent.get("MessageSid", ""), sent.get("MessageStatus", "")
    if not (sid and word):
        return Response(status=204)
    now = edge().clock.now()
    return store(NewEvent(f"sms:{sid}:{word}", "sms.status", sent, now, attempt_id()))


@pages.post("/inbound")
def inbound() -> Response:
    """Kept first of all. A flow's own answer is a message of its own; a repeat of the carrier's gets none."""
    sent = form()
    sid, parts = sent.get("MessageSid", ""), edge()
    if not sid:
        return _twiml(None)
    with parts.transaction() as tx:
        customer_id = events.customer_of_number(tx, sent.get("From", ""))
    now = parts.clock.now()
    event = NewEvent(f"sms:in:{sid}", "sms.inbound", sent, now, customer_id=customer_id)
    return _twiml(parts.courtesies.answer(event, now) if remember(event) else None)


def _twiml(text: str | None) -> Response:
    return Response(written_back(text), mimetype="text/xml")
