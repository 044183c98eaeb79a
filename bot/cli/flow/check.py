"""`keepline flow check`: everything that is wrong with flows, each with its place."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import click

from bot.cli.factors import known_factors
from bot.cli.flow.files import CATALOGUE, SCRIPTS, TEST_ENDING, flow_files, flow_paths
from bot.flow.problem_report import Examined, ProblemReport, examine
from bot.rules.problems import Problem


@click.command("check")
@click.argument("paths", nargs=-1, required=True, type=flow_paths)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How to print it.",
)
@click.option("--strict", is_flag=True, help="Warnings fail too.")
def check(paths: tuple[Path, ...], form: str, strict: bool) -> None:
    """Everything that is wrong with flows (files or folders), each with its place.

    Exits with 0 if there is no error, with 1 if there is one or nothing to check, with 2 if called wrongly.
    """
    catalogue = known_factors()
    examined = [examine(path, catalogue, known_scripts()) for path in chosen_flows(paths)]
    report = ProblemReport(len(examined), _each_once(examined))
    if form == "json":
        click.echo(json.dumps(report.to_json(), ensure_ascii=False, indent=2))
    else:
        for problem in report.problems:
            click.echo(str(problem))
    if not report.flows:
        raise nothing_in(paths)
    if report.errors or (strict and report.warnings):
        raise click.ClickException(report.summary())
    if form == "text":
        click.echo(report.summary())


def _each_once(examined: Sequence[Examined]) -> tuple[Problem, ...]:
    """What is wrong with a part is wrong with every flow around it, and is one mistake."""
    return tuple({str(problem): problem for one in examined for problem in one.problems}.values())


def chosen_flows(paths: tuple[Path, ...]) -> list[Path]:
    """Each flow once; a file that is no flow is refused by its name where it is named itself."""
    for path in paths:
        if path.name.endswith(TEST_ENDING):
            flow = path.with_name(path.name.removesuffix(TEST_ENDING) + ".yaml")
            raise click.BadParameter(
                f"{path} holds golden conversations, not a flow; scripts/keepline flow test {flow} plays them"
            )
        if path.name == CATALOGUE.name and path.is_file():
            raise click.BadParameter(f"{path} is the catalogue of factors, not a flow")
    return list({path.resolve(): path for path in flow_files(paths)}.values())


def known_scripts() -> frozenset[str]:
    """What managers say, by the names that work orders give."""
    return frozenset(path.stem for path in SCRIPTS.glob("*.yaml"))


def nothing_in(paths: tuple[Path, ...]) -> click.ClickException:
    return click.ClickException(f"there is no flow (*.yaml) in {', '.join(map(str, paths))}")
