"""The third layer of checking: a flow that can be loaded, but does not mean what its author wants."""

from __future__ import annotations

from bot.flow import lint_steps, lint_texts, lint_ways
from bot.flow.model import Flow
from bot.rules.catalogue import FactorCatalogue
from bot.rules.problems import Place, Problem, Problems


def lint(flow: Flow, catalogue: FactorCatalogue | None) -> list[Problem]:
    """Errors and warnings in the order of the file; without a catalogue, factors are not checked."""
    problems = Problems(flow.file)
    if flow.goal is None:
        problems.warn(Place(), "KL220", "the flow has no goal:", "reports cannot tell a success")
    lint_ways.check(flow, problems)
    lint_steps.check(flow, catalogue, problems)
    lint_texts.check(flow, catalogue, problems)
    return problems.in_order()
