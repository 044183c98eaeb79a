"""The third layer of checking: a flow that can be read, but does not mean what its author wants."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import PurePath

from bot.flow import lint_references, lint_run, lint_steps, lint_texts, lint_ways
from bot.flow.gaps import NO_GAPS, Gaps
from bot.flow.model import OPTED_OUT, Flow, OnConflict, Purpose
from bot.flow.steps.contact import ContactStep
from bot.rules.catalogue import FactorCatalogue
from bot.rules.problems import Place, Problem, Problems


def lint(
    flow: Flow,
    catalogue: FactorCatalogue | None,
    scripts: Collection[str] | None = None,
    gaps: Gaps = NO_GAPS,
) -> list[Problem]:
    """Errors and warnings in the order of the file.

    Without a catalogue factors are not checked, and without the names of the managers' scripts neither are those.
    The steps of parts are not looked at again: a part is checked as the file that it is. Of a flow with `gaps` every
    reference is checked that could be read, the meaning of every step that is whole, and nothing for which that
    matters that could not be read.
    """
    problems = Problems(flow.file)
    sound = replace(flow, steps={name: one for name, one in flow.steps.items() if name not in gaps.steps})
    _whole(sound, gaps, problems)
    lint_ways.check(sound, gaps, problems)
    lint_steps.check(sound, gaps, problems)
    lint_references.check(flow, catalogue, scripts, gaps, problems)
    lint_run.check(flow, catalogue, gaps, problems)
    lint_texts.check(flow, catalogue, gaps, problems)
    return problems.in_order()


def _whole(flow: Flow, gaps: Gaps, problems: Problems) -> None:
    if flow.goal is None and not flow.part and gaps.readable("goal", "part"):
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
        and gaps.readable("purpose")
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
