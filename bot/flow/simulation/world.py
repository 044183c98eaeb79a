"""What all customers of a simulation share: the flow, the gate and its policy, the days, and what is counted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.domain.contact import Contact, Decision, Denied, Person, Reason, may_contact
from bot.domain.policy import Policy
from bot.flow.engine import Step, step
from bot.flow.happenings import Happening
from bot.flow.model import Flow
from bot.flow.simulation.offered import Asked, asked_by
from bot.flow.simulation.tally import Tally
from bot.flow.state import State

Engine = Callable[[Flow, State, Happening, datetime, Mapping[str, object]], Step]
Gate = Callable[[Contact, Person, Policy, datetime, bool], Decision]  # the flag: the run still wants it


def weigh(contact: Contact, person: Person, policy: Policy, now: datetime, standing: bool) -> Decision:
    """As outreach weighs an attempt."""
    if not standing:
        return Denied(Reason.FLOW_MOVED_ON)
    return may_contact(contact, person, policy, now)


@dataclass(slots=True)
class World:
    flow: Flow
    policy: Policy
    start: datetime
    days: int
    gate: Gate = weigh
    engine: Engine = step
    tally: Tally = field(default_factory=Tally)
    uncounted: Tally = field(default_factory=Tally)  # what comes after the last day
    asked: Asked = field(init=False)
    purposes: Mapping[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.asked = asked_by(self.flow)
        self.purposes = {name: self.flow.purpose_of(name).value for name in self.flow.steps}

    @property
    def last_moment(self) -> datetime:
        return self.start + timedelta(days=self.days)
