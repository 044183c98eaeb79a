"""What a refusal covers, and which lines of the register hold: the newest word of equal or wider scope."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from bot.domain.attempts import Channel
from bot.domain.policy import PURPOSES

ALL = "all"

_TOPIC = re.compile(r"[^\W_](?:[\w-]{0,48}[^\W_])?")


class Action(StrEnum):
    SUPPRESS = "suppress"
    RESTORE = "restore"


class Source(StrEnum):
    """Where a line comes from."""

    KEYPAD = "keypad"
    SPEECH = "speech"
    WORK_ORDER = "work_order"  # a manager's disposition
    OPERATOR = "operator"
    CARRIER_21610 = "carrier_21610"  # the carrier knows of a STOP that we never saw
    SMS_REPLY = "sms_reply"
    MANAGER_RESTORE = "manager_restore"  # the customer asked a human, who kept the evidence
    API = "api"
    LIST = "list"  # an imported do-not-call list
    NUMBER_CHANGED = "number_changed"
    ERASURE = "erasure"


#: Said by the customers themselves, on what we sent them: no list, no other system, no housekeeping of ours.
SAID_TO_US = frozenset(
    {Source.SMS_REPLY, Source.KEYPAD, Source.SPEECH, Source.WORK_ORDER, Source.CARRIER_21610}
)

#: Nothing else undoes a refusal; what is not the customer's own message needs evidence of it.
MAY_RESTORE = frozenset(
    {Source.SMS_REPLY, Source.MANAGER_RESTORE, Source.API, Source.LIST, Source.NUMBER_CHANGED}
)
NEEDS_EVIDENCE = frozenset({Source.MANAGER_RESTORE, Source.API})


class ScopeError(ValueError):
    """No such scope; the message begins with the field's name."""


@dataclass(frozen=True, slots=True, order=True)
class Scope:
    channel: str = ALL
    purpose: str = ALL
    topic: str = ALL  # a free word

    def contains(self, other: Scope) -> bool:
        """Equal or wider."""
        return (
            self.channel in (ALL, other.channel)
            and self.purpose in (ALL, other.purpose)
            and self.topic in (ALL, other.topic)
        )

    def meets(self, other: Scope) -> bool:
        return all(
            mine == theirs or ALL in (mine, theirs)
            for mine, theirs in (
                (self.channel, other.channel),
                (self.purpose, other.purpose),
                (self.topic, other.topic),
            )
        )

    def __str__(self) -> str:
        return f"{self.channel}:{self.purpose}:{self.topic}"


EVERYTHING = Scope()


def read_scope(channel: str = ALL, purpose: str = ALL, topic: str = ALL) -> Scope:
    """From what a person or a machine wrote. Raises ScopeError."""
    for field, value, known in (("channel", channel, tuple(Channel)), ("purpose", purpose, PURPOSES)):
        if value != ALL and value not in known:
            raise ScopeError(f"{field} {value!r} is none of {', '.join((*known, ALL))}")
    word = topic.strip().casefold()
    if not _TOPIC.fullmatch(word):
        raise ScopeError(f"topic {topic!r} is not one word of at most 50 letters, digits, - and _")
    return Scope(channel, purpose, word)


@dataclass(frozen=True, slots=True)
class Line:
    """What of a register's line decides whether it binds a person. `own`: it is that person's own word."""

    scope: Scope
    action: Action
    source: str
    own: bool
    list_id: int | None = None

    def takes_back(self, refusal: Line) -> bool:
        """Whether this restoral is about that refusal at all; how much of it, the scopes tell.

        A list takes back only what it said itself. A change of the number's owner ends what others said by it.
        Whatever else restores is the customer's word, and outweighs everything before it.
        """
        if self.list_id is not None:
            return refusal.list_id == self.list_id
        if self.source == Source.NUMBER_CHANGED:
            return refusal.list_id is None and not refusal.own
        return True


@dataclass(frozen=True, slots=True, order=True)
class Refusal:
    """What the register holds against a person or number now, except for what was `lifted` from it since."""

    channel: str = ALL
    purpose: str = ALL
    topic: str = ALL
    lifted: tuple[Scope, ...] = ()

    @property
    def scope(self) -> Scope:
        return Scope(self.channel, self.purpose, self.topic)

    def covers(self, channel: str, purpose: str, topic: str | None = None) -> bool:
        """A contact without a topic may be about any: every topic's refusal covers it, no topic's restoral frees it."""
        contact = Scope(channel, purpose, topic or ALL)
        if not (self.scope.contains(contact) if topic else self.scope.meets(contact)):
            return False
        return not any(scope.contains(contact) for scope in self.lifted)

    def pieces(self) -> tuple[Scope, ...]:
        """The same without exceptions; topics that were lifted are refused again, rather than others let through."""
        if not self.lifted:
            return (self.scope,)
        channels = tuple(Channel) if self.channel == ALL else (self.channel,)
        purposes = PURPOSES if self.purpose == ALL else (self.purpose,)
        every = (Scope(channel, purpose, self.topic) for channel in channels for purpose in purposes)
        return tuple(scope for scope in every if not any(free.contains(scope) for free in self.lifted))


@dataclass(frozen=True, slots=True)
class Held:
    """A line that still refuses, or what is left of it."""

    number: int  # its place among the lines that were asked about
    refusal: Refusal


def held(lines: Iterable[Line]) -> tuple[Held, ...]:
    """Of one person's lines, oldest first."""
    lines = tuple(lines)
    found: list[Held] = []
    for number, line in enumerate(lines):
        if line.action is Action.SUPPRESS:
            found.append(Held(number, Refusal(line.scope.channel, line.scope.purpose, line.scope.topic)))
            continue
        found = [
            left
            for one in found
            if (left := _without(one, line.scope) if line.takes_back(lines[one.number]) else one) is not None
        ]
    return tuple(found)


def in_force(lines: Iterable[Line]) -> tuple[Refusal, ...]:
    """The same without saying from which line; each once, sorted."""
    refusals = {one.refusal for one in held(lines)}
    return tuple(sorted(refusals) if len(refusals) > 1 else refusals)


def _without(one: Held, scope: Scope) -> Held | None:
    if scope.contains(one.refusal.scope):
        return None
    if not scope.meets(one.refusal.scope):
        return one
    lifted = tuple(sorted({*one.refusal.lifted, scope}))
    return replace(one, refusal=replace(one.refusal, lifted=lifted))
