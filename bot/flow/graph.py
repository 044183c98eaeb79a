"""A flow as a graph: steps and ends with the ways between them, for charts, Mermaid and plain text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.flow.model import END, Flow, FlowStep, Leave
from bot.flow.outcome_words import outcome_in_words, result_in_words
from bot.flow.results import result_of, titles_of_ends
from bot.flow.steps.end import EndStep
from bot.flow.steps.part import PartStep
from bot.flow.text import in_language


@dataclass(frozen=True, slots=True)
class Node:
    """`tags`: the business events that lead here from anywhere. An end has no name among the steps."""

    id: str
    kind: str
    title: str
    name: str
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Way:
    """All exits from one node to another, as one line with their labels."""

    source: str
    target: str
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Graph:
    start: str
    nodes: tuple[Node, ...]
    ways: tuple[Way, ...]


def graph(flow: Flow, language: str = "en") -> Graph:
    """Every step, in the order of the file; each step's ways to `end` lead to an end of its own.

    A part is one node: how it goes on inside is shown by its own file.
    """
    nodes: list[Node] = []
    ways: dict[tuple[str, str], list[str]] = {}
    for step in flow.own_steps.values():
        nodes.append(
            Node(step.name, step.kind, _title(step, language), step.name, _tags(flow, step, language))
        )
        ends: list[str] = []
        for label, target in _ways(flow, step, language):
            end = f"{END}:{step.name}"
            if target == END and not ends:
                ends.append(end)
            ways.setdefault((step.name, end if target == END else target), []).append(label)
        nodes += [Node(end, END, _result(step, language), "") for end in ends]
    lines = [Way(source, target, tuple(filter(None, labels))) for (source, target), labels in ways.items()]
    return Graph(flow.start, tuple(nodes), tuple(lines))


def to_mermaid(flow: Flow, language: str = "en") -> str:
    drawn = graph(flow, language)
    ids = {node.id: f"n{number}" for number, node in enumerate(drawn.nodes)}
    lines = ["flowchart TD"]
    for node in drawn.nodes:
        opens, closes = _SHAPES.get(node.kind, ("[", "]"))
        lines.append(f'    {ids[node.id]}{opens}"{_quoted(node.title)}"{closes}')
    for way in drawn.ways:
        label = f'|"{_quoted(", ".join(way.labels))}"|' if way.labels else ""
        lines.append(f"    {ids[way.source]} -->{label} {ids[way.target]}")
    for node in drawn.nodes:
        for number, tag in enumerate(node.tags):
            event = f"{ids[node.id]}e{number}"
            lines.append(f'    {event}(["{_quoted(tag)}"]) -.-> {ids[node.id]}')
    return "\n".join(lines) + "\n"


def to_text(flow: Flow, language: str = "en") -> str:
    """For a terminal: each step with its exits below it."""
    title = in_language(flow.title, language) if flow.title else flow.name
    lines = [f"{flow.name}: {title} (revision {flow.revision})", f"starts at {flow.start}"]
    for event in flow.then.values():
        lines.append(f"from anywhere: {event.name} -> {event.target}")
    for step in flow.own_steps.values():
        lines += ["", f"{step.name}  [{step.kind}]  {_title(step, language)}".rstrip()]
        lines += [f"    {label or 'then'} -> {target}" for label, target in _ways(flow, step, language)]
    return "\n".join(lines) + "\n"


_SHAPES = {"switch": ("{", "}"), END: ("([", "])"), "wait": ("{{", "}}"), "wait_for": ("{{", "}}")}


def _ways(flow: Flow, step: FlowStep, language: str) -> Iterator[tuple[str, str]]:
    titles = titles_of_ends(flow, step.name) if isinstance(step, PartStep) else None
    for edge in step.edges():
        exit_ = step.exits.get(edge.label)
        yield outcome_in_words(edge.label, exit_, flow.offer, language, titles), edge.target


def _title(step: FlowStep, language: str) -> str:
    if step.title:
        return in_language(step.title, language)
    if isinstance(step, EndStep):
        return result_in_words(step.result, language)
    return step.name.replace("_", " ")


def _tags(flow: Flow, step: FlowStep, language: str) -> tuple[str, ...]:
    return tuple(
        outcome_in_words(event.name, None, flow.offer, language)
        for event in flow.then.values()
        if event.target == step.name
    )


def _result(step: FlowStep, language: str) -> str:
    """What the run is called when it ends here."""
    results = {result_of(Leave((edge.label,))) for edge in step.edges() if edge.target == END}
    return " / ".join(sorted({result_in_words(result, language) for result in results}))


def _quoted(text: str) -> str:
    for sign, name in (("&", "amp"), ('"', "quot"), ("<", "lt"), (">", "gt")):
        text = text.replace(sign, f"#{name};")
    return text.replace("\n", " ")
