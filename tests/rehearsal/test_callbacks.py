"""Status callbacks and inbound texts, as the product's webhooks meet them."""

from typing import Any

import pytest
import requests

from tests.rehearsal.invitations import TO, send
from tests.rehearsal.stand_ins import (
    ACCOUNT_SID,
    AUTH_TOKEN,
    SENDER,
    WAIT,
    Product,
    Received,
    Rehearsal,
    running,
)

pytestmark = [pytest.mark.enable_socket, pytest.mark.timeout(60)]


def statuses(product: Product) -> list[str]:
    return [request.form["MessageStatus"] for request in product.at("/status")]


def test_statuses_come_in_order_signed_and_without_the_fragment(
    rehearsal: Rehearsal, product: Product
) -> None:
    sid = send(rehearsal, StatusCallback=product.url("/status?attempt=7&try=1#rc=5&rp=all")).json()["sid"]
    assert product.received == []
    rehearsal.advance(minutes=1)
    assert statuses(product) == ["sent", "delivered"]
    for request in product.received:
        assert request.path == "/status?attempt=7&try=1"
        assert request.signed
        assert request.form["MessageSid"] == request.form["SmsSid"] == sid
        assert request.form["AccountSid"] == ACCOUNT_SID
        assert (request.form["From"], request.form["To"]) == (SENDER, TO)
        assert request.form["SmsStatus"] == request.form["MessageStatus"]
        assert request.form["ApiVersion"] == "2010-04-01"
    assert len({request.headers["I-Twilio-Idempotency-Token"] for request in product.received}) == 2
    entry = rehearsal.ledger("messages")[0]
    assert [status["status"] for status in entry["statuses"]] == ["queued", "sent", "delivered"]
    times = [status["at"] for status in entry["statuses"]]
    assert times == sorted(times)


def test_an_unreachable_handset_is_undelivered_with_its_code(rehearsal: Rehearsal, product: Product) -> None:
    rehearsal.register(TO, "unreachable")
    for _ in range(3):
        send(rehearsal, StatusCallback=product.url("/status"))
    rehearsal.advance(minutes=5)
    failed = [request for request in product.at("/status") if request.form["MessageStatus"] == "undelivered"]
    assert failed
    assert {request.form["ErrorCode"] for request in failed} <= {"30003", "30005"}


def test_a_reply_comes_to_the_inbound_url_signed_and_stop_blocks_the_pair(
    rehearsal: Rehearsal, product: Product
) -> None:
    rehearsal.register(TO, "keen")
    send(rehearsal)
    rehearsal.advance(hours=2)
    (reply,) = product.at("/inbound")
    assert reply.signed
    assert (reply.form["From"], reply.form["To"]) == (TO, SENDER)
    assert reply.form["MessageSid"] == reply.form["SmsSid"] == reply.form["SmsMessageSid"]
    assert (reply.form["SmsStatus"], reply.form["NumMedia"]) == ("received", "0")
    (entry,) = rehearsal.ledger("inbound")
    assert (entry["body"], entry["intent"], entry["persona"]) == (reply.form["Body"], "join", "keen")


def test_stop_keywords_block_later_texts_between_the_two(rehearsal: Rehearsal, product: Product) -> None:
    numbers = [f"+861390000{n:04d}" for n in range(12)]
    for number in numbers:
        rehearsal.register(number, "opts_out", language="en")
        send(rehearsal, To=number, Body="Top up 50 and get 10. Reply 1 to join, STOP to opt out")
    rehearsal.advance(hours=2)
    said = {entry["from"]: entry["body"].strip().upper() for entry in rehearsal.ledger("inbound")}
    keywords = {number for number, body in said.items() if body in ("STOP", "UNSUBSCRIBE", "QUIT")}
    assert keywords
    for number in numbers:
        refused = send(rehearsal, To=number).status_code == 400
        assert refused == (number in keywords)
        assert send(rehearsal, To=number, From="+8610690001").status_code == 201


