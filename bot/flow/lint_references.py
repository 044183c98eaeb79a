"""Lint of what steps refer to by name: factors in conditions, facts of the run, terms of the offer, scripts."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from bot.flow.events import fields_of
from bot.flow.gaps import Gaps
from bot.flow.lint_run import RUN, UNWRITTEN, may_be_unread, offer_types, types_of
from bot.flow.model import Flow, FlowStep
from bot.flow.steps.switch import SwitchStep
from bot.flow.steps.wait_for import WaitForStep
from bot.flow.steps.work_order import WorkOrderStep
from bot.rules.catalogue import FactorCatalogue, FactorType
from bot.rules.parse import Condition, ConditionError, parse
from bot.rules.problems import Problems, did_you_mean
from bot.rules.size import size_of

CONDITION_SIZE = 100  # nodes: what one customer's switch may cost

_Types = Mapping[str, FactorType]


def check(
    flow: Flow,
    catalogue: FactorCatalogue | None,
    scripts: Collection[str] | None,
    gaps: Gaps,
    problems: Problems,
) -> None:
    known = {**offer_types(flow), **types_of(flow, catalogue)}
    conditions = [
        (condition, {**known, **more})
        for step in flow.own_steps.values()
        for condition, more in _conditions(step)
    ]
    if flow.about.audience is not None:
        conditions.insert(0, (flow.about.audience, {}))
    for condition, names in conditions:
        _check_size(condition, problems)
        if not any(may_be_unread(name, flow, gaps) for name in condition.names - names.keys()):
            _check_names(condition, catalogue, names, problems)
    if scripts is not None:
        _scripts(flow, scripts, problems)


def _conditions(step: FlowStep) -> Iterator[tuple[Condition, _Types]]:
    """Each with the names that only it may use."""
    match step:
        case SwitchStep():
            yield from ((branch.when, {}) for branch in step.branches)
        case WaitForStep():
            yield from ((demand.condition, fields_of(event)) for event, demand in step.where.items())


def _check_size(condition: Condition, problems: Problems) -> None:
    if (size := size_of(condition.tree)) > CONDITION_SIZE:
        message = f"the condition has {size} parts, {CONDITION_SIZE} are allowed"
        place = condition.origin.place(condition.text, 0)
        problems.add(place, "KL223", message, "note parts of it with a rule or a set step")


def _check_names(
    condition: Condition, catalogue: FactorCatalogue | None, known: _Types, problems: Problems
) -> None:
    place = condition.origin.place(condition.text, 0)
    for name in sorted(condition.names - known.keys()):
        if name.startswith(RUN):
            problems.add(place, UNWRITTEN, f"nothing in this flow notes {name}", did_you_mean(name, known))
            return
    if catalogue is None:
        return
    try:
        parse(condition.text, catalogue, extra=known, origin=condition.origin)
    except ConditionError as error:
        problems.found.extend(error.problems)


def _scripts(flow: Flow, scripts: Collection[str], problems: Problems) -> None:
    for step in flow.own_steps.values():
        if isinstance(step, WorkOrderStep) and step.script and step.script not in scripts:
            hint = did_you_mean(step.script, scripts)
            problems.add(step.place, "KL118", f"there is no script {step.script!r}", hint)
