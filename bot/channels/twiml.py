"""What the caller hears and may press, as TwiML through the library's own builder."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from twilio.twiml.voice_response import Gather, VoiceResponse

_VOICES = {"zh": ("zh-CN", "Polly.Zhiyu"), "en": ("en-US", "Polly.Joanna")}


@dataclass(frozen=True, slots=True)
class Ask:
    """Say it and gather `digits` keys; the answer (empty too) is posted to `action`."""

    text: str
    language: str
    digits: int
    action: str


@dataclass(frozen=True, slots=True)
class Tell:
    """Say it and hang up; an empty text only hangs up."""

    text: str
    language: str


@dataclass(frozen=True, slots=True)
class Connect:
    """Say it, then connect to a human; the end of that leg is posted to `action`."""

    text: str
    language: str
    number: str
    caller_id: str
    action: str
    timeout: timedelta


Spoken = Ask | Tell | Connect


def render(spoken: Spoken) -> str:
    response = VoiceResponse()
    match spoken:
        case Ask():
            # An empty answer is posted too: silence is an answer the flow knows.
            gather = Gather(
                input="dtmf",
                num_digits=spoken.digits,
                timeout=6,
                action=spoken.action,
                method="POST",
                action_on_empty_result=True,
            )
            _say(gather, spoken.text, spoken.language)
            response.append(gather)
        case Tell():
            if spoken.text:
                _say(response, spoken.text, spoken.language)
            response.hangup()
        case Connect():
            _say(response, spoken.text, spoken.language)
            dial = response.dial(
                action=spoken.action,
                method="POST",
                timeout=int(spoken.timeout.total_seconds()),
                caller_id=spoken.caller_id,
                answer_on_bridge=True,
            )
            dial.number(spoken.number)
    return str(response)


def _say(verb: VoiceResponse | Gather, text: str, language: str) -> None:
    code, voice = _VOICES.get(language.split("-")[0], _VOICES["en"])
    verb.say(text, language=code, voice=voice)
