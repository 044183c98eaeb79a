"""The flow engine: one happening in, the next state and the actions out; pure, so that it can be played."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.flow import stale
from bot.flow.actions import Action, CancelQueued, Dial, Hangup, Prompt, Voicemail
from bot.flow.happenings import (
    Answered,
    BusinessEvent,
    GrantSettled,
    Happening,
    OptedOut,
    Pressed,
    Replied,
    Resumed,
    Started,
    Transferred,
    WorkOrderClosed,
)
from bot.flow.model import END, NEXT, OPTED_OUT, RECHARGE, Flow, FlowStep, Leave
from bot.flow.moment import Moment
from bot.flow.results import result_of
from bot.flow.state import State
from bot.flow.steps.part import DONE

STEPS_PER_ADVANCE = 50
ADVANCES_PER_RUN = 500

ON_THE_LINE = (Answered, Pressed, Transferred)
SPOKEN = (Prompt, Voicemail, Dial, Hangup)

LOOPED = "looped"
OVER_BUDGET = "over_budget"


@dataclass(frozen=True, slots=True)
class Step:
    """What one happening came to; `passed` are the steps that were left by it, each with its exit."""

    state: State
    actions: tuple[Action, ...]
    passed: tuple[tuple[str, str], ...] = ()


def step(flow: Flow, state: State, happening: Happening, now: datetime, facts: Mapping[str, object]) -> Step:
    """`facts` are the customer's factors and columns; a happening of a visit that is over changes nothing.

    `Answered`, `Pressed` and `Transferred` always get exactly one spoken action (Prompt, Voicemail, Dial or
    Hangup), even stale or after the end, because the carrier is waiting for words.
    """
    moment = Moment(flow, now, facts, state)
    if state.finished:
        stale.answer(moment, happening)
    else:
        _advance(moment, happening)
        _count(moment, state)
        if isinstance(happening, ON_THE_LINE) and not any(isinstance(act, SPOKEN) for act in moment.actions):
            stale.answer(moment, happening)
    return Step(moment.state, tuple(moment.actions), tuple(moment.passed))


def _count(moment: Moment, before: State) -> None:
    """A run that is moved again and again without an end in sight is ended, whatever moves it."""
    if moment.state == before:
        return
    moment.remember(advances=before.advances + 1)
    if moment.state.advances >= ADVANCES_PER_RUN and not moment.state.finished:
        moment.do(CancelQueued())
        moment.finish(OVER_BUDGET)


def _advance(moment: Moment, happening: Happening) -> None:
    match happening:
        case Started():
            if moment.state.step is None:
                _travel(moment, moment.flow.start)
        case Resumed():
            if moment.step is not None:
                _travel(moment, moment.step.name)
        case OptedOut():
            _opted_out(moment)
        case Replied():
            _reply(moment, happening)
        case BusinessEvent():
            _business(moment, happening)
        case GrantSettled() | WorkOrderClosed():
            _react(moment, happening)
        case _ if happening.visit in _visits(moment.state):
            _react(moment, happening)


def _visits(state: State) -> tuple[int, ...]:
    """The step's own visit and, inside a call that has moved on to another step, the call's."""
    return (state.visit, state.call_visit) if state.call_visit else (state.visit,)


def _opted_out(moment: Moment) -> None:
    """Over at once, or by the way that the flow names for it; the gate refuses every contact on it."""
    if moment.state.refused:
        return
    moment.do(CancelQueued())
    moment.remember(call_visit=0)
    current = moment.step
    target = _follow(moment, moment.refusal(), current) if current is not None else None
    if target is not None:
        _travel(moment, target)
    elif not moment.state.finished:
        moment.finish(OPTED_OUT)


def _react(moment: Moment, happening: Happening) -> None:
    current = moment.step
    if current is None:
        return
    left = current.react(moment, happening)
    if left is not None and not moment.state.finished:
        _depart(moment, current, left, happening)


def _reply(moment: Moment, reply: Replied) -> None:
    """A reply is meant for the step that asks; else, late but still meant, for the last SMS that asked."""
    current = moment.step
    if current is None:
        return
    if current.asks:
        left = current.read(moment, reply)
    else:
        asked = moment.flow.steps.get(moment.state.last_sms or "")
        left = asked.read_late(moment, reply, current) if asked is not None else None
    if left is not None:
        _depart(moment, current, left, reply)


def _business(moment: Moment, event: BusinessEvent) -> None:
    admitted = moment.step.admits(moment, event) if moment.step is not None else None
    if event.name == RECHARGE and not _qualifies(moment, event, admitted):
        return
    if event.name == moment.flow.goal:
        moment.remember(goal_met=True)
    current = moment.step
    if current is None:
        return
    left = None if moment.live else _way_out(moment, event, current, admitted)
    if left is not None:
        _depart(moment, current, left, event)
    elif (moment.live or not current.interruptible) and event.name != RECHARGE and admitted is not False:
        moment.remember(missed=event.name)  # neither a conversation nor a person's work is cut short


def _way_out(moment: Moment, event: BusinessEvent, current: FlowStep, admitted: bool | None) -> Leave | None:
    if event.name in current.exits and admitted is not False:
        return Leave((event.name,))
    if not current.interruptible:
        return None
    from_anywhere = moment.flow.then.get(event.name)
    if from_anywhere is not None and from_anywhere.target != current.name:
        return Leave((event.name,), from_anywhere.target)
    return Leave((event.name,), END) if event.name == moment.flow.goal else None


def _qualifies(moment: Moment, event: BusinessEvent, admitted: bool | None) -> bool:
    """What the step demands, else what the offer does; and only the first one: the offer is earned once."""
    if moment.state.qualified_by is not None:
        return False
    minimum = moment.flow.offer.min_recharge
    enough = minimum is None or (event.amount is not None and event.amount >= minimum)
    if not (enough if admitted is None else admitted):
        return False
    moment.qualify(event.evidence, event.amount)
    return True


def _depart(moment: Moment, current: FlowStep, left: Leave, happening: Happening) -> None:
    if current.leaves_queued(happening):
        moment.do(CancelQueued())
    if not isinstance(happening, ON_THE_LINE):
        moment.remember(call_visit=0)  # nobody is listening for the next step's words
    if moment.state.missed and not moment.live:
        left = _late_way(moment, left, current)
    target = _follow(moment, left, current)
    if target is not None:
        _travel(moment, target)


def _late_way(moment: Moment, left: Leave, current: FlowStep) -> Leave:
    """The way of an event that had to wait, where the flow names one from anywhere; else the step's own."""
    from_anywhere = moment.flow.then.get(moment.state.missed)
    if from_anywhere is None or from_anywhere.target == current.name:
        return left
    if moment.flow.goal in left.exits:
        moment.remember(goal_met=True)
    return moment.catch_up(Leave((moment.state.missed,), from_anywhere.target))


def _travel(moment: Moment, target: str) -> None:
    """Enters steps until one of them waits or the run ends."""
    for _ in range(STEPS_PER_ADVANCE):
        arrived = moment.flow.steps[target]
        moment.arrive(arrived)
        left = arrived.enter(moment)
        if left is None or moment.state.finished:
            return
        onward = _follow(moment, left, arrived)
        if onward is None:
            return
        target = onward
    moment.finish(LOOPED)  # lint forbids such flows; a run must end all the same


def _follow(moment: Moment, left: Leave, current: FlowStep) -> str | None:
    """The step that the way out leads to, or None when it ended the run."""
    if moment.flow.goal in left.exits:
        moment.remember(goal_met=True)
    moment.came_by = left.name
    named = next((name for name in (*left.exits, NEXT) if name in current.exits), None)
    target = left.target or (current.exits[named].target if named is not None else None)
    moment.passed.append((current.name, left.name if left.target or named is None else named))
    if target is not None and target != END:
        return target
    result = left.result or result_of(left)
    if current.inside and not moment.state.refused:
        return _follow(moment, Leave((result, DONE)), moment.flow.steps[current.inside])
    moment.finish(result)
    return None
