"""Reads TwiML into verbs."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from xml.etree import ElementTree

from rehearsal.numbers import is_webhook_url

Element = ElementTree.Element

_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Z][a-z]{3})?-[A-Z]{2}")  # "en" alone is none


class TwimlError(ValueError):
    """A document that Twilio would stop at with an application error; carries Twilio's error code."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Say:
    text: str
    language: str = "en-US"
    loop: int = 1


@dataclass(frozen=True, slots=True)
class Play:
    url: str = ""
    digits: str = ""
    loop: int = 1


@dataclass(frozen=True, slots=True)
class Pause:
    seconds: float = 1.0


Prompt = Say | Play | Pause


@dataclass(frozen=True, slots=True)
class Gather:
    prompts: tuple[Prompt, ...] = ()
    action: str = ""
    method: str = "POST"
    timeout: float = 5.0
    num_digits: int | None = None
    finish_on_key: str = "#"
    action_on_empty: bool = False
    takes_keys: bool = True
    listens: bool = False
    language: str = "en-US"  # that it listens for
    hints: tuple[str, ...] = ()
    pause: float = 1.0  # seconds of silence that end what is said


@dataclass(frozen=True, slots=True)
class Redirect:
    url: str
    method: str = "POST"


@dataclass(frozen=True, slots=True)
class Dial:
    number: str
    action: str = ""
    method: str = "POST"
    ring_seconds: float = 30.0
    time_limit: float = 14_400.0
    caller_id: str = ""
    when_answered: str = ""  # told when the dialled party picks up


@dataclass(frozen=True, slots=True)
class Record:
    action: str = ""
    method: str = "POST"
    timeout: float = 5.0
    max_length: float = 3600.0


@dataclass(frozen=True, slots=True)
class Enqueue:
    queue: str
    action: str = ""
    method: str = "POST"


@dataclass(frozen=True, slots=True)
class Hangup:
    pass


@dataclass(frozen=True, slots=True)
class Reject:
    reason: str = "rejected"


@dataclass(frozen=True, slots=True)
class Leave:
    pass


@dataclass(frozen=True, slots=True)
class TextBack:
    """`<Message>`: a text sent in answer to one received."""

    body: str


Verb = Prompt | Gather | Redirect | Dial | Record | Enqueue | Hangup | Reject | Leave | TextBack


def parse_twiml(document: str) -> tuple[Verb, ...]:
    try:
        root = ElementTree.fromstring(document)
    except ElementTree.ParseError as error:
        raise TwimlError(12100, f"Document parse failure: {error}") from None
    if root.tag != "Response":
        raise TwimlError(12102, f"Document root is <{root.tag}>, not <Response>")
    return tuple(_verb(element) for element in root)


def _verb(element: Element) -> Verb:
    read = _READERS.get(element.tag)
    if read is None:
        raise TwimlError(12200, f"Schema validation: <{element.tag}> is no verb known here")
    return read(element)


def _say(element: Element) -> Say:
    text = " ".join("".join(element.itertext()).split())
    return Say(text, element.get("language", "en-US"), _whole(element, "loop", 1) or 1)


def _play(element: Element) -> Play:
    url, digits = (element.text or "").strip(), element.get("digits", "")
    if not digits and not is_webhook_url(url):
        raise TwimlError(11100, f"Invalid URL format: <Play> of {url!r}")
    return Play(url, digits, _whole(element, "loop", 1) or 1)


def _pause(element: Element) -> Pause:
    return Pause(_seconds(element, "length", 1.0))


def _gather(element: Element) -> Gather:
    prompts = [_verb(child) for child in element]
    for prompt in prompts:
        if not isinstance(prompt, Prompt):
            raise TwimlError(12200, f"Schema validation: <Gather> cannot hold {type(prompt).__name__}")
    digits = _whole(element, "numDigits", 0)
    wanted = element.get("input", "dtmf").split()
    language = element.get("language", "en-US")
    if not _LANGUAGE.fullmatch(language):
        raise TwimlError(13512, f"Gather element has an invalid language attribute value: {language!r}")
    return Gather(
        prompts=tuple(prompt for prompt in prompts if isinstance(prompt, Prompt)),
        action=element.get("action", ""),
        method=_method(element),
        timeout=_seconds_or_auto(element, "timeout", 5.0),
        num_digits=digits or None,
        finish_on_key=element.get("finishOnKey", "#"),
        action_on_empty=element.get("actionOnEmptyResult", "false").lower() == "true",
        takes_keys="dtmf" in wanted,
        listens="speech" in wanted,
        language=language,
        hints=tuple(filter(None, (hint.strip() for hint in element.get("hints", "").split(",")))),
        pause=_seconds_or_auto(element, "speechTimeout", 1.0),
    )


def _redirect(element: Element) -> Redirect:
    return Redirect((element.text or "").strip(), _method(element))


def _dial(element: Element) -> Dial:
    noun = next(iter(element), None)
    if noun is not None and noun.tag not in ("Number", "Client", "Sip"):
        raise TwimlError(12200, f"Schema validation: <Dial> to <{noun.tag}> is not played here")
    number = element.text if noun is None else noun.text
    if not (number or "").strip():
        raise TwimlError(13221, "Dial: nobody to dial")
    return Dial(
        number=(number or "").strip(),
        action=element.get("action", ""),
        method=_method(element),
        ring_seconds=_seconds(element, "timeout", 30.0),
        time_limit=_seconds(element, "timeLimit", 14_400.0),
        caller_id=element.get("callerId", ""),
        when_answered=_told_of_answer(noun),
    )


def _told_of_answer(noun: Element | None) -> str:
    """The status callback of a `<Number>`, where the pick-up is among its events."""
    if noun is None or "answered" not in noun.get("statusCallbackEvent", "completed").split():
        return ""
    url = noun.get("statusCallback", "")
    if url and not is_webhook_url(url):
        raise TwimlError(11100, f"Invalid URL format: <Number> statusCallback of {url!r}")
    return url


def _record(element: Element) -> Record:
    return Record(
        action=element.get("action", ""),
        method=_method(element),
        timeout=_seconds(element, "timeout", 5.0),
        max_length=_seconds(element, "maxLength", 3600.0),
    )


def _enqueue(element: Element) -> Enqueue:
    task = element.find("Task")
    name = (element.text or "").strip() or element.get("workflowSid", "")
    if not name and task is None:
        raise TwimlError(13310, "Enqueue: no queue is named")
    return Enqueue(name, element.get("action", ""), _method(element))


def _method(element: Element) -> str:
    return "GET" if element.get("method", "POST").upper() == "GET" else "POST"


def _whole(element: Element, name: str, default: int) -> int:
    return int(_seconds(element, name, default))


def _seconds(element: Element, name: str, default: float) -> float:
    text = element.get(name)
    if text is None:
        return default
    if not text.isdecimal():
        raise TwimlError(12200, f"Schema validation: {element.tag} {name}={text!r} is not a number")
    return float(text)


def _seconds_or_auto(element: Element, name: str, default: float) -> float:
    return default if element.get(name) == "auto" else _seconds(element, name, default)


_READERS: dict[str, Callable[[Element], Verb]] = {
    "Say": _say,
    "Play": _play,
    "Pause": _pause,
    "Gather": _gather,
    "Redirect": _redirect,
    "Dial": _dial,
    "Record": _record,
    "Enqueue": _enqueue,
    "Hangup": lambda _: Hangup(),
    "Reject": lambda element: Reject(element.get("reason", "rejected")),
    "Leave": lambda _: Leave(),
    "Message": lambda element: TextBack("".join(element.itertext()).strip()),
}
