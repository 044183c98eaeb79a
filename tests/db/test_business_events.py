"""What other systems tell of customers: taken once, heard by every run, and remembered by the gate."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text
from werkzeug.test import TestResponse

from bot.channels.signature import BillingSignature
from bot.flow.model import BUSINESS_EVENTS
from bot.store.models import CustomerRow, EventRow
from tests.db.asking import asking
from tests.db.parts import ENVIRONMENT, NOW, Parts

SECRET = ENVIRONMENT["BILLING_WEBHOOK_SECRET"]

WAITING = """\
flow: waiting
title: {en: Waiting, zh: 等待}
purpose: marketing
expires: 10d
start: wait
steps:
  wait:
    wait_for: recharge
    then: {recharge: end, complaint: heard, data_exhausted: heard, after 5d: end}
  heard:
    wait: 1d
    then: {done: end}
"""


def told(customer: CustomerRow | None = None, **over: Any) -> dict[str, Any]:
    known = {} if customer is None else {"customer_id": customer.external_id}
    return {"id": "crm-1", "type": "complaint", "at": "2026-11-22T09:59:00+08:00", **known, **over}


def post(client: FlaskClient, body: object, secret: str = SECRET) -> TestResponse:
    raw = json.dumps(body).encode()
    headers = {"X-Keepline-Signature": BillingSignature(secret).sign(raw, NOW)}
    return client.post("/business/events", data=raw, headers=headers, content_type="application/json")


def person(parts: Parts) -> CustomerRow:
    customer = parts.customer()
    with parts.transaction() as tx:
        return tx.get_one(CustomerRow, customer)


def again(parts: Parts, customer: CustomerRow) -> CustomerRow:
    with parts.transaction() as tx:
        return tx.get_one(CustomerRow, customer.id)


def stored(parts: Parts) -> list[EventRow]:
    with parts.transaction() as tx:
        return list(tx.scalars(select(EventRow).order_by(EventRow.id)))


# -- at the door ---------------------------------------------------------------------------------------------


def test_it_is_stored_once_however_often_it_is_told(client: FlaskClient, parts: Parts) -> None:
    customer = person(parts)
    body = told(customer, details={"cause": "信号差", "calls": 3, "open": True, "score": 2.5}, amount=12.5)
    assert [post(client, body).status_code for _ in range(2)] == [204, 204]
    (event,) = stored(parts)
    assert (event.key, event.kind, event.customer_id) == ("business:crm-1", "business.event", customer.id)
    assert event.payload == {
        "type": "complaint",
        "customer_id": customer.external_id,
        "msisdn": "",
        "at": "2026-11-22T01:59:00+00:00",
        "amount": "12.5",
        "details": {"cause": "信号差", "calls": 3, "open": True, "score": 2.5},
    }


def test_a_customer_may_be_named_by_number(client: FlaskClient, parts: Parts) -> None:
    customer = person(parts)
    assert post(client, told(msisdn=customer.msisdn)).status_code == 204
    assert stored(parts)[0].customer_id == customer.id


def test_a_stranger_is_stored_and_says_so(client: FlaskClient, parts: Parts) -> None:
    assert post(client, told(customer_id="nobody")).status_code == 204
    parts.inbound.process_waiting(NOW)
    assert stored(parts)[0].outcome == "unmatched:customer"


@pytest.mark.parametrize("secret", ["another", ""])
def test_an_unsigned_one_is_not_heard(client: FlaskClient, parts: Parts, secret: str) -> None:
    assert post(client, told(person(parts)), secret).status_code == 403
    assert stored(parts) == []


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ([], "body"),
        ({"id": ""}, "id"),
        ({"id": {"a": 1}}, "id"),
        ({"type": "sneezed"}, "type"),
        ({"type": None}, "type"),
        ({"type": ["complaint"]}, "type"),
        ({"customer_id": None}, "customer_id"),
        ({"customer_id": None, "msisdn": "13800000000"}, "customer_id"),
        ({"customer_id": "C\u00001"}, "customer_id"),
        ({"at": None}, "at"),
        ({"at": "yesterday"}, "at"),
        ({"at": "2026-11-22T10:00:00"}, "at"),  # where?
        ({"at": "0001-01-01T00:00:00+14:00"}, "at"),
        ({"at": "2027-01-01T00:00:00Z"}, "at"),
        ({"amount": "a lot"}, "amount"),
        ({"amount": True}, "amount"),
        ({"amount": -1}, "amount"),
        ({"type": "recharge"}, "amount"),
        ({"details": []}, "details"),
        ({"details": {str(n): 1 for n in range(31)}}, "details"),
        ({"details": {"Not a name": 1}}, "details"),
        ({"details": {"a": {"b": 1}}}, "details.a"),
        ({"details": {"a": float("nan")}}, "details.a"),
        ({"details": {"a": "x" * 201}}, "details.a"),
        ({"details": {"a": "\u0000"}}, "details.a"),
        ({"details": {"a": None}}, "details.a"),
    ],
)
def test_what_cannot_be_understood_is_refused_by_its_field(
    client: FlaskClient, parts: Parts, wrong: Any, field: str
) -> None:
    body = wrong if isinstance(wrong, list) else told(person(parts)) | wrong
    answer = post(client, body)
    assert answer.status_code == 400
    assert answer.json is not None
    assert answer.json["reason"].split()[0] == field
    assert stored(parts) == []


@pytest.mark.parametrize("type_", sorted(BUSINESS_EVENTS | {"complaint_resolved"}))
def test_every_event_that_flows_know_may_be_told(client: FlaskClient, parts: Parts, type_: str) -> None:
    assert post(client, told(person(parts), type=type_, amount=50)).status_code == 204
    parts.inbound.process_waiting(NOW)
    assert stored(parts)[0].outcome == "applied"


# -- what it means -------------------------------------------------------------------------------------------


def hear(client: FlaskClient, parts: Parts, customer: CustomerRow, type_: str, **over: Any) -> None:
    assert post(client, told(customer, type=type_, **{"id": f"crm-{type_}"} | over)).status_code == 204
    parts.inbound.process_waiting(NOW)


def test_every_run_of_the_customer_hears_it(client: FlaskClient, parts: Parts) -> None:
    customer = person(parts)
    mine = [parts.enrol(parts.campaign(WAITING), customer.id) for _ in range(2)]
    other = parts.enrol(parts.campaign(WAITING))
    hear(client, parts, customer, "data_exhausted")
    assert [parts.enrolment(one).step for one in (*mine, other)] == ["heard", "heard", "wait"]


def test_a_recharge_told_by_another_system_is_a_recharge(client: FlaskClient, parts: Parts) -> None:
    customer = person(parts)
    enrolment = parts.enrol(parts.campaign(), customer.id)
    hear(client, parts, customer, "recharge", amount="60.00")
    assert parts.enrolment(enrolment).state["qualified_by"] == "business:crm-recharge"


def test_conditions_may_ask_for_its_details(client: FlaskClient, parts: Parts) -> None:
    source = WAITING.replace("wait_for: recharge", "wait_for: data_exhausted").replace(
        "then: {recharge: end, complaint: heard, data_exhausted: heard, after 5d: end}",
        "where: event.used >= 9.5\n    then: {data_exhausted: heard, after 5d: end}",
    )
    customer = person(parts)
    enrolment = parts.enrol(parts.campaign(source), customer.id)
    hear(client, parts, customer, "data_exhausted", id="crm-little", details={"used": 2})
    assert parts.enrolment(enrolment).step == "wait"
    hear(client, parts, customer, "data_exhausted", id="crm-much", details={"used": 9.5})
    assert parts.enrolment(enrolment).step == "heard"


def test_a_complaint_is_open_until_it_is_resolved(client: FlaskClient, parts: Parts) -> None:
    customer = person(parts)
    enrolment = parts.enrol(parts.campaign(WAITING), customer.id)
    hear(client, parts, customer, "complaint")
    assert again(parts, customer).complaint_open
    assert parts.enrolment(enrolment).step == "heard"
    hear(client, parts, customer, "complaint_resolved")
    assert not again(parts, customer).complaint_open


@pytest.mark.parametrize("type_", ["disconnected", "port_out", "number_changed"])
def test_whoever_has_left_is_not_contacted_any_more(client: FlaskClient, parts: Parts, type_: str) -> None:
    customer = person(parts)
    enrolment = parts.enrol(parts.campaign(asking()), customer.id)
    hear(client, parts, customer, type_)
    assert again(parts, customer).status == "left"
    parts.sms_outreach.send_due(NOW)
    assert parts.sms.sent == []
    assert parts.attempt(enrolment).reason == "left"


def test_whoever_comes_back_is_there_again(client: FlaskClient, parts: Parts) -> None:
    customer = person(parts)
    hear(client, parts, customer, "disconnected")
    hear(client, parts, customer, "reactivated")
    assert again(parts, customer).status == "active"


def test_nothing_is_sent_before_the_news_is_read(client: FlaskClient, parts: Parts) -> None:
    customer = person(parts)
    enrolment = parts.enrol(parts.campaign(asking()), customer.id)
    assert post(client, told(customer)).status_code == 204
    parts.sms_outreach.send_due(NOW)
    assert parts.decisions(parts.attempt(enrolment).id) == [("deferred", "news_waiting")]


def test_of_what_is_told_in_one_batch_the_last_holds(client: FlaskClient, parts: Parts) -> None:
    customer = person(parts)
    for number, type_ in enumerate(["complaint", "complaint_resolved", "complaint"]):
        assert post(client, told(customer, id=str(number), type=type_)).status_code == 204
    parts.inbound.process_waiting(NOW)
    assert again(parts, customer).complaint_open


def test_a_customer_whom_an_import_has_in_hand_makes_nobody_wait(client: FlaskClient, parts: Parts) -> None:
    """The event comes again a little later; everything else in its batch is applied at once."""
    busy, free = person(parts), person(parts)
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with parts.transaction() as tx:
            tx.execute(text("UPDATE customers SET name = name WHERE id = :id"), {"id": busy.id})
            held.set()
            done.wait(10)

    importing = threading.Thread(target=hold)
    importing.start()
    try:
        assert held.wait(10)
        for customer in (busy, free):
            assert post(client, told(customer, id=customer.external_id)).status_code == 204
        parts.inbound.process_waiting(NOW)
        assert [again(parts, one).complaint_open for one in (busy, free)] == [False, True]
    finally:
        done.set()
        importing.join(10)
    event = parts.event(f"business:{busy.external_id}")
    assert event is not None
    assert (event.processed_at, event.tries) == (None, 0)
    assert event.retry_at is not None
    parts.inbound.process_waiting(event.retry_at)
    assert again(parts, busy).complaint_open
