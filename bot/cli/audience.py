"""`audience ...`: who we know and who is at risk, from a file or made up for a rehearsal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn, TimeRemainingColumn

from bot.audience.errors import AudienceError
from bot.audience.importing import import_file
from bot.audience.map_file import load_map
from bot.audience.report import ImportReport
from bot.audience.report import Progress as Report
from bot.audience.synth import synthesise
from bot.config import ROOT, TWILIO_API, Settings
from bot.rules.catalogue import CatalogueError, FactorCatalogue, load_catalogue

CATALOGUE = ROOT / "flows" / "factors.yaml"
MOST_SYNTHESISED = 2_000_000
_STAGES = {"read": "reading", "draw": "drawing", "store": "storing"}


@click.group("audience")
def group() -> None:
    """Customers and risk lists: import a file, or make customers up for a rehearsal."""


@group.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--map", "map_path", type=click.Path(path_type=Path), required=True, help="The column map (YAML)."
)
@click.option("--risk-list", help="Make this risk list hold exactly the file's customers.")
@click.option("--rehearsal", is_flag=True, help="Allow the map to make up numbers and values.")
def import_(file: Path, map_path: Path, risk_list: str | None, rehearsal: bool) -> None:
    """Take the customers of FILE (CSV or Parquet), by a column map."""
    from bot.bootstrap import wired

    parts = wired()
    if rehearsal:
        refuse_real_carrier(parts.settings)
    try:
        column_map = load_map(map_path, known_factors())
        with progress_bar() as progress:
            report = import_file(
                parts.transaction,
                file,
                column_map,
                now=parts.clock.now(),
                default_region=parts.settings.default_region,
                rejects_folder=parts.settings.var_dir / "rejects",
                risk_list=risk_list,
                rehearsal=rehearsal,
                progress=progress,
            )
    except AudienceError as error:
        raise click.ClickException(str(error)) from None
    _show(report, risk_list)


@group.command("synth")
@click.option("--customers", type=click.IntRange(1, MOST_SYNTHESISED), required=True, help="How many.")
@click.option("--seed", type=int, required=True, help="The same seed makes the same customers.")
@click.option("--risk-list", help="Make this risk list hold those whom plain rules mark.")
@click.option("--at-risk-only", is_flag=True, help="Make up customers at risk and no others.")
def synth(customers: int, seed: int, risk_list: str | None, at_risk_only: bool) -> None:
    """Make up a prepaid base for a rehearsal."""
    from bot.bootstrap import wired

    parts = wired()
    refuse_real_carrier(parts.settings)
    try:
        with progress_bar() as progress, parts.transaction() as tx:
            report = synthesise(
                tx,
                customers=customers,
                seed=seed,
                now=parts.clock.now(),
                risk_list=risk_list,
                at_risk_only=at_risk_only,
                progress=progress,
            )
    except AudienceError as error:
        raise click.ClickException(str(error)) from None
    _show(report, risk_list)


def refuse_real_carrier(settings: Settings) -> None:
    """A made-up number may be somebody's: it must never come where a real carrier is used."""
    if settings.twilio_api_base_url == TWILIO_API:
        raise click.ClickException(
            "made-up customers are for a rehearsal only, and TWILIO_API_BASE_URL is Twilio's own"
        )


def known_factors() -> FactorCatalogue:
    try:
        return load_catalogue(CATALOGUE)
    except CatalogueError as error:
        raise click.ClickException(str(error)) from None


@contextmanager
def progress_bar() -> Iterator[Report]:
    """A bar on a terminal's stderr for each stage that reports, gone when all is done."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bars:
        tasks: dict[str, TaskID] = {}

        def report(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(_STAGES.get(stage, stage), total=total)
            bars.update(tasks[stage], completed=done, total=total)

        yield report


def _show(report: ImportReport, risk_list: str | None) -> None:
    click.echo(
        f"{report.rows_read} rows: {report.new} new, {report.updated} updated, {report.unchanged} unchanged, "
        f"{report.rejected} rejected"
    )
    if risk_list is not None:
        click.echo(f"risk list {risk_list}: {report.risk_list_size} customers")
    if report.reject_path is not None:
        click.echo(f"rejects: {report.reject_path}")
