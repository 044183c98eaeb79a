"""The tutorial's way as a Celery application of its own: one task a message, the synchronous client, one UPDATE.

Kept as good as a tutorial would have it: pooled connections, results ignored, all that is needed in the arguments.
"""

from __future__ import annotations

import os
from functools import cache

from celery import Celery
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import make_url
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

QUEUE = "tutorial"

app = Celery("tutorial", broker=os.environ.get("REDIS_URL"))
app.conf.update(
    task_ignore_result=True,
    task_default_queue=QUEUE,
    broker_transport_options={"global_keyprefix": "tutorial:"},
    broker_connection_retry_on_startup=True,
    worker_send_task_events=False,
)

_SENT = text("UPDATE tutorial_messages SET status = 'sent', sid = :sid WHERE id = :id")


@cache
def engine() -> Engine:
    return create_engine(make_url(os.environ["DATABASE_URL"]).set(drivername="postgresql+psycopg"))


@cache
def client() -> Client:
    account = os.environ["TWILIO_ACCOUNT_SID"], os.environ["TWILIO_AUTH_TOKEN"]
    found = Client(*account, http_client=TwilioHttpClient(timeout=15))
    found.api.base_url = os.environ["TWILIO_API_BASE_URL"]
    return found


@app.task  # type: ignore[untyped-decorator]
def send(message_id: int, to: str, sender: str, body: str, status_callback: str) -> None:
    message = client().messages.create(to=to, from_=sender, body=body, status_callback=status_callback)
    with engine().begin() as connection:
        connection.execute(_SENT, {"id": message_id, "sid": message.sid})
