"""The `set` step: notes facts of the run, for later conditions and texts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from bot.flow.exits import Outcomes, read_exits
from bot.flow.fields import Fields
from bot.flow.model import NEXT, FlowStep, Leave, Texts, leave
from bot.flow.moment import Moment
from bot.flow.reference import Field, Reference, Shape
from bot.flow.steps.values import Settings, read_settings, values_of

OUTCOMES = Outcomes(names=(NEXT,))


@dataclass(frozen=True, slots=True, kw_only=True)
class SetStep(FlowStep):
    kind: ClassVar[str] = "set"
    waits: ClassVar[bool] = False

    settings: Settings

    def enter(self, moment: Moment) -> Leave | None:
        for name, value in values_of(self.settings, moment).items():
            moment.note(name, value)
        return leave(NEXT)


def parse(name: str, title: Texts, fields: Fields) -> SetStep:
    table = fields.table("set") or Fields.empty(fields)
    return SetStep(
        name=name,
        place=fields.place,
        title=title,
        settings=read_settings(table, counting=True),
        exits=read_exits(fields, OUTCOMES),
    )


REFERENCE = Reference(
    summary="Notes facts of the run. Conditions read them as `run.<name>`, texts as `{run.<name>}`.",
    own=Field(
        "set", Shape.VALUES, "Names and values; `{from: plan}` copies, `{add: 1}` counts.", required=True
    ),
    outcomes=OUTCOMES,
    outcome_meanings={"next": "always; `then: step` is enough"},
    example="""\
note_cause:
  set: {cause: price, asked: {add: 1}, plan_then: {from: plan}}
  then: offer_plan
""",
)
