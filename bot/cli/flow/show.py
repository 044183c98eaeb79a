"""`keepline flow show`: the flow as a picture, as text or as a Mermaid diagram."""

from __future__ import annotations

from pathlib import Path

import click

from bot.cli.flow.files import loaded
from bot.flow.graph import to_mermaid, to_text
from bot.flow.svg import to_svg


@click.command("show")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--format", "form", type=click.Choice(["text", "svg", "mermaid"]), default="text", show_default=True
)
@click.option("--language", type=click.Choice(["en", "zh"]), default="en", show_default=True)
@click.option(
    "--output", type=click.Path(dir_okay=False, writable=True, path_type=Path), help="A file to write it to."
)
def show(path: Path, form: str, language: str, output: Path | None) -> None:
    """The flow as a picture or as text."""
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
