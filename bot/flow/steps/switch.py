"""The `switch` step: the first condition that holds for the customer decides where the run goes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import ClassVar, Self

from bot.flow.conditions import read_condition
from bot.flow.exits import read_target
from bot.flow.fields import MISSING, Fields
from bot.flow.model import Edge, FlowStep, Leave, Texts, inner
from bot.flow.moment import Moment
from bot.flow.reference import Field, Reference, Shape
from bot.rules.closure import Closure, compile_closure
from bot.rules.parse import Condition
from bot.rules.problems import Place
from bot.rules.yaml_source import Entry, Series, Table


@dataclass(frozen=True, slots=True)
class Branch:
    when: Condition
    target: str
    place: Place
    holds: Closure = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchStep(FlowStep):
    kind: ClassVar[str] = "switch"
    waits: ClassVar[bool] = False

    branches: tuple[Branch, ...]
    otherwise: str
    otherwise_place: Place

    def enter(self, moment: Moment) -> Leave | None:
        row = moment.row()
        for number, branch in enumerate(self.branches, start=1):
            if branch.holds(row):  # unknown (None) does not hold, as in SQL's WHERE
                return Leave((f"when {number}",), branch.target)
        return Leave(("else",), self.otherwise)

    def moved_into(self, outer: str) -> Self:
        moved = FlowStep.moved_into(self, outer)
        branches = tuple(replace(one, target=inner(outer, one.target)) for one in self.branches)
        return replace(moved, branches=branches, otherwise=inner(outer, self.otherwise))

    def edges(self) -> Iterator[Edge]:
        for branch in self.branches:
            yield Edge(branch.when.text, branch.target, branch.place)
        yield Edge("else", self.otherwise, self.otherwise_place)


def parse(name: str, title: Texts, fields: Fields) -> SwitchStep:
    value = fields.value("switch")
    branches: list[Branch] = []
    if isinstance(value, Series) and value.items:
        for item in value.items:
            if isinstance(item, Table):
                branch = _branch(Fields(item, fields.problems, f"branch of {fields.what}", fields.offer))
                branches += [branch] if branch is not None else []
            else:
                fields.wrong(item, "a branch needs when: and go:")
    elif value is not None:
        fields.wrong(value, "switch: needs a list of branches", "- when: balance < 10")
    entry = fields.entry("else")
    if entry is None:
        fields.problems.add(fields.place, MISSING, f"{fields.what} has no else:", "else: end")
    return SwitchStep(
        name=name,
        place=fields.place,
        title=title,
        exits={},
        branches=tuple(branches),
        otherwise=(read_target(entry, fields, "else:") or "") if entry else "",
        otherwise_place=entry.value.place if entry else fields.place,
    )


def _branch(fields: Fields) -> Branch | None:
    when = fields.value("when", required=True)
    go = fields.entry("go")
    if go is None:
        fields.problems.add(fields.place, MISSING, f"{fields.what} has no go:")
    fields.close()
    condition = read_condition(when, fields) if when is not None else None
    target = read_target(go, fields, "go:") if go is not None else None
    if condition is None or target is None or not isinstance(go, Entry):
        return None
    return Branch(condition, target, go.value.place, compile_closure(condition))


REFERENCE = Reference(
    summary="The first condition that holds for the customer decides where the run goes.",
    own=Field(
        "switch",
        Shape.BRANCHES,
        "Branches in their order; a condition about a fact that is missing does not hold.",
        required=True,
        fields=(
            Field(
                "when",
                Shape.CONDITION,
                "Over factors, `offer.x` and `run.x`: balance < 10 and tier in ('high', 'mid')",
                required=True,
            ),
            Field("go", Shape.TARGET, "Where to.", required=True),
        ),
    ),
    fields=(Field("else", Shape.TARGET, "Where to if none holds.", required=True),),
    example="""\
worth:
  switch:
    - when: tier = 'high' and arpu >= 100
      go: manager
    - when: run.satisfaction <= 2
      go: apologise
  else: invite
""",
)
