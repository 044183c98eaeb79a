"""The register on the path: what the gate, the flows and other systems' news make of its lines."""

from __future__ import annotations

import json
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from bot.bell import Queue
from bot.channels.signature import BillingSignature
from bot.domain.refusals import EVERYTHING, Action, Refusal, Scope, Source
from bot.register.importing import ListFile, import_list
from bot.register.record import Wish, erase, record
from bot.register.told import wish_of
from bot.store import gate, suppressions
from bot.store.models import CustomerRow
from bot.store.suppressions import Entry
from tests.db.factories import make_customer
from tests.db.parts import AS_SERVICE, ENVIRONMENT, NOW, Parts
from tests.db.register_lines import SEAL
from tests.fakes import FakeBell

NEW = "+8613912345678"


def refuse(parts: Parts, customer: int, scope: Scope = EVERYTHING) -> None:
    with parts.transaction() as tx:
        number = tx.get_one(CustomerRow, customer).msisdn
        record(tx, Wish(Action.SUPPRESS, scope, Source.OPERATOR, msisdn=number), now=NOW)


def test_what_a_list_holds_is_denied_at_once_and_its_run_ends(parts: Parts, tmp_path: Path) -> None:
    enrolment = parts.enrol(customer=parts.customer(msisdn=NEW))
    (tmp_path / "list.txt").write_text(NEW)
    import_list(
        parts.transaction,
        ListFile(tmp_path / "list.txt", "national"),
        now=NOW,
        region="CN",
        rejects_folder=tmp_path,
    )

    parts.sms_outreach.send_due(NOW)
    assert parts.sms.sent == []
    assert parts.decisions(parts.attempt(enrolment).id) == [("denied", "suppressed")]

    parts.inbound.process_waiting(NOW)
    assert parts.enrolment(enrolment).result == "opted_out"


@pytest.mark.parametrize("purpose", ["marketing", "service"])
def test_a_refusal_of_one_purpose_ends_runs_of_that_purpose(parts: Parts, purpose: str) -> None:
    customer = parts.customer()
    runs = {
        "marketing": parts.enrol(parts.campaign(), customer),
        "service": parts.enrol(parts.campaign(AS_SERVICE), customer),
    }

    refuse(parts, customer, Scope(purpose=purpose))
    parts.inbound.process_waiting(NOW)

    ended = {kind for kind, run in runs.items() if parts.enrolment(run).result == "opted_out"}
    assert ended == {purpose}


def test_the_gate_and_a_single_question_have_one_answer(parts: Parts) -> None:
    customers = [parts.customer() for _ in range(3)]
    refuse(parts, customers[1], Scope("sms"))
    with parts.transaction() as tx:
        numbers = [tx.get_one(CustomerRow, one).msisdn for one in customers]
        known = gate.facts(tx, customers=customers, numbers=numbers, since=NOW, now=NOW).refusals
        assert known == {numbers[1]: (Refusal("sms"),)}
        assert suppressions.held_against(tx, numbers[1]) == known[numbers[1]]


def test_news_of_a_changed_number_frees_it_for_its_next_owner(parts: Parts) -> None:
    customer = parts.customer()
    refuse(parts, customer)
    with parts.transaction() as tx:
        old = tx.get_one(CustomerRow, customer).msisdn
        suppressions.add(tx, [Entry(None, "suppress", "sms_reply", "sms:in:1", msisdn=old)], NOW)

    told = {"type": "number_changed", "at": (NOW + timedelta(hours=1)).isoformat(), "details": {}}
    parts.hear("business.event", told, NOW + timedelta(hours=2), customer_id=customer, key="business:1")

    with parts.transaction() as tx:
        tx.get_one(CustomerRow, customer).msisdn = NEW
        tx.flush()
        make_customer(tx, msisdn=old)
        assert suppressions.held_against(tx, old) == ()
        assert suppressions.held_against(tx, NEW) == (Refusal(),)


def post(
    client: FlaskClient, body: object, secret: str = ENVIRONMENT["BILLING_WEBHOOK_SECRET"]
) -> TestResponse:
    raw = json.dumps(body).encode()
    headers = {"X-Keepline-Signature": BillingSignature(secret).sign(raw, NOW)}
    return client.post("/business/refusals", data=raw, headers=headers, content_type="application/json")


