"""The `split` step: a named experiment sends each customer one of several ways, by hash and by weight."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from typing import ClassVar

from bot.domain.arms import BUCKETS, bucket
from bot.flow.exits import Outcomes, read_exits
from bot.flow.fields import MISSING, WRONG_VALUE, Fields
from bot.flow.model import FlowStep, Leave, Texts, leave
from bot.flow.moment import Moment
from bot.flow.reference import Field, Reference, Shape
from bot.rules.yaml_source import Scalar

MOST_WEIGHT = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitStep(FlowStep):
    kind: ClassVar[str] = "split"
    waits: ClassVar[bool] = False

    experiment: str
    ways: tuple[tuple[str, int], ...]  # in the author's order, which the hash depends on

    def enter(self, moment: Moment) -> Leave | None:
        way = moment.state.ways.get(self.experiment)
        if way is None:
            way = self.way_of(moment.facts.get("customer_id"))
            moment.remember(
                ways={**moment.state.ways, self.experiment: way},
                dealt={**moment.state.dealt, self.experiment: dict(self.ways)},
            )
        return leave(way)

    def way_of(self, customer_id: object) -> str:
        """The same customer goes the same way in every run of the experiment."""
        total = sum(weight for _, weight in self.ways)
        known = customer_id if isinstance(customer_id, int) else 0
        point = bucket(self.experiment, known) * total // BUCKETS
        ends = accumulate(weight for _, weight in self.ways)
        return next(way for (way, _), end in zip(self.ways, ends, strict=True) if point < end)


def parse(name: str, title: Texts, fields: Fields) -> SplitStep:
    table = fields.table("split") or Fields.empty(fields)
    ways: list[tuple[str, int]] = []
    for way, entry in table.items():
        weight = entry.value.value if isinstance(entry.value, Scalar) else None
        if type(weight) is int and 0 < weight <= MOST_WEIGHT:
            ways.append((way, weight))
        else:
            table.wrong(entry.value, f"the share of {way} needs a whole number above 0")
    if len(ways) < 2 and not table.problems.found:
        table.problems.add(
            table.place, WRONG_VALUE, f"{fields.what} needs two ways at least", "{a: 50, b: 50}"
        )
    exits = read_exits(fields, Outcomes(names=tuple(way for way, _ in ways)))
    for way, _ in ways:
        if way not in exits and "next" not in exits:
            fields.problems.add(fields.place, MISSING, f"{fields.what} has no {way}: under then:")
    return SplitStep(
        name=name,
        place=fields.place,
        title=title,
        experiment=fields.text("experiment") or name,
        ways=tuple(ways),
        exits=exits,
    )


REFERENCE = Reference(
    summary="An experiment: each customer goes one of several ways, chosen by a hash and the ways' weights.",
    own=Field("split", Shape.WEIGHTS, "The ways and their weights, in any unit.", required=True),
    fields=(
        Field(
            "experiment",
            Shape.WORD,
            "Its name: the same name gives the same customer the same way everywhere. The step's name if absent.",
        ),
    ),
    outcomes=None,
    outcome_meanings={"<way>": "the customer's way; each must lead somewhere"},
    example="""\
wording:
  split: {short: 50, long: 50}
  experiment: low_balance_wording
  then: {short: invite_short, long: invite_long}
""",
)
