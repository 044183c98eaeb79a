"""`keepline flow check`: everything that is wrong with flows, each with its place."""

from __future__ import annotations

from pathlib import Path

import click

from bot.cli.flow.files import CATALOGUE, flow_files
from bot.flow.lint import lint
from bot.flow.load import FlowError, load_flow
from bot.rules.catalogue import load_catalogue


@click.command("check")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
def check(paths: tuple[Path, ...]) -> None:
    """Everything that is wrong with flows (files or folders), each with its place; exit 1 if anything is."""
    catalogue = load_catalogue(CATALOGUE)
    checked = found = 0
    for path in flow_files(paths):
        checked += 1
        try:
            problems = lint(load_flow(path), catalogue)
        except FlowError as error:
            problems = error.problems
        for problem in problems:
            click.echo(str(problem))
        found += len(problems)
    if found:
        raise click.ClickException(f"{found} problems in {checked} flows")
    click.echo(f"{checked} flows, no problem")
