"""`keepline flow show`: the flow as a picture, as text or as a Mermaid diagram."""

from __future__ import annotations

from pathlib import Path

import click

from bot.cli.flow.files import flow_path, loaded
from bot.cli.options import language_option
from bot.flow.graph import to_mermaid, to_text
from bot.flow.svg import to_svg


@click.command("show")
@click.argument("path", type=flow_path)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "svg", "mermaid"]),
    default="text",
    show_default=True,
    help="How to draw it.",
)
@language_option
@click.option(
    "--output",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="The file to write it to; without it, the screen.",
)
def show(path: Path, form: str, language: str, output: Path | None) -> None:
    """Draw a flow, as text or as a picture."""
    flow = loaded(path)
    drawn = to_svg(flow, None, language) if form == "svg" else _IN_TEXT[form](flow, language)
    if output is None:
        click.echo(drawn)
        return
    try:
        output.write_text(drawn, encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"{output}: {error.strerror or error}") from None
    click.echo(f"wrote {output}")


_IN_TEXT = {"text": to_text, "mermaid": to_mermaid}
