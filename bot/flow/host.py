"""The host of a played conversation: it carries a flow's actions out in memory, on a clock moved by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.domain.quiet_hours import Closed, Window, hours
from bot.flow.actions import (
    Action,
    Call,
    CancelQueued,
    Dial,
    Emit,
    Finish,
    Hangup,
    Prompt,
    Send,
    Voicemail,
    WaitUntil,
)
from bot.flow.engine import step
from bot.flow.happenings import (
    CallEnded,
    CallOutcome,
    Delivered,
    Denied,
    Happening,
    Replied,
    TimedOut,
    Undelivered,
)
from bot.flow.model import Flow, Purpose
from bot.flow.state import State
from bot.flow.text import MissingValue, sms_text, spoken
from bot.flow.transcript import ORDINARY, Line, details_in_words, headline, of_contact

RINGS_FOR = timedelta(seconds=30)

Spoken = Prompt | Voicemail | Hangup | Dial


@dataclass(frozen=True, slots=True)
class Customer:
    """`facts` as flows read them; where they lack a time zone or a customer id, there is one all the same."""

    facts: Mapping[str, object]
    language: str = "zh"
    time_zone: str = "Asia/Shanghai"

    def known(self) -> dict[str, object]:
        return {"customer_id": 1, "language": self.language, "time_zone": self.time_zone, **self.facts}


@dataclass(slots=True)
class Host:
    """`windows` are the hours of marketing contacts, in the customer's zone; none given means any hour.

    Of the gate it plays these hours, and that nobody is contacted after an opt-out; caps it does not.
    """

    flow: Flow
    customer: Customer
    now: datetime
    windows: Sequence[Window] = ()
    state: State = field(default_factory=State)
    lines: list[Line] = field(default_factory=list)
    due: list[Send | Call] = field(default_factory=list)  # contacts that wait for their time
    deadline: WaitUntil | None = None
    in_the_air: Send | None = None
    call: Call | None = None  # rings or is being spoken
    talking: bool = False
    machine: bool = False
    prompt: Prompt | None = None  # what the person on the line was asked last
    refusal: str | None = None  # why the gate will refuse the next contact
    rings_until: datetime | None = None
    ends_at: datetime | None = None
    passed: list[tuple[str, str]] = field(default_factory=list)  # the steps that were left, by which exits
    _over: CallOutcome | None = None
    _facts: Mapping[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._facts = self.customer.known()

    def values(self) -> dict[str, object]:
        """What texts may name: the customer's facts, and what the run has noted."""
        return {**self._facts, **self.state.values()}

    def give(self, happening: Happening) -> None:
        """The flow hears of it, and whatever is due at this very moment happens."""
        self._step(happening)
        self.catch_up()

    def catch_up(self) -> None:
        while self._happen_now():
            pass

    def arrive(self) -> None:
        """The message on its way reaches the phone; nothing happens when there is none."""
        if self.in_the_air is not None:
            message, self.in_the_air = self.in_the_air, None
            if message.text == ORDINARY:
                self.give(Delivered(message.visit))

    def let_time_pass(self, until: datetime) -> None:
        """What falls due happens in its order; a phone that nobody answers rings out."""
        self.arrive()
        while (moment := self._next_moment()) is not None and moment <= until:
            self.now = max(self.now, moment)
            if self.call is not None and self.rings_until is not None and self.rings_until <= self.now:
                self.close_call(self.call, CallOutcome.NO_ANSWER)
            self._happen_now()
            self.arrive()
        self.now = until

    def close_call(self, call: Call, outcome: CallOutcome) -> None:
        self.call, self.talking, self.rings_until, self._over, self.prompt = None, False, None, None, None
        self.give(CallEnded(call.visit, outcome))

    def note(self, headline: str, words: str = "") -> None:
        self.lines.append(Line(self.now, headline, words))

    def _next_moment(self) -> datetime | None:
        if self.state.finished:
            return None
        moments = [self._opens(contact) for contact in self.due if self._may_go(contact)]
        moments += [self.deadline.at] if self.deadline is not None else []
        moments += [moment for moment in (self.rings_until, self.ends_at) if moment is not None]
        return min(moments, default=None)

    def _happen_now(self) -> bool:
        """One thing that is due; a ringing phone waits for the customer."""
        if self.state.finished:
            return False
        ready = (one for one in self.due if self._may_go(one) and self._opens(one) <= self.now)
        contact = next(ready, None)
        if contact is not None:
            self.due.remove(contact)
            self._contact(contact)
        elif self.deadline is not None and self.deadline.at <= self.now:
            visit, self.deadline = self.deadline.visit, None
            self._step(TimedOut(visit))
        elif self.ends_at is not None and self.ends_at <= self.now:
            self._expire()
        else:
            return False
        return True

    def _may_go(self, contact: Send | Call) -> bool:
        """One call at a time."""
        return self.call is None or isinstance(contact, Send)

    def _opens(self, contact: Send | Call) -> datetime:
        moment = max(contact.not_before, self.now)
        if not self.windows or self.flow.purpose_of(contact.step) is Purpose.SERVICE:
            return moment
        found = hours(self.windows, [self.customer.time_zone], frozenset(), moment)
        return (found.opens_at or moment) if isinstance(found, Closed) else moment

    def _expire(self) -> None:
        """The flow's own time is over, wherever the run stands."""
        result = self.flow.goal if self.state.goal_met and self.flow.goal else "expired"
        self.state = replace(self.state, result=result)
        self._cancel()
        self._carry_out(Finish(result))

    def _contact(self, contact: Send | Call) -> None:
        refusal, self.refusal = self.refusal, None
        if self.state.refused or refusal is not None:
            reason = "suppressed" if self.state.refused or refusal is None else refusal
            self._deny(contact, reason, reason)
        elif contact.expires_at < self.now:
            self.note(f"expired {of_contact(contact)}")
            self.tell(contact, Undelivered(contact.visit, "expired"))
        else:
            self._make(contact)

    def _make(self, contact: Send | Call) -> None:
        try:
            words = self._words_of(contact)
        except MissingValue as missing:
            self._deny(contact, "missing_value", f"missing {missing.name}")
            return
        if isinstance(contact, Call):
            self.note(of_contact(contact))
            self.call, self.rings_until = contact, self.now + RINGS_FOR
            return
        self.note(of_contact(contact), words)
        self.in_the_air = contact
        if contact.answer_within is not None:
            self.deadline = WaitUntil(contact.visit, self.now + contact.answer_within)

    def _words_of(self, contact: Send | Call) -> str:
        """A call's first words are tried before it is made, as the product does."""
        if isinstance(contact, Send):
            return sms_text(self.flow, contact.step, self.customer.language, self.values(), contact.text)
        opening = next(
            (name for name in ("say", "play") if name in self.flow.steps[contact.step].texts()), ""
        )
        return self._speech(Prompt(contact.step, contact.visit, 1, opening, 1)) if opening else ""

    def _deny(self, contact: Send | Call, reason: str, shown: str) -> None:
        self.note(f"denied {of_contact(contact)}: {shown}")
        self.tell(contact, Denied(contact.visit, reason))

    def tell(self, contact: Send | Call, outcome: Undelivered | Denied) -> None:
        """That a second question did not go out moves nobody: the first one still stands."""
        if isinstance(contact, Call) or contact.text == ORDINARY:
            self._step(outcome)

    def _step(self, happening: Happening) -> None:
        asked = self.state.last_sms
        result = step(self.flow, self.state, happening, self.now, self._facts)
        self.state = result.state
        self.passed += (
            _answered_late(self.flow, asked, result.passed)
            if isinstance(happening, Replied)
            else result.passed
        )
        for action in result.actions:
            self._carry_out(action)
        if self._over is not None and self.call is not None:
            self.close_call(self.call, self._over)

    def _carry_out(self, action: Action) -> None:
        match action:
            case Send() | Call():
                self.due.append(action)
            case WaitUntil():
                self.deadline = action
            case CancelQueued():
                self._cancel()
            case Prompt() | Voicemail() | Hangup() | Dial():
                self.speak(action)
            case Emit():
                self.note(headline(action), details_in_words(action.details))
            case _:
                self.note(headline(action))

    def _cancel(self) -> None:
        for contact in self.due:
            self.note(f"cancelled {of_contact(contact)}")
        self.due, self.deadline, self.in_the_air = [], None, None

    def speak(self, action: Spoken) -> None:
        """Words that end the call end it as soon as the happening at hand is over."""
        try:
            words = self._speech(action)
        except MissingValue as missing:
            self.note(f"hangs up: missing {missing.name}")
            self._over = CallOutcome.ANSWERED
            return
        match action:
            case Prompt():
                self.prompt = action
                self.note(f"says {action.step} {action.text}", words)
            case Voicemail():
                self.note(f"voicemail {action.step}", words)
                self._over = CallOutcome.MACHINE
            case Dial():
                self.note(f"transfers to {action.queue}", words)
            case Hangup():
                self.note(f"hangs up {action.text}".rstrip(), words)
                self._over = CallOutcome.MACHINE if self.machine else CallOutcome.ANSWERED

    def _speech(self, action: Spoken) -> str:
        return spoken(self.flow, action, self.customer.language, self.values())


def _answered_late(
    flow: Flow, asked: str | None, passed: tuple[tuple[str, str], ...]
) -> tuple[tuple[str, str], ...]:
    """A reply to an earlier message leads away by an exit of the step that had asked."""
    if not passed or asked is None or passed[0][1] in flow.steps[passed[0][0]].exits:
        return passed
    return ((asked, passed[0][1]), *passed)
