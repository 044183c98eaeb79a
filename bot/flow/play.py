"""A conversation played in memory: a host that carries a flow's actions out on a clock moved by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal

from bot.domain.quiet_hours import Closed, Window, hours
from bot.flow.actions import (
    Action,
    Call,
    CancelQueued,
    Dial,
    Finish,
    Hangup,
    Prompt,
    Send,
    Voicemail,
    WaitUntil,
)
from bot.flow.engine import step
from bot.flow.happenings import (
    Answered,
    BusinessEvent,
    CallEnded,
    CallOutcome,
    Delivered,
    Denied,
    GrantResult,
    GrantSettled,
    Happening,
    OptedOut,
    Pressed,
    Replied,
    Started,
    TimedOut,
    Transferred,
    Undelivered,
    WorkOrderClosed,
)
from bot.flow.model import Flow, Purpose
from bot.flow.replies import Meaning, understand
from bot.flow.state import State
from bot.flow.text import MissingValue, sms_text, spoken
from bot.flow.transcript import Line, headline, kind_of

RINGS_FOR = timedelta(seconds=30)


class NotNow(ValueError):
    """The script asks for something that cannot happen at this moment: a key without a call, for instance."""


@dataclass(frozen=True, slots=True)
class Customer:
    facts: Mapping[str, object]
    language: str = "zh"
    time_zone: str = "Asia/Shanghai"


@dataclass(slots=True)
class Conversation:
    """`windows` are the hours of marketing contacts, in the customer's zone; none given means any hour."""

    flow: Flow
    customer: Customer
    now: datetime
    windows: Sequence[Window] = ()
    state: State = field(default_factory=State)
    lines: list[Line] = field(default_factory=list)
    _due: list[Send | Call] = field(default_factory=list)
    _deadline: WaitUntil | None = None
    _in_the_air: Send | None = None
    _call: Call | None = None
    _talking: bool = False
    _rings_until: datetime | None = None
    _over: CallOutcome | None = None
    _events: int = 0
    _ends_at: datetime | None = None

    def start(self) -> None:
        self._ends_at = self.now + self.flow.expires
        self._give(Started())
        self._catch_up()

    def reply(self, text: str) -> None:
        """An SMS from the customer, understood as the product understands it."""
        understood = understand(text)
        if understood.meaning is Meaning.OPT_OUT:
            self._note("opted out")
            self._give(OptedOut(self._evidence()))
        elif understood.meaning in (Meaning.KEY, Meaning.UNCLEAR):
            self._give(Replied(understood.key, self._evidence()))
        self._catch_up()

    def answer(self, *, machine: bool = False) -> None:
        call = self._ringing()
        self._talking, self._rings_until = True, None
        self._give(Answered(call.visit, machine))
        self._catch_up()

    def press(self, digits: str) -> None:
        """Empty digits: the customer says nothing until the prompt gives up."""
        if self._call is None or not self._talking:
            raise NotNow("nobody is on the line")
        self._give(Pressed(self._call.visit, self.state.turn, digits, self._evidence()))
        self._catch_up()

    def transferred(self, *, connected: bool) -> None:
        if self._call is None or not self._talking:
            raise NotNow("nobody is on the line")
        self._give(Transferred(self._call.visit, connected))
        self._catch_up()

    def end_call(self, outcome: CallOutcome) -> None:
        """Busy, no answer, failed; or the customer hangs up (`ANSWERED`)."""
        if outcome is CallOutcome.ANSWERED and not self._talking:
            raise NotNow("nobody is on the line")
        call = self._ringing() if not self._talking else self._call
        self._call, self._talking, self._rings_until = None, False, None
        if call is not None:
            self._give(CallEnded(call.visit, outcome))
        self._catch_up()

    def event(self, name: str, amount: Decimal | None = None) -> None:
        self._give(BusinessEvent(name, self._evidence(), self.now, amount))
        self._catch_up()

    def undelivered(self, cause: str) -> None:
        if self._in_the_air is None:
            raise NotNow("no message is on its way")
        message, self._in_the_air = self._in_the_air, None
        if self._deadline is not None and self._deadline.visit == message.visit:
            self._deadline = None
        self._give(Undelivered(message.visit, cause))
        self._catch_up()

    def delivered(self) -> None:
        """The message on its way arrives; nothing happens when there is none."""
        if self._in_the_air is not None:
            message, self._in_the_air = self._in_the_air, None
            self._give(Delivered(message.visit))
            self._catch_up()

    def deny(self, reason: str) -> None:
        """The gate refuses the contact that is due next."""
        if not self._due:
            raise NotNow("no contact is due")
        contact = self._due.pop(0)
        self._give(Denied(contact.visit, reason))
        self._catch_up()

    def settle(self, result: GrantResult) -> None:
        self._give(GrantSettled(result))
        self._catch_up()

    def close_work_order(self, disposition: str) -> None:
        self._give(WorkOrderClosed(disposition))
        self._catch_up()

    def advance(self, span: timedelta) -> None:
        """Time passes: what falls due happens in its order; a phone that nobody answered rings out."""
        target = self.now + span
        self.delivered()
        while (moment := self._next_moment()) is not None and moment <= target:
            self.now = max(self.now, moment)
            if self._rings_until is not None and self._rings_until <= self.now:
                self.end_call(CallOutcome.NO_ANSWER)
            self._happen_now()
            self.delivered()
        self.now = target

    def _next_moment(self) -> datetime | None:
        if self.state.finished:
            return None
        moments = [self._opens(contact) for contact in self._due]
        moments += [self._deadline.at] if self._deadline is not None else []
        moments += [moment for moment in (self._rings_until, self._ends_at) if moment is not None]
        return min(moments, default=None)

    def _catch_up(self) -> None:
        """Whatever is due at this very moment happens now; a ringing phone waits for the script."""
        while not self.state.finished and self._happen_now():
            pass

    def _happen_now(self) -> bool:
        contact = next((one for one in self._due if self._opens(one) <= self.now), None)
        if contact is not None and (self._call is None or isinstance(contact, Send)):
            self._due.remove(contact)
            self._contact(contact)
            return True
        if self._deadline is not None and self._deadline.at <= self.now:
            visit, self._deadline = self._deadline.visit, None
            self._give(TimedOut(visit))
            return True
        if self._ends_at is not None and self._ends_at <= self.now:
            self._expire()
            return True
        return False

    def _expire(self) -> None:
        """The flow's own time is over, wherever the run stands."""
        result = self.flow.goal if self.state.goal_met and self.flow.goal else "expired"
        self.state = replace(self.state, result=result)
        self._cancel()
        self._carry_out(Finish(result))

    def _contact(self, contact: Send | Call) -> None:
        if contact.expires_at < self.now:
            self._note(f"expired {kind_of(contact)} {contact.step}")
            self._give(Undelivered(contact.visit, "expired"))
        elif isinstance(contact, Call):
            self._note(f"call {contact.step}")
            self._call, self._rings_until = contact, self.now + RINGS_FOR
        else:
            self._send(contact)

    def _send(self, message: Send) -> None:
        try:
            words = sms_text(self.flow, message.step, self.customer.language, self.customer.facts)
        except MissingValue as missing:
            self._note(f"denied sms {message.step}: missing {missing.name}")
            self._give(Denied(message.visit, "missing_value"))
            return
        self._note(f"sms {message.step}", words)
        self._in_the_air = message
        if message.answer_within is not None:
            self._deadline = WaitUntil(message.visit, self.now + message.answer_within)

    def _opens(self, contact: Send | Call) -> datetime:
        moment = max(contact.not_before, self.now)
        if not self.windows or self.flow.purpose_of(contact.step) is Purpose.SERVICE:
            return moment
        found = hours(self.windows, [self.customer.time_zone], frozenset(), moment)
        return (found.opens_at or moment) if isinstance(found, Closed) else moment

    def _ringing(self) -> Call:
        if self._call is None:
            raise NotNow("no phone is ringing")
        return self._call

    def _give(self, happening: Happening) -> None:
        result = step(self.flow, self.state, happening, self.now, self.customer.facts)
        self.state = result.state
        for action in result.actions:
            self._carry_out(action)
        if self._over is not None and self._call is not None:
            outcome, call = self._over, self._call
            self._over, self._call, self._talking = None, None, False
            self._give(CallEnded(call.visit, outcome))

    def _carry_out(self, action: Action) -> None:
        match action:
            case Send() | Call():
                self._due.append(action)
            case WaitUntil():
                self._deadline = action
            case CancelQueued():
                self._cancel()
            case Prompt() | Voicemail() | Hangup() | Dial():
                self._speak(action)
            case _:
                self._note(headline(action))

    def _cancel(self) -> None:
        for contact in self._due:
            self._note(f"cancelled {kind_of(contact)} {contact.step}")
        self._due, self._deadline, self._in_the_air = [], None, None

    def _speak(self, action: Prompt | Voicemail | Hangup | Dial) -> None:
        words = spoken(self.flow, action, self.customer.language, self.customer.facts)
        match action:
            case Prompt():
                self._note(f"says {action.step} {action.text}", words)
            case Voicemail():
                self._note(f"voicemail {action.step}", words)
                self._over = CallOutcome.MACHINE
            case Dial():
                self._note(f"transfers to {action.queue}", words)
            case Hangup():
                self._note(f"hangs up {action.text}".rstrip(), words)
                self._over = CallOutcome.ANSWERED if action.text else CallOutcome.MACHINE

    def _note(self, headline: str, words: str = "") -> None:
        self.lines.append(Line(self.now, headline, words))

    def _evidence(self) -> str:
        self._events += 1
        return f"event {self._events}"
