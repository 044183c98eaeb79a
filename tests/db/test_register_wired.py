"""The register on the path: what the gate, the flows and other systems' news make of its lines."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from bot.bell import Queue
from bot.channels.signature import BillingSignature
from bot.domain.refusals import EVERYTHING, Action, Refusal, Scope, Source
from bot.register.importing import ListFile, import_list
from bot.register.record import Wish, record
from bot.store import gate, suppressions
from bot.store.models import CustomerRow
from bot.store.suppressions import Entry
from tests.db.factories import make_customer
from tests.db.parts import AS_SERVICE, ENVIRONMENT, NOW, Parts
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


def test_an_odd_or_unsigned_refusal_is_sent_back(client: FlaskClient, parts: Parts) -> None:
    odd = post(client, {"id": "17", "action": "suppress", "msisdn": NEW, "topic": "two words"})
    assert (odd.status_code, odd.json) == (
        400, {"code": "400", "reason": "topic 'two words' is not one word of at most 50 letters, digits, - and _"},
    )  # fmt: skip
    assert post(client, {"id": "17", "action": "suppress", "msisdn": NEW}, "another").status_code == 403
    assert parts.register() == []
