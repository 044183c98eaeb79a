"""A call as the carrier lives it: answered, spoken to, keyed, transferred, ended; each request answered at once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from xml.etree import ElementTree

import pytest
from sqlalchemy import select, update

from bot.channels.errors import Rejected
from bot.domain.ids import new_id
from bot.inbound.voice import HANG_UP
from bot.rulebook import open_rulebook
from bot.store.models import AttemptRow, CampaignRow, CustomerRow, GrantRow, WorkOrderRow
from bot.store.pending import pending
from tests.db.factories import make_suppression
from tests.db.parts import MANAGER_LINE, NOW, PUBLIC, Parts

CALL = "CA1"


class Phone:
    """The other end of one call."""

    def __init__(self, parts: Parts, enrolment: int, sid: str = CALL) -> None:
        self.parts, self.enrolment, self.sid = parts, enrolment, sid
        self.attempt: UUID = parts.attempt(enrolment).id
        self.twiml = ""

    def pick_up(self, **more: str) -> Phone:
        form = {"CallSid": self.sid, "CallStatus": "in-progress", **more}
        self.twiml = self.parts.talk.answered(self.attempt, form, NOW)
        return self

    def press(self, digits: str, turn: int | None = None) -> Phone:
        """In answer to the last prompt, or to prompt number `turn`."""
        form = {"CallSid": self.sid, "Digits": digits}
        self.twiml = self.parts.talk.pressed(self.attempt, turn if turn is not None else self.turn, form, NOW)
        return self

    def say(self, words: str, confidence: str = "0.9", turn: int | None = None) -> Phone:
        form = {"CallSid": self.sid, "SpeechResult": words, "Confidence": confidence, "Language": "en-US"}
        self.twiml = self.parts.talk.pressed(self.attempt, turn if turn is not None else self.turn, form, NOW)
        return self

    def manager_leg(self, status: str) -> Phone:
        form = {"CallSid": self.sid, "DialCallStatus": status}
        self.twiml = self.parts.talk.transferred(self.attempt, form, NOW)
        return self

    def ends(self, word: str = "completed", **more: str) -> None:
        self.parts.call_status(self.attempt, word, sid=self.sid, **more)

    @property
    def turn(self) -> int:
        return int(self.gather.get("action", "").rpartition("&t=")[2])

    @property
    def gather(self) -> ElementTree.Element:
        gather = self._root.find("Gather")
        assert gather is not None, self.twiml
        return gather

    @property
    def plays(self) -> list[str | None]:
        return [play.text for play in self._root.iter("Play")]

    @property
    def says(self) -> str:
        return "".join(say.text or "" for say in self._root.iter("Say"))

    @property
    def verbs(self) -> list[str]:
        return [verb.tag for verb in self._root]

    @property
    def _root(self) -> ElementTree.Element:
        return ElementTree.fromstring(self.twiml)


@pytest.fixture
def phone(parts: Parts) -> Phone:
    """An invitation by call that the carrier has accepted and is about to ring."""
    enrolment = parts.enrol(customer=parts.customer(language="en", factors={"sms_habit": False}))
    parts.voice_outreach.call_due(NOW)
    return Phone(parts, enrolment)


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


# -- refusal -------------------------------------------------------------------------------------------


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


# -- recordings, numbers and words ---------------------------------------------------------------------

TALK = """
spec: 2
flow: low_balance_recharge
title: {en: Talk, zh: 通话}
purpose: service
expires: 10d
offer: {bonus: 10}
start: invite

steps:
  invite:
    call:
      play: {zh: "https://media.example/zh/invite.mp3", en: "https://media.example/en/invite.mp3"}
      keys: {1: document, 2: score, 9: repeat, 0: opt_out}
      accept: [1]
      speech: true
    expires: 24h
    then: {unreached: end}
  document:
    call:
      say: {zh: 请输入证件后四位。, en: "Thank you, {name}. Enter the last four digits."}
      gather: {digits: 4, as: last_digits}
      keys: {9: repeat}
    expires: 24h
    then: {gathered: score, no_key: end, unreached: end}
  score:
    survey:
      by: call
      ask: {zh: "您输入了{run.last_digits}，请打分。", en: "You entered {run.last_digits}. How was it?"}
      answer: 1-5
      as: score
      speech: true
      texts: {thanks: {zh: 谢谢。, en: Many thanks.}}
    expires: 24h
    then: {answered: judge, no_key: end, unreached: end}
  judge:
    switch: [{when: run.score >= 4, go: pleased}]
    else: displeased
  pleased: {end: pleased}
  displeased: {end: displeased}
