"""One enrolment while a batch of events is applied to it: its state in memory, its deadline, what it asked for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.flow.actions import (
    Accept,
    Action,
    Call,
    CancelQueued,
    Finish,
    Grant,
    OpenWorkOrder,
    OptOut,
    Qualify,
    Send,
    WaitUntil,
)
from bot.flow.engine import step
from bot.flow.happenings import Happening
from bot.flow.model import Flow
from bot.flow.state import State
from bot.store.enrolments import Enrolment, Standing

#: Actions that are carried out in the store; the others are spoken at once to whoever is on the line.
STORED = (Send, Call, WaitUntil, CancelQueued, Accept, Qualify, Grant, OpenWorkOrder, OptOut, Finish)


EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Asked:
    """An action to be stored, with the visit and the evidence it came from."""

    action: Action
    visit: int
    evidence: Mapping[str, object]


@dataclass(slots=True)
class Run:
    enrolment: Enrolment
    flow: Flow
    facts: Mapping[str, object]
    state: State
    due_at: datetime | None
    changed: bool = False
    asked: list[Asked] = field(default_factory=list)

    def apply(
        self, happening: Happening, now: datetime, evidence: Mapping[str, object]
    ) -> tuple[Action, ...]:
        """Advance the flow; answers what is to be spoken."""
        result = step(self.flow, self.state, happening, now, self.facts)
        if result.state == self.state and not result.actions:
            return ()
        if result.state.visit != self.state.visit:
            self.due_at = None  # the deadline belonged to the visit that is over
        self.state = result.state
        self.changed = True
        spoken: list[Action] = []
        for action in result.actions:
            if isinstance(action, STORED):
                self._ask(action, evidence)
            else:
                spoken.append(action)
        return tuple(spoken)

    def _ask(self, action: Action, evidence: Mapping[str, object]) -> None:
        match action:
            case WaitUntil(_, at):
                self.due_at = at
                return
            case CancelQueued():
                self.due_at = None
                self.asked = [one for one in self.asked if not isinstance(one.action, Send | Call)]
        self.asked.append(Asked(action, self.state.visit, evidence))

    @property
    def being_credited(self) -> bool:
        """Billing has been asked: the run waits for its word, however late it is."""
        return self.state.step is not None and self.flow.steps[self.state.step].kind == "grant"

    def expire(self, now: datetime) -> None:
        """The campaign's time for this customer is over, wherever the run stands."""
        result = self.flow.goal if self.state.goal_met and self.flow.goal else EXPIRED
        self.state = replace(self.state, result=result)
        self.changed = True
        self._ask(CancelQueued(), {"at": now.isoformat()})

    def answer_timer(self, due_at: datetime) -> None:
        """The carrier has the message of the current visit: the customer's time to answer runs."""
        self.due_at = due_at
        self.changed = True

    def standing(self) -> Standing:
        return Standing(
            id=self.enrolment.id,
            step=self.state.step,
            visit=self.state.visit,
            state=json.dumps(self.state.to_json()),
            due_at=self.due_at,
            result=self.state.result,
        )
