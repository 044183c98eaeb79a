"""What a flow lets its customers do, step by step, and what it asks about them: read once, before anybody plays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from decimal import Decimal

from bot.flow.model import BUSINESS_EVENTS, OPT_OUT, RECHARGE, REPEAT, Flow, FlowStep
from bot.flow.simulation.personas import Intent
from bot.flow.steps.asking import AskingStep
from bot.flow.steps.call import CallStep
from bot.flow.steps.survey import CallSurvey, FreeText, SmsSurvey
from bot.flow.steps.values import Copied
from bot.flow.steps.wait import Around
from bot.flow.steps.wait_for import WaitForStep
from bot.flow.text import values_needed
from bot.rules import tree
from bot.rules.closure import Closure
from bot.rules.parse import Condition

_HUMANS = ("work_order", "transfer")
_HEARD_ALWAYS = frozenset({RECHARGE, "complaint", "port_out"})

Sample = Decimal | str | bool


@dataclass(frozen=True, slots=True)
class Offered:
    """One step's keys, by what pressing or sending them means to the customer."""

    keys: Mapping[Intent, tuple[str, ...]]
    asks: bool = False
    free_text: bool = False  # a survey that takes any words
    gathers: int = 0  # a number of so many digits is asked for
    dispositions: tuple[str, ...] = ()  # of a work order, as the flow tells them apart

    def of(self, intent: Intent) -> tuple[str, ...]:
        return self.keys.get(intent, ())


@dataclass(frozen=True, slots=True)
class Asked:
    """All that a flow asks about customers and listens for."""

    offered: Mapping[str, Offered]
    facts: frozenset[str]  # named in texts, conditions, waits and notes
    samples: Mapping[
        str, tuple[Sample, ...]
    ]  # what conditions compare a fact with, so that both ways are walked
    events: frozenset[str]
    details: Mapping[str, tuple[Sample, ...]]  # the same for `event.<name>`
    yes_keys: frozenset[str]  # that mean yes to the offer, in any step
    demands: tuple[Closure, ...]  # what steps ask of a recharge, beside the offer's minimum


def asked_by(flow: Flow) -> Asked:
    parts = [part for step in flow.steps.values() for part in _parts(step)]
    conditions = [part for part in parts if isinstance(part, Condition)]
    samples: dict[str, set[Sample]] = {}
    for condition in conditions:
        for name, value in _samples(condition.tree):
            samples.setdefault(name, set()).add(value)
    texts = {name for step in flow.steps for name in values_needed(flow, step)}
    named = {name for condition in conditions for name in condition.names}
    named |= {part.source for part in parts if isinstance(part, Copied)}
    named |= {part.factor for part in parts if isinstance(part, Around)}
    return Asked(
        offered={name: _offered(flow, step) for name, step in flow.steps.items()},
        facts=frozenset(name for name in texts | named if "." not in name),
        samples={name: _in_order(found) for name, found in samples.items() if "." not in name},
        events=frozenset(_events(flow)) | _HEARD_ALWAYS,
        details={
            name.removeprefix("event."): _in_order(found)
            for name, found in samples.items()
            if name.startswith("event.") and name != "event.amount"
        },
        yes_keys=frozenset(key for step in flow.steps.values() for key in _yes_keys(step)),
        demands=tuple(
            step.where[RECHARGE].holds
            for step in flow.steps.values()
            if isinstance(step, WaitForStep) and RECHARGE in step.where
        ),
    )


def _offered(flow: Flow, step: FlowStep) -> Offered:
    if isinstance(step, CallSurvey):
        answers = tuple(key for key in step.keys if key in step.answer.keys)
        return Offered({**_special(step), **_spread(answers)}, asks=True)
    if isinstance(step, CallStep):
        return _by_call(flow, step)
    if isinstance(step, SmsSurvey):
        return Offered(_spread(step.answer.keys), asks=True, free_text=isinstance(step.answer, FreeText))
    if isinstance(step, AskingStep):
        return _by_sms(flow, step)
    closed = tuple(name.removeprefix("closed ") for name in step.exits if name.startswith("closed "))
    return Offered({}, dispositions=closed)


