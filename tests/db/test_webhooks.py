"""The carrier's pages, over HTTP as the carrier uses them: who may speak, and what is kept."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode
from uuid import UUID

import pytest
from flask.testing import FlaskClient

import webhooks.app
from bot.bell import Queue
from bot.store.models import CustomerRow
from tests.db.called_back import post, signed, stored
from tests.db.parts import NOW, PUBLIC, Parts
from tests.fakes import FakeBell

ATTEMPT = UUID("0190f1a2-0000-7000-8000-000000000001")
STATUS = f"/twilio/sms/status?a={ATTEMPT}"
DELIVERED = {"MessageSid": "SM1", "MessageStatus": "delivered", "To": "+8613800000001"}
CARRIERS_PAGES = [
    (STATUS, DELIVERED),
    ("/twilio/sms/inbound", {"MessageSid": "SM1", "From": "+8613800000001", "Body": "1"}),
    (f"/twilio/voice/answer?a={ATTEMPT}", {"CallSid": "CA1"}),
    (f"/twilio/voice/key?a={ATTEMPT}&t=1", {"CallSid": "CA1", "Digits": "1"}),
    (f"/twilio/voice/dialed?a={ATTEMPT}", {"CallSid": "CA1", "DialCallStatus": "completed"}),
    (f"/twilio/voice/status?a={ATTEMPT}", {"CallSid": "CA1", "CallStatus": "busy"}),
    (f"/twilio/voice/amd?a={ATTEMPT}", {"CallSid": "CA1", "AnsweredBy": "human"}),
]


# -- who is calling --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("path", "fields"), CARRIERS_PAGES)
@pytest.mark.parametrize(
    "forge",
    [
        lambda path, fields: {},
        lambda path, fields: {"X-Twilio-Signature": ""},
        lambda path, fields: {"X-Twilio-Signature": "AAAAAAAAAAAAAAAAAAAAAAAAAAA="},
        lambda path, fields: signed(path, fields, token="another accounts token"),
        lambda path, fields: signed(path, fields, public="https://elsewhere.example.com"),
        lambda path, fields: signed(path, {**fields, "More": "1"}),
        lambda path, fields: signed(path + "#", fields),
        lambda path, fields: signed("/twilio/sms/other", fields),
    ],
    ids=[
        "unsigned",
        "empty",
        "made up",
        "other account",
        "other host",
        "other form",
        "fragment",
        "other page",
    ],
)
def test_what_the_carrier_did_not_sign_is_refused_and_not_kept(
    client: FlaskClient,
    parts: Parts,
    bell: FakeBell,
    path: str,
    fields: dict[str, str],
    forge: Callable[[str, dict[str, str]], dict[str, str]],
) -> None:
    assert post(client, path, fields, forge(path, fields)).status_code == 403
    assert stored(parts) == []
    assert bell.rung == []


@pytest.mark.parametrize(("path", "fields"), CARRIERS_PAGES)
def test_what_the_carrier_signed_is_kept_raw_and_rung_for(
    client: FlaskClient, parts: Parts, bell: FakeBell, path: str, fields: dict[str, str]
) -> None:
    assert post(client, path, fields).status_code in (200, 204)
    (event,) = stored(parts)
    assert fields.items() <= event.payload.items()
    assert event.received_at == NOW
    assert event.attempt_id == (ATTEMPT if "a=" in path else None)
    assert Queue.INBOUND in bell.rung


def test_a_host_header_decides_nothing(client: FlaskClient, parts: Parts) -> None:
    headers = signed(STATUS, DELIVERED) | {"Host": "evil.example.com", "X-Forwarded-Host": "evil.example.com"}
    assert post(client, STATUS, DELIVERED, headers).status_code == 204
    forged = signed(STATUS, DELIVERED, public="https://evil.example.com") | {"Host": "evil.example.com"}
    assert post(client, STATUS, DELIVERED, forged).status_code == 403


def test_every_value_of_a_repeated_field_is_signed(client: FlaskClient, parts: Parts) -> None:
    fields = [("MessageSid", "SM1"), ("MessageStatus", "sent"), ("MediaUrl", "b"), ("MediaUrl", "a")]
    assert post(client, STATUS, fields).status_code == 204
    (event,) = stored(parts)
    assert event.payload["MediaUrl"] == "b"
    headers = signed(STATUS, fields)
    assert post(client, STATUS, fields[:-1], headers).status_code == 403


def test_a_target_is_signed_as_it_came_over_the_wire(client: FlaskClient, parts: Parts) -> None:
    """Odd escapes and empty fields would not survive being decoded and written again."""
    path = f"/twilio/sms/status?a={ATTEMPT}&note=%e4%bd%a0+%7E&empty="
    assert post(client, path, {**DELIVERED, "Empty": ""}).status_code == 204
    assert stored(parts)[0].payload["Empty"] == ""


@pytest.mark.parametrize("path", [path for path, _ in CARRIERS_PAGES])
def test_only_posts_are_taken(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 405


@pytest.mark.parametrize("path", ["/twilio/sms/status", "/billing/events"])
def test_a_body_that_no_carrier_sends_is_too_large(client: FlaskClient, parts: Parts, path: str) -> None:
    body = urlencode({"MessageSid": "SM1", "MessageStatus": "sent", "Body": "x" * webhooks.app.MOST_BYTES})
    response = client.post(path, data=body, content_type="application/x-www-form-urlencoded")
    assert response.status_code == 413
    assert stored(parts) == []


# -- once ------------------------------------------------------------------------------------------------------


def test_a_repeat_is_answered_alike_kept_once_and_rung_once(
    client: FlaskClient, parts: Parts, bell: FakeBell
) -> None:
    assert [post(client, STATUS, DELIVERED).status_code for _ in range(3)] == [204, 204, 204]
    assert [event.key for event in stored(parts)] == ["sms:SM1:delivered"]
    assert bell.rung == [Queue.INBOUND]


def test_each_status_of_a_message_is_an_event_of_its_own(client: FlaskClient, parts: Parts) -> None:
    for word in ("queued", "sent", "delivered"):
        post(client, STATUS, DELIVERED | {"MessageStatus": word})
    assert [event.key for event in stored(parts)] == ["sms:SM1:queued", "sms:SM1:sent", "sms:SM1:delivered"]


def test_a_calls_events_are_told_apart_by_their_sequence(client: FlaskClient, parts: Parts) -> None:
    path = f"/twilio/voice/status?a={ATTEMPT}"
    for order, word in (("0", "initiated"), ("1", "ringing"), ("1", "ringing"), (None, "completed")):
        fields = {"CallSid": "CA1", "CallStatus": word} | ({"SequenceNumber": order} if order else {})
        assert post(client, path, fields).status_code == 204
    assert [event.key for event in stored(parts)] == ["call:CA1:0", "call:CA1:1", "call:CA1:completed"]


@pytest.mark.parametrize("attempt", ["", "?a=", "?a=1", f"?a={ATTEMPT}x", "?b=1"])
def test_an_id_that_is_none_of_ours_is_204_and_kept_by_its_sid(
    client: FlaskClient, parts: Parts, attempt: str
) -> None:
    assert post(client, "/twilio/sms/status" + attempt, DELIVERED).status_code == 204
    (event,) = stored(parts)
    assert event.attempt_id is None
    parts.inbound.process_waiting(NOW)
    assert stored(parts)[0].outcome == "unmatched"


def test_an_attempt_that_nobody_knows_is_204(client: FlaskClient, parts: Parts) -> None:
    assert post(client, STATUS, DELIVERED).status_code == 204
    parts.inbound.process_waiting(NOW)
    assert stored(parts)[0].outcome == "unmatched"


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        (STATUS, {"MessageStatus": "sent"}),
        (STATUS, {"MessageSid": "SM1"}),
        (f"/twilio/voice/status?a={ATTEMPT}", {"CallSid": "CA1"}),
        (f"/twilio/voice/amd?a={ATTEMPT}", {"AnsweredBy": "human"}),
        ("/twilio/sms/inbound", {"From": "+8613800000001", "Body": "1"}),
        (f"/twilio/voice/answer?a={ATTEMPT}", {}),
        (f"/twilio/voice/answer?a={ATTEMPT}", {"CallSid": ""}),
    ],
)
def test_a_report_of_nothing_is_answered_and_not_kept(
    client: FlaskClient, parts: Parts, path: str, fields: dict[str, str]
) -> None:
    assert post(client, path, fields).status_code in (200, 204)
    assert stored(parts) == []


# -- replies and calls -----------------------------------------------------------------------------------------


def test_a_refusal_is_matched_to_its_customer_and_kept_as_it_can_be(
    client: FlaskClient, parts: Parts
) -> None:
    customer = parts.customer()
    with parts.transaction() as tx:
        number = tx.get_one(CustomerRow, customer).msisdn
    response = post(client, "/twilio/sms/inbound", {"MessageSid": "SM9", "From": number, "Body": "退订 \0 ☎"})
    assert response.mimetype == "text/xml"
    (event,) = stored(parts)
    assert (event.key, event.customer_id) == ("sms:in:SM9", customer)
    assert event.payload["Body"] == "退订  ☎"
    parts.inbound.process_waiting(NOW)
    assert [line.customer_id for line in parts.register()] == [customer]


def test_an_answer_to_a_flow_is_answered_by_the_flow(client: FlaskClient, parts: Parts) -> None:
    response = post(
        client, "/twilio/sms/inbound", {"MessageSid": "SM9", "From": "+8613800000001", "Body": "1"}
    )
    assert response.text == '<?xml version="1.0" encoding="UTF-8"?><Response />'


def test_a_call_is_spoken_with_from_ring_to_goodbye(client: FlaskClient, parts: Parts) -> None:
    enrolment = parts.enrol(customer=parts.customer(language="en", factors={"sms_habit": False}))
    parts.voice_outreach.call_due(NOW)
    attempt: UUID = parts.attempt(enrolment).id
    spoken = post(client, f"/twilio/voice/answer?a={attempt}", {"CallSid": "CA1"})
    assert spoken.mimetype == "text/xml"
    assert f'action="{PUBLIC}/twilio/voice/key?a={attempt}&amp;t=1"' in spoken.text
    joined = post(client, f"/twilio/voice/key?a={attempt}&t=1", {"CallSid": "CA1", "Digits": "1"})
    assert "you have joined" in joined.text
    again = post(client, f"/twilio/voice/key?a={attempt}&t=1", {"CallSid": "CA1", "Digits": "1"})
    assert again.text == joined.text
    assert parts.enrolment(enrolment).step == "await_recharge"


@pytest.mark.parametrize("turn", ["", "&t=", "&t=-1", "&t=x", "&t=12345", "&t=²"])
def test_a_key_to_no_prompt_hangs_up(client: FlaskClient, parts: Parts, turn: str) -> None:
    path = f"/twilio/voice/key?a={ATTEMPT}" + turn.replace("²", "%C2%B2")
    assert "<Hangup" in post(client, path, {"CallSid": "CA1", "Digits": "1"}).text
    assert stored(parts) == []