"""


@pytest.fixture
def talk(parts: Parts) -> Phone:
    enrolment = parts.enrol(parts.campaign(TALK), parts.customer(language="en", name="Ann"))
    parts.voice_outreach.call_due(NOW)
    return Phone(parts, enrolment).pick_up()


def test_a_recording_is_played_and_the_carrier_listens(talk: Phone) -> None:
    assert talk.plays == ["https://media.example/en/invite.mp3"]
    assert talk.says == ""
    assert (talk.gather.get("input"), talk.gather.get("language")) == ("dtmf speech", "en-US")
    assert {"one", "two", "nine", "zero", "yes"} <= set(talk.gather.get("hints", "").split(","))
    assert (talk.gather.get("numDigits"), talk.gather.get("finishOnKey")) == ("1", "")


def test_a_mistake_is_said_before_the_recording_is_played_again(talk: Phone) -> None:
    talk.press("7")
    assert talk.says == "Sorry, that is not one of the options."
    assert talk.plays == ["https://media.example/en/invite.mp3"]


def test_a_chinese_customer_hears_the_chinese_recording_and_is_listened_to_in_chinese(parts: Parts) -> None:
    enrolment = parts.enrol(parts.campaign(TALK), parts.customer())
    parts.voice_outreach.call_due(NOW)
    phone = Phone(parts, enrolment).pick_up()
    assert phone.plays == ["https://media.example/zh/invite.mp3"]
    assert phone.gather.get("language") == "cmn-Hans-CN"
    assert "不要再打了" in phone.gather.get("hints", "")


def test_a_number_is_gathered_whole_and_known_to_the_next_words(talk: Phone) -> None:
    talk.press("1")
    assert talk.says == "Thank you, Ann. Enter the last four digits."
    assert (talk.gather.get("numDigits"), talk.gather.get("finishOnKey")) == ("4", "#")
    assert talk.gather.get("input") == "dtmf"
    talk.press("12")
    assert talk.says.startswith("Sorry, that is not one of the options.")
    talk.press("1234")
    assert talk.says == "You entered 1234. How was it?"
    talk.press("5")
    assert talk.says == "Many thanks."
    assert talk.parts.enrolment(talk.enrolment).result == "pleased"


def test_a_yes_said_aloud_is_an_acceptance_with_its_evidence(talk: Phone) -> None:
    talk.say("Yes please.", "0.87")
    assert "Enter the last four digits" in talk.says
    with talk.parts.transaction() as tx:
        proof = tx.scalars(select(GrantRow)).one().evidence["accepted"]
    assert (proof["CallSid"], proof["digits"], proof["confidence"]) == (CALL, "1", 0.87)
    assert proof["event"] == f"call:{CALL}:key:1"
    assert "Yes please." not in str(proof)
    event = talk.parts.event(f"call:{CALL}:key:1")
    assert event is not None
    assert (event.payload["SpeechResult"], event.payload["digits"]) == ("Yes please.", "1")
    assert talk.parts.attempt(talk.enrolment).answered_by == "human"


def test_a_score_may_be_said_but_a_fine_is_none(talk: Phone) -> None:
    talk.press("1").press("1234").say("Okay.")
    assert talk.says.startswith("Sorry, we did not hear a key press.")
    talk.say("Five points.")
    assert talk.parts.enrolment(talk.enrolment).result == "pleased"


@pytest.mark.parametrize(
    ("words", "confidence"),
    [("Yes please.", "0.3"), ("Well, it depends", "0.9"), ("Hi, please leave a message", "0.95")],
)
def test_words_that_are_no_answer_are_asked_again_and_prove_nobody(
    talk: Phone, words: str, confidence: str
) -> None:
    talk.say(words, confidence)
    assert talk.says == "Sorry, we did not hear a key press."
    assert talk.plays == ["https://media.example/en/invite.mp3"]
    assert talk.parts.attempt(talk.enrolment).answered_by is None
    event = talk.parts.event(f"call:{CALL}:key:1")
    assert event is not None
    assert (event.payload["SpeechResult"], event.payload["confidence"]) == (words, float(confidence))
    machine(talk)
    assert talk.parts.attempt(talk.enrolment).answered_by == "machine"


def test_the_same_words_told_twice_are_answered_alike(talk: Phone) -> None:
    first = talk.say("two", turn=1).twiml
    assert talk.say("two", turn=1).twiml == first
    assert talk.press("1", turn=1).twiml == first  # the first answer to a prompt holds


@pytest.mark.parametrize("confidence", ["0.9", "0.2"])
def test_a_refusal_said_aloud_is_registered_before_the_goodbye_is_spoken(
    talk: Phone, confidence: str
) -> None:
    parts = talk.parts
    customer = parts.enrolment(talk.enrolment).customer_id
    other = parts.enrol(customer=customer)
    talk.say("My name is Ann Lee, stop calling me", confidence)
    assert talk.says.startswith("You will receive no more")
    assert talk.verbs == ["Say", "Hangup"]
    (line,) = parts.register()
    assert (line.customer_id, line.source, line.wording) == (customer, "speech", "stop calling")
    assert line.evidence == f"call:{CALL}:key:1"
    assert parts.enrolment(talk.enrolment).result == "opted_out"
    assert parts.attempt(talk.enrolment).answered_by == "human"
    parts.inbound.process_waiting(NOW)
    assert parts.enrolment(other).result == "opted_out"
    assert parts.attempt(other).status == "canceled"
    assert len(parts.register()) == 1
    talk.ends()
    assert parts.enrolment(talk.enrolment).result == "opted_out"


def test_a_run_that_is_over_still_takes_a_refusal_said_aloud(talk: Phone) -> None:
    talk.parts.inbound.wake_due(NOW + timedelta(days=10))
    talk.say("不要再打了", turn=1)
    assert talk.verbs == ["Say", "Hangup"]
    assert [line.wording for line in talk.parts.register()] == ["不要再打"]
    assert talk.parts.enrolment(talk.enrolment).result == "expired"


def test_what_was_said_is_in_no_log(talk: Phone, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG"):
        talk.say("My name is Ann Lee, I would like two")
    assert "Ann Lee" not in caplog.text


# -- transfer ------------------------------------------------------------------------------------------


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


# -- ends, machines and retries ------------------------------------------------------------------------


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


def machine(phone: Phone, verdict: str = "machine_end_beep", now: datetime = NOW) -> None:
    payload = {"CallSid": phone.sid, "AnsweredBy": verdict}
    phone.parts.hear("call.amd", payload, now, attempt_id=phone.attempt, key=f"call:{phone.sid}:amd")


def test_a_machine_is_left_the_flows_message_once(phone: Phone) -> None:
    phone.pick_up()
    machine(phone)
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
    machine(phone)
    phone.parts.voice.script = [Rejected("21220")]
    phone.parts.voicemail.leave_due(NOW)
    assert phone.parts.attempt(phone.enrolment).voicemail == "failed"


def test_a_verdict_after_the_end_leaves_nothing_to_do(phone: Phone) -> None:
    phone.pick_up()
    phone.ends()
    machine(phone)
    one = phone.parts.attempts(phone.enrolment)[0]
    assert (one.status, one.answered_by, one.voicemail) == ("completed", "machine", None)


@pytest.mark.parametrize("verdict", ["human", "unknown", "fax"])
def test_only_a_machine_is_left_a_message(phone: Phone, verdict: str) -> None:
    phone.pick_up()
    machine(phone, verdict)
    assert phone.parts.attempt(phone.enrolment).voicemail is None


def test_a_key_proves_a_person_whatever_detection_said(phone: Phone) -> None:
    phone.pick_up()
    machine(phone)
    phone.press("9", turn=1)
    one = phone.parts.attempt(phone.enrolment)
    assert (one.answered_by, one.voicemail) == ("human", "failed")
    assert phone.parts.voicemail.leave_due(NOW) == 0  # nothing cuts into the conversation
    phone.press("1")
    phone.ends()
    assert phone.parts.enrolment(phone.enrolment).step == "await_recharge"


def test_detection_after_a_key_changes_nothing(phone: Phone) -> None:
    phone.pick_up().press("9")
    machine(phone)
    one = phone.parts.attempt(phone.enrolment)
    assert (one.answered_by, one.voicemail) == ("human", None)


def test_a_verdict_brings_the_sid_of_a_call_whose_answer_was_lost(phone: Phone) -> None:
    with phone.parts.transaction() as tx:
        tx.execute(update(AttemptRow).values(status="unconfirmed", carrier_sid=None))
    machine(phone)
    one = phone.parts.attempt(phone.enrolment)
    assert (one.carrier_sid, one.voicemail) == (CALL, "due")


def test_nobody_who_refused_meanwhile_is_left_a_message(phone: Phone) -> None:
    phone.pick_up()
    machine(phone)
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
    machine(phone)
    with phone.parts.transaction() as tx:
        tx.execute(update(CustomerRow).values(**since))
    phone.parts.voicemail.leave_due(NOW)
    ((_, twiml),) = phone.parts.voice.redirected
    assert twiml == HANG_UP


def test_a_voicemail_follows_the_rules_of_the_customers_place(phone: Phone) -> None:
    """The campaign asks for no consent, China does."""
    phone.pick_up()
    machine(phone)
    with phone.parts.transaction() as tx:
        tx.execute(update(CustomerRow).values(consents=[]))
        tx.execute(update(CampaignRow).values(policy={"needs_consent": []}))
    phone.parts.rulebook = open_rulebook()
    phone.parts.voicemail.leave_due(NOW)
    ((_, twiml),) = phone.parts.voice.redirected
    assert twiml == HANG_UP


# -- odd requests --------------------------------------------------------------------------------------


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
