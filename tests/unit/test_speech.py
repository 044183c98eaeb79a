"""What callers say instead of pressing: agreement, numbers, refusals, and noise."""

from __future__ import annotations

import pytest

from bot.flow.load import load_flow
from bot.flow.model import FlowStep
from bot.inbound.speech import Heard, hear, likely_words

FLOW = """
spec: 2
flow: talk
title: {en: Talk}
purpose: service
expires: 2d
start: invite
steps:
  invite:
    call:
      say: {en: Join?}
      keys: {1: end, 2: end, 0: opt_out}
      accept: [2]
    expires: 24h
    then: {unreached: end}
  confirm:
    call:
      say: {en: Sure?}
      confirm: {key: 5}
    expires: 24h
    then: {confirmed: end, declined: end, unreached: end}
  score:
    survey: {by: call, ask: {en: How was it?}, answer: 1-5, as: score}
    expires: 24h
    then: {answered: end, unreached: end}
  solved:
    survey: {by: call, ask: {en: Solved?}, answer: yes_no, as: solved}
    expires: 24h
    then: {answered: end, unreached: end}
  document:
    call:
      say: {en: Your number?}
      gather: {digits: 4, as: document}
    expires: 24h
    then: {gathered: end, unreached: end}
"""
STEPS = load_flow(FLOW, name="talk").steps


def said(words: str, step: str = "invite", confidence: str | None = "0.9") -> Heard:
    payload = {"SpeechResult": words} | ({} if confidence is None else {"Confidence": confidence})
    return hear(payload, STEPS[step])


def keys(words: str, step: str = "invite") -> str:
    return said(words, step).digits


@pytest.mark.parametrize("words", ["好的", "是的。", "可以", "Yes please.", "Okay", "yes, yes"])
def test_agreement_is_the_key_that_means_yes_here(words: str) -> None:
    assert keys(words, "invite") == "2"
    assert keys(words, "confirm") == "5"
    assert keys(words, "solved") == "1"


@pytest.mark.parametrize("words", ["好的", "Yes please."])
def test_agreement_is_no_score_and_no_number(words: str) -> None:
    assert keys(words, "score") == ""
    assert keys(words, "document") == ""
    assert hear({"SpeechResult": words, "Confidence": "0.9"}, None).digits == ""


@pytest.mark.parametrize("words", ["没有", "No.", "not really", "不是"])
def test_a_no_answers_a_question_of_yes_or_no_alone(words: str) -> None:
    assert keys(words, "solved") == "2"
    assert keys(words, "score") == ""


@pytest.mark.parametrize(
    ("words", "digits"),
    [
        ("五", "5"),
        ("五分。", "5"),
        ("选四", "4"),
        ("按3", "3"),
        ("Five.", "5"),
        ("press two please", "2"),
        ("4 stars", "4"),
        ("０", "0"),
        ("两", "2"),
        ("井号", "#"),
        ("star", "*"),
        ("我想一想", ""),
        ("one moment please", ""),
        ("转人工", ""),
    ],
)
def test_numbers_are_heard_as_keys(words: str, digits: str) -> None:
    assert keys(words, "score") == digits


@pytest.mark.parametrize(
    "words",
    ["1234", "1 2 3 4", "1-2-3-4.", "一二三四", "幺二三四", "one two three four", "One, two, three, four."],
)
def test_a_number_may_be_said_digit_by_digit(words: str) -> None:
    assert keys(words, "document") == "1234"


@pytest.mark.parametrize(
    "words", ["不要再打了", "别再给我打电话", "Stop calling me.", "Take me off your list"]
)
@pytest.mark.parametrize("confidence", ["0.95", "0.2", None])
def test_a_refusal_is_heard_first_and_however_unsure_the_carrier_is(
    words: str, confidence: str | None
) -> None:
    heard = said(words, confidence=confidence)
    assert heard.refusal
    assert heard.from_person
    assert heard.digits == ""


def test_the_wording_of_a_refusal_is_the_words_that_decide_it_and_no_more() -> None:
    assert said("我叫王芳，不要再打了").refusal == "不要再打"


@pytest.mark.parametrize("confidence", ["0.39", "0", "0.0", "-1", "nan"])
def test_what_the_carrier_hardly_made_out_is_not_understood(confidence: str) -> None:
    heard = said("好的", confidence=confidence)
    assert heard.digits == ""
    assert not heard.from_person


@pytest.mark.parametrize("confidence", ["0.4", "1", "7", "", "high", None])
def test_a_confidence_that_is_high_or_not_given_is_trusted(confidence: str | None) -> None:
    assert said("好的", confidence=confidence).digits == "2"


def test_a_machines_greeting_is_no_answer() -> None:
    for greeting in (
        "您好，我现在不方便接听电话，请在嘀声后留言",
        "Hi, please leave a message after the tone, or press 1 for more options.",
    ):
        assert not said(greeting).from_person


def test_keys_come_before_words() -> None:
    assert hear({"Digits": "2", "SpeechResult": "不要再打了"}, STEPS["invite"]) == Heard("2")
    assert hear({"Digits": "", "SpeechResult": ""}, STEPS["invite"]) == Heard()
    assert hear({}, None) == Heard()


def test_evidence_has_what_was_understood_and_never_the_words() -> None:
    assert said("王芳说好的", confidence="0.8").facts() == {"said": True, "confidence": 0.8, "digits": ""}
    assert said("好的", confidence="0.8").facts() == {"said": True, "confidence": 0.8, "digits": "2"}
    assert Heard("1").facts() == {}


def test_the_carrier_is_told_to_listen_for_the_keys_by_name_for_agreement_and_refusal() -> None:
    chinese = likely_words(["1", "2", "12"], "zh-CN")
    assert chinese[:2] == ("一", "二")
    assert {"好的", "不要再打了"} < set(chinese)
    english = likely_words(["0", "#"], "en")
    assert english[:2] == ("pound", "zero")
    assert {"yes", "stop calling me"} < set(english)
    assert not any("," in word or len(word) > 100 for word in chinese + english)


@pytest.mark.parametrize("step", list(STEPS.values()), ids=list(STEPS))
def test_whatever_the_step_odd_words_are_only_odd_words(step: FlowStep) -> None:
    for words in ("", " ", "。", "😀", "\u200b", "a" * 5000, "１" * 300):
        assert isinstance(hear({"SpeechResult": words, "Confidence": "0.9"}, step), Heard)
