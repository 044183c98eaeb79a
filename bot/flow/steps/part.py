"""The `flow` step: another flow runs as a part of this one, with parameters, and its results lead on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, Self

from bot.flow.exits import Outcomes, read_exits
from bot.flow.fields import Fields
from bot.flow.model import FlowStep, Leave, Texts, inner
from bot.flow.moment import Moment
from bot.flow.reference import Field, Reference, Shape
from bot.flow.steps.values import Settings, read_settings, values_of
from bot.rules.problems import Place

DONE = "done"

OUTCOMES = Outcomes(names=(DONE,), any_name=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class PartStep(FlowStep):
    """Its steps stand in the flow under names of their own, `outer.inner`; `first` is the one to begin with."""

    kind: ClassVar[str] = "flow"
    waits: ClassVar[bool] = False

    part: str
    part_place: Place
    parameters: Settings
    first: str = ""

    def enter(self, moment: Moment) -> Leave | None:
        for name, value in values_of(self.parameters, moment).items():
            moment.note(name, value)
        return Leave((self.kind,), self.first)

    def moved_into(self, outer: str) -> Self:
        return replace(FlowStep.moved_into(self, outer), first=inner(outer, self.first))


def parse(name: str, title: Texts, fields: Fields) -> PartStep:
    value = fields.value("flow")
    parameters = fields.table("with")
    return PartStep(
        name=name,
        place=fields.place,
        title=title,
        part=fields.name("flow"),
        part_place=value.place if value is not None else fields.place,
        parameters=read_settings(parameters) if parameters is not None else {},
        exits=read_exits(fields, OUTCOMES),
    )


REFERENCE = Reference(
    summary="Runs another flow as a part of this one. Its results are the exits.",
    own=Field(
        "flow",
        Shape.WORD,
        "The part: `satisfaction` is the file `satisfaction.yaml` beside this one.",
        required=True,
    ),
    fields=(
        Field(
            "with",
            Shape.VALUES,
            "The part's parameters, which it reads as `run.<name>`; `{from: plan}` copies.",
        ),
    ),
    outcomes=OUTCOMES,
    outcome_meanings={
        "<result>": "the name of the part's end",
        "done": "any other end; one of the two must be named",
    },
    example="""\
ask_satisfaction:
  flow: satisfaction
  with: {about: complaint}
  then: {dissatisfied: manager, done: end}
""",
)
