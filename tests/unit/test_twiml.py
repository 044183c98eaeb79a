"""What the carrier is told to say and to gather, to the letter."""

from __future__ import annotations

from datetime import timedelta
from xml.etree import ElementTree

import pytest

from bot.channels.twiml import Ask, Connect, Play, Say, Spoken, Tell, render
from bot.inbound.voice import HANG_UP

HEAD = '<?xml version="1.0" encoding="UTF-8"?>'


@pytest.mark.parametrize(
    ("spoken", "xml"),
    [
        (
            Ask((Say("参加请按1"),), "zh", 1, "https://k.example/twilio/voice/key?a=1&t=2"),
            '<Response><Gather action="https://k.example/twilio/voice/key?a=1&amp;t=2"'
            ' actionOnEmptyResult="true" finishOnKey="" input="dtmf" method="POST" numDigits="1" timeout="6">'
            '<Say language="zh-CN" voice="Polly.Zhiyu">参加请按1</Say></Gather></Response>',
        ),
        (
            Ask((Say("Your number?"),), "en", 4, "https://k/key", hash_ends=True),
            '<Response><Gather action="https://k/key" actionOnEmptyResult="true" finishOnKey="#" input="dtmf"'
            ' method="POST" numDigits="4" timeout="10">'
            '<Say language="en-US" voice="Polly.Joanna">Your number?</Say></Gather></Response>',
        ),
        (
            Ask((Say("按键有误。"), Play("https://r.example/a.mp3?x=1&y=2")), "zh-CN", 1, "https://k/key"),
            '<Response><Gather action="https://k/key" actionOnEmptyResult="true" finishOnKey="" input="dtmf"'
            ' method="POST" numDigits="1" timeout="6"><Say language="zh-CN" voice="Polly.Zhiyu">按键有误。</Say>'
            "<Play>https://r.example/a.mp3?x=1&amp;y=2</Play></Gather></Response>",
        ),
        (
            Ask((Say("参加吗？"),), "zh", 1, "https://k/key", hints=("一", "参加")),
            '<Response><Gather action="https://k/key" actionOnEmptyResult="true" finishOnKey="" hints="一,参加"'
            ' input="dtmf speech" language="cmn-Hans-CN" method="POST" numDigits="1" profanityFilter="false"'
            ' speechTimeout="auto" timeout="6">'
            '<Say language="zh-CN" voice="Polly.Zhiyu">参加吗？</Say></Gather></Response>',
        ),
        (
            Tell("Goodbye & thank you <3", "en"),
            '<Response><Say language="en-US" voice="Polly.Joanna">Goodbye &amp; thank you &lt;3</Say>'
            "<Hangup /></Response>",
        ),
        (Tell("", "zh"), "<Response><Hangup /></Response>"),
        (
            Connect(
                "Please hold", "en", "+861095000", "+8610690000", "https://k/d?a=1", timedelta(seconds=25)
            ),
            '<Response><Say language="en-US" voice="Polly.Joanna">Please hold</Say>'
            '<Dial action="https://k/d?a=1" answerOnBridge="true" callerId="+8610690000" method="POST"'
            ' timeout="25"><Number>+861095000</Number></Dial></Response>',
        ),
        (
            Connect(
                "Connecting",
                "en",
                "+8613800000001",
                "+861095000",
                "https://k/d?c=1",
                timedelta(seconds=25),
                longest=timedelta(hours=1),
                told_of_leg="https://k/l?c=1",
            ),
            '<Response><Say language="en-US" voice="Polly.Joanna">Connecting</Say>'
            '<Dial action="https://k/d?c=1" answerOnBridge="true" callerId="+861095000" method="POST"'
            ' timeLimit="3600" timeout="25"><Number statusCallback="https://k/l?c=1"'
            ' statusCallbackEvent="initiated answered completed" statusCallbackMethod="POST">+8613800000001</Number>'
            "</Dial></Response>",
        ),
    ],
)
def test_it_is_rendered_to_the_letter(spoken: Spoken, xml: str) -> None:
    assert render(spoken) == HEAD + xml


@pytest.mark.parametrize(
    ("language", "code"),
    [("zh", "zh-CN"), ("zh_TW", "zh-CN"), ("en", "en-US"), ("en-GB", "en-US"), ("de", "en-US")],
)
def test_a_language_is_spoken_by_a_voice_of_its_own(language: str, code: str) -> None:
    say = ElementTree.fromstring(render(Tell("...", language))).find("Say")
    assert say is not None
    assert say.get("language") == code


def gather(ask: Ask) -> ElementTree.Element:
    found = ElementTree.fromstring(render(ask)).find("Gather")
    assert found is not None
    return found


def test_the_carrier_listens_in_the_customers_language_and_only_where_it_is_told_for_what() -> None:
    english = gather(Ask((), "en-GB", 1, "https://k/key", hints=("one", "yes")))
    assert (english.get("language"), english.get("input")) == ("en-US", "dtmf speech")
    deaf = gather(Ask((), "zh", 1, "https://k/key"))
    assert (deaf.get("language"), deaf.get("hints"), deaf.get("input")) == (None, None, "dtmf")


def test_a_question_without_keys_still_gathers_one() -> None:
    assert gather(Ask((), "zh", 0, "https://k/key")).get("numDigits") == "1"


def test_no_more_hints_are_given_than_the_carrier_reads() -> None:
    many = tuple(f"word {number}" for number in range(700))
    assert gather(Ask((), "en", 1, "https://k/key", hints=many)).get("hints", "").count(",") == 499


def test_a_bare_hang_up_says_nothing() -> None:
    assert f"{HEAD}<Response><Hangup /></Response>" == HANG_UP
