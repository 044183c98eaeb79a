"""One advance of one run: what the engine and the steps read, remember and ask for while it lasts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from bot.flow.actions import Accept, Action, Finish, Qualify
from bot.flow.model import END, OPTED_OUT, Flow, FlowStep, Leave
from bot.flow.state import Plain, State


@dataclass(slots=True)
class Moment:
    flow: Flow
    now: datetime
    facts: Mapping[str, object]
    state: State
    actions: list[Action] = field(default_factory=list)
    passed: list[tuple[str, str]] = field(default_factory=list)  # the steps that were left, by which exits
    came_by: str = ""  # the exit that led to the step now being entered

    def do(self, *actions: Action) -> None:
        self.actions.extend(actions)

    def remember(self, **changes: Any) -> None:
        self.state = replace(self.state, **changes)

    @property
    def step(self) -> FlowStep | None:
        return self.flow.steps.get(self.state.step) if self.state.step else None

    @property
    def live(self) -> bool:
        """A call is being spoken at this moment."""
        return self.state.call_visit != 0

    def row(self) -> dict[str, object]:
        """What conditions may ask about: the customer's facts, the offer, and what the run has noted."""
        return {**self.facts, **self.flow.offer.values(), **self.state.values()}

    def note(self, name: str, value: Plain) -> None:
        """A fact of this run: `run.<name>` from now on."""
        self.remember(facts={**self.state.facts, name: value})

    def arrive(self, step: FlowStep) -> None:
        """Stand on a new step; prompts go on counting inside a live call, so that no two are alike."""
        self.remember(
            step=step.name,
            visit=self.state.visit + 1,
            try_no=0,
            turn=self.state.turn if self.live else 0,
            mistakes=0,
            confirming=False,
            unclear=0,
        )

    def accept(self, evidence: str, step: str) -> None:
        """Only the first yes counts: one acceptance per run."""
        if self.state.accepted_by is None:
            self.remember(accepted_by=evidence)
            self.do(Accept(evidence, step))

    def qualify(self, evidence: str, amount: Decimal | None) -> None:
        if self.state.qualified_by is None:
            self.remember(qualified_by=evidence)
            self.do(Qualify(evidence, amount))

    def catch_up(self, left: Leave) -> Leave:
        """The way of an event that had to wait is taken now."""
        self.remember(missed="")
        return left

    def refusal(self) -> Leave:
        """The way out of somebody who wants to hear no more: the flow's own, else the end."""
        self.remember(refused=True)
        exit_ = self.flow.then.get(OPTED_OUT)
        return Leave((OPTED_OUT,), exit_.target if exit_ is not None else END)

    def finish(self, result: str) -> None:
        """A run that has reached its goal is a success, however it ends afterwards."""
        if self.state.goal_met and self.flow.goal:
            result = self.flow.goal
        self.remember(result=result)
        self.do(Finish(result))