def test_twiml_in_the_answer_to_a_text_is_sent_back(rehearsal: Rehearsal, product: Product) -> None:
    product.says("/inbound", "<Message>Thank you</Message>")
    rehearsal.register(TO, "keen")
    send(rehearsal)
    rehearsal.advance(hours=2)
    messages = rehearsal.ledger("messages")
    assert [(m["direction"], m["body"]) for m in messages][-1] == ("outbound-reply", "Thank you")
    assert rehearsal.get("state")["accepted"]["messages"] == 1


def test_a_server_error_is_tried_again_only_where_the_fragment_says_so(
    rehearsal: Rehearsal, product: Product
) -> None:
    product.answers["/status"] = lambda _: (500, "")
    send(rehearsal, StatusCallback=product.url("/status"))
    state = rehearsal.advance(minutes=1)
    assert statuses(product) == ["sent", "delivered"]
    assert state["failed_webhooks"] == 2
    product.received.clear()
    failures = iter([500, 503, 204, 204])
    product.answers["/status"] = lambda _: (next(failures), "")
    send(rehearsal, StatusCallback=product.url("/status#rc=5&rp=all"))
    state = rehearsal.advance(minutes=1)
    assert statuses(product) == ["sent", "sent", "sent", "delivered"]
    assert len({request.headers["I-Twilio-Idempotency-Token"] for request in product.received}) == 2
    assert state["failed_webhooks"] == 2


def test_nobody_listening_is_a_failed_webhook_and_holds_nothing_up(rehearsal: Rehearsal) -> None:
    send(rehearsal, StatusCallback="http://127.0.0.1:9/status")
    assert rehearsal.advance(minutes=1)["failed_webhooks"] == 2
    records = rehearsal.ledger("webhooks")
    assert [(record["outcome"], record["tries"]) for record in records] == [("ct", 2), ("ct", 2)]


def test_a_lost_response_leaves_the_message_accepted(rehearsal: Rehearsal, product: Product) -> None:
    rehearsal.set_faults(lost_response=1)
    with pytest.raises(requests.ConnectionError):
        send(rehearsal)
    rehearsal.set_faults(lost_response=0, error_after_accept=1)
    assert send(rehearsal).status_code in (500, 503)
    rehearsal.set_faults(error_after_accept=0)
    listed = requests.get(
        f"{rehearsal.base_url}/2010-04-01/Accounts/{ACCOUNT_SID}/Messages.json",
        {"To": TO},
        auth=(ACCOUNT_SID, AUTH_TOKEN),
        timeout=WAIT,
    ).json()
    assert len(listed["messages"]) == 2
    faults = [entry["faults"] for entry in rehearsal.ledger("messages")]
    assert faults == [["lost_response"], ["error_after_accept"]]
    summary = rehearsal.get("ledger/summary")
    assert summary["faults"] == {"lost_response": 1, "error_after_accept": 1}
    assert summary["messages"]["accepted"] == 2


def test_a_callback_can_overtake_the_answer_and_cannot_lock_up(
    rehearsal: Rehearsal, product: Product
) -> None:
    rehearsal.set_faults(callback_before_response=1)
    seen_before: list[int] = []
    answered: list[Any] = []
    product.answers["/status"] = lambda _: (seen_before.append(len(answered)) or 204, "")
    answered.append(send(rehearsal, StatusCallback=product.url("/status")).json())
    assert seen_before == [0]
    assert answered[0]["status"] == "queued"
    rehearsal.advance(minutes=1)
    assert statuses(product) == ["sent", "delivered"]


