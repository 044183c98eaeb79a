"""The `end` step: the run is over, under a name that reports can count."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from bot.flow.fields import Fields
from bot.flow.model import END, FlowStep, Leave, Texts
from bot.flow.moment import Moment
from bot.flow.reference import Field, Reference, Shape


@dataclass(frozen=True, slots=True, kw_only=True)
class EndStep(FlowStep):
    kind: ClassVar[str] = "end"
    waits: ClassVar[bool] = False

    result: str

    def enter(self, moment: Moment) -> Leave | None:
        del moment
        return Leave((self.result,), END, self.result)


REFERENCE = Reference(
    summary="The run is over, under a name that reports count.",
    own=Field("end", Shape.WORD, "The name of the result.", required=True),
    example="""\
left: {end: ported_out}
""",
)


def parse(name: str, title: Texts, fields: Fields) -> EndStep:
    return EndStep(name=name, place=fields.place, title=title, exits={}, result=fields.text("end") or "ended")
