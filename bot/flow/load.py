"""Reads a flow file into a `Flow`, or says everything that is wrong with it, each with its place."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from bot.flow.exits import Outcomes, read_exits
from bot.flow.fields import UNKNOWN_FIELD, WRONG_VALUE, Fields, read_duration
from bot.flow.model import END, OPT_OUT, REPEAT, Flow, FlowStep, Offer, Purpose
from bot.flow.revision import revision_of
from bot.flow.steps import KINDS
from bot.flow.steps.call_source import read_own_texts
from bot.rules.problems import Place, Problem, Problems, did_you_mean
from bot.rules.yaml_source import UNREADABLE, Scalar, Table, Value, describe, read_yaml

NOT_ONE_KIND = "KL008"
UNKNOWN_TARGET = "KL100"
UNKNOWN_GOAL = "KL108"

EXPIRES_BY_DEFAULT = timedelta(days=30)

_EVENTS_ONLY = Outcomes(names=(), events=True)
_RESERVED = frozenset({END, REPEAT, OPT_OUT})


class FlowError(ValueError):
    """The flow cannot be used; `problems` names every place, and so does the message."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


def load_flow(source: Path | str, name: str | None = None) -> Flow:
    """From a path, or from text given as `str`; `name` then stands for the file in messages."""
    if isinstance(source, Path):
        return parse_flow(_read(source), name or str(source))
    return parse_flow(source, name or "flow.yaml")


def parse_flow(text: str, file: str) -> Flow:
    problems = Problems(file)
    document = read_yaml(text, problems)
    flow = None
    if isinstance(document, Table):
        flow = _flow(document, problems)
    elif document is not None:
        problems.add(document.place, UNREADABLE, f"a flow is a mapping, found {describe(document)}")
    if problems.found or flow is None:
        raise FlowError(problems.in_order())
    return flow


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        reason = error.strerror or "cannot be read"
        raise FlowError([Problem(str(path), 1, 1, UNREADABLE, reason)]) from error
    except UnicodeDecodeError as error:
        raise FlowError([Problem(str(path), 1, 1, UNREADABLE, "is not UTF-8 text")]) from error


def _flow(document: Table, problems: Problems) -> Flow:
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
        then=read_exits(fields, _EVENTS_ONLY, required=False),
        own_texts=read_own_texts(fields),
        revision=revision_of(document),
        file=problems.file,
        max_segments=fields.number("max_segments", 3, most=10),
    )
    fields.close()
    if start is not None:
        _check_target(flow.start, start.place, steps, problems, ends=False)
    _check_targets(flow, problems)
    _check_goal(flow, fields, problems)
    return flow


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
    step = KINDS[kinds[0]](name, fields.texts("title"), fields)
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


def _check_goal(flow: Flow, fields: Fields, problems: Problems) -> None:
    goal = fields.value("goal")
    if flow.goal is None or goal is None:
        return
    outcomes = {edge.label for step in flow.steps.values() for edge in step.edges()} | set(flow.then)
    if flow.goal not in outcomes:
        hint = did_you_mean(flow.goal, outcomes)
        problems.add(goal.place, UNKNOWN_GOAL, f"no step has the outcome {flow.goal!r}", hint)


__all__ = ["UNKNOWN_FIELD", "FlowError", "load_flow", "parse_flow"]
