"""Billing's page, over HTTP as billing uses it: what is understood, and kept once."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from bot.bell import Queue
from bot.channels.signature import REPLAY_WINDOW, BillingSignature
from bot.clock import SharedClock
from tests.db.called_back import stored
from tests.db.parts import ENVIRONMENT, NOW, Parts
from tests.fakes import FakeBell

SECRET = ENVIRONMENT["BILLING_WEBHOOK_SECRET"]
TOPUP: dict[str, Any] = {
    "eventId": "e-1",
    "eventType": "TopupBalanceCreateEvent",
    "eventTime": "2026-11-22T02:00:00Z",
    "event": {
        "topupBalance": {
            "id": "t-1",
            "status": "completed",
            "amount": {"amount": 50, "units": "CNY"},
            "logicalResource": {"value": "+8613812345678"},
        }
    },
}


def changed(**over: Any) -> dict[str, Any]:
    """`TOPUP` with fields of its topupBalance, or (upper case first) of the envelope, replaced."""
    topup = {**TOPUP["event"]["topupBalance"], **over}
    return {
        **TOPUP,
        "event": {"topupBalance": {name: value for name, value in topup.items() if value != ...}},
    }


def tell(client: FlaskClient, said: object, headers: dict[str, str] | None = None) -> TestResponse:
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    header = {"X-Keepline-Signature": BillingSignature(SECRET).sign(body, NOW)}
    return client.post(
        "/billing/events",
        data=body,
        headers=header if headers is None else headers,
        content_type="application/json",
    )


def test_a_topup_is_kept_once_with_what_it_says(client: FlaskClient, parts: Parts, bell: FakeBell) -> None:
    customer = parts.customer(msisdn="+8613812345678")
    assert [tell(client, TOPUP).status_code for _ in range(2)] == [204, 204]
    (event,) = stored(parts)
    assert (event.key, event.kind, event.customer_id) == ("billing:e-1", "billing.topup", customer)
    assert event.payload == {
        "msisdn": "+8613812345678",
        "amount": "50",
        "units": "CNY",
        "topup_id": "t-1",
        "status": "completed",
        "event_time": "2026-11-22T02:00:00Z",
    }
    assert bell.rung == [Queue.INBOUND]


@pytest.mark.parametrize(
    "resource",
    [
        {"value": "8613812345678"},
        {"id": "+8613812345678"},
        [{"value": "+8613812345678"}],
        {"value": 8613812345678},
    ],
)
def test_a_number_is_read_as_billing_writes_it(client: FlaskClient, parts: Parts, resource: object) -> None:
    assert tell(client, changed(logicalResource=resource)).status_code == 204
    assert stored(parts)[0].payload["msisdn"] == "+8613812345678"


@pytest.mark.parametrize(
    ("said", "status"),
    [
        (changed(status=...), "completed"),
        (changed(status="failed"), "failed"),
        (changed(status={"a": 1}), ""),
        ({**TOPUP, "eventType": "TopupBalanceFailureEvent"}, "failed"),
        ({**TOPUP, "eventType": "TopupBalanceCancelEvent"}, "failed"),
    ],
)
def test_a_topup_that_failed_is_kept_as_failed(
    client: FlaskClient, parts: Parts, said: dict[str, Any], status: str
) -> None:
    assert tell(client, said).status_code == 204
    assert stored(parts)[0].payload["status"] == status


@pytest.mark.parametrize(
    ("said", "field"),
    [
        (b"", "body"),
        (b"{", "body"),
        (b"[]", "body"),
        (b'{"eventId": "\xff"}', "body"),
        ({**TOPUP, "eventId": None}, "eventId"),
        ({**TOPUP, "eventId": ""}, "eventId"),
        ({**TOPUP, "eventId": ["e"]}, "eventId"),
        ({**TOPUP, "eventId": "e" * 101}, "eventId"),
        ({**TOPUP, "eventId": "e\u0000"}, "eventId"),
        ({**TOPUP, "eventId": "e\ud800"}, "eventId"),
        ({**TOPUP, "eventType": ["TopupBalanceCreateEvent"]}, "eventType"),
        ({**TOPUP, "eventType": None}, "eventType"),
        ({**TOPUP, "event": None}, "event.topupBalance"),
        ({**TOPUP, "event": {"topupBalance": "50"}}, "event.topupBalance"),
        (changed(logicalResource=...), "event.topupBalance.logicalResource.value"),
        (changed(logicalResource=[]), "event.topupBalance.logicalResource.value"),
        (changed(logicalResource={"value": "call me"}), "event.topupBalance.logicalResource.value"),
        (changed(logicalResource={"value": "+12"}), "event.topupBalance.logicalResource.value"),
        (changed(logicalResource={"value": "+" + "1" * 16}), "event.topupBalance.logicalResource.value"),
        (changed(amount=...), "event.topupBalance.amount.amount"),
        (changed(amount=50), "event.topupBalance.amount.amount"),
        (changed(amount={"amount": "a lot"}), "event.topupBalance.amount.amount"),
        (changed(amount={"amount": -1}), "event.topupBalance.amount.amount"),
        (changed(amount={"amount": "NaN"}), "event.topupBalance.amount.amount"),
        (changed(amount={"amount": "9e99"}), "event.topupBalance.amount.amount"),
        (changed(amount={"amount": True}), "event.topupBalance.amount.amount"),
    ],
)
def test_what_cannot_be_understood_is_refused_by_its_field(
    client: FlaskClient, parts: Parts, said: object, field: str
) -> None:
    response = tell(client, said)
    assert response.status_code == 400
    assert response.get_json()["code"] == "400"
    assert response.get_json()["reason"].startswith(f"{field} ")
    assert stored(parts) == []


def test_an_event_that_we_do_not_use_is_taken_and_not_kept(client: FlaskClient, parts: Parts) -> None:
    assert tell(client, {"eventId": "e", "eventType": "BucketBalanceCreateEvent"}).status_code == 204
    assert stored(parts) == []


@pytest.mark.parametrize("header", [None, "", "t=1,v1=x", "garbage"])
def test_what_billing_did_not_sign_is_refused_and_not_kept(
    client: FlaskClient, parts: Parts, header: str | None
) -> None:
    headers = {} if header is None else {"X-Keepline-Signature": header}
    assert tell(client, TOPUP, headers).status_code == 403
    body = json.dumps(TOPUP).encode()
    stolen = {"X-Keepline-Signature": BillingSignature(SECRET).sign(body + b" ", NOW)}
    assert tell(client, TOPUP, stolen).status_code == 403
    assert stored(parts) == []


def test_what_billing_signed_cannot_be_played_again_later(
    client: FlaskClient, parts: Parts, clock: SharedClock
) -> None:
    try:
        clock.move_to(NOW + REPLAY_WINDOW)
        assert tell(client, TOPUP).status_code == 204
        clock.move_to(NOW + REPLAY_WINDOW + timedelta(seconds=1))
        assert tell(client, TOPUP).status_code == 403
    finally:
        clock.move_to(NOW)


def test_the_process_says_that_it_lives_without_a_login(client: FlaskClient) -> None:
    response = client.get("/healthz")
    assert (response.status_code, response.text) == (200, "ok")
