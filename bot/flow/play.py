"""A conversation played in memory: all that a customer, a carrier, billing and a manager may do to a flow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from bot.flow.actions import Call, Hangup
from bot.flow.happenings import (
    Answered,
    BusinessEvent,
    CallOutcome,
    Denied,
    GrantResult,
    GrantSettled,
    OptedOut,
    Pressed,
    Replied,
    Started,
    Transferred,
    Undelivered,
    WorkOrderClosed,
)
from bot.flow.host import Customer, Host
from bot.flow.replies import Meaning, Understood, understand
from bot.flow.transcript import ORDINARY

Details = Mapping[str, str | int | Decimal | bool]


class NotNow(ValueError):
    """The script asks for something that cannot happen at this moment: a key without a call, for instance."""


@dataclass(slots=True)
class Conversation(Host):
    """What happened and what was said stands in `lines`; where the run is, in `state`."""

    _events: int = 0

    def start(self) -> None:
        self.ends_at = self.now + self.flow.expires
        self.give(Started())

    def reply(self, text: str) -> Understood:
        """An SMS from the customer, understood as the product understands it."""
        understood = understand(text)
        if understood.meaning is Meaning.OPT_OUT:
            self.note("opted out")
            self.give(OptedOut(self._evidence()))
        elif understood.meaning in (Meaning.KEY, Meaning.UNCLEAR):
            if self.state.finished:
                self.note("late reply", text)  # a human looks at it
            else:
                self.give(Replied(understood.key, self._evidence(), text))
        return understood

    def answer(self, *, machine: bool = False) -> None:
        call = self._ringing()
        self.talking, self.machine, self.rings_until = True, machine, None
        self.give(Answered(call.visit, machine))

    def press(self, digits: str) -> None:
        """Empty digits: the customer says nothing until the prompt gives up."""
        self.give(Pressed(self._on_the_line().visit, self.state.turn, digits, self._evidence()))

    def say(self, words: str) -> Understood:
        """Spoken into a prompt that listens; what is not understood counts as saying nothing."""
        self._on_the_line()
        if self.prompt is None or not self.prompt.speech:
            raise NotNow("this call listens to keys only")
        understood = understand(words)
        if understood.meaning is Meaning.OPT_OUT:
            self.note("opted out")
            self.speak(Hangup(self.prompt.step, "opted_out"))
            self.give(OptedOut(self._evidence()))
        else:
            self.press((understood.key or "") if understood.meaning is Meaning.KEY else "")
        return understood

    def transferred(self, *, connected: bool) -> None:
        self.give(Transferred(self._on_the_line().visit, connected))

    def end_call(self, outcome: CallOutcome) -> None:
        """Busy, no answer, failed; or the customer hangs up (`ANSWERED`)."""
        call = self._on_the_line() if outcome is CallOutcome.ANSWERED or self.talking else self._ringing()
        self.close_call(call, outcome)

    def event(self, name: str, amount: Decimal | None = None, details: Details | None = None) -> None:
        self.give(BusinessEvent(name, self._evidence(), self.now, amount, details or {}))

    def undelivered(self, cause: str) -> None:
        if self.in_the_air is None:
            raise NotNow("no message is on its way")
        message, self.in_the_air = self.in_the_air, None
        if message.text == ORDINARY and self.deadline is not None and self.deadline.visit == message.visit:
            self.deadline = None
        self.tell(message, Undelivered(message.visit, cause))
        self.catch_up()

    def delivered(self) -> None:
        """The message on its way arrives; nothing happens when there is none."""
        self.arrive()

    def deny(self, reason: str) -> None:
        """The gate refuses the contact that waits for its time; where none does, the next one."""
        if self.due:
            contact = self.due.pop(0)
            self.tell(contact, Denied(contact.visit, reason))
            self.catch_up()
        else:
            self.refusal = reason

    def settle(self, result: GrantResult) -> None:
        self.give(GrantSettled(result))

    def close_work_order(self, disposition: str) -> None:
        self.give(WorkOrderClosed(disposition))

    def advance(self, span: timedelta) -> None:
        self.advance_to(self.now + span)

    def advance_to(self, moment: datetime) -> None:
        """Time passes: what falls due happens in its order; a phone that nobody answers rings out."""
        if self.talking:
            raise NotNow("somebody is on the line: press, say nothing or hang up first")
        self.let_time_pass(max(moment, self.now))

    def _ringing(self) -> Call:
        if self.call is None or self.talking:
            raise NotNow("no phone is ringing")
        return self.call

    def _on_the_line(self) -> Call:
        if self.call is None or not self.talking:
            raise NotNow("nobody is on the line")
        return self.call

    def _evidence(self) -> str:
        self._events += 1
        return f"event {self._events}"


__all__ = ["Conversation", "Customer", "Details", "NotNow"]
