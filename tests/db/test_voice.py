"""A call as the carrier lives it: answered, spoken to, keyed, refused; each request answered at once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from xml.etree import ElementTree

import pytest
from sqlalchemy import select, update

from bot.domain.ids import new_id
from bot.inbound.voice import HANG_UP
from bot.store.models import AttemptRow, CustomerRow, GrantRow
from tests.db.factories import make_suppression
from tests.db.parts import NOW, PUBLIC, Parts
from tests.db.phone import CALL, Phone, ringing


@pytest.fixture
def phone(parts: Parts) -> Phone:
    return ringing(parts)


def confirming(parts: Parts) -> Phone:
    """The call after the recharge, in which the customer is to confirm twice."""
    customer = parts.customer(language="en", factors={"sms_habit": True})
    enrolment = parts.enrol(customer=customer)
    parts.sms_outreach.send_due(NOW)
    parts.topup(customer, "50")
    parts.voice_outreach.call_due(NOW)
    return Phone(parts, enrolment, "CA-confirm")


def test_whoever_picks_up_hears_the_prompt_and_may_press_one_key(phone: Phone) -> None:
    phone.pick_up()
    assert phone.says.startswith("Hello, this is Keepline. Your balance is")
    gather = ElementTree.fromstring(phone.twiml).find("Gather")
    assert gather is not None
    assert gather.get("action") == f"{PUBLIC}/twilio/voice/key?a={phone.attempt}&t=1"
    assert (gather.get("numDigits"), gather.get("input"), gather.get("method")) == ("1", "dtmf", "POST")
    one = phone.parts.attempt(phone.enrolment)
    assert (one.status, one.answered_by) == ("in_progress", None)


def test_the_same_request_again_gets_the_same_words(phone: Phone) -> None:
    first = phone.pick_up().twiml
    assert phone.pick_up().twiml == first
    second = phone.press("9").twiml
    assert second != first
    assert phone.press("9", turn=1).twiml == second
    assert phone.press("1", turn=1).twiml == second  # the first answer to a prompt holds
    assert phone.pick_up().twiml == first


def test_two_like_requests_at_once_are_answered_alike(phone: Phone) -> None:
    gate = threading.Barrier(2)

    def request(_: int) -> str:
        gate.wait(10)
        return phone.parts.talk.answered(phone.attempt, {"CallSid": CALL}, NOW)

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(request, range(2))
    assert first == second
    phone.twiml = first
    assert phone.turn == 1


def test_a_call_in_chinese_is_spoken_in_chinese(parts: Parts) -> None:
    enrolment = parts.enrol(customer=parts.customer(factors={"sms_habit": False}))
    parts.voice_outreach.call_due(NOW)
    phone = Phone(parts, enrolment).pick_up()
    assert phone.says.startswith("您好，这里是凯灵")
    assert 'language="zh-CN"' in phone.twiml


def test_a_yes_by_key_is_an_acceptance_with_its_evidence(phone: Phone) -> None:
    phone.pick_up().press("1")
    assert phone.verbs == ["Say", "Hangup"]
    assert "you have joined" in phone.says
    with phone.parts.transaction() as tx:
        grant = tx.scalars(select(GrantRow)).one()
    proof = grant.evidence["accepted"]
    assert (proof["CallSid"], proof["digits"], proof["step"]) == (CALL, "1", "invite_by_call")
    assert proof["event"] == f"call:{CALL}:key:1"
    assert phone.parts.enrolment(phone.enrolment).step == "await_recharge"
    assert phone.parts.attempt(phone.enrolment).answered_by == "human"
    phone.ends(CallDuration="31")
    one = phone.parts.attempt(phone.enrolment)
    assert (one.status, one.duration_s) == ("completed", 31)
    assert phone.parts.enrolment(phone.enrolment).step == "await_recharge"  # the end of the call adds nothing


def test_a_wrong_key_and_silence_are_asked_again_and_then_let_go(phone: Phone) -> None:
    phone.pick_up().press("7")
    assert phone.says.startswith("Sorry, that is not one of the options.")
    phone.press("")
    assert phone.says.startswith("Sorry, we did not hear a key press.")
    phone.press("")
    assert phone.verbs == ["Say", "Hangup"]


def test_a_confirmation_takes_the_key_twice(parts: Parts) -> None:
    phone = confirming(parts).pick_up()
    phone.press("1")
    assert "once more" in phone.says
    with parts.transaction() as tx:
        assert tx.scalars(select(GrantRow)).one().status == "qualified"
        assert tx.scalars(select(GrantRow)).one().accepted_at is None
    phone.press("1")
    assert phone.verbs == ["Say", "Hangup"]
    with parts.transaction() as tx:
        grant = tx.scalars(select(GrantRow)).one()
    assert (grant.status, str(grant.amount)) == ("due", "10.00")
    assert parts.enrolment(phone.enrolment).step == "credit"


def test_a_key_that_is_told_twice_confirms_once(parts: Parts) -> None:
    phone = confirming(parts).pick_up()
    once = phone.press("1", turn=1).twiml
    assert phone.press("1", turn=1).twiml == once  # the carrier repeats its request
    with parts.transaction() as tx:
        assert tx.scalars(select(GrantRow)).one().accepted_at is None


def test_a_confirmation_that_is_refused_ends_the_run_without_a_bonus(parts: Parts) -> None:
    phone = confirming(parts).pick_up().press("2")
    assert phone.verbs == ["Say", "Hangup"]
    assert parts.enrolment(phone.enrolment).result == "declined"
    with parts.transaction() as tx:
        assert tx.scalars(select(GrantRow)).one().status == "qualified"


# -- refusal -----------------------------------------------------------------------------------------


def test_a_refusal_by_key_is_registered_before_the_goodbye_is_spoken(phone: Phone) -> None:
    parts = phone.parts
    customer = parts.enrolment(phone.enrolment).customer_id
    other = parts.enrol(customer=customer)
    phone.pick_up().press("0")
    assert phone.says.startswith("You will receive no more")
    assert phone.verbs == ["Say", "Hangup"]
    (line,) = parts.register()
    assert (line.customer_id, line.source, line.wording) == (customer, "keypad", "0")
    assert line.evidence == f"call:{CALL}:key:1"
    assert parts.enrolment(phone.enrolment).result == "opted_out"
    parts.inbound.process_waiting(NOW)
    assert parts.enrolment(other).result == "opted_out"
    assert parts.attempt(other).status == "canceled"
    assert len(parts.register()) == 1


def test_between_the_key_and_the_other_runs_end_nothing_goes_out(phone: Phone) -> None:
    parts = phone.parts
    parts.enrol(customer=parts.enrolment(phone.enrolment).customer_id)
    phone.pick_up().press("0")
    parts.voice_outreach.call_due(NOW)
    parts.sms_outreach.send_due(NOW)
    assert (len(parts.voice.sent), parts.sms.sent) == (1, [])


def test_whoever_has_refused_meanwhile_hears_nothing(phone: Phone) -> None:
    with phone.parts.transaction() as tx:
        make_suppression(tx, customer_id=tx.scalars(select(CustomerRow.id)).one())
    assert phone.pick_up().twiml == HANG_UP
    assert phone.parts.attempt(phone.enrolment).status == "in_progress"  # it was picked up all the same


def test_a_refusal_of_sms_alone_does_not_cut_a_call(phone: Phone) -> None:
    with phone.parts.transaction() as tx:
        make_suppression(tx, customer_id=tx.scalars(select(CustomerRow.id)).one(), channel="sms")
    assert phone.pick_up().verbs == ["Gather"]


def test_a_run_that_is_over_still_says_goodbye_and_still_takes_a_refusal(phone: Phone) -> None:
    parts = phone.parts
    phone.pick_up()
    parts.inbound.wake_due(NOW + timedelta(days=10))
    assert parts.enrolment(phone.enrolment).result == "expired"
    phone.press("0", turn=1)
    assert phone.says.startswith("You will receive no more")
    assert len(parts.register()) == 1
    assert parts.enrolment(phone.enrolment).result == "expired"
    later = Phone(parts, phone.enrolment, "CA-later")
    assert later.pick_up().twiml == HANG_UP


# -- odd requests ------------------------------------------------------------------------------------


def test_a_request_proves_the_call_even_before_our_post_was_answered(phone: Phone) -> None:
    with phone.parts.transaction() as tx:
        tx.execute(update(AttemptRow).values(status="sending", carrier_sid=None))
    assert phone.pick_up().verbs == ["Gather"]
    one = phone.parts.attempt(phone.enrolment)
    assert (one.status, one.carrier_sid) == ("in_progress", CALL)


def test_a_request_of_a_call_that_nobody_knows_is_hung_up(parts: Parts) -> None:
    stranger = new_id(NOW)
    assert parts.talk.answered(stranger, {"CallSid": "CA-x"}, NOW) == HANG_UP
    event = parts.event("call:CA-x:answer")
    assert event is not None
    assert (event.outcome, event.processed_at) == ("unmatched", NOW)


def test_a_request_without_a_call_is_hung_up_and_not_stored(phone: Phone) -> None:
    phone.sid = ""
    assert phone.pick_up().twiml == HANG_UP
    assert phone.parts.event("call::answer") is None


def test_a_person_without_the_values_is_hung_up_on_in_silence(phone: Phone) -> None:
    with phone.parts.transaction() as tx:
        tx.scalars(select(CustomerRow)).one().factors = {"sms_habit": False}
    assert phone.pick_up().twiml == HANG_UP


def test_a_recharge_during_the_call_is_looked_at_when_it_ends(phone: Phone) -> None:
    parts = phone.parts
    phone.pick_up()
    parts.topup(parts.enrolment(phone.enrolment).customer_id, "50")
    assert parts.enrolment(phone.enrolment).step == "invite_by_call"  # nobody is cut short
    phone.ends()
    assert parts.enrolment(phone.enrolment).step == "confirm_by_call"
