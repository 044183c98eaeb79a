"""The answer in the carrier's own request: once for a refusal, a return or a call for help, and never in a circle."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import cast
from xml.etree import ElementTree

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict

import webhooks.app
from bot.bell import Bell
from bot.bootstrap import Wired
from bot.clock import SharedClock
from bot.config import load_settings
from bot.domain.courtesies import WITHIN
from bot.domain.people import Brand
from bot.domain.profiles import Profiles
from bot.domain.seals import make_seal
from bot.inbound.courtesy import Courtesies
from bot.register.record import erase
from bot.rulebook import Rulebook
from bot.store.events import NewEvent
from bot.store.models import CourtesyRow, CustomerRow
from tests.db.factories import make_customer
from tests.db.parts import ENVIRONMENT, NOW, PUBLIC, Parts
from tests.fakes import FakeBell

NUMBER = "+8613800138000"
FREE = "please stop texting me"
OUR_WORDS = "【凯灵】已为您退订，我们不再给您发送短信或拨打电话。如需恢复，请回复START"
BRANDED = ENVIRONMENT | {"BRAND_ZH": "凯灵", "BRAND_EN": "Keepline", "HELP_LINE": "10086"}
INBOUND = "/twilio/sms/inbound"


@pytest.fixture(scope="module")
def app(postgres_url: str, bell: FakeBell, clock: SharedClock, clock_file: object) -> Iterator[Flask]:
    """As the shared one, with a brand and a line for help."""
    more = {"DATABASE_URL": postgres_url, "KEEPLINE_CLOCK_FILE": str(clock_file)}
    wired = Wired(load_settings(BRANDED | more))
    app = Flask("test")
    webhooks.app.register(app, wired, cast(Bell, bell))
    yield app
    wired.engine.dispose()


_serial = count(1)


def says(client: FlaskClient, body: str, sid: str = "", sender: str = NUMBER, **more: str) -> list[str]:
    """A text to us, signed as the carrier signs; answers the messages that our TwiML asks for."""
    fields = {
        "MessageSid": sid or f"SM{next(_serial)}",
        "From": sender,
        "To": "+8610690000",
        "Body": body,
        **more,
    }
    signature = RequestValidator(ENVIRONMENT["TWILIO_AUTH_TOKEN"]).compute_signature(
        PUBLIC + INBOUND, MultiDict(fields)
    )
    answer = client.post(INBOUND, data=fields, headers={"X-Twilio-Signature": signature})
    assert (answer.status_code, answer.mimetype) == (200, "text/xml")
    root = ElementTree.fromstring(answer.data)
    assert root.tag == "Response"
    return [message.text or "" for message in root.findall("Message")]


def kept(parts: Parts) -> list[tuple[str, str | None]]:
    with parts.transaction() as tx:
        rows = tx.scalars(select(CourtesyRow).order_by(CourtesyRow.id))
        return [(row.kind, row.text) for row in rows]


def test_a_refusal_is_confirmed_once_and_written_down(client: FlaskClient, parts: Parts) -> None:
    customer = parts.customer(msisdn=NUMBER, language="zh")
    assert says(client, "别再发了", sid="SM-a") == [OUR_WORDS]
    with parts.transaction() as tx:
        (row,) = tx.scalars(select(CourtesyRow))
    event = parts.event("sms:in:SM-a")
    assert event is not None
    assert (row.event_id, row.customer_id, row.msisdn) == (event.id, customer, NUMBER)
    assert (row.kind, row.language, row.text, row.at) == ("opt_out", "zh", OUR_WORDS, NOW)


def test_a_repeated_delivery_is_answered_with_nothing(client: FlaskClient, parts: Parts) -> None:
    assert len(says(client, FREE, sid="SM-a")) == 1
    assert says(client, FREE, sid="SM-a") == []
    assert len(kept(parts)) == 1


def test_one_delivery_twice_at_the_same_moment_is_answered_once(app: Flask, parts: Parts) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: says(app.test_client(), FREE, sid="SM-a"), range(8)))
    assert sum(map(len, answers)) == 1
    assert len(kept(parts)) == 1


def test_two_refusals_at_the_same_moment_get_one_confirmation(app: Flask, parts: Parts) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda n: says(app.test_client(), FREE, sid=f"SM-{n}"), range(8)))
    assert sum(map(len, answers)) == 1


def test_a_second_refusal_is_answered_only_a_day_later(
    client: FlaskClient, parts: Parts, clock: SharedClock
) -> None:
    assert len(says(client, FREE)) == 1
    assert says(client, "unsubscribe me now") == []
    clock.move_to(NOW + WITHIN)
    try:
        assert len(says(client, FREE)) == 1
    finally:
        clock.move_to(NOW)


def test_a_return_is_confirmed_and_a_refusal_after_it_is_new(client: FlaskClient, parts: Parts) -> None:
    parts.customer(msisdn=NUMBER, language="en")
    out = says(client, FREE)
    back = says(client, "subscribe me again")
    again = says(client, "please stop")
    assert out[0].startswith("Keepline: You are unsubscribed")
    assert back == ["Keepline: You are subscribed again. To opt out, reply STOP"]
    assert again == out


def test_help_names_the_line_to_call(client: FlaskClient, parts: Parts) -> None:
    (answer,) = says(client, "帮助")
    assert "10086" in answer
    assert answer.startswith("【凯灵】")
    assert kept(parts) == [("help", answer)]


@pytest.mark.parametrize(
    "word", ["STOP", "stop ", "Cancel", "QUIT", "REVOKE", "OPTOUT", "HELP", "INFO", "START"]
)
def test_what_the_carrier_answers_by_itself_is_not_answered_twice(
    client: FlaskClient, parts: Parts, word: str
) -> None:
    assert says(client, word) == []
    ((_, text_),) = kept(parts)
    assert text_ is None


def test_after_the_carriers_own_confirmation_ours_would_be_the_second(
    client: FlaskClient, parts: Parts
) -> None:
    assert says(client, "STOP") == []
    assert says(client, FREE) == []


def test_what_advanced_opt_out_has_answered_is_not_answered_twice(client: FlaskClient, parts: Parts) -> None:
    assert says(client, "退订", OptOutType="STOP") == []
    assert kept(parts) == [("opt_out", None)]


@pytest.mark.parametrize("words", ["1", "yes", "参加", "who is this?", ""])
def test_an_answer_to_a_flow_gets_no_courtesy(client: FlaskClient, parts: Parts, words: str) -> None:
    assert says(client, words) == []
    assert kept(parts) == []


@pytest.mark.parametrize("sender", ["10690000", "Keepline", ""])
def test_a_machine_gets_none(client: FlaskClient, parts: Parts, sender: str) -> None:
    assert says(client, FREE, sender=sender) == []
    assert kept(parts) == []


def test_an_auto_reply_does_not_go_round_in_circles(client: FlaskClient, parts: Parts) -> None:
    words = ["Reply STOP to unsubscribe", "subscribe me again", "help"] * 20
    answers = [answer for one in words for answer in says(client, one)]
    assert 1 <= len(answers) <= 4


def test_the_register_and_the_runs_hear_of_it_as_before(client: FlaskClient, parts: Parts) -> None:
    customer = parts.customer(msisdn=NUMBER)
    enrolment = parts.enrol(customer=customer)
    assert len(says(client, "别再发了")) == 1
    parts.inbound.process_waiting(NOW)
    assert [(row.source, row.action) for row in parts.register()] == [("sms_reply", "suppress")]
    assert parts.enrolment(enrolment).result == "opted_out"


def test_a_courtesy_that_fails_loses_no_refusal(app: Flask, parts: Parts, client: FlaskClient) -> None:
    """Stored first: whatever goes wrong afterwards, the register will have it."""
    with parts.transaction() as tx:
        tx.execute(text("ALTER TABLE courtesies RENAME TO elsewhere"))
    try:
        app.config["PROPAGATE_EXCEPTIONS"] = False
        fields = {"MessageSid": "SM-a", "From": NUMBER, "Body": FREE}
        signature = RequestValidator(ENVIRONMENT["TWILIO_AUTH_TOKEN"]).compute_signature(
            PUBLIC + INBOUND, MultiDict(fields)
        )
        assert client.post(INBOUND, data=fields, headers={"X-Twilio-Signature": signature}).status_code == 500
        assert parts.event("sms:in:SM-a") is not None
    finally:
        with parts.transaction() as tx:
            tx.execute(text("ALTER TABLE elsewhere RENAME TO courtesies"))


def test_who_was_erased_is_known_by_the_seal_alone(client: FlaskClient, parts: Parts) -> None:
    customer = parts.customer(msisdn=NUMBER)
    says(client, FREE)
    seal = make_seal("sixteen letters!")
    with parts.transaction() as tx:
        erase(tx, tx.get_one(CustomerRow, customer).external_id, seal, now=NOW)
        (row,) = tx.scalars(select(CourtesyRow))
        assert row.msisdn == seal(NUMBER)


# -- settings and policies ------------------------------------------------------------------------------


def courtesies(parts: Parts, **over: object) -> Courtesies:
    plain = Courtesies(parts.transaction, Brand("凯灵", "Keepline"), parts.rulebook, carrier_answers=True)
    return replace(plain, **over)  # type: ignore[arg-type]


def told(parts: Parts, body: str) -> NewEvent:
    """Stored as the webhook stores it, and not yet answered."""
    key = f"sms:in:{next(_serial)}"
    event = NewEvent(key, "sms.inbound", {"From": NUMBER, "Body": body}, NOW)
    parts.hear(event.kind, event.payload, key=key)
    return event


def test_where_the_carrier_answers_nothing_we_do(parts: Parts) -> None:
    assert courtesies(parts, carrier_answers=False).answer(told(parts, "STOP"), NOW) is not None


def test_a_trial_answers_only_its_guests(parts: Parts) -> None:
    assert courtesies(parts, guest_list=frozenset({"+8613900000000"})).answer(told(parts, FREE), NOW) is None
    assert courtesies(parts, guest_list=frozenset({NUMBER})).answer(told(parts, FREE), NOW) is not None


def test_a_place_whose_policy_wants_no_confirmation_gets_none_but_help(parts: Parts) -> None:
    silent = Rulebook(Profiles("silent", {}, {}, {}), {"silent": {"opt_out": {"confirmed": False}}})
    quiet = courtesies(parts, rulebook=silent)
    assert quiet.answer(told(parts, FREE), NOW) is None
    assert quiet.answer(told(parts, "帮助"), NOW) is not None


def test_an_event_that_was_never_stored_is_not_answered(parts: Parts) -> None:
    event = NewEvent("sms:in:unknown", "sms.inbound", {"From": NUMBER, "Body": FREE}, NOW)
    assert courtesies(parts).answer(event, NOW) is None


def test_the_region_decides_whose_rules_hold(parts: Parts) -> None:
    with parts.transaction() as tx:
        make_customer(tx, msisdn="+12025550123", region="Here", language="en")
    by_region = Profiles("loud", {"US": "loud"}, {("US", "here"): "silent"}, {})
    rules = Rulebook(by_region, {"loud": {}, "silent": {"opt_out": {"confirmed": False}}})
    event = NewEvent("sms:in:us", "sms.inbound", {"From": "+12025550123", "Body": FREE}, NOW)
    parts.hear(event.kind, event.payload, key=event.key)
    assert courtesies(parts, rulebook=rules).answer(event, NOW + timedelta(seconds=1)) is None
