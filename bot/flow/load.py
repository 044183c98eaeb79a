"""Reads a flow file into a `Flow`, or says everything that is wrong with it, each with its place."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from bot.flow.conditions import read_condition
from bot.flow.exits import Outcomes, read_exits
from bot.flow.fields import UNKNOWN_FIELD, WRONG_VALUE, Fields
from bot.flow.gaps import NO_GAPS, Gaps, gaps_of
from bot.flow.model import (
    END,
    OPT_OUT,
    OPTED_OUT,
    REPEAT,
    About,
    Flow,
    FlowStep,
    LateReplies,
    Offer,
    OfferField,
    OnConflict,
    Purpose,
    Reach,
)
from bot.flow.own_offer import read_own_offer
from bot.flow.parts import Find, Source, among, beside, put_in_place
from bot.flow.results import results_of
from bot.flow.revision import revision_of, revision_with
from bot.flow.spec_versions import upgrade
from bot.flow.steps import KINDS
from bot.flow.steps.own_texts import read_own_texts
from bot.flow.steps.part import PartStep
from bot.rules.problems import Place, Problem, Problems, did_you_mean
from bot.rules.yaml_source import DOUBLED, UNREADABLE, Entry, Scalar, Table, describe, read_yaml

NOT_ONE_KIND = "KL008"
UNKNOWN_TARGET = "KL100"
UNKNOWN_GOAL = "KL108"

EXPIRES_BY_DEFAULT = timedelta(days=30)

FROM_ANYWHERE = Outcomes(names=(OPTED_OUT,), events=True)
_RESERVED = frozenset({END, REPEAT, OPT_OUT})


class FlowError(ValueError):
    """The flow cannot be used; `problems` names every place, and so does the message."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Reading:
    """Of a flow with `problems` what could be read of it, and `gaps` where it could not."""

    flow: Flow | None
    problems: Sequence[Problem]
    gaps: Gaps = NO_GAPS


def load_flow(source: Path | str, name: str | None = None, *, parts: Mapping[str, str] | None = None) -> Flow:
    """From a path, or from text given as `str`; `name` then stands for the file in messages.

    The flows that run inside it are files beside it, or `parts`: their texts by name.
    """
    reading = read_flow(source, name, parts=parts)
    if reading.problems or reading.flow is None:
        raise FlowError([*reading.problems])
    return reading.flow


def read_flow(
    source: Path | str, name: str | None = None, *, parts: Mapping[str, str] | None = None
) -> Reading:
    """As `load_flow`, with as much as can be read of one that cannot be used."""
    if isinstance(source, Path):
        find = among(parts) if parts is not None else beside(source)
        try:
            text = _read(source)
        except FlowError as error:
            return Reading(None, error.problems)
        return _read_source(Source(name or str(source), text), find, ())
    return _read_source(Source(name or "flow.yaml", source), among(parts or {}), ())


def _read_source(source: Source, find: Find, within: tuple[str, ...]) -> Reading:
    problems = Problems(source.file)
    document = read_yaml(source.text, problems)
    if not isinstance(document, Table):
        if document is not None:
            problems.add(document.place, UNREADABLE, f"a flow is a mapping, found {describe(document)}")
        return Reading(None, problems.in_order())
    current = upgrade(document, problems)
    if current is None:
        return Reading(None, problems.in_order())
    flow, broken, fields = _flow(current, problems, revision_of(document))
    misread = tuple(problems.found)
    if all(
        problem.code != DOUBLED for problem in misread
    ):  # else a target's step may be the one that is lost
        _check_targets(flow, current, problems)
    ways = len(problems.found) > len(misread)
    flow = _with_parts(flow, find, within or (flow.name,), problems)
    broken |= {step.name for step in flow.own_steps.values() if isinstance(step, PartStep) and not step.first}
    gaps = gaps_of(current, misread, broken, fields, ways=ways)
    if gaps.steps_known:
        _check_goal(flow, document, problems)
    return Reading(flow, problems.in_order(), gaps)


def _with_parts(flow: Flow, find: Find, within: tuple[str, ...], problems: Problems) -> Flow:
    inner_revisions: list[str] = []

    def read(source: Source, around: tuple[str, ...]) -> Flow | None:
        part = _read_source(source, find, around)
        if part.problems or part.flow is None:
            problems.found.extend(part.problems)
            return None
        inner_revisions.append(part.flow.revision)
        return part.flow

    whole = put_in_place(flow, find, read, within, problems)
    return replace(whole, revision=revision_with(flow.revision, inner_revisions))


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        reason = error.strerror or "cannot be read"
        raise FlowError([Problem(str(path), 1, 1, UNREADABLE, reason)]) from error
    except UnicodeDecodeError as error:
        raise FlowError([Problem(str(path), 1, 1, UNREADABLE, "is not UTF-8 text")]) from error


