"""The `wait_for` step: the run rests until a business event comes, or its deadline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from bot.flow.actions import WaitUntil
from bot.flow.exits import Outcomes, read_exits
from bot.flow.fields import MISSING, WRONG_VALUE, Fields
from bot.flow.happenings import Happening, TimedOut
from bot.flow.model import AFTER, BUSINESS_EVENTS, RECHARGE, Amount, FlowStep, Leave, Texts, leave
from bot.flow.moment import Moment
from bot.rules.problems import did_you_mean

OUTCOMES = Outcomes(names=(), deadline=True, events=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitForStep(FlowStep):
    kind: ClassVar[str] = "wait_for"

    event: str
    least: Amount | None

    @property
    def min_amount(self) -> Amount | None:
        return self.least

    def enter(self, moment: Moment) -> Leave | None:
        if self.event == RECHARGE and moment.state.qualified_by is not None:
            return leave(RECHARGE)  # it came before anybody waited for it
        after = self.exits.get(AFTER)
        if after is not None and after.after is not None:
            deadline = moment.now + moment.flow.offer.duration(after.after)
            moment.do(WaitUntil(moment.state.visit, deadline))
        return None

    def react(self, moment: Moment, happening: Happening) -> Leave | None:
        return leave(AFTER) if isinstance(happening, TimedOut) else None

    def leaves_queued(self, happening: Happening) -> bool:
        return AFTER in self.exits and not isinstance(happening, TimedOut)


def parse(name: str, title: Texts, fields: Fields) -> WaitForStep:
    event = fields.text("wait_for") or ""
    value = fields.value("wait_for")
    if event and value is not None and event not in BUSINESS_EVENTS:
        hint = did_you_mean(event, BUSINESS_EVENTS) or f"known are {', '.join(sorted(BUSINESS_EVENTS))}"
        fields.problems.add(value.place, WRONG_VALUE, f"there is no event {event!r}", hint)
    least = fields.amount("min_amount")
    exits = read_exits(fields, OUTCOMES)
    if event in BUSINESS_EVENTS and event not in exits:
        fields.problems.add(fields.place, MISSING, f"{fields.what} has no {event}: under then:")
    return WaitForStep(name=name, place=fields.place, title=title, event=event, least=least, exits=exits)
