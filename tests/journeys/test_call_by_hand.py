"""A call by hand over the real wire: the library posts, the rehearsal rings, our pages answer, a key puts through."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.serving import make_server

import webhooks.app
from bot.bootstrap import Wired
from bot.clock import SharedClock
from bot.config import load_settings
from bot.outreach.manual_calls import CallDesk
from bot.outreach.outgoing import ASK_AFTER
from bot.outreach.ring_managers import ManagerCalls
from bot.store.models import ManualCallRow
from bot.store.transaction import Transaction
from tests.db.factories import make_enrolment, make_suppression, make_user, make_work_order
from tests.db.parts import ENVIRONMENT, NOW, Parts
from tests.fakes import FakeBell, FakePacing
from tests.rehearsal.stand_ins import ACCOUNT_SID, AUTH_TOKEN, Rehearsal, running

MANAGER, CUSTOMER = "+8613900000001", "+8613800000009"


@dataclass
class Line:
    """The product's pages, the rehearsal behind them, and one open order of a manager with a phone."""

    parts: Parts
    wired: Wired
    rehearsal: Rehearsal
    manager: int
    customer: int
    order: int

    def row(self) -> ManualCallRow:
        with self.parts.transaction() as tx:
            return tx.scalars(select(ManualCallRow)).one()

    def call(self) -> ManualCallRow:
        """As the button and the worker do it; then the rehearsal lives through what follows."""
        wired = self.wired
        with self.parts.transaction() as tx:
            CallDesk(wired.outgoing, wired.flows).ask(tx, self.order, self.manager, NOW)
        calls = ManagerCalls(
            self.parts.transaction, wired.twilio_voice, FakePacing(), wired.settings.voice_sender
        )
        assert calls.ring_due(NOW) == 1
        self.rehearsal.advance(minutes=20)
        with self.parts.transaction() as tx:
            return tx.scalars(select(ManualCallRow)).one()


@pytest.fixture
def line(transaction: Transaction, postgres_url: str, tmp_path: Path) -> Iterator[Line]:
    SharedClock.create(tmp_path / "clock", NOW)
    app = Flask("test")
    server = make_server("127.0.0.1", 0, app, threaded=True)
    with running() as rehearsal:
        more = {
            "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
            "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
            "TWILIO_API_BASE_URL": rehearsal.base_url,
            "PUBLIC_BASE_URL": f"http://127.0.0.1:{server.port}",
            "DATABASE_URL": postgres_url,
            "KEEPLINE_CLOCK_FILE": str(tmp_path / "clock"),
        }
        wired = Wired(load_settings(ENVIRONMENT | more))
        webhooks.app.register(app, wired, FakeBell())  # type: ignore[arg-type]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield _line(Parts(transaction), wired, rehearsal)
        finally:
            server.shutdown()
            server.server_close()
            thread.join(20)
            wired.carrier.close()
            wired.engine.dispose()


def _line(parts: Parts, wired: Wired, rehearsal: Rehearsal) -> Line:
    campaign, customer = parts.campaign(), parts.customer(msisdn=CUSTOMER)
    with parts.transaction() as tx:
        manager = make_user(tx, phone=MANAGER, language="zh")
        run = make_enrolment(tx, campaign_id=campaign, customer_id=customer)
        order = make_work_order(tx, enrolment_id=run, owner_id=manager)
    return Line(parts, wired, rehearsal, manager, customer, order)


def test_the_manager_presses_a_key_and_the_customers_answer_is_what_the_carrier_says(line: Line) -> None:
    line.rehearsal.register(MANAGER, "colleague")
    line.rehearsal.register(CUSTOMER, "keen")
    call = line.call()
    legs = {entry["direction"]: entry for entry in line.rehearsal.ledger("calls")}
    assert (legs["outbound-api"]["to"], legs["outbound-dial"]["to"]) == (MANAGER, CUSTOMER)
    assert call.carrier_sid == legs["outbound-api"]["sid"]
    assert call.status == legs["outbound-dial"]["status"].replace("-", "_")
    assert call.status in ("completed", "no_answer", "busy")
    assert (call.duration_s or 0) == (legs["outbound-dial"]["duration"] if call.status == "completed" else 0)
    assert call.taken_at is not None
    assert call.ended_at is not None
    assert line.rehearsal.get("state")["failed_webhooks"] == 0


def test_a_refusal_while_the_managers_phone_rings_leaves_the_customers_silent(line: Line) -> None:
    line.rehearsal.register(MANAGER, "colleague")
    line.rehearsal.register(CUSTOMER, "keen")
    wired = line.wired
    with line.parts.transaction() as tx:
        CallDesk(wired.outgoing, wired.flows).ask(tx, line.order, line.manager, NOW)
    with line.parts.transaction() as tx:
        make_suppression(tx, customer_id=line.customer)
    pacing, sender = FakePacing(), wired.settings.voice_sender
    ManagerCalls(line.parts.transaction, wired.twilio_voice, pacing, sender).ring_due(NOW)
    line.rehearsal.advance(minutes=20)
    (only,) = line.rehearsal.ledger("calls")
    assert only["to"] == MANAGER
    with line.parts.transaction() as tx:
        call = tx.scalars(select(ManualCallRow)).one()
    assert (call.status, call.reason, call.taken_at) == ("taken_back", "suppressed", None)


@pytest.mark.parametrize("status", ["ringing", "answered", "dialling"])
def test_a_refusal_on_the_way_ends_the_call_before_the_customer_picks_up(line: Line, status: str) -> None:
    line.rehearsal.register(MANAGER, "colleague")
    line.rehearsal.register(CUSTOMER, "keen")
    wired = line.wired
    with line.parts.transaction() as tx:
        CallDesk(wired.outgoing, wired.flows).ask(tx, line.order, line.manager, NOW)
    calls = ManagerCalls(
        line.parts.transaction, wired.twilio_voice, FakePacing(), wired.settings.voice_sender
    )
    calls.ring_due(NOW)
    for _ in range(600):
        if line.row().status == status:
            break
        line.rehearsal.advance(seconds=0.1)
    with line.parts.transaction() as tx:
        make_suppression(tx, customer_id=line.customer)
    assert wired.recall.take_back(NOW) == 1
    line.rehearsal.advance(minutes=20)
    call = line.row()
    assert (call.status, call.reason, call.connected_at) == ("taken_back", "suppressed", None)
    calls.ask_the_silent(NOW + ASK_AFTER)  # of a call that was only queued the carrier reports no end
    assert (line.row().lease_until, line.row().manager_s is None) == (None, False)
    assert line.rehearsal.get("state")["failed_webhooks"] == 0


def test_a_manager_who_does_not_pick_up_is_away_and_nobody_else_is_called(line: Line) -> None:
    call = line.call()  # nobody has the manager's number: the phone rings out
    assert (call.status, call.taken_at) == ("away", None)
    assert [entry["to"] for entry in line.rehearsal.ledger("calls")] == [MANAGER]
