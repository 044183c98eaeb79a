"""What was typed: something that the customer or the world does, a question about the session, or an SMS."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from bot.flow.golden import Input
from bot.flow.golden.verbs import VERBS, read_amount
from bot.rules.problems import did_you_mean


class Misread(ValueError):
    """It begins as a command, but goes on as none; the message says how to write it."""


@dataclass(frozen=True, slots=True)
class Command:
    """A word to the session itself: `help`, `undo`, `save FILE` ..."""

    name: str
    rest: str = ""


@dataclass(frozen=True, slots=True)
class Sms:
    """Taken as the words of an SMS; `hint` where it was perhaps meant otherwise."""

    input: Input
    hint: str = ""


Typed = Input | Command | Sms

COMMANDS = ("help", "facts", "state", "graph", "undo", "save", "quit")
_WITH_REST = frozenset({"save"})
_ALIASES = {"?": "help", "exit": "quit", "q": "quit"}

# phrase -> verb of a script; those that take no value first
_ALONE: Mapping[str, str] = {
    "answer": "answer",
    "pick up": "answer",
    "busy": "busy",
    "no answer": "no_answer",
    "failed": "failed",
    "voicemail": "machine",
    "machine": "machine",
    "hang up": "hang_up",
    "silence": "silence",
    "say nothing": "silence",
    "undelivered": "undelivered",
}
_WITH_VALUE: Mapping[str, str] = {
    "reply": "reply",
    "sms": "reply",
    "press": "press",
    "say": "say",
    "transfer": "transfer",
    "recharge": "recharge",
    "event": "event",
    "undelivered": "undelivered",
    "deny": "deny",
    "grant": "grant",
    "close": "close",
    "wait": "advance",
    "jump": "advance",
    "until": "until",
}
_RESULTS = {"ok": "granted"}
_OPTIONAL = frozenset({"deny", "close", "undelivered"})


def understand(line: str, *, on_the_line: bool = False, listening: bool = False) -> Typed | None:
    """None for an empty line. On the line, bare digits are keys; into a prompt that listens, words are spoken."""
    words = " ".join(line.split())
    if not words:
        return None
    phrase = words.lower().removesuffix(".")
    name = _ALIASES.get(phrase, phrase)
    if name in COMMANDS:
        return Command(name)
    if phrase in _ALONE:
        return Input(_ALONE[phrase])
    first, _, rest = words.partition(" ")
    if first.lower() in _WITH_REST and rest:
        return Command(first.lower(), rest)
    if first.lower() in _WITH_VALUE:
        return _with_value(first.lower(), rest)
    if on_the_line and VERBS["press"].fits(words):
        return Input("press", words)
    if on_the_line and listening:
        return Input("say", words)
    hint = (
        did_you_mean(first, [*COMMANDS, *_WITH_VALUE, *_ALONE]) if len(first) > 3 and first.isascii() else ""
    )
    return Sms(Input("reply", words), hint)


def _with_value(first: str, rest: str) -> Input:
    verb = _WITH_VALUE[first]
    if verb == "event":
        return _event(rest)
    value = rest.replace(" ", "") if verb in ("advance", "press") else rest
    if verb == "grant":
        value = _RESULTS.get(value.lower(), value.lower())
    if verb == "until":
        value = value.lower()
    if not VERBS[verb].fits(value) or (not value and verb not in _OPTIONAL):
        wants = VERBS[verb].wants.replace("granted", "ok")
        raise Misread(
            f"{first} needs {wants} (as the words of an SMS: reply {first} {rest})".replace(" )", ")")
        )
    return Input(verb, value)


def _event(rest: str) -> Input:
    """`event offnet_warning operator=X amount=5`."""
    name, *pairs = rest.split()
    if not VERBS["event"].fits(name if rest else ""):
        hint = did_you_mean(name, VERBS["event"].wants.removeprefix("one of ").split(", "))
        raise Misread(f"there is no event {name!r}: {hint or VERBS['event'].wants}")
    details: dict[str, str | int | Decimal | bool] = {}
    for pair in pairs:
        field, equals, value = pair.partition("=")
        if not equals or not field or not value:
            raise Misread(f"{pair!r}: write the event's other fields as name=value")
        if field == "amount" and read_amount(value) is None:
            raise Misread("amount needs a number such as 50")
        details[field] = _detail(value)
    return Input("event", name, details)


def _detail(value: str) -> str | int | Decimal | bool:
    if value in ("true", "false"):
        return value == "true"
    if value.isdecimal() and value.isascii() and (value == "0" or value[0] != "0"):
        return int(value)
    amount = read_amount(value) if value.replace(".", "", 1).isdecimal() and value[0] != "0" else None
    return value if amount is None else amount
