"""The baselines of the webhooks: a Flask route with one INSERT, and an empty one. Run as the product's web is."""

from __future__ import annotations

import json
import os

from flask import Flask, Response, request
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

app = Flask(__name__)
engine = create_engine(
    make_url(os.environ["DATABASE_URL"]).set(drivername="postgresql+psycopg"), pool_size=16
)

_INSERT = text("INSERT INTO bare_events (key, payload) VALUES (:key, cast(:payload AS jsonb))")


@app.post("/insert")
def insert() -> Response:
    """No signature is checked, and a repeat would be an error."""
    form = request.form
    with engine.begin() as connection:
        connection.execute(
            _INSERT,
            {"key": f"{form['MessageSid']}:{form['MessageStatus']}", "payload": json.dumps(form.to_dict())},
        )
    return Response(status=204)


@app.post("/empty")
def empty() -> Response:
    return Response(status=204)


@app.get("/healthz")
def healthz() -> str:
    return "ok"
