"""How calls end: put through, unanswered, tried again, or with a machine that is left a message."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from sqlalchemy import select, update

from bot.channels.errors import Rejected
from bot.inbound.voice import HANG_UP
from bot.rulebook import open_rulebook
from bot.store import marks
from bot.store.marks import Mark
from bot.store.models import AttemptRow, CampaignRow, CustomerRow, WorkOrderRow
from bot.store.pending import pending
from tests.db.factories import make_suppression
from tests.db.parts import MANAGER_LINE, NOW, PUBLIC, Parts
from tests.db.phone import CALL, Phone, ringing


@pytest.fixture
def phone(parts: Parts) -> Phone:
    return ringing(parts)


# -- transfer ----------------------------------------------------------------------------------------


def orders(parts: Parts) -> list[str]:
    with parts.transaction() as tx:
        return [order.reason for order in tx.scalars(select(WorkOrderRow))]


def test_a_caller_who_asks_is_put_through(phone: Phone) -> None:
    phone.pick_up().press("2")
    assert phone.verbs == ["Say", "Dial"]
    dial = ElementTree.fromstring(phone.twiml).find("Dial")
    assert dial is not None
    assert dial.get("action") == f"{PUBLIC}/twilio/voice/dialed?a={phone.attempt}"
    assert dial.findtext("Number") == MANAGER_LINE
    assert phone.manager_leg("completed").twiml == HANG_UP
    assert phone.parts.enrolment(phone.enrolment).result == "transferred"
    assert orders(phone.parts) == []


@pytest.mark.parametrize("status", ["no-answer", "busy", "failed", "canceled"])
def test_a_caller_whom_nobody_answers_is_called_back(phone: Phone, status: str) -> None:
    phone.pick_up().press("2").manager_leg(status)
    assert "call you back" in phone.says
    assert phone.verbs == ["Say", "Hangup"]
    assert orders(phone.parts) == ["unanswered"]
    assert phone.manager_leg(status).verbs == ["Say", "Hangup"]
    assert orders(phone.parts) == ["unanswered"]


def test_where_there_is_no_line_to_a_manager_no_connection_is_promised(phone: Phone) -> None:
    phone.parts.manager_line = None
    phone.pick_up().press("2")
    assert phone.verbs == ["Say", "Hangup"]
    assert "connecting" not in phone.says
    assert "call you back" in phone.says
    assert orders(phone.parts) == ["unanswered"]
    assert phone.parts.enrolment(phone.enrolment).step == "manager"
    phone.ends()
    assert orders(phone.parts) == ["unanswered"]


def test_a_caller_who_hangs_up_while_it_rings_is_called_back(phone: Phone) -> None:
    phone.pick_up().press("2")
    phone.ends()
    assert orders(phone.parts) == ["unanswered"]


# -- ends, machines and retries ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "delay"),
    [
        ("busy", timedelta(minutes=10)),
        ("no-answer", timedelta(hours=4)),
        ("failed", timedelta(minutes=30)),
        ("canceled", timedelta(minutes=30)),
    ],
)
def test_a_call_that_reached_nobody_is_a_due_row_again(phone: Phone, word: str, delay: timedelta) -> None:
    phone.ends(word)
    first, second = phone.parts.attempts(phone.enrolment)
    assert second.id != first.id
    assert (second.try_no, second.visit, second.status) == (2, first.visit, "due")
    assert second.due_at == NOW + delay
    phone.ends(word)  # told twice
    assert len(phone.parts.attempts(phone.enrolment)) == 2


def test_after_the_last_try_the_flow_goes_on(parts: Parts) -> None:
    enrolment = parts.enrol(customer=parts.customer(factors={"sms_habit": False}))
    now = NOW
    for number in range(1, 4):
        parts.voice_outreach.call_due(now)
        parts.call_status(parts.attempt(enrolment).id, "busy", now, sid=f"CA{number}")
        now += timedelta(minutes=10)
    assert len(parts.attempts(enrolment)) == len(parts.voice.sent) == 3
    assert parts.enrolment(enrolment).status == "finished"


def test_a_machine_is_left_the_flows_message_once(phone: Phone) -> None:
    phone.pick_up()
    phone.meets_machine()
    parts = phone.parts
    with parts.transaction() as tx:
        assert "voicemails" in pending(tx, NOW).due
    assert parts.voicemail.leave_due(NOW) == 1
    ((sid, twiml),) = parts.voice.redirected
    assert sid == parts.attempt(phone.enrolment).carrier_sid
    assert "Hello, this is Keepline." in twiml
    assert "press" not in twiml
    assert parts.attempt(phone.enrolment).voicemail == "left"
    assert parts.voicemail.leave_due(NOW) == 0
    phone.ends()
    _, again = parts.attempts(phone.enrolment)
    assert again.due_at == NOW + timedelta(days=1)


def test_a_machine_that_has_hung_up_is_left_nothing(phone: Phone) -> None:
    phone.pick_up()
    phone.meets_machine()
    phone.parts.voice.script = [Rejected("21220")]
    phone.parts.voicemail.leave_due(NOW)
    assert phone.parts.attempt(phone.enrolment).voicemail == "failed"


def test_a_verdict_after_the_end_leaves_nothing_to_do(phone: Phone) -> None:
    phone.pick_up()
    phone.ends()
    phone.meets_machine()
    one = phone.parts.attempts(phone.enrolment)[0]
    assert (one.status, one.answered_by, one.voicemail) == ("completed", "machine", None)


@pytest.mark.parametrize("verdict", ["human", "unknown", "fax"])
def test_only_a_machine_is_left_a_message(phone: Phone, verdict: str) -> None:
    phone.pick_up()
    phone.meets_machine(verdict)
    assert phone.parts.attempt(phone.enrolment).voicemail is None


def test_a_key_proves_a_person_whatever_detection_said(phone: Phone) -> None:
    phone.pick_up()
    phone.meets_machine()
    phone.press("9", turn=1)
    one = phone.parts.attempt(phone.enrolment)
    assert (one.answered_by, one.voicemail) == ("human", "failed")
    assert phone.parts.voicemail.leave_due(NOW) == 0  # nothing cuts into the conversation
    phone.press("1")
    phone.ends()
    assert phone.parts.enrolment(phone.enrolment).step == "await_recharge"


def test_detection_after_a_key_changes_nothing(phone: Phone) -> None:
    phone.pick_up().press("9")
    phone.meets_machine()
    one = phone.parts.attempt(phone.enrolment)
    assert (one.answered_by, one.voicemail) == ("human", None)


def test_a_verdict_brings_the_sid_of_a_call_whose_answer_was_lost(phone: Phone) -> None:
    with phone.parts.transaction() as tx:
        tx.execute(update(AttemptRow).values(status="unconfirmed", carrier_sid=None))
    phone.meets_machine()
    one = phone.parts.attempt(phone.enrolment)
    assert (one.carrier_sid, one.voicemail) == (CALL, "due")


def test_nobody_who_refused_meanwhile_is_left_a_message(phone: Phone) -> None:
    phone.pick_up()
    phone.meets_machine()
    with phone.parts.transaction() as tx:
        make_suppression(tx, customer_id=tx.scalars(select(CustomerRow.id)).one())
    phone.parts.voicemail.leave_due(NOW)
    ((_, twiml),) = phone.parts.voice.redirected
    assert twiml == HANG_UP
    assert phone.parts.attempt(phone.enrolment).voicemail == "failed"


@pytest.mark.parametrize(
    "since", [{"consents": ["sms:marketing"]}, {"status": "left"}], ids=["consent withdrawn", "left"]
)
def test_the_gate_is_asked_again_before_a_machine_is_left_a_message(
    phone: Phone, since: dict[str, Any]
) -> None:
    phone.pick_up()
    phone.meets_machine()
    with phone.parts.transaction() as tx:
        tx.execute(update(CustomerRow).values(**since))
    phone.parts.voicemail.leave_due(NOW)
    ((_, twiml),) = phone.parts.voice.redirected
    assert twiml == HANG_UP


def test_a_machine_is_left_nothing_where_the_policy_cannot_be_read_any_more(phone: Phone) -> None:
    phone.pick_up()
    phone.meets_machine()
    with phone.parts.transaction() as tx:
        tx.execute(update(CampaignRow).values(policy={"quiet": "22:00-08:00"}))
    assert phone.parts.voicemail.leave_due(NOW) == 1
    assert phone.parts.attempt(phone.enrolment).voicemail == "failed"


def test_nobody_on_a_list_without_marketing_is_left_a_message(phone: Phone) -> None:
    phone.pick_up()
    phone.meets_machine()
    with phone.parts.transaction() as tx:
        marks.add(tx, [Mark(tx.scalars(select(CustomerRow.id)).one(), "black", "crm")], NOW)
    phone.parts.voicemail.leave_due(NOW)
    ((_, twiml),) = phone.parts.voice.redirected
    assert twiml == HANG_UP


def test_a_voicemail_follows_the_rules_of_the_customers_place(phone: Phone) -> None:
    """The campaign asks for no consent, China does."""
    phone.pick_up()
    phone.meets_machine()
    with phone.parts.transaction() as tx:
        tx.execute(update(CustomerRow).values(consents=[]))
        tx.execute(update(CampaignRow).values(policy={"needs_consent": []}))
    phone.parts.rulebook = open_rulebook()
    phone.parts.voicemail.leave_due(NOW)
    ((_, twiml),) = phone.parts.voice.redirected
    assert twiml == HANG_UP
