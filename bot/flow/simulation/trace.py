"""One customer's run as it was seen, in the words of golden conversations: what went in, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from bot.flow.golden import Input
from bot.flow.play import Details
from bot.flow.transcript import Line

OVER = "over"  # a call has ended: no line of a script, but from here on time may pass again


@dataclass(frozen=True, slots=True)
class Put:
    """The customer, the carrier, billing, the gate or a manager does something."""

    at: datetime
    input: Input


@dataclass(slots=True)
class Trace:
    inputs: list[Put] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    made: list[tuple[datetime, str]] = field(
        default_factory=list
    )  # when the gate let contacts pass, and for what

    def put(self, at: datetime, verb: str, value: str = "", details: Details | None = None) -> None:
        self.inputs.append(Put(at, Input(verb, value, details or {})))

    def note(self, at: datetime, headline: str, words: str = "") -> None:
        self.lines.append(Line(at, headline, words))
