"""Lint of where a run can go: what is never reached, never left, or reached too early."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from bot.flow.gaps import Gaps
from bot.flow.model import END, RECHARGE, Edge, Flow, FlowStep
from bot.flow.steps.asking import AskingStep
from bot.flow.steps.call import CallStep
from bot.flow.steps.contact import ContactStep
from bot.flow.steps.grant import GrantStep
from bot.flow.steps.transfer import TransferStep
from bot.flow.steps.wait import WaitStep
from bot.rules.problems import Problems


def check(flow: Flow, gaps: Gaps, problems: Problems) -> None:
    if gaps.steps_known and not gaps.ways:
        _unreachable(flow, problems)
    _loops(flow, problems)
    _early_grants(flow, problems)
    _lost_transfers(flow, problems)


def _unreachable(flow: Flow, problems: Problems) -> None:
    reached: set[str] = set()
    ahead = [flow.start, *(exit_.target for exit_ in flow.then.values())]
    while ahead:
        name = ahead.pop()
        if name in flow.steps and name not in reached:
            reached.add(name)
            ahead += [edge.target for edge in flow.steps[name].edges()]
    for step in flow.own_steps.values():
        if step.name not in reached:
            problems.add(step.place, "KL201", f"nothing leads to step {step.name}")


def _loops(flow: Flow, problems: Problems) -> None:
    at_once = {name: [edge.target for edge in _passes(flow, step)] for name, step in flow.own_steps.items()}
    for name in _on_a_cycle(at_once):
        problems.add(
            flow.steps[name].place, "KL203", f"step {name} leads back to itself without a wait on the way"
        )
    for name in _on_a_cycle({name: list(_by_time(flow, step)) for name, step in flow.own_steps.items()}):
        if isinstance(flow.steps[name], ContactStep):
            problems.warn(
                flow.steps[name].place,
                "KL219",
                f"step {name} is repeated until the flow expires, as long as nobody answers",
            )


def _passes(flow: Flow, step: FlowStep) -> Iterator[Edge]:
    """The ways out that a run may take in the very moment it arrives."""
    for edge in step.edges():
        instant = (
            not _rests(flow, step)
            or (step.kind == "wait_for" and edge.label == RECHARGE)
            or (isinstance(step, WaitStep) and edge.label in ("past", "unknown"))
            or (isinstance(step, GrantStep) and edge.label != "expired")
            or (isinstance(step, TransferStep) and edge.label == "unanswered")
        )
        if instant:
            yield edge


def _rests(flow: Flow, step: FlowStep) -> bool:
    """A part rests if anything in it does."""
    if step.kind != "flow":
        return step.waits
    return any(one.waits for one in flow.steps.values() if one.inside.startswith(step.name))


def _by_time(flow: Flow, step: FlowStep) -> Iterator[str]:
    """The ways out that need nobody's doing."""
    for edge in step.edges():
        if not _rests(flow, step) or edge.label in (
            "after",
            "done",
            "unreached",
            "undelivered",
            "delivered",
            "next",
        ):
            yield edge.target


def _on_a_cycle(leads_to: Mapping[str, Iterable[str]]) -> list[str]:
    found = []
    for name in leads_to:
        seen: set[str] = set()
        ahead = list(leads_to[name])
        while ahead:
            target = ahead.pop()
            if target in leads_to and target not in seen:
                seen.add(target)
                ahead += leads_to[target]
        if name in seen:
            found.append(name)
    return found


@dataclass(frozen=True, slots=True)
class _Known:
    """What is certain about a customer who stands on a step."""

    step: str
    accepted: bool
    recharged: bool


def _early_grants(flow: Flow, problems: Problems) -> None:
    reached = _knowledge(flow)
    for step in flow.own_steps.values():
        if not isinstance(step, GrantStep):
            continue
        here = [known for known in reached if known.step == step.name]
        if any(not known.accepted for known in here):
            message = f"step {step.name} can be reached by a customer who has not accepted"
            problems.add(step.place, "KL211", message, "accept: [1], or confirm: in a call")
        if flow.offer.min_recharge is not None and any(not known.recharged for known in here):
            message = f"step {step.name} can be reached by a customer who has not recharged"
            problems.add(step.place, "KL212", message, "wait_for: recharge")


def _knowledge(flow: Flow) -> set[_Known]:
    starts = [_Known(flow.start, False, False)]
    starts += [
        _Known(exit_.target, False, exit_.name == RECHARGE) for exit_ in flow.then.values() if exit_.target
    ]
    ways = {
        name: [(edge.target, _accepts(step, edge.label), edge.label == RECHARGE) for edge in step.edges()]
        for name, step in flow.own_steps.items()
    }
    seen: set[_Known] = set()
    while starts:
        known = starts.pop()
        if known in seen or known.step not in ways:
            continue
        seen.add(known)
        for target, accepts, recharges in ways[known.step]:
            starts.append(_Known(target, known.accepted or accepts, known.recharged or recharges))
    return seen


def _accepts(step: FlowStep, label: str) -> bool:
    if label == "confirmed":
        return True
    word, _, key = label.partition(" ")
    accepting: Callable[[str], bool] = (
        step.accept.__contains__ if isinstance(step, AskingStep | CallStep) else lambda _: False
    )
    return word in ("reply", "key") and accepting(key)


def _lost_transfers(flow: Flow, problems: Problems) -> None:
    for step in flow.own_steps.values():
        for edge in step.edges():
            target = flow.steps.get(edge.target) if edge.target != END else None
            if isinstance(target, TransferStep) and not edge.label.startswith("key "):
                problems.warn(
                    edge.place,
                    "KL215",
                    f"{edge.label!r} leads to the transfer {edge.target}, but nobody is on the line then",
                    "lead it to a work order",
                )