def _flow(document: Table, problems: Problems, revision: str) -> tuple[Flow, set[str], frozenset[str]]:
    """As far as it can be read, the names of the steps that cannot, and those of the fields that a flow has."""
    offer = read_own_offer(document, problems)
    fields = Fields(document, problems, "the flow", offer)
    fields.value("offer")
    steps, broken = _steps(fields)
    start = fields.value("start", required=True)
    flow = Flow(
        name=fields.name("flow", required=True),
        title=fields.texts("title"),
        purpose=fields.choice("purpose", Purpose, Purpose.MARKETING),
        goal=fields.text("goal"),
        expires=_expires(fields, offer),
        offer=offer,
        start=start.text if isinstance(start, Scalar) else "",
        steps=steps,
        then=read_exits(fields, FROM_ANYWHERE, required=False),
        own_texts=read_own_texts(fields),
        revision=revision,
        file=problems.file,
        max_segments=fields.number("max_segments", 3, most=10),
        about=_about(fields),
        to=fields.choice("to", Reach, Reach.CUSTOMERS),
        priority=fields.number("priority", 5, least=0, most=9),
        on_conflict=fields.choice("on_conflict", OnConflict, OnConflict.QUEUE),
        late_replies=_late_replies(fields),
        part=fields.flag("part"),
        parameters=_parameters(fields),
    )
    fields.close()
    return flow, broken, fields.known


def _expires(fields: Fields, offer: Offer) -> timedelta:
    expires = fields.duration("expires")
    if expires is None or (isinstance(expires, OfferField) and expires.name not in offer.terms):
        return EXPIRES_BY_DEFAULT
    return offer.duration(expires)


def _about(fields: Fields) -> About:
    table = fields.table("about")
    if table is None:
        return About()
    audience = table.value("audience")
    about = About(
        trigger=table.texts("trigger"),
        audience=read_condition(audience, table) if audience is not None else None,
        serves=table.sequence("serves"),
    )
    table.close()
    return about


def _late_replies(fields: Fields) -> LateReplies:
    table = fields.table("late_replies")
    if table is None:
        return LateReplies()
    usual = LateReplies()
    due = table.duration("due")
    found = LateReplies(
        queue=table.text("queue") or usual.queue,
        due=due if isinstance(due, timedelta) else usual.due,
        script=table.text("script") or usual.script,
    )
    table.close()
    return found


def _parameters(fields: Fields) -> dict[str, str]:
    table = fields.table("parameters")
    if table is None:
        return {}
    parameters: dict[str, str] = {}
    for name, entry in table.items():
        kind = entry.value.text if isinstance(entry.value, Scalar) else ""
        if kind in ("text", "number", "flag"):
            parameters[name] = kind
        else:
            table.wrong(entry.value, f"parameter {name} needs a type", "text, number or flag")
    return parameters


def _steps(fields: Fields) -> tuple[dict[str, FlowStep], set[str]]:
    table = fields.table("steps", required=True)
    steps: dict[str, FlowStep] = {}
    broken: set[str] = set()
    for name, entry in table.items() if table is not None else ():
        before = len(fields.problems.found)
        step = _named_step(name, entry, fields)
        if step is not None:
            steps[name] = step
        if len(fields.problems.found) > before:
            broken.add(name)
    return steps, broken


def _named_step(name: str, entry: Entry, fields: Fields) -> FlowStep | None:
    if name in _RESERVED:
        fields.problems.add(entry.key_place, WRONG_VALUE, f"{name!r} cannot be the name of a step")
    elif isinstance(entry.value, Table):
        return _step(name, entry.key_place, entry.value, fields)
    else:
        fields.wrong(entry.value, f"step {name} needs a mapping")
    return None


def _step(name: str, place: Place, table: Table, flow: Fields) -> FlowStep | None:
    kinds = [kind for kind in KINDS if kind in table.entries]
    if len(kinds) != 1:
        found = f"is {' and '.join(kinds)} at once" if kinds else "is of no kind"
        unknown = next((hint for field in table.entries if (hint := did_you_mean(field, KINDS))), "")
        hint = unknown or f"one of {', '.join(KINDS)}"
        flow.problems.add(place, NOT_ONE_KIND, f"step {name} {found}", hint)
        return None
    fields = Fields(Table(place, table.entries), flow.problems, f"step {name}", flow.offer)
    step = KINDS[kinds[0]].parse(name, fields.texts("title"), fields)
    fields.close()
    return step


def _check_targets(flow: Flow, document: Table, problems: Problems) -> None:
    """Every way leads to a step that is written down, if only one that cannot be read."""
    entry = document.entries.get("steps")
    if entry is None or not isinstance(entry.value, Table):
        return
    steps, start = entry.value.entries, document.entries.get("start")
    if start is not None:
        _check_target(flow.start, start.value.place, steps, problems, ends=False)
    for step in flow.steps.values():
        for edge in step.edges():
            _check_target(edge.target, edge.place, steps, problems)
    for exit_ in flow.then.values():
        _check_target(exit_.target, exit_.place, steps, problems)


def _check_target(
    target: str, place: Place, steps: Collection[str], problems: Problems, *, ends: bool = True
) -> None:
    if target and target not in steps and not (ends and target == END):
        hint = did_you_mean(target, [*steps, END])
        problems.add(place, UNKNOWN_TARGET, f"there is no step {target!r}", hint)


def _check_goal(flow: Flow, document: Table, problems: Problems) -> None:
    """An outcome of a step, an event from anywhere, or the name of an end."""
    if flow.goal is None:
        return
    outcomes = {edge.label for step in flow.steps.values() for edge in step.edges()} | set(flow.then)
    if flow.goal not in outcomes | results_of(flow):
        hint = did_you_mean(flow.goal, outcomes)
        place = document.entries["goal"].value.place
        problems.add(place, UNKNOWN_GOAL, f"no step has the outcome {flow.goal!r}", hint)


__all__ = ["UNKNOWN_FIELD", "FlowError", "Reading", "load_flow", "read_flow"]
