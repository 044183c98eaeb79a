"""`keepline flow list`: which flows there are, in one line each; a broken one does not hide the others."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from rich.console import Console
from rich.table import Column, Table

from bot.cli.factors import known_factors
from bot.cli.flow.check import chosen_flows, known_scripts, nothing_in
from bot.cli.flow.files import flow_paths, golden_of
from bot.cli.options import language_option
from bot.config import ROOT
from bot.flow.golden import load_scripts
from bot.flow.load import FlowError
from bot.flow.model import Flow
from bot.flow.problem_report import Examined, examine
from bot.flow.text import in_language
from bot.rules.problems import Problem, Severity

FLOWS = ROOT / "flows"

_WIDTH_OF_A_PIPE = 160


@click.command("list")
@click.argument("paths", nargs=-1, type=flow_paths)
@language_option
def list_(paths: tuple[Path, ...], language: str) -> None:
    """List flows with their steps, languages and problems; without PATHS, those in the folder flows."""
    paths = paths or (FLOWS,)
    catalogue = known_factors()
    flows = [examine(path, catalogue, known_scripts()) for path in chosen_flows(paths)]
    if not flows:
        raise nothing_in(paths)
    width = None if sys.stdout.isatty() else _WIDTH_OF_A_PIPE
    Console(markup=False, highlight=False, width=width).print(_table(flows, language))


def _table(flows: list[Examined], language: str) -> Table:
    table = Table(Column("flow", no_wrap=True), "title", "purpose", "goal")
    table.add_column("steps", justify="right")
    table.add_column("texts")
    table.add_column("golden", justify="right")
    table.add_column("revision", no_wrap=True)
    table.add_column("problems")
    for one in flows:
        table.add_row(*_row(one, language))
    return table


def _row(one: Examined, language: str) -> list[str]:
    golden, problems = _golden(one.path), _in_short(one.problems)
    flow = one.flow
    if flow is None:
        return [one.path.name, "", "", "", "", "", golden, "", problems]
    return [
        _name(flow, one.path),
        in_language(flow.title, language) if flow.title else "",
        flow.purpose.value,
        flow.goal or "",
        str(len(flow.steps)),
        _languages(flow),
        golden,
        flow.revision,
        problems,
    ]


def _name(flow: Flow, path: Path) -> str:
    """With its file where that is called otherwise."""
    remarks = ["a part"] if flow.part else []
    remarks += [path.name] if flow.name != path.stem else []
    return f"{flow.name} ({', '.join(remarks)})" if remarks else flow.name


def _languages(flow: Flow) -> str:
    """Those of any text; one that some text lacks is in brackets."""
    texts = [set(text) for step in flow.steps.values() for text in step.texts().values()]
    texts += [set(text) for text in flow.own_texts.values()]
    if not texts:
        return ""
    everywhere = set.intersection(*texts)
    return " ".join(
        language if language in everywhere else f"({language})" for language in sorted(set.union(*texts))
    )


def _golden(path: Path) -> str:
    """How many golden conversations it has."""
    golden = golden_of(path)
    if not golden.exists():
        return "none"
    try:
        return str(len(load_scripts(golden)))
    except FlowError:
        return "broken"


def _in_short(problems: tuple[Problem, ...]) -> str:
    """The first one without its file, which the row names; errors come before warnings."""
    if not problems:
        return ""
    first = min(
        problems, key=lambda problem: (problem.severity is Severity.WARNING, problem.line, problem.col)
    )
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    return f"{first.line}:{first.col} {first.severity} {first.code}: {first.message}{more}"