def _spread(answers: tuple[str, ...]) -> dict[Intent, tuple[str, ...]]:
    """To a survey, every answer is as good as another."""
    return {intent: answers for intent in (Intent.JOIN, Intent.MANAGER, Intent.OTHER) if answers}


def _by_sms(flow: Flow, step: AskingStep) -> Offered:
    keys = sorted(step.reply_keys)
    human = [key for key in keys if _leads_to_human(flow, step.exits[f"reply {key}"].target)]
    return Offered(_meanings(keys, sorted(step.accept), human), asks=step.asks)


def _by_call(flow: Flow, step: CallStep) -> Offered:
    special = _special(step)
    keys = [key for key in step.keys if key not in {one for keys in special.values() for one in keys}]
    human = [key for key in keys if _leads_to_human(flow, step.keys[key].target)]
    yes = [*step.accept, *([step.confirm.key] if step.confirm is not None else [])]
    meanings = _meanings([*keys, *yes], sorted(yes), human)
    return Offered({**special, **meanings}, asks=True, gathers=step.gather.digits if step.gather else 0)


def _special(step: CallStep) -> dict[Intent, tuple[str, ...]]:
    wanted = {Intent.REPEAT: REPEAT, Intent.OPT_OUT: OPT_OUT}
    return {
        intent: tuple(key for key, one in step.keys.items() if one.target == target)
        for intent, target in wanted.items()
    }


def _meanings(keys: list[str], yes: list[str], human: list[str]) -> dict[Intent, tuple[str, ...]]:
    """Where no key is named as a yes, the first that asks for nobody else is one."""
    joins = yes or [key for key in keys if key not in human][:1]
    others = [key for key in keys if key not in joins and key not in human]
    return {
        Intent.JOIN: tuple(joins),
        Intent.MANAGER: tuple(human),
        Intent.OTHER: tuple(dict.fromkeys([*others, *human])),
    }


def _leads_to_human(flow: Flow, target: str) -> bool:
    return target in flow.steps and flow.steps[target].kind in _HUMANS


def _yes_keys(step: FlowStep) -> Iterator[str]:
    if isinstance(step, AskingStep | CallStep):
        yield from step.accept
    if isinstance(step, CallStep) and step.confirm is not None:
        yield step.confirm.key


def _events(flow: Flow) -> Iterator[str]:
    for step in flow.steps.values():
        yield from (name for name in step.exits if name in BUSINESS_EVENTS)
    yield from (name for name in flow.then if name in BUSINESS_EVENTS)


def _parts(part: object) -> Iterator[Condition | Copied | Around]:
    """Whatever names facts, wherever a kind of step keeps it."""
    if isinstance(part, Condition | Copied | Around):
        yield part
    elif isinstance(part, Mapping):
        for inner in part.values():
            yield from _parts(inner)
    elif isinstance(part, tuple | list):
        for inner in part:
            yield from _parts(inner)
    elif is_dataclass(part):
        for one in fields(part):
            yield from _parts(getattr(part, one.name))


def _samples(expr: tree.Expr) -> Iterator[tuple[str, Sample]]:
    match expr:
        case tree.Compare(_, tree.Fact(name), tree.Literal(value)) | tree.Compare(
            _, tree.Literal(value), tree.Fact(name)
        ):
            yield from _sample(name, value)
        case tree.Among(tree.Fact(name), choices):
            for choice in choices:
                if isinstance(choice, tree.Literal):
                    yield from _sample(name, choice.value)
        case tree.Between(tree.Fact(name), low, high):
            for edge in (low, high):
                if isinstance(edge, tree.Literal):
                    yield from _sample(name, edge.value)
        case tree.And(left, right) | tree.Or(left, right):
            yield from _samples(left)
            yield from _samples(right)
        case tree.Not(inner):
            yield from _samples(inner)
        case _:
            return


def _sample(name: str, value: object) -> Iterator[tuple[str, Sample]]:
    if isinstance(value, Decimal | str | bool):
        yield name, value


def _in_order(found: set[Sample]) -> tuple[Sample, ...]:
    return tuple(sorted(found, key=lambda value: (type(value).__name__, str(value))))