def test_callbacks_are_lost_doubled_and_swapped_on_demand(rehearsal: Rehearsal, product: Product) -> None:
    rehearsal.set_faults(lost_callback=1)
    send(rehearsal, StatusCallback=product.url("/status"))
    rehearsal.advance(minutes=1)
    assert statuses(product) == []
    rehearsal.set_faults(lost_callback=0, reorder_callbacks=1)
    send(rehearsal, StatusCallback=product.url("/status"))
    rehearsal.advance(minutes=1)
    assert statuses(product) == ["delivered", "sent"]
    product.received.clear()
    rehearsal.set_faults(reorder_callbacks=0, duplicate_callback=1)
    send(rehearsal, StatusCallback=product.url("/status"))
    rehearsal.advance(minutes=2)
    assert sorted(statuses(product)) == ["delivered", "delivered", "sent", "sent"]
    tokens = {request.headers["I-Twilio-Idempotency-Token"] for request in product.received}
    assert len(tokens) == 2
    assert rehearsal.get("ledger/summary")["faults"] == {
        "lost_callback": 2,
        "reorder_callbacks": 1,
        "duplicate_callback": 2,
    }


def test_a_rate_limit_takes_nothing(rehearsal: Rehearsal) -> None:
    rehearsal.set_faults(rate_limit=1, rate_limit_burst=2)
    assert send(rehearsal).status_code == 429
    rehearsal.set_faults(rate_limit=0)
    assert [send(rehearsal).status_code for _ in range(3)] == [429, 429, 201]
    assert rehearsal.get("state")["accepted"]["messages"] == 1


def test_a_rejected_number_is_refused_for_good(rehearsal: Rehearsal) -> None:
    rehearsal.set_faults(reject=1)
    codes = {send(rehearsal).json()["code"] for _ in range(3)}
    assert len(codes) == 1
    assert codes < {21211, 21614, 21612, 21408, 21608}


def test_the_product_may_send_while_it_answers_a_callback(rehearsal: Rehearsal, product: Product) -> None:
    def send_on(request: Received) -> tuple[int, str]:
        if request.form["MessageStatus"] == "delivered" and request.form["To"] == TO:
            assert send(rehearsal, To="+8613800000009").status_code == 201
        return 204, ""

    product.answers["/status"] = send_on
    send(rehearsal, StatusCallback=product.url("/status"))
    assert rehearsal.advance(minutes=1)["accepted"]["messages"] == 2


def test_a_text_sent_back_is_delivered_and_nobody_answers_it(rehearsal: Rehearsal, product: Product) -> None:
    product.says("/inbound", "<Message>Keepline: top up 50 and get 10. Reply 1 to join</Message>")
    rehearsal.register(TO, "keen")
    send(rehearsal)
    rehearsal.advance(hours=6)
    backs = [m for m in rehearsal.ledger("messages") if m["direction"] == "outbound-reply"]
    assert [(m["status"], m["segments"]) for m in backs] == [("delivered", 1)]
    assert len(product.at("/inbound")) == 1


def test_a_text_that_is_posted_twice_is_answered_as_often_as_we_answer(product: Product) -> None:
    """A product that answers only the first delivery must not lose its answer to the second."""
    answers = iter(["<Response><Message>once</Message></Response>", "<Response/>"])
    product.answers["/inbound"] = lambda _: (200, next(answers))
    arguments = ("--inbound-sms-url", product.url("/inbound"), "--faults", "duplicate_inbound=1")
    with running(*arguments) as rehearsal:
        rehearsal.register(TO, "keen")
        send(rehearsal)
        rehearsal.advance(hours=2)
        backs = [m["body"] for m in rehearsal.ledger("messages") if m["direction"] == "outbound-reply"]
    assert len(product.at("/inbound")) == 2
    assert backs == ["once"]


def test_the_carrier_answers_its_own_keywords_by_itself(rehearsal: Rehearsal, product: Product) -> None:
    numbers = [f"+861390000{n:04d}" for n in range(12)]
    for number in numbers:
        rehearsal.register(number, "opts_out", language="en")
        send(rehearsal, To=number, Body="Top up 50 and get 10. Reply 1 to join, STOP to opt out")
    rehearsal.advance(hours=2)
    answered = {
        entry["body"].strip().upper(): entry["carrier_answered"] for entry in rehearsal.ledger("inbound")
    }
    assert {body for body, what in answered.items() if what == "STOP"} <= {"STOP", "UNSUBSCRIBE", "QUIT"}
    assert "STOP" in answered.values()
    assert "" in answered.values()
