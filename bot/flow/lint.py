"""The third layer of checking: a flow that can be loaded, but does not mean what its author wants."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import PurePath

from bot.flow import lint_run, lint_steps, lint_texts, lint_ways
from bot.flow.model import OPTED_OUT, Flow, OnConflict, Purpose
from bot.flow.steps.contact import ContactStep
from bot.rules.catalogue import FactorCatalogue
from bot.rules.problems import Place, Problem, Problems


def lint(
    flow: Flow, catalogue: FactorCatalogue | None, scripts: Collection[str] | None = None
) -> list[Problem]:
    """Errors and warnings in the order of the file.

    Without a catalogue factors are not checked, and without the names of the managers' scripts neither are those.
    The steps of parts are not looked at again: a part is checked as the file that it is.
    """
    problems = Problems(flow.file)
    _whole(flow, problems)
    lint_ways.check(flow, problems)
    lint_steps.check(flow, catalogue, scripts, problems)
    lint_run.check(flow, catalogue, problems)
    lint_texts.check(flow, catalogue, problems)
    return problems.in_order()


def _whole(flow: Flow, problems: Problems) -> None:
    if flow.goal is None and not flow.part:
        problems.warn(Place(), "KL220", "the flow has no goal:", "reports cannot tell a success")
    if flow.part:
        for what, given in (("goal", flow.goal), ("then", flow.then)):
            if given:
                problems.warn(
                    Place(), "KL224", f"a part's {what}: has no effect; the flow around it has its own"
                )
    refused = flow.then.get(OPTED_OUT)
    step = flow.steps.get(refused.target) if refused is not None else None
    if (
        refused is not None
        and isinstance(step, ContactStep)
        and flow.purpose_of(step.name) is Purpose.MARKETING
    ):
        message = f"{OPTED_OUT} leads to {step.name}, which contacts a customer who has just refused that"
        problems.add(refused.place, "KL225", message, "a work order, an emit, or an end")
    if flow.on_conflict is OnConflict.INTERRUPT and flow.priority == 0:
        message = "on_conflict: interrupt has no effect at the lowest priority"
        problems.warn(Place(), "KL226", message, "priority: 7")
    named = PurePath(flow.file).name
    if named.endswith(".yaml") and PurePath(named).stem != flow.name and flow.part:
        message = f"the part {flow.name} is found by the name of its file, which is {named}"
        problems.add(Place(), "KL227", message, f"{flow.name}.yaml")
