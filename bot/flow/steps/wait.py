"""The `wait` step: time passes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from bot.flow.actions import WaitUntil
from bot.flow.exits import Outcomes, read_exits
from bot.flow.fields import Fields
from bot.flow.happenings import Happening, TimedOut
from bot.flow.model import Duration, FlowStep, Leave, Texts, leave
from bot.flow.moment import Moment

OUTCOMES = Outcomes(names=("done",), events=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitStep(FlowStep):
    kind: ClassVar[str] = "wait"

    wait: Duration

    def enter(self, moment: Moment) -> Leave | None:
        moment.do(WaitUntil(moment.state.visit, moment.now + moment.flow.offer.duration(self.wait)))
        return None

    def react(self, moment: Moment, happening: Happening) -> Leave | None:
        return leave("done") if isinstance(happening, TimedOut) else None

    def leaves_queued(self, happening: Happening) -> bool:
        return not isinstance(happening, TimedOut)


def parse(name: str, title: Texts, fields: Fields) -> WaitStep:
    return WaitStep(
        name=name,
        place=fields.place,
        title=title,
        wait=fields.duration("wait") or timedelta(),
        exits=read_exits(fields, OUTCOMES),
    )
