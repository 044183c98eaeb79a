"""The carrier's pages about calls by hand, over HTTP: signed, one id in the address, TwiML at once."""

from __future__ import annotations

from uuid import UUID
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from bot.clock import SharedClock
from bot.outreach.bridge import HANG_UP
from bot.outreach.manual_calls import CallDesk
from bot.rulebook import open_rulebook
from bot.store.models import EventRow, ManualCallRow
from tests.db.called_back import post, stored
from tests.db.factories import make_enrolment, make_suppression, make_user, make_work_order
from tests.db.parts import NOW, Parts

CUSTOMER = "+8613812345678"
MANAGER_LEG = {"CallSid": "CA-m", "CallStatus": "in-progress", "To": "+8613900000001"}


@pytest.fixture
def call(parts: Parts, clock: SharedClock) -> UUID:
    """Permitted, and taken by the carrier."""
    parts.rulebook = open_rulebook()
    campaign, customer = parts.campaign(), parts.customer(msisdn=CUSTOMER, name=None)
    with parts.transaction() as tx:
        manager = make_user(tx, phone=MANAGER_LEG["To"], language="en")
        run = make_enrolment(tx, campaign_id=campaign, customer_id=customer)
        order = make_work_order(tx, enrolment_id=run, owner_id=manager)
        CallDesk(parts.outgoing, parts.flows).ask(tx, order, manager, NOW)
    parts.manager_calls.ring_due(NOW)
    return row(parts).id


def row(parts: Parts) -> ManualCallRow:
    with parts.transaction() as tx:
        return tx.scalars(select(ManualCallRow)).one()


def page(what: str, call_id: object) -> str:
    return f"/twilio/manual/{what}?c={call_id}"


def test_the_whole_call_over_http(client: FlaskClient, parts: Parts, call: UUID) -> None:
    greeting = post(client, page("answer", call), MANAGER_LEG)
    gather = ElementTree.fromstring(greeting.data).find("Gather")
    assert gather is not None
    assert gather.attrib["action"].endswith(page("key", call))
    assert gather.attrib["numDigits"] == "1"
    said = "".join(one.text or "" for one in gather.iter("Say"))
    assert said == "This is Keepline. A call is waiting to be put through. To take it, press 1."
    connect = post(client, page("key", call), {**MANAGER_LEG, "Digits": "1"})
    number = ElementTree.fromstring(connect.data).find("Dial/Number")
    assert number is not None
    assert number.text == CUSTOMER
    assert number.attrib["statusCallback"].endswith(page("leg", call))
    assert number.attrib["statusCallbackEvent"] == "initiated answered completed"
    leg = {"CallSid": "CA-c", "ParentCallSid": "CA-m", "CallStatus": "in-progress", "To": CUSTOMER}
    assert post(client, page("leg", call), leg).status_code == 204
    assert row(parts).status == "connected"
    dialed = {**MANAGER_LEG, "DialCallStatus": "completed", "DialCallDuration": "42"}
    assert b"<Hangup" in post(client, page("dialed", call), dialed).data
    ended = {**MANAGER_LEG, "CallStatus": "completed", "CallDuration": "60"}
    assert post(client, page("status", call), ended).status_code == 204
    assert (row(parts).status, row(parts).duration_s) == ("completed", 42)


def test_a_repeated_request_gets_the_same_words_and_is_stored_once(
    client: FlaskClient, parts: Parts, call: UUID
) -> None:
    first, second = (post(client, page("answer", call), MANAGER_LEG).data for _ in range(2))
    assert first == second
    with parts.transaction() as tx:
        assert len(tx.scalars(select(EventRow).where(EventRow.kind == "manual.answer")).all()) == 1


def test_the_customer_who_has_refused_meanwhile_is_not_dialled(
    client: FlaskClient, parts: Parts, call: UUID
) -> None:
    post(client, page("answer", call), MANAGER_LEG)
    with parts.transaction() as tx:
        make_suppression(tx, customer_id=row(parts).customer_id)
    answer = post(client, page("key", call), {**MANAGER_LEG, "Digits": "1"})
    assert b"<Dial" not in answer.data
    assert b"has refused meanwhile" in answer.data


@pytest.mark.parametrize("what", ["answer", "key", "leg", "dialed", "status"])
def test_what_the_carrier_has_not_signed_is_refused_and_not_stored(
    client: FlaskClient, parts: Parts, call: UUID, what: str
) -> None:
    before = len(stored(parts))
    assert post(client, page(what, call), {**MANAGER_LEG, "Digits": "1"}, {}).status_code == 403
    forged = {"X-Twilio-Signature": "Zm9yZ2Vk"}
    assert post(client, page(what, call), MANAGER_LEG, forged).status_code == 403
    assert len(stored(parts)) == before
    assert row(parts).status == "ringing"


@pytest.mark.parametrize("stranger", ["", "4711", UUID(int=7)])
def test_an_id_that_we_never_gave_hangs_up(client: FlaskClient, parts: Parts, stranger: object) -> None:
    answer = post(client, page("answer", stranger), MANAGER_LEG)
    assert (answer.status_code, answer.text) == (200, HANG_UP)


def test_a_request_without_a_call_is_stored_nowhere(client: FlaskClient, parts: Parts, call: UUID) -> None:
    assert post(client, page("answer", call), {"CallStatus": "in-progress"}).text == HANG_UP
    assert [event for event in stored(parts) if event.kind.startswith("manual.")] == []
