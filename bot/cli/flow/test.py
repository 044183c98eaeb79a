"""`keepline flow test`: plays the golden conversations beside the flows."""

from __future__ import annotations

from pathlib import Path

import click

from bot.cli.flow.files import flow_files, golden_of, loaded
from bot.flow.golden import run_conversations


@click.command("test")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
def test(paths: tuple[Path, ...]) -> None:
    """Play the golden conversations beside the flows; a flow without any fails."""
    failed = 0
    files = list(flow_files(paths))
    for path in files:
        golden = golden_of(path)
        if not golden.exists():
            click.echo(f"{path}: has no golden conversations ({golden.name})")
            failed += 1
            continue
        for failure in run_conversations(loaded(path), golden):
            click.echo(str(failure))
            failed += 1
    if failed:
        raise click.ClickException(f"{failed} failures in {len(files)} flows")
    click.echo(f"{len(files)} flows keep their promises")
