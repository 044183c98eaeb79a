"""Is this process alive, and can it reach the database? No figures, no names: it needs no login."""

from __future__ import annotations

from flask import Blueprint, Response

from bot.store import events
from webhooks.edge import edge

pages = Blueprint("health", __name__)


@pages.get("/healthz")
def healthz() -> Response:
    with edge().transaction() as tx:
        events.reachable(tx)
    return Response("ok", mimetype="text/plain")
