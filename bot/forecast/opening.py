"""What a run comes to before anything happens to it: its first contact, or what it does instead.

The engine itself is played, and its answer kept: customers for whom the facts that matter come to the same thing
go the same way. The facts that matter are those that the steps before the first contact ask for.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from bot.domain.attempts import Channel
from bot.flow.actions import Action, Call, OnDenied, OpenWorkOrder, Send, WaitUntil
from bot.flow.engine import STEPS_PER_ADVANCE, step
from bot.flow.happenings import Happening, Started, TimedOut
from bot.flow.model import AFTER, Flow, FlowStep
from bot.flow.state import Plain, State
from bot.flow.steps.contact import ContactStep
from bot.flow.steps.emit import EmitStep
from bot.flow.steps.end import EndStep
from bot.flow.steps.grant import GrantStep
from bot.flow.steps.part import PartStep
from bot.flow.steps.set import SetStep
from bot.flow.steps.split import SplitStep
from bot.flow.steps.switch import SwitchStep
from bot.flow.steps.transfer import TransferStep
from bot.flow.steps.values import Copied, plain
from bot.flow.steps.wait import Around, Clock, WaitStep
from bot.flow.steps.wait_for import WaitForStep
from bot.flow.steps.work_order import WorkOrderStep

_MOST_KEPT = 1 << 16

Facts = Mapping[str, object]
Question = Callable[[Facts], Hashable]


class Instead(StrEnum):
    """Why a run makes no contact by itself."""

    PERSON_FIRST = "person_first"  # it begins with a work order
    AWAITS_EVENT = "awaits_event"  # something must happen that may never do
    ENDS_WITHOUT = "ends_without"  # it comes to its end without one


class Wish(NamedTuple):
    """The contact that a run wants to make."""

    step: str
    channel: Channel
    purpose: str
    at: datetime
    expires_at: datetime
    on_denied: str
    text: str
    noted: Mapping[str, Plain]  # what the run itself knows by then


Opening = Wish | Instead


@dataclass(slots=True)
class Openings:
    """Of one flow. Where a step may ask what we cannot tell, nothing is kept and every run is played."""

    flow: Flow
    _questions: tuple[Question, ...] | None = field(init=False)
    _offer: Mapping[str, object] = field(init=False)
    _kept: dict[Hashable, Opening] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._questions = questions(self.flow)
        self._offer = self.flow.offer.values()

    def of(self, facts: Facts, starts_at: datetime, ends_at: datetime) -> Opening:
        """If nothing happens meanwhile: what the customer does can only be waited for."""
        if self._questions is None:
            return played(self.flow, facts, starts_at, ends_at)
        row = {**facts, **self._offer}
        key = (starts_at, ends_at, *[ask(row) for ask in self._questions])
        found = self._kept.get(key)
        if found is None:
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            found = self._kept[key] = played(self.flow, facts, starts_at, ends_at)
        return found


def played(flow: Flow, facts: Facts, starts_at: datetime, ends_at: datetime) -> Opening:
    state, now = State(), starts_at
    happening: Happening = Started()
    for _ in range(STEPS_PER_ADVANCE):
        advanced = step(flow, state, happening, now, facts)
        state = advanced.state
        found = _first(flow, state, advanced.actions)
        if found is not None:
            return found
        deadline = next((a for a in reversed(advanced.actions) if isinstance(a, WaitUntil)), None)
        if deadline is None:
            return Instead.AWAITS_EVENT
        if deadline.at >= ends_at:
            return Instead.ENDS_WITHOUT
        happening, now = TimedOut(deadline.visit), max(deadline.at, now)
    return Instead.ENDS_WITHOUT


def _first(flow: Flow, state: State, actions: Sequence[Action]) -> Opening | None:
    """In the order in which they are asked for."""
    for action in actions:
        if isinstance(action, Send | Call):
            return _wish(flow, state, action)
        if isinstance(action, OpenWorkOrder):
            return Instead.PERSON_FIRST
    return Instead.ENDS_WITHOUT if state.finished else None


def _wish(flow: Flow, state: State, action: Send | Call) -> Wish:
    return Wish(
        step=action.step,
        channel=Channel.SMS if isinstance(action, Send) else Channel.CALL,
        purpose=flow.purpose_of(action.step).value,
        at=action.not_before,
        expires_at=action.expires_at,
        on_denied=OnDenied(action.on_denied).value,
        text=action.text if isinstance(action, Send) else "say",
        noted=state.facts,
    )


def questions(flow: Flow) -> tuple[Question, ...] | None:
    """What the way to the first contact depends on; None where a step of an unknown kind may be on it."""
    found: list[Question] = []
    ahead, seen = [flow.start], set[str]()
    while ahead:
        name = ahead.pop()
        one = flow.steps.get(name)
        if one is None or name in seen:
            continue
        seen.add(name)
        asked = _asked_by(one)
        if asked is None:
            return None
        found += asked
        ahead += _onward(one)
    return tuple(found)


def _asked_by(one: FlowStep) -> Sequence[Question] | None:
    match one:
        case SwitchStep():
            return [branch.holds for branch in one.branches]
        case SplitStep():
            return [lambda row: one.way_of(row.get("customer_id"))]
        case WaitStep(wait=Around(factor)):
            return [_fact("time_zone"), _fact(factor)]
        case WaitStep(wait=Clock()):
            return [_fact("time_zone")]
        case SetStep(settings=settings) | PartStep(parameters=settings):
            return [_fact(value.source) for value in settings.values() if isinstance(value, Copied)]
        case WaitStep() | ContactStep() | EmitStep() | WaitForStep() | WorkOrderStep() | GrantStep():
            return ()
        case TransferStep() | EndStep():
            return ()
        case _:
            return None


def _fact(name: str) -> Question:
    return lambda row: plain(row.get(name))


def _onward(one: FlowStep) -> Iterator[str]:
    if isinstance(one, ContactStep | WorkOrderStep):
        return
    if isinstance(one, WaitForStep):
        yield from (exit_.target for name, exit_ in one.exits.items() if name == AFTER)
        return
    if isinstance(one, PartStep):
        yield one.first
    if one.inside:
        yield one.inside  # a part's end leads on by its exits
    yield from (edge.target for edge in one.edges())
