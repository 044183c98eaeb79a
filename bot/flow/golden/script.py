"""A golden conversation as it was written: who the customer is, what happens, and what must come of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.quiet_hours import Window
from bot.flow.host import Customer
from bot.flow.model import Flow
from bot.flow.play import Conversation, Details
from bot.rules.problems import Place

ZONE_BY_DEFAULT = "Asia/Shanghai"


@dataclass(frozen=True, slots=True)
class Input:
    """Something happens: `reply: "1"` or `advance: 25h`; `details` are the other fields of an event."""

    verb: str
    value: str = ""
    details: Details = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Expected:
    """One line that the flow must have noted, and words that the customer must have read or heard."""

    headline: str
    fragments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Turn:
    """One line of a script: an input, or what is expected of the inputs so far."""

    place: Place
    input: Input | None = None
    expected: tuple[Expected, ...] = ()


@dataclass(frozen=True, slots=True)
class Script:
    name: str
    place: Place
    customer: Customer
    starts_at: datetime
    windows: tuple[Window, ...] = ()
    turns: tuple[Turn, ...] = ()

    @property
    def inputs(self) -> tuple[Input, ...]:
        return tuple(turn.input for turn in self.turns if turn.input is not None)

    @property
    def last_place(self) -> Place:
        return self.turns[-1].place if self.turns else self.place

    def conversation(self, flow: Flow) -> Conversation:
        return Conversation(flow, self.customer, self.starts_at, self.windows)


@dataclass(frozen=True, slots=True)
class GoldenFile:
    flow: str
    scripts: tuple[Script, ...]
    shared: Mapping[str, object] = field(default_factory=dict)  # the facts that its customers have in common
    zone: str = ZONE_BY_DEFAULT
    windows: tuple[Window, ...] = ()
