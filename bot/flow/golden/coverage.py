"""Which steps and exits of a flow its golden conversations have passed, and which nobody has ever tried."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bot.flow.model import NEXT, Flow
from bot.flow.play import Conversation
from bot.flow.steps.switch import SwitchStep

ANYWHERE = "from anywhere"

Way = tuple[str, str]  # a step and its exit


@dataclass(frozen=True, slots=True)
class Coverage:
    """In the order of the file."""

    steps: tuple[str, ...]
    exits: tuple[Way, ...]
    visited: frozenset[str]
    taken: frozenset[Way]

    @property
    def missed_steps(self) -> tuple[str, ...]:
        return tuple(step for step in self.steps if step not in self.visited)

    @property
    def missed_exits(self) -> tuple[Way, ...]:
        """Of the steps that were visited; those of the others go without saying."""
        return tuple(
            way for way in self.exits if way not in self.taken and way[0] in (*self.visited, ANYWHERE)
        )

    @property
    def share_of_exits(self) -> float:
        return sum(way in self.taken for way in self.exits) / len(self.exits) if self.exits else 1.0


def coverage(flow: Flow, conversations: Iterable[Conversation]) -> Coverage:
    visited: set[str] = set()
    taken: set[Way] = set()
    for conversation in conversations:
        visited |= {step for step, _ in conversation.passed}
        visited |= {conversation.state.step} if conversation.state.step else set()
        taken |= {_way(flow, step, exit_name) for step, exit_name in conversation.passed}
    exits = [(step.name, edge.label) for step in flow.steps.values() for edge in step.edges()]
    exits += [(ANYWHERE, event) for event in flow.then]
    return Coverage(tuple(flow.steps), tuple(dict.fromkeys(exits)), frozenset(visited), frozenset(taken))


def _way(flow: Flow, name: str, exit_name: str) -> Way:
    """As the file names it: the engine knows a branch by its number."""
    step = flow.steps[name]
    labels = [edge.label for edge in step.edges()]
    if exit_name in labels:
        return name, exit_name
    number = exit_name.removeprefix("when ")
    if isinstance(step, SwitchStep) and number.isdecimal():
        return name, step.branches[int(number) - 1].when.text
    if exit_name in flow.then:
        return ANYWHERE, exit_name
    return name, NEXT if NEXT in labels else exit_name
