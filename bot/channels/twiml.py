"""What the caller hears, and may press or say, and what is written back, as TwiML by the library's own builder."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from twilio.twiml.messaging_response import MessagingResponse
from twilio.twiml.voice_response import Gather, VoiceResponse


@dataclass(frozen=True, slots=True)
class _Tongue:
    """The carrier names a language otherwise when it speaks than when it listens."""

    speaks: str
    voice: str
    listens: str


_TONGUES = {
    "zh": _Tongue("zh-CN", "Polly.Zhiyu", "cmn-Hans-CN"),
    "en": _Tongue("en-US", "Polly.Joanna", "en-US"),
}

_SECONDS_FOR_A_KEY = 6
_SECONDS_BETWEEN_DIGITS = 10  # a number has to be looked up; also the time before the first digit
_MOST_HINTS = 500  # the carrier reads no more


@dataclass(frozen=True, slots=True)
class Say:
    text: str


@dataclass(frozen=True, slots=True)
class Play:
    """A recording, by its address."""

    url: str


@dataclass(frozen=True, slots=True)
class Ask:
    """Say and play `parts`, then gather `digits` keys; the answer (empty too) is posted to `action`.

    `hash_ends`: # ends an entry early and is no part of it; else it is a key like any other. With `hints`,
    words that are likely to be said, the carrier listens as well.
    """

    parts: tuple[Say | Play, ...]
    language: str
    digits: int
    action: str
    hash_ends: bool = False
    hints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tell:
    """Say it and hang up; an empty text only hangs up."""

    text: str
    language: str


@dataclass(frozen=True, slots=True)
class Connect:
    """Say it, then connect to a human; that leg's end is posted to `action`, each of its steps to `told_of_leg`."""

    text: str
    language: str
    number: str
    caller_id: str
    action: str
    timeout: timedelta
    longest: timedelta | None = None  # that the two may talk; None: the carrier's own limit
    told_of_leg: str | None = None


Spoken = Ask | Tell | Connect


def render(spoken: Spoken) -> str:
    response = VoiceResponse()
    match spoken:
        case Ask():
            response.append(_gather(spoken))
        case Tell():
            if spoken.text:
                _say(response, spoken.text, spoken.language)
            response.hangup()
        case Connect():
            _say(response, spoken.text, spoken.language)
            _dial(response, spoken)
    return str(response)


def _dial(response: VoiceResponse, connect: Connect) -> None:
    # What the library is given as None it leaves out.
    longest, told_of_leg = connect.longest, connect.told_of_leg
    dial = response.dial(
        action=connect.action,
        method="POST",
        timeout=int(connect.timeout.total_seconds()),
        time_limit=int(longest.total_seconds()) if longest is not None else None,
        caller_id=connect.caller_id,
        answer_on_bridge=True,
    )
    dial.number(
        connect.number,
        status_callback=told_of_leg,
        status_callback_event="initiated answered completed" if told_of_leg else None,
        status_callback_method="POST" if told_of_leg else None,
    )


def _gather(ask: Ask) -> Gather:
    # What the library is given as None it leaves out.
    listens = bool(ask.hints)
    gather = Gather(
        input="dtmf speech" if listens else "dtmf",
        num_digits=max(1, ask.digits),
        finish_on_key="#" if ask.hash_ends else "",
        timeout=_SECONDS_BETWEEN_DIGITS if ask.digits > 1 else _SECONDS_FOR_A_KEY,
        action=ask.action,
        method="POST",
        # An empty answer is posted too: silence is an answer the flow knows.
        action_on_empty_result=True,
        language=_tongue(ask.language).listens if listens else None,
        hints=",".join(ask.hints[:_MOST_HINTS]) if listens else None,
        speech_timeout="auto" if listens else None,
        profanity_filter=False if listens else None,  # a refusal in strong language is a refusal
    )
    for part in ask.parts:
        match part:
            case Say(text):
                _say(gather, text, ask.language)
            case Play(url):
                gather.play(url)
    return gather


def _say(verb: VoiceResponse | Gather, text: str, language: str) -> None:
    tongue = _tongue(language)
    verb.say(text, language=tongue.speaks, voice=tongue.voice)


def _tongue(language: str) -> _Tongue:
    return _TONGUES.get(language.replace("_", "-").split("-")[0].lower(), _TONGUES["en"])


def written_back(text: str | None) -> str:
    """The answer to a message, in the carrier's own request; None for no answer."""
    response = MessagingResponse()
    if text:
        response.message(text)
    return str(response)
