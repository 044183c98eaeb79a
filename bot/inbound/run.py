"""One enrolment while a batch of events is applied to it: its state in memory, its deadline, what it asked for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.domain.arbiter import ANSWER_WITHIN
from bot.flow.actions import (
    Accept,
    Action,
    Call,
    CancelQueued,
    Emit,
    Finish,
    Grant,
    OpenWorkOrder,
    OptOut,
    Qualify,
    Send,
    WaitUntil,
)
from bot.flow.engine import step
from bot.flow.happenings import Happening, Pressed, Replied
from bot.flow.model import Flow
from bot.flow.state import State
from bot.flow.steps.asking import ASK_AGAIN
from bot.store.attempts import Attempt
from bot.store.enrolments import Enrolment, Standing

#: Actions that are carried out in the store; the others are spoken at once to whoever is on the line.
STORED = (
    Send, Call, WaitUntil, CancelQueued, Accept, Qualify, Grant, OpenWorkOrder, Emit, OptOut, Finish,
)  # fmt: skip

EXPIRED = "expired"
INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class Asked:
    """An action to be stored, with the visit and the evidence it came from."""

    action: Action
    visit: int
    evidence: Mapping[str, object]
    answers: bool = False  # what the customer has just said


@dataclass(slots=True)
class Run:
    enrolment: Enrolment
    flow: Flow
    facts: Mapping[str, object]
    state: State
    due_at: datetime | None
    holds_until: datetime | None  # it awaits the customer's answer: no other run speaks
    changed: bool = False
    asked: list[Asked] = field(default_factory=list)

    def apply(
        self, happening: Happening, now: datetime, evidence: Mapping[str, object]
    ) -> tuple[Action, ...]:
        """Advance the flow; answers what is to be spoken."""
        result = step(self.flow, self.state, happening, now, self.facts)
        if result.state == self.state and not result.actions:
            return ()
        if result.state.visit != self.state.visit or result.state.finished:
            self.due_at = None  # the deadline belonged to the visit that is over
            self.holds_until = None
        self.state = result.state
        self.changed = True
        spoken: list[Action] = []
        for action in result.actions:
            if isinstance(action, STORED):
                self._ask(action, evidence, answers=isinstance(happening, Replied | Pressed))
            else:
                spoken.append(action)
        return tuple(spoken)

    def _ask(self, action: Action, evidence: Mapping[str, object], *, answers: bool = False) -> None:
        match action:
            case WaitUntil(_, at):
                self.due_at = at
                return
            case CancelQueued():
                self.due_at = None
                self.asked = [one for one in self.asked if not isinstance(one.action, Send | Call)]
        self.asked.append(Asked(action, self.state.visit, evidence, answers))

    @property
    def values(self) -> Mapping[str, object]:
        """What texts may name: the customer's facts, and what the run has noted."""
        return {**self.facts, **self.state.values()}

    @property
    def over(self) -> bool:
        return self.enrolment.status != "active" or self.state.finished

    @property
    def asks(self) -> bool:
        """Whether it stands on a step that an SMS from the customer answers."""
        current = self.flow.steps.get(self.state.step or "")
        return current is not None and current.asks and not self.over

    @property
    def being_credited(self) -> bool:
        """Billing has been asked: the run waits for its word, however late it is."""
        return self.state.step is not None and self.flow.steps[self.state.step].kind == "grant"

    def end(self, result: str, now: datetime) -> None:
        """From without, wherever the run stands: its time is over, or it must yield to another."""
        result = self.flow.goal if self.state.goal_met and self.flow.goal else result
        self.state = replace(self.state, result=result)
        self.holds_until = None
        self.changed = True
        self._ask(CancelQueued(), {"at": now.isoformat()})

    def taken(self, attempt: Attempt, now: datetime) -> None:
        """The carrier has the message of the current visit: the customer's time to answer runs."""
        if attempt.visit != self.state.visit:
            return
        if attempt.answer_within is not None:
            self.due_at = now + attempt.answer_within
            self.changed = True
        if attempt.asks and self.asks:
            self.holds_until = self._deadline(attempt, now)
            self.changed = True

    def _deadline(self, attempt: Attempt, now: datetime) -> datetime:
        """A question that is put again lives as long as the first."""
        if attempt.answer_within is not None:
            return now + attempt.answer_within
        return self.holds_until or min(now + ANSWER_WITHIN, self.due_at or now + ANSWER_WITHIN)

    def lost(self, attempt: Attempt) -> None:
        """Its message never arrived: there is nothing that the customer could answer."""
        asked_before = attempt.text == ASK_AGAIN
        if attempt.visit == self.state.visit and self.holds_until is not None and not asked_before:
            self.holds_until = None
            self.changed = True

    def given_back(self, attempt: Attempt) -> None:
        """Its message is still to be sent: nobody can answer it, and the time for that does not run."""
        if attempt.visit == self.state.visit and attempt.answer_within is not None:
            self.due_at = None
            self.changed = True
        self.lost(attempt)

    def freed_floor(self, now: datetime) -> bool:
        before = self.enrolment.holds_until
        return before is not None and before > now and self.holds_until is None

    def standing(self) -> Standing:
        return Standing(
            id=self.enrolment.id,
            step=self.state.step,
            visit=self.state.visit,
            state=json.dumps(self.state.to_json()),
            due_at=self.due_at,
            holds_until=self.holds_until,
            result=self.state.result,
        )
