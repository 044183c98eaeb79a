"""`keepline flow pages`: the manual's pages that are made from the code and the flows."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import click

from bot.cli.flow.files import flow_files, loaded
from bot.cli.flow.schema import SHIPPED, schema_text
from bot.config import ROOT
from bot.flow.pages import Shelved, catalogue_page, problems_page, steps_page
from bot.flow.svg import to_svg

FOLDER = ROOT / "docs" / "flows"
FLOWS = ROOT / "flows"


@click.command("pages")
@click.option("--check", is_flag=True, help="Change nothing; exit 1 if a page is not what it should be.")
def pages(check: bool) -> None:
    """Write the pages about steps, problems and shipped flows, their charts, and the JSON Schema."""
    stale = 0
    for path, text in made().items():
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale += 1
        if check:
            click.echo(f"{path.relative_to(ROOT)}: is not up to date")
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            click.echo(f"{path.relative_to(ROOT)}: written")
    if check and stale:
        raise click.ClickException(f"{stale} pages are not up to date: scripts/keepline flow pages")


def made() -> Mapping[Path, str]:
    """Every made page by its path."""
    flows = [loaded(path) for path in flow_files((FLOWS,))]
    charts = {FOLDER / "charts" / f"{flow.name}.svg": to_svg(flow) for flow in flows}
    shelf = [Shelved(flow, os.path.relpath(chart, FOLDER)) for flow, chart in zip(flows, charts, strict=True)]
    return {
        FOLDER / "steps.md": steps_page(),
        FOLDER / "problems.md": problems_page(),
        FOLDER / "catalogue.md": catalogue_page(shelf),
        SHIPPED: schema_text(),
        **charts,
    }
