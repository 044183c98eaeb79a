"""What of a flow could not be read: nothing is said of what may stand there, and all the rest is looked at."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from bot.rules.problems import Place, Problem, meant_name
from bot.rules.yaml_source import Entry, Table

_STEPS = "steps"


@dataclass(frozen=True, slots=True)
class Gaps:
    """Broken steps and fields of the flow by name; `ways`: some way out leads to no step."""

    steps: frozenset[str] = frozenset()
    fields: frozenset[str] = frozenset()
    ways: bool = False

    def readable(self, *names: str) -> bool:
        """Whether these fields of the flow, given or not, are what their author means."""
        return not self.fields.intersection(names)

    @property
    def steps_known(self) -> bool:
        """Every step, with all that it notes and all the ways out of it."""
        return not self.steps and self.readable(_STEPS, "then", "start")

    @property
    def notes_known(self) -> bool:
        """Every `run.x` that the run may have."""
        return not self.steps and self.readable(_STEPS, "parameters")


NO_GAPS = Gaps()


def gaps_of(
    document: Table,
    problems: Iterable[Problem],
    broken: Collection[str],
    known: Collection[str],
    *,
    ways: bool,
) -> Gaps:
    """`broken` are steps that are so for certain; `known` the fields of a flow, one of which an unknown may mean."""
    owners = _owners(document)
    steps, fields = set(broken), set[str]()
    for problem in problems:
        name, is_step = _owner(owners, Place(problem.line, problem.col))
        if is_step:
            steps.add(name)
        else:
            fields |= {name, meant_name(name, known) or name}
    return Gaps(frozenset(steps), frozenset(fields), ways)


_Owner = tuple[Place, str, bool]  # where it begins, its name, whether it is a step


def _owners(document: Table) -> list[_Owner]:
    found = [(entry.key_place, name, False) for name, entry in document.entries.items()]
    found += [(entry.key_place, name, True) for name, entry in _named(document.entries.get(_STEPS))]
    return sorted(found)


def _named(steps: Entry | None) -> Iterable[tuple[str, Entry]]:
    return steps.value.entries.items() if steps is not None and isinstance(steps.value, Table) else ()


def _owner(owners: list[_Owner], place: Place) -> tuple[str, bool]:
    number = bisect_right(owners, place, key=lambda owner: owner[0]) - 1
    return owners[number][1:] if number >= 0 else ("", False)
