"""A session of play: the inputs so far, and the conversation that they have led to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.quiet_hours import Window
from bot.flow.golden import Input, play_inputs
from bot.flow.golden.saving import Session as Saved
from bot.flow.golden.verbs import perform
from bot.flow.host import Customer
from bot.flow.model import Flow
from bot.flow.play import Conversation
from bot.flow.transcript import Line

_LONGEST_NAME = 70


@dataclass(slots=True)
class Session:
    flow: Flow
    customer: Customer
    starts_at: datetime
    windows: tuple[Window, ...]
    inputs: list[Input] = field(default_factory=list)
    conversation: Conversation = field(init=False)

    def __post_init__(self) -> None:
        self.conversation = self._played([])

    def give(self, one: Input) -> list[Line]:
        """What came of it. NotNow when it cannot happen at this moment, and then nothing has changed."""
        before = self.conversation.lines
        if self._concerns_what_is_past(one):
            self.conversation = self._played([*self.inputs, one])
            self.inputs.append(one)
            return _beyond(before, self.conversation.lines)
        seen = len(before)
        perform(self.conversation, one)
        self.conversation.delivered()
        self.inputs.append(one)
        return self.conversation.lines[seen:]

    def undo(self) -> Input | None:
        """Takes the last input back, as if it had never been; None when there is none."""
        if not self.inputs:
            return None
        last = self.inputs.pop()
        self.conversation = self._played(self.inputs)
        return last

    def restore(self) -> None:
        """As it was after the last input: the one after it broke off halfway."""
        self.conversation = self._played(self.inputs)

    def saved(self, name: str = "") -> Saved:
        return Saved(name or self._name(), self.customer, self.starts_at, self.windows, tuple(self.inputs))

    def _concerns_what_is_past(self, one: Input) -> bool:
        """A message that does not arrive after all; a refusal of the very first contact."""
        return one.verb == "undelivered" or (one.verb == "deny" and not self.inputs)

    def _played(self, inputs: Sequence[Input]) -> Conversation:
        conversation = Conversation(self.flow, self.customer, self.starts_at, self.windows)
        for _ in play_inputs(conversation, inputs):
            pass
        return conversation

    def _name(self) -> str:
        said = ", ".join(f"{one.verb} {one.value}".strip() for one in self.inputs) or "nothing happens"
        short = said if len(said) <= _LONGEST_NAME else f"{said[:_LONGEST_NAME]}…"
        result = self.conversation.state.result
        return f"{short} ({result})" if result else short


def _beyond(before: Sequence[Line], after: list[Line]) -> list[Line]:
    same = 0
    while same < min(len(before), len(after)) and before[same] == after[same]:
        same += 1
    return after[same:]
