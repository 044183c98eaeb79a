"""The `transfer` step: the caller on the line is connected to a human, if one is free."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from bot.flow.actions import Dial, Hangup
from bot.flow.exits import Outcomes, read_exits
from bot.flow.fields import Fields
from bot.flow.happenings import Answered, CallEnded, Happening, Pressed, Transferred
from bot.flow.model import Duration, FlowStep, Leave, Texts, leave
from bot.flow.moment import Moment
from bot.flow.reference import Field, Reference, Shape
from bot.flow.steps.own_texts import read_own_texts

OUTCOMES = Outcomes(names=("answered", "unanswered"))
RINGS_FOR = timedelta(seconds=25)


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferStep(FlowStep):
    kind: ClassVar[str] = "transfer"
    interruptible: ClassVar[bool] = False
    in_call: ClassVar[bool] = True

    queue: str
    rings_for: Duration
    own_texts: Mapping[str, Texts]

    def texts(self) -> Mapping[str, Texts]:
        return self.own_texts

    def enter(self, moment: Moment) -> Leave | None:
        if not moment.live:
            return leave("unanswered")  # nobody is on the line
        self._dial(moment)
        return None

    def react(self, moment: Moment, happening: Happening) -> Leave | None:
        match happening:
            case Transferred():
                left = leave("answered" if happening.connected else "unanswered")
                moment.do(Hangup(self.name, self._farewell(moment, left.name)))
                moment.remember(call_visit=0, proven_person=False)
                return left
            case CallEnded():
                moment.remember(call_visit=0, proven_person=False)
                return leave("unanswered")  # hung up while it rang: nobody spoke with the customer
            case Answered() | Pressed():
                self._dial(moment)
                return None
            case _:
                return None

    def _dial(self, moment: Moment) -> None:
        rings_for = moment.flow.offer.duration(self.rings_for)
        moment.do(Dial(self.queue, moment.state.visit, rings_for, self.name))

    def _farewell(self, moment: Moment, exit_name: str) -> str:
        if exit_name == "answered":
            return ""
        exit_ = self.exits.get(exit_name)
        target = moment.flow.steps.get(exit_.target) if exit_ is not None else None
        return target.farewell if target is not None else "goodbye"


def parse(name: str, title: Texts, fields: Fields) -> TransferStep:
    transfer = fields.table("transfer") or Fields.empty(fields)
    step = TransferStep(
        name=name,
        place=fields.place,
        title=title,
        queue=transfer.name("queue", required=True),
        rings_for=transfer.duration("timeout") or RINGS_FOR,
        own_texts=read_own_texts(transfer),
        exits=read_exits(fields, OUTCOMES),
    )
    transfer.close()
    return step


REFERENCE = Reference(
    summary="Connects the caller on the line to a person of a queue.",
    own=Field(
        "transfer",
        Shape.MAPPING,
        "To whom.",
        required=True,
        fields=(
            Field("queue", Shape.WORD, "Who picks up.", required=True),
            Field("timeout", Shape.DURATION, "How long it rings; 25 s if absent."),
            Field("texts", Shape.MAPPING, "Own words for `connecting`, `callback`, `goodbye`."),
        ),
    ),
    outcomes=OUTCOMES,
    outcome_meanings={
        "answered": "they spoke with each other",
        "unanswered": "nobody picked up, or nobody was on the line any more",
    },
    example="""\
transfer:
  transfer: {queue: retention, timeout: 25s}
  then: {answered: talked, unanswered: manager}
""",
)
