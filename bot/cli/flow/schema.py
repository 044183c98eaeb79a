"""`keepline flow schema`: the JSON Schema of the flow language, for editors."""

from __future__ import annotations

import json
from pathlib import Path

import click

from bot.config import ROOT
from bot.flow.schema import schema as make_schema

SHIPPED = ROOT / "flows" / "flow.schema.json"


@click.command("schema")
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), help="A file instead of the screen."
)
def schema(output: Path | None) -> None:
    """Print the JSON Schema with which an editor completes and checks flow files."""
    text = schema_text()
    if output is None:
        click.echo(text, nl=False)
    else:
        output.write_text(text, encoding="utf-8")
        click.echo(f"{output}: written")


def schema_text() -> str:
    return json.dumps(make_schema(), ensure_ascii=False, indent=2) + "\n"
