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
    Started,
    Transferred,
    WorkOrderClosed,
)
from bot.flow.model import END, NEXT, RECHARGE, Flow, FlowStep, Leave
from bot.flow.moment import Moment
from bot.flow.state import State

STEPS_PER_ADVANCE = 50

ON_THE_LINE = (Answered, Pressed, Transferred)
SPOKEN = (Prompt, Voicemail, Dial, Hangup)

OPTED_OUT = "opted_out"
LOOPED = "looped"


@dataclass(frozen=True, slots=True)
class Step:
    """What one happening came to."""

    state: State
    actions: tuple[Action, ...]


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
        if isinstance(happening, ON_THE_LINE) and not any(isinstance(act, SPOKEN) for act in moment.actions):
            stale.answer(moment, happening)
    return Step(moment.state, tuple(moment.actions))


def _advance(moment: Moment, happening: Happening) -> None:
    match happening:
        case Started():
            if moment.state.step is None:
                _travel(moment, moment.flow.start)
        case OptedOut():
            moment.do(CancelQueued())
            moment.finish(OPTED_OUT)
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
    if event.name == RECHARGE and not _qualifies(moment, event):
        return
    if event.name == moment.flow.goal:
        moment.remember(goal_met=True)
    current = moment.step
    if current is None or moment.live:
        return  # a conversation is not cut short; the end of the call looks at what was remembered
    left = _way_out(moment, event, current)
    if left is not None:
        _depart(moment, current, left, event)


def _way_out(moment: Moment, event: BusinessEvent, current: FlowStep) -> Leave | None:
    if event.name in current.exits:
        return Leave((event.name,))
    if not current.interruptible:
        return None
    from_anywhere = moment.flow.then.get(event.name)
    if from_anywhere is not None and from_anywhere.target != current.name:
        return Leave((event.name,), from_anywhere.target)
    return Leave((event.name,), END) if event.name == moment.flow.goal else None


def _qualifies(moment: Moment, event: BusinessEvent) -> bool:
    """Large enough, and the first such recharge: the offer is earned once."""
    if moment.state.qualified_by is not None:
        return False
    demanded = moment.step.min_amount if moment.step is not None else None
    minimum = moment.flow.offer.min_recharge if demanded is None else moment.flow.offer.amount(demanded)
    if minimum is not None and (event.amount is None or event.amount < minimum):
        return False
    moment.qualify(event.evidence, event.amount)
    return True


def _depart(moment: Moment, current: FlowStep, left: Leave, happening: Happening) -> None:
    if current.leaves_queued(happening):
        moment.do(CancelQueued())
    if not isinstance(happening, ON_THE_LINE):
        moment.remember(call_visit=0)  # nobody is listening for the next step's words
    target = _follow(moment, left, current)
    if target is not None:
        _travel(moment, target)


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
    target = left.target or _named(left, current)
    if target is None or target == END:
        moment.finish(result_of(left))
        return None
    return target


def _named(left: Leave, current: FlowStep) -> str | None:
    return next((current.exits[name].target for name in (*left.exits, NEXT) if name in current.exits), None)


_RESULTS = {
    "after": "timed_out",
    "reply": "declined",  # the customer was asked, and chose the way out
    "key": "declined",
    "when": "completed",
    "else": "completed",
    "delivered": "completed",
    "done": "completed",
    "next": "completed",
}


def result_of(left: Leave) -> str:
    """An end without a name of its own is called after the way that led there."""
    first_word = left.name.split()[0]
    return _RESULTS.get(first_word, first_word)
