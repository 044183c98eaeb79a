"""Gates, engines and a flow with one fault each, for tests that a fault is found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from bot.domain.attempts import Channel
from bot.domain.contact import Allowed, Contact, Decision, Person
from bot.domain.policy import Policy
from bot.flow.actions import Dial, Finish, Grant, Hangup, Prompt, Voicemail
from bot.flow.engine import Step, step
from bot.flow.happenings import Happening, Replied, Started
from bot.flow.model import Flow
from bot.flow.simulation.world import weigh
from bot.flow.state import State
from tests.unit.flow.flows import spoilt
from tests.unit.flow.simulating import Facts

Gate = Callable[[Contact, Person, Policy, datetime, bool], Decision]


def lax(**changes: Any) -> Gate:
    """A gate that does not look at some of what it is given."""

    def gate(contact: Contact, person: Person, policy: Policy, now: datetime, standing: bool) -> Decision:
        return weigh(contact, replace(person, **changes), policy, now, standing)

    return gate


def careless(contact: Contact, person: Person, policy: Policy, now: datetime, standing: bool) -> Decision:
    return Allowed(now + timedelta(hours=1))


def deaf(contact: Contact, person: Person, policy: Policy, now: datetime, standing: bool) -> Decision:
    """Does not hear that the run has moved on."""
    return weigh(contact, person, policy, now, True)


def twice(flow: Flow, state: State, happening: Happening, now: datetime, facts: Facts) -> Step:
    result = step(flow, state, happening, now, facts)
    grants = tuple(action for action in result.actions if isinstance(action, Grant))
    return replace(result, actions=(*result.actions, *grants))


def generous(flow: Flow, state: State, happening: Happening, now: datetime, facts: Facts) -> Step:
    result = step(flow, state, happening, now, facts)
    return replace(result, actions=(*result.actions, Grant(Decimal(10)))) if state.step is None else result


def hasty(flow: Flow, state: State, happening: Happening, now: datetime, facts: Facts) -> Step:
    """Declares the run over with a contact still queued."""
    result = step(flow, state, happening, now, facts)
    if not isinstance(happening, Started):
        return result
    return Step(replace(result.state, result="over"), (*result.actions, Finish("over")))


def undying(flow: Flow, state: State, happening: Happening, now: datetime, facts: Facts) -> Step:
    return step(flow, replace(state, result=None), happening, now, facts)


def failing(flow: Flow, state: State, happening: Happening, now: datetime, facts: Facts) -> Step:
    if isinstance(happening, Replied):
        raise KeyError("unheard of")
    return step(flow, state, happening, now, facts)


def speechless(flow: Flow, state: State, happening: Happening, now: datetime, facts: Facts) -> Step:
    result = step(flow, state, happening, now, facts)
    spoken = (Prompt, Hangup, Voicemail, Dial)
    return replace(result, actions=tuple(act for act in result.actions if not isinstance(act, spoken)))


ANY_CONSENT = frozenset(f"{channel}:{purpose}" for channel in Channel for purpose in ("marketing", "service"))
EVER_ON = spoilt(
    "  help:\n",
    "  here: {switch: [{when: balance < 0, go: help}], else: there}\n"
    "  there: {switch: [{when: balance < 0, go: help}], else: here}\n"
    "  help:\n",
).replace("start: ask", "start: here")
