"""Puts flows that run as parts of others in their place: one flat flow, whose inner steps have longer names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from bot.flow.model import END, Flow, FlowStep, Offer, inner
from bot.flow.results import results_of
from bot.flow.steps.contact import ContactStep
from bot.flow.steps.part import DONE, PartStep
from bot.rules.problems import Problems, did_you_mean

UNKNOWN_PART = "KL109"
UNKNOWN_PARAMETER = "KL115"
UNKNOWN_RESULT = "KL116"

DEEPEST = 5


@dataclass(frozen=True, slots=True)
class Source:
    """A part as it was found."""

    file: str
    text: str


Find = Callable[[str], Source | None]


def beside(path: Path) -> Find:
    """Parts are files in the folder of the flow that they are a part of."""

    def find(name: str) -> Source | None:
        file = path.parent / f"{name}.yaml"
        if not name.isidentifier():  # no way out of the folder
            return None
        try:
            return Source(str(file), file.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError):
            return None

    return find


def among(parts: Mapping[str, str]) -> Find:
    return lambda name: Source(f"{name}.yaml", parts[name]) if name in parts else None


#: None where it cannot be read: what is wrong with it has been told.
Read = Callable[[Source, tuple[str, ...]], Flow | None]


def put_in_place(flow: Flow, find: Find, read: Read, within: tuple[str, ...], problems: Problems) -> Flow:
    """The flow with the steps of its parts; `within` names the flows around this one."""
    steps: dict[str, FlowStep] = dict(flow.steps)
    texts: dict[str, str] = {}
    offer, own_texts = dict(flow.offer.terms), dict(flow.own_texts)
    for step in flow.steps.values():
        if not isinstance(step, PartStep):
            continue
        source = _source(step, find, within, problems)
        if source is None:
            continue
        part = read(source, (*within, step.part))
        if part is None:
            continue
        _check(step, part, problems)
        steps[step.name] = replace(step, first=inner(step.name, part.start))
        for one in part.steps.values():
            moved = _own_purpose(one, part, flow).moved_into(step.name)
            steps[moved.name] = moved
        texts |= {**part.parts, step.part: source.text}
        offer = {**part.offer.terms, **offer}
        own_texts = {**part.own_texts, **own_texts}
    return replace(flow, steps=steps, parts=texts, offer=Offer(offer), own_texts=own_texts)


def _own_purpose(step: FlowStep, part: Flow, flow: Flow) -> FlowStep:
    """What a part's contacts are for is the part's own affair."""
    if isinstance(step, ContactStep) and step.purpose is None and part.purpose is not flow.purpose:
        return replace(step, purpose=part.purpose)
    return step


def _source(step: PartStep, find: Find, within: tuple[str, ...], problems: Problems) -> Source | None:
    if step.part in within:
        ring = " in ".join((step.part, *reversed(within)))
        problems.add(step.part_place, UNKNOWN_PART, f"flow {step.part} is a part of itself: {ring}")
        return None
    if len(within) >= DEEPEST:
        problems.add(step.part_place, UNKNOWN_PART, f"parts within parts go {DEEPEST} deep at most")
        return None
    source = find(step.part)
    if source is None:
        message = f"there is no flow {step.part!r} beside this one"
        problems.add(step.part_place, UNKNOWN_PART, message, f"looked for {step.part}.yaml")
    return source


def _check(step: PartStep, part: Flow, problems: Problems) -> None:
    for name in step.parameters:
        if name not in part.parameters:
            message = f"flow {part.name} has no parameter {name!r}"
            problems.add(step.place, UNKNOWN_PARAMETER, message, did_you_mean(name, part.parameters))
    for name in part.parameters.keys() - step.parameters.keys():
        problems.add(
            step.place,
            UNKNOWN_PARAMETER,
            f"flow {part.name} needs its parameter {name}",
            f"with: {{{name}: ...}}",
        )
    results = results_of(part)
    for exit_ in step.exits.values():
        if exit_.name not in (DONE, "next") and exit_.name not in results:
            message = f"flow {part.name} never ends as {exit_.name!r}"
            hint = did_you_mean(exit_.name, results) or f"known are {', '.join(sorted(results))}"
            problems.add(exit_.place, UNKNOWN_RESULT, message, hint)
    unnamed = sorted(results - step.exits.keys())
    if unnamed and not ({DONE, "next"} & step.exits.keys()):
        message = f"step {step.name} does not say where to go from {', '.join(unnamed)}"
        problems.add(step.place, UNKNOWN_RESULT, message, f"{DONE}: {END}")