def test_another_system_may_tell_of_a_refusal_once(client: FlaskClient, parts: Parts, bell: FakeBell) -> None:
    told = {"id": "17", "action": "suppress", "msisdn": NEW, "channel": "call"}

    assert [post(client, told).status_code for _ in range(2)] == [204, 204]

    assert [(row.msisdn, row.channel, row.evidence) for row in parts.register()] == [(NEW, "call", "api:17")]
    assert bell.rung == [Queue.INBOUND, Queue.INBOUND]


@pytest.mark.parametrize(
    ("again", "other"),
    [
        ({"msisdn": "+8613912345679"}, "customer"),
        ({"action": "restore"}, "action"),
        ({"channel": "sms"}, "scope"),
        ({"topic": "roaming"}, "scope"),
        ({"msisdn": "+8613912345679", "action": "restore"}, "customer, another action"),
    ],
)
def test_an_id_that_was_used_for_something_else_is_sent_back(
    client: FlaskClient, parts: Parts, bell: FakeBell, again: dict[str, str], other: str
) -> None:
    """Answered with a 204, the other refusal would be lost, and nobody would know."""
    told = {"id": "17", "action": "suppress", "msisdn": NEW}
    assert post(client, told).status_code == 204
    bell.rung.clear()

    refused = post(client, told | again)

    reason = f"id was used for something else (another {other}): each message has an id of its own"
    assert (refused.status_code, refused.json) == (400, {"code": "400", "reason": reason})
    assert [(row.msisdn, row.action) for row in parts.register()] == [(NEW, "suppress")]
    assert bell.rung == []


def test_of_two_at_once_with_one_id_the_second_is_told(client: FlaskClient, parts: Parts) -> None:
    told = {"id": "17", "action": "suppress", "msisdn": NEW}
    answers: dict[str, int] = {}

    def send(name: str, **over: str) -> None:
        answers[name] = post(client.application.test_client(), told | over).status_code

    with parts.transaction() as tx:  # the first, not committed yet
        record(tx, wish_of(told), now=NOW)
        others = [
            threading.Thread(target=send, args=("a repeat",)),
            threading.Thread(target=send, args=("another",), kwargs={"msisdn": "+8613912345679"}),
        ]
        for one in others:
            one.start()
        wait_until_blocked(parts, len(others))
    for one in others:
        one.join(10)
    assert answers == {"a repeat": 204, "another": 400}
    assert [row.msisdn for row in parts.register()] == [NEW]


def wait_until_blocked(parts: Parts, number: int) -> None:
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with parts.transaction() as tx:
            if tx.execute(waiting).scalar_one() >= number:
                return
    pytest.fail(f"{number} requests were to wait for the first")


def test_a_repeat_is_known_whatever_has_become_of_its_customer(client: FlaskClient, parts: Parts) -> None:
    customer = parts.customer(external_id="C1", msisdn=NEW)
    by_name = {"id": "1", "action": "suppress", "customer_id": "C1"}
    by_number = {"id": "2", "action": "suppress", "msisdn": NEW}
    assert [post(client, told).status_code for told in (by_name, by_number)] == [204, 204]

    with parts.transaction() as tx:
        tx.get_one(CustomerRow, customer).msisdn = "+8613912345679"
    assert [post(client, told).status_code for told in (by_name, by_number)] == [204, 204]

    with parts.transaction() as tx:
        erase(tx, "C1", SEAL, now=NOW)
    assert [post(client, told).status_code for told in (by_name, by_number)] == [204, 204]
    assert [row.evidence for row in parts.register() if row.source == "api"] == ["api:1", "api:2"]


def test_an_odd_or_unsigned_refusal_is_sent_back(client: FlaskClient, parts: Parts) -> None:
    odd = post(client, {"id": "17", "action": "suppress", "msisdn": NEW, "topic": "two words"})
    assert (odd.status_code, odd.json) == (
        400, {"code": "400", "reason": "topic 'two words' is not one word of at most 50 letters, digits, - and _"},
    )  # fmt: skip
    assert post(client, {"id": "17", "action": "suppress", "msisdn": NEW}, "another").status_code == 403
    assert parts.register() == []
