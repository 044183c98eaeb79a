"""How a run of a flow can end: the names that reports count, and that a flow around it goes on from."""

from __future__ import annotations

from bot.flow.model import END, NEXT, OPTED_OUT, Flow, FlowStep, Leave, Texts
from bot.flow.steps.end import EndStep
from bot.flow.steps.part import DONE, PartStep
from bot.flow.steps.switch import SwitchStep

_RESULTS = {
    "after": "timed_out",
    "reply": "declined",  # the customer was asked, and chose the way out
    "key": "declined",
    "when": "completed",
    "else": "completed",
    "delivered": "completed",
    "done": "completed",
    "next": "completed",
}


def result_of(left: Leave) -> str:
    """An end without a name of its own is called after the way that led there."""
    first_word = left.name.split()[0]
    return _RESULTS.get(first_word, first_word)


def titles_of_ends(flow: Flow, inside: str = "") -> dict[str, Texts]:
    """The names that the author gave to results, of the whole flow or of one of its parts."""
    ends = [step for step in flow.steps.values() if isinstance(step, EndStep) and step.inside == inside]
    return {step.result: step.title for step in ends if step.title}


def results_of(flow: Flow, inside: str = "") -> frozenset[str]:
    """Of the whole flow or of one of its parts; without the engine's own: `expired`, `looped`, `over_budget`."""
    found: set[str] = set()
    for step in flow.steps.values():
        if step.inside == inside:
            found |= _results(flow, step)
    return frozenset(found - {OPTED_OUT})


def _results(flow: Flow, step: FlowStep) -> set[str]:
    if isinstance(step, EndStep):
        return {step.result}
    ways = {edge.label for edge in step.edges() if edge.target == END}
    if isinstance(step, SwitchStep):
        return {result_of(Leave(("when",)))} if ways else set()
    if isinstance(step, PartStep) and ways & {DONE, NEXT}:
        named = step.exits.keys() - ways
        return (set(results_of(flow, step.name)) - named) | (ways - {DONE, NEXT})
    return {result_of(Leave((way,))) for way in ways}
