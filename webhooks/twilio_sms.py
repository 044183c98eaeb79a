"""What the carrier tells of messages: their statuses, and customers' replies."""

from __future__ import annotations

from flask import Blueprint, Response

from bot.store import events
from bot.store.events import NewEvent
from webhooks.edge import attempt_id, demand_twilio_signature, edge, form, store

pages = Blueprint("twilio_sms", __name__, url_prefix="/twilio/sms")
pages.before_request(demand_twilio_signature)

_NOTHING_TO_SAY = '<?xml version="1.0" encoding="UTF-8"?><Response/>'


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
    """Our answer, if any, is a message of the flow's own: nothing is said in the reply to the carrier."""
    sent = form()
    sid = sent.get("MessageSid", "")
    if sid:
        with edge().transaction() as tx:
            customer_id = events.customer_of_number(tx, sent.get("From", ""))
        now = edge().clock.now()
        store(NewEvent(f"sms:in:{sid}", "sms.inbound", sent, now, customer_id=customer_id))
    return Response(_NOTHING_TO_SAY, mimetype="text/xml")
