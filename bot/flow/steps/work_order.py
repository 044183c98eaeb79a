"""The `work_order` step: a human takes over, with a queue, a deadline and a script."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from bot.flow.actions import OpenWorkOrder, WaitUntil
from bot.flow.exits import Outcomes, read_exits
from bot.flow.fields import Fields
from bot.flow.happenings import Happening, TimedOut, WorkOrderClosed
from bot.flow.model import AFTER, Duration, FlowStep, Leave, Texts, leave
from bot.flow.moment import Moment
from bot.flow.reference import Field, Reference, Shape

OUTCOMES = Outcomes(names=("closed",), words_after=("closed",), deadline=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkOrderStep(FlowStep):
    kind: ClassVar[str] = "work_order"
    interruptible: ClassVar[bool] = False  # the customer is in a person's hands
    farewell: ClassVar[str] = "callback"

    queue: str
    due: Duration
    script: str
    reason: str | None  # None: the way by which the run came here

    def enter(self, moment: Moment) -> Leave | None:
        due = moment.flow.offer.duration(self.due)
        reason = self.reason or moment.came_by or "started"
        moment.do(OpenWorkOrder(self.queue, due, self.script, reason))
        after = self.exits.get(AFTER)
        if after is not None and after.after is not None:
            deadline = moment.now + moment.flow.offer.duration(after.after)
            moment.do(WaitUntil(moment.state.visit, deadline))
        return None

    def react(self, moment: Moment, happening: Happening) -> Leave | None:
        match happening:
            case WorkOrderClosed():
                return leave(f"closed {happening.disposition}", "closed")
            case TimedOut():
                return leave(AFTER)
            case _:
                return None

    def leaves_queued(self, happening: Happening) -> bool:
        return AFTER in self.exits and not isinstance(happening, TimedOut)


def parse(name: str, title: Texts, fields: Fields) -> WorkOrderStep:
    order = fields.table("work_order") or Fields.empty(fields)
    step = WorkOrderStep(
        name=name,
        place=fields.place,
        title=title,
        queue=order.name("queue", required=True),
        due=order.duration("due", required=True) or timedelta(),
        script=order.name("script", required=True),
        reason=order.text("reason"),
        exits=read_exits(fields, OUTCOMES),
    )
    order.close()
    return step


REFERENCE = Reference(
    summary="A person takes over: a task with a queue, a deadline and a script.",
    own=Field(
        "work_order",
        Shape.MAPPING,
        "What the person gets.",
        required=True,
        fields=(
            Field("queue", Shape.WORD, "Who looks at it.", required=True),
            Field("due", Shape.DURATION, "By when it must be done.", required=True),
            Field("script", Shape.WORD, "What to say: a file of `flows/scripts/`.", required=True),
            Field("reason", Shape.WORD, "Why; the way that led here, if absent."),
        ),
    ),
    outcomes=OUTCOMES,
    outcome_meanings={
        "closed": "the person is done, whatever came of it",
        "closed saved": "done with this disposition; any may be named",
        "after 5d": "nobody closed it for so long",
    },
    example="""\
manager:
  work_order: {queue: retention, due: 4h, script: low_balance}
  then: {closed saved: thank, closed: end, after 5d: end}
""",
)
