"""Runs stepped by hand through the engine, one happening after another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from bot.flow.actions import Action
from bot.flow.engine import step
from bot.flow.happenings import BusinessEvent, Happening, Pressed, Started
from bot.flow.model import Flow
from bot.flow.state import State

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)  # a Sunday, 10:00 in Shanghai
BY_SMS = {"sms_habit": True, "tier": "mid", "arpu": 40.0}
BY_CALL = {**BY_SMS, "sms_habit": False}


class Run:
    """One enrolment, stepped by hand; `did` holds the actions of the last step."""

    def __init__(self, flow: Flow, facts: dict[str, object] | None = None) -> None:
        self.flow, self.facts, self.state = flow, facts or {}, State()
        self.did: tuple[Action, ...] = ()
        self.give(Started())

    def give(self, happening: Happening, later: timedelta = timedelta()) -> tuple[Action, ...]:
        result = step(self.flow, self.state, happening, NOW + later, self.facts)
        self.state, self.did = result.state, result.actions
        return self.did

    @property
    def visit(self) -> int:
        return self.state.visit

    def kinds(self) -> list[type]:
        return [type(action) for action in self.did]

    def recharge(self, amount: str = "50") -> tuple[Action, ...]:
        return self.give(BusinessEvent("recharge", "topup-1", NOW, Decimal(amount)))

    def press(self, digits: str, turn: int | None = None) -> tuple[Action, ...]:
        return self.give(Pressed(self.visit, turn or self.state.turn, digits, f"CA1:{digits}"))


def stepped(
    flow: Flow, happens: Sequence[Happening], facts: Mapping[str, object]
) -> tuple[State, list[Action]]:
    """Where a run stands after its start and all of these, and all that was asked for on the way."""
    state, did = State(), []
    for happening in (Started(), *happens):
        result = step(flow, state, happening, NOW, facts)
        state = result.state
        did += result.actions
    return state, did
