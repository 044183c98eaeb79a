"""The pages for machines: each route verifies, parses, stores once, rings, and answers."""

from __future__ import annotations

from flask import Flask

from bot.bell import Bell
from bot.bootstrap import Wired
from bot.channels.signature import BillingSignature, TwilioSignature
from webhooks import billing, business, health, manual_calls, outgoing_events, twilio_sms, twilio_voice
from webhooks.edge import Edge, keep

MOST_BYTES = 64 * 1024  # no carrier's form is larger
PATHS = (
    "/twilio/",
    "/billing/",
    "/business/",
    "/api/",
    "/healthz",
)  # all that is here, and nothing for people


def register(app: Flask, wired: Wired, bell: Bell) -> None:
    settings = wired.settings
    keep(
        app,
        Edge(
            transaction=wired.transaction,
            statement=wired.statement,
            clock=wired.clock,
            voice=wired.voice,
            bridge=wired.bridge,
            courtesies=wired.courtesies,
            bell=bell,
            twilio=TwilioSignature(settings.twilio_auth_token, settings.public_base_url),
            billing=BillingSignature(settings.billing_webhook_secret),
            api_token=settings.api_token,
        ),
    )
    for part in (twilio_sms, twilio_voice, manual_calls, billing, business, outgoing_events, health):
        app.register_blueprint(part.pages)
