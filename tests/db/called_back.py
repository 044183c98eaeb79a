"""Callbacks as the carrier makes them, and the events that they leave."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask.testing import FlaskClient
from sqlalchemy import select
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from bot.store.models import EventRow
from tests.db.parts import ENVIRONMENT, PUBLIC, Parts

TOKEN = ENVIRONMENT["TWILIO_AUTH_TOKEN"]
Fields = Mapping[str, str] | Sequence[tuple[str, str]]


def signed(path: str, fields: Fields, token: str = TOKEN, public: str = PUBLIC) -> dict[str, str]:
    signature = RequestValidator(token).compute_signature(public + path, MultiDict(fields))
    return {"X-Twilio-Signature": signature}


def post(
    client: FlaskClient, path: str, fields: Fields, headers: dict[str, str] | None = None
) -> TestResponse:
    """As the carrier posts, signed unless other headers are given."""
    headers = signed(path, fields) if headers is None else headers
    return client.post(path, data=MultiDict(fields), headers=headers)


def stored(parts: Parts) -> list[EventRow]:
    with parts.transaction() as tx:
        return list(tx.scalars(select(EventRow).order_by(EventRow.id)))
