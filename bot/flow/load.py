"""Reads a flow file into a `Flow`, or says everything that is wrong with it, each with its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from bot.flow.conditions import read_condition
from bot.flow.exits import Outcomes, read_exits
from bot.flow.fields import UNKNOWN_FIELD, WRONG_VALUE, Fields, read_duration
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
    OnConflict,
    Purpose,
    Reach,
)
from bot.flow.parts import Find, Source, among, beside, put_in_place
from bot.flow.results import results_of
from bot.flow.revision import revision_of, revision_with
from bot.flow.spec_versions import upgrade
from bot.flow.steps import KINDS
from bot.flow.steps.own_texts import read_own_texts
from bot.rules.problems import Place, Problem, Problems, did_you_mean
from bot.rules.yaml_source import UNREADABLE, Scalar, Table, Value, describe, read_yaml

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


def load_flow(source: Path | str, name: str | None = None, *, parts: Mapping[str, str] | None = None) -> Flow:
    """From a path, or from text given as `str`; `name` then stands for the file in messages.

    The flows that run inside it are files beside it, or `parts`: their texts by name.
    """
    if isinstance(source, Path):
        find = among(parts) if parts is not None else beside(source)
        return parse_flow(_read(source), name or str(source), find)
    return parse_flow(source, name or "flow.yaml", among(parts or {}))


def parse_flow(text: str, file: str, find: Find) -> Flow:
    return _read_source(Source(file, text), find, ())


def _read_source(source: Source, find: Find, within: tuple[str, ...]) -> Flow:
    problems = Problems(source.file)
    document = read_yaml(source.text, problems)
    flow = None
    if isinstance(document, Table):
        current = upgrade(document, problems)
        flow = _flow(current, problems, revision_of(document)) if current is not None else None
        if flow is not None and not problems.found:
            flow = _with_parts(flow, find, within or (flow.name,), problems)
            _check_goal(flow, document, problems)
    elif document is not None:
        problems.add(document.place, UNREADABLE, f"a flow is a mapping, found {describe(document)}")
    if problems.found or flow is None:
        raise FlowError(problems.in_order())
    return flow


def _with_parts(flow: Flow, find: Find, within: tuple[str, ...], problems: Problems) -> Flow:
    inner_revisions: list[str] = []

    def read(source: Source, around: tuple[str, ...]) -> Flow:
        part = _read_source(source, find, around)
        inner_revisions.append(part.revision)
        return part

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


def _flow(document: Table, problems: Problems, revision: str) -> Flow:
    offer = _offer(document, problems)
    fields = Fields(document, problems, "the flow", offer)
    fields.value("offer")
    steps = _steps(fields)
    expires = fields.duration("expires")
    start = fields.value("start", required=True)
    flow = Flow(
        name=fields.name("flow", required=True),
        title=fields.texts("title"),
        purpose=fields.choice("purpose", Purpose, Purpose.MARKETING),
        goal=fields.text("goal"),
        expires=offer.duration(expires) if expires is not None else EXPIRES_BY_DEFAULT,
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
    if start is not None:
        _check_target(flow.start, start.place, steps, problems, ends=False)
    _check_targets(flow, problems)
    return flow


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


def _offer(document: Table, problems: Problems) -> Offer:
    entry = document.entries.get("offer")
    if entry is None:
        return Offer()
    if not isinstance(entry.value, Table):
        problems.add(entry.value.place, WRONG_VALUE, f"offer: needs a mapping, found {describe(entry.value)}")
        return Offer()
    terms: dict[str, Decimal | timedelta | str] = {}
    for name, term in entry.value.entries.items():
        value = _term(term.value)
        if value is None:
            problems.add(term.value.place, WRONG_VALUE, f"offer.{name} is neither amount, duration nor word")
        else:
            terms[name] = value
    _check_terms(terms, entry.value, problems)
    return Offer(terms)


def _term(value: Value) -> Decimal | timedelta | str | None:
    if not isinstance(value, Scalar) or value.value is None or isinstance(value.value, bool):
        return None
    if isinstance(value.value, int | Decimal):
        return Decimal(value.value)
    return read_duration(value.text) or value.text or None


_TERM_TYPES: Mapping[str, tuple[type, str]] = {
    "min_recharge": (Decimal, "an amount"),
    "bonus": (Decimal, "an amount"),
    "within": (timedelta, "a duration such as 7d"),
    "currency": (str, "a currency code such as CNY"),
}


def _check_terms(terms: Mapping[str, object], table: Table, problems: Problems) -> None:
    for name, (wanted, what) in _TERM_TYPES.items():
        if name in terms and not isinstance(terms[name], wanted):
            problems.add(table.entries[name].value.place, WRONG_VALUE, f"offer.{name} needs {what}")


def _steps(fields: Fields) -> dict[str, FlowStep]:
    table = fields.table("steps", required=True)
    steps: dict[str, FlowStep] = {}
    if table is None:
        return steps
    for name, entry in table.items():
        if name in _RESERVED:
            fields.problems.add(entry.key_place, WRONG_VALUE, f"{name!r} cannot be the name of a step")
        elif isinstance(entry.value, Table):
            step = _step(name, entry.key_place, entry.value, fields)
            if step is not None:
                steps[name] = step
        else:
            fields.wrong(entry.value, f"step {name} needs a mapping")
    return steps


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


def _check_targets(flow: Flow, problems: Problems) -> None:
    for step in flow.steps.values():
        for edge in step.edges():
            _check_target(edge.target, edge.place, flow.steps, problems)
    for exit_ in flow.then.values():
        _check_target(exit_.target, exit_.place, flow.steps, problems)


def _check_target(
    target: str, place: Place, steps: Mapping[str, FlowStep], problems: Problems, *, ends: bool = True
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


__all__ = ["UNKNOWN_FIELD", "FlowError", "load_flow", "parse_flow"]
