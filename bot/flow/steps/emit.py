"""The `emit` step: tells other systems that something is the case."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

from bot.flow.actions import Emit
from bot.flow.exits import Outcomes, read_exits
from bot.flow.fields import WRONG_VALUE, Fields
from bot.flow.model import NEXT, FlowStep, Leave, Texts, leave
from bot.flow.moment import Moment
from bot.flow.reference import Field, Reference, Shape
from bot.flow.steps.values import Settings, read_settings, values_of

OUTCOMES = Outcomes(names=(NEXT,))

_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class EmitStep(FlowStep):
    kind: ClassVar[str] = "emit"
    waits: ClassVar[bool] = False

    event: str
    details: Settings

    def enter(self, moment: Moment) -> Leave | None:
        moment.do(Emit(self.event, values_of(self.details, moment)))
        return leave(NEXT)


def parse(name: str, title: Texts, fields: Fields) -> EmitStep:
    event = fields.name("emit")
    value = fields.value("emit")
    if event and value is not None and not _NAME.match(event):
        fields.problems.add(
            value.place, WRONG_VALUE, f"{event!r} is no name of an event", "use a-z, 0-9 and _"
        )
    details = fields.table("with")
    return EmitStep(
        name=name,
        place=fields.place,
        title=title,
        event=event,
        details=read_settings(details) if details is not None else {},
        exits=read_exits(fields, OUTCOMES),
    )


REFERENCE = Reference(
    summary="Tells other systems: an outgoing event that they fetch, kept until they have.",
    own=Field("emit", Shape.WORD, "The name of the event.", required=True),
    fields=(Field("with", Shape.VALUES, "Its details; `{from: run.cause}` copies a fact."),),
    outcomes=OUTCOMES,
    outcome_meanings={"next": "always; `then: step` is enough"},
    example="""\
ask_for_card:
  emit: reinstall_card_requested
  with: {cause: {from: run.cause}, months: 6}
  then: thank
""",
)
