"""What flows tell other systems: a feed that they read on from where they stopped, as often as they like."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from bot.store import outgoing_events
from webhooks.edge import demand_api_token, edge, refuse

pages = Blueprint("outgoing_events", __name__, url_prefix="/api")
pages.before_request(demand_api_token)

_USUAL, _MOST = 100, 1_000


@pages.get("/outgoing-events")
def feed() -> Response:
    """`?after=ID&limit=N`; `next` is the `after` of the next request. Nothing is ever taken out by reading."""
    after = _number("after", 0)
    limit = _number("limit", _USUAL)
    if after is None:
        return refuse("after", "is not the id of an event")
    if limit is None or not 1 <= limit <= _MOST:
        return refuse("limit", f"is not a number from 1 to {_MOST}")
    with edge().transaction() as tx:
        found = outgoing_events.after(tx, after, limit)
    told = [
        {
            "id": one.id,
            "event": one.name,
            "at": one.at.isoformat(),
            "customer": {"id": one.customer},
            "details": one.details,
        }
        for one in found
    ]
    return jsonify({"events": told, "next": found[-1].id if found else after})


def _number(name: str, usual: int) -> int | None:
    given = request.args.get(name)
    if given is None:
        return usual
    return int(given) if given.isascii() and given.isdigit() and len(given) <= 18 else None
