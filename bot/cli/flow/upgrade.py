"""`keepline flow upgrade`: a flow's file rewritten for the newest version of the language."""

from __future__ import annotations

from pathlib import Path

import click

from bot.cli.flow.files import flow_path
from bot.flow.spec_versions import CURRENT, upgrade_text
from bot.rules.problems import Problems
from bot.rules.yaml_source import Table, read_yaml


@click.command("upgrade")
@click.argument("path", type=flow_path)
@click.option("--write", is_flag=True, help="Write it into the file itself; without it, on the screen.")
def upgrade(path: Path, write: bool) -> None:
    """Rewrite a flow for the newest version of the flow language; its comments stay."""
    problems = Problems(str(path))
    text = path.read_text(encoding="utf-8")
    document = read_yaml(text, problems)
    upgraded = upgrade_text(text, document, problems) if isinstance(document, Table) else None
    if problems.found or upgraded is None:
        raise click.ClickException("\n".join(map(str, problems.in_order())) or f"{path}: a flow is a mapping")
    if not write:
        click.echo(upgraded, nl=False)
    elif upgraded == text:
        click.echo(f"{path}: nothing to rewrite")
    else:
        path.write_text(upgraded, encoding="utf-8")
        click.echo(f"{path}: version {CURRENT}")
