"""The console alone on a Flask application, wired to a test's database and moment."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from flask_wtf.csrf import generate_csrf
from sqlalchemy.orm import Session

from bot import accounts
from bot.config import Settings, load_settings
from bot.domain.clock import Clock
from bot.domain.people import Brand
from bot.outreach.outgoing import Outgoing
from bot.published import PublishedFlows
from bot.rulebook import Rulebook, open_rulebook
from bot.store.transaction import Transaction
from console import app as console
from tests.db.factories import make_campaign, make_flow_revision, make_user

ROOT = Path(__file__).resolve().parent.parent
FLOW = (ROOT / "flows" / "low_balance_recharge.yaml").read_text(encoding="utf-8")
PASSWORD = "correct horse battery"


@dataclass(frozen=True, slots=True)
class StoppedClock:
    moment: datetime

    def now(self) -> datetime:
        return self.moment


@dataclass(frozen=True, slots=True)
class TestWiring:
    """The part of `bot.bootstrap.Wired` that the console asks for."""

    __test__ = False

    settings: Settings
    transaction: Transaction
    clock: Clock
    flows: PublishedFlows = field(default_factory=PublishedFlows)

    @property
    def rulebook(self) -> Rulebook:
        return _rulebook()

    @property
    def outgoing(self) -> Outgoing:
        brand, zone = Brand("凯灵", "Keepline"), self.settings.default_time_zone
        return Outgoing("10086", "+861055500001", brand, None, zone, self.rulebook)


_rulebook = cache(open_rulebook)


def make_app(transaction: Transaction, now: datetime, public_base_url: str = "http://localhost") -> Flask:
    settings = load_settings(
        {
            "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
            "TWILIO_AUTH_TOKEN": "not a token",
            "SMS_SENDER": "10086",
            "VOICE_SENDER": "10086",
            "BILLING_WEBHOOK_SECRET": "not a secret",
            "PUBLIC_BASE_URL": public_base_url,
            "SECRET_KEY": "a key for tests only",
            "DEFAULT_TIME_ZONE": "Asia/Shanghai",
        }
    )
    app = Flask("tests")
    console.register(app, TestWiring(settings, transaction, StoppedClock(now)))
    app.add_url_rule("/token-for-tests", view_func=generate_csrf)
    return app


@cache
def password_hash() -> str:
    return accounts.hash_password(PASSWORD)


def make_person(tx: Session, **over: Any) -> int:
    """A user who can sign in with PASSWORD."""
    return make_user(tx, **({"password_hash": password_hash()} | over))


def make_readable_campaign(tx: Session, **over: Any) -> int:
    """A campaign of the shipped flow, so that its pages can draw it."""
    return make_campaign(tx, **({"flow_revision": make_flow_revision(tx, source=FLOW)} | over))


def sign_in(client: FlaskClient, login: str, password: str = PASSWORD) -> None:
    answer = post(client, "/login", login=login, password=password)
    assert answer.status_code == 302, answer.text


def operators_browser(transaction: Transaction, now: datetime) -> FlaskClient:
    """Olga, an operator, has signed in."""
    with transaction() as tx:
        make_person(tx, login="olga", role="operator")
    client = make_app(transaction, now).test_client()
    sign_in(client, "olga")
    return client


def post(client: FlaskClient, path: str, **form: Any) -> Any:
    """A POST with the CSRF token of a page of this session."""
    token = client.get("/token-for-tests").text
    return client.post(path, data={**form, "csrf_token": token}, headers={"Accept": "text/html"})
