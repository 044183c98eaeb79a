"""Calls that play recordings, ask for numbers and listen to words."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.store.models import GrantRow
from tests.db.parts import NOW, Parts
from tests.db.phone import CALL, Phone

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
    talk.meets_machine()
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
