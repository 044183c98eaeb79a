"""What the carrier is told to say and to gather, to the letter."""

from __future__ import annotations

from datetime import timedelta
from xml.etree import ElementTree

import pytest

from bot.channels.twiml import Ask, Connect, Spoken, Tell, render
from bot.inbound.voice import HANG_UP

HEAD = '<?xml version="1.0" encoding="UTF-8"?>'


@pytest.mark.parametrize(
    ("spoken", "xml"),
    [
        (
            Ask("参加请按1", "zh", 1, "https://k.example/twilio/voice/key?a=1&t=2"),
            '<Response><Gather action="https://k.example/twilio/voice/key?a=1&amp;t=2"'
            ' actionOnEmptyResult="true" input="dtmf" method="POST" numDigits="1" timeout="6">'
            '<Say language="zh-CN" voice="Polly.Zhiyu">参加请按1</Say></Gather></Response>',
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
    ],
)
def test_it_is_rendered_to_the_letter(spoken: Spoken, xml: str) -> None:
    assert render(spoken) == HEAD + xml


@pytest.mark.parametrize(
    ("language", "code"),
    [("zh", "zh-CN"), ("zh-CN", "zh-CN"), ("en", "en-US"), ("en-GB", "en-US"), ("de", "en-US")],
)
def test_a_language_is_spoken_by_a_voice_of_its_own(language: str, code: str) -> None:
    say = ElementTree.fromstring(render(Tell("...", language))).find("Say")
    assert say is not None
    assert say.get("language") == code


def test_a_bare_hang_up_says_nothing() -> None:
    assert f"{HEAD}<Response><Hangup /></Response>" == HANG_UP
