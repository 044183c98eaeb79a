"""`audience ...`: who we know and who is at risk, from a file or made up for a rehearsal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn, TimeRemainingColumn

from bot.audience.importing import import_file
from bot.audience.map_file import load_map
from bot.audience.report import ImportReport
from bot.audience.report import Progress as Report
from bot.audience.synth import synthesise
from bot.cli.factors import known_factors
from bot.cli.one_line import said_in_one_line
from bot.cli.paths import map_path
from bot.cli.risk_lists import lists
from bot.config import TWILIO_API, Settings

MOST_SYNTHESISED = 2_000_000
_STAGES = {"read": "reading", "draw": "drawing", "store": "storing"}


@click.group("audience")
def group() -> None:
    """Customers and risk lists: import a file, see the lists, make customers up."""


@group.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--map", "column_map", type=map_path, required=True, help="Which column is what (YAML), as in flows/maps."
)
@click.option("--risk-list", metavar="NAME", help="Make this risk list hold exactly the customers of FILE.")
@click.option("--rehearsal", is_flag=True, help="Allow the column map to make up missing numbers and values.")
def import_(file: Path, column_map: Path, risk_list: str | None, rehearsal: bool) -> None:
    """Take over the customers of FILE (CSV or Parquet), and make a risk list of them.

    The column map says which column of FILE is what. A row that cannot be read goes into a file of rejects, with the
    reason; the others are taken.
    """
    from bot.bootstrap import wired

    parts = wired()
    if rehearsal:
        refuse_real_carrier(parts.settings)
    with said_in_one_line():
        columns = load_map(column_map, known_factors())
        with progress_bar() as progress:
            report = import_file(
                parts.transaction,
                file,
                columns,
                now=parts.clock.now(),
                default_region=parts.settings.default_region,
                rejects_folder=parts.settings.var_dir / "rejects",
                risk_list=risk_list,
                rehearsal=rehearsal,
                progress=progress,
            )
    _show(report, risk_list)


@group.command("synth")
@click.option(
    "--customers", type=click.IntRange(1, MOST_SYNTHESISED), required=True, help="How many customers."
)
@click.option("--seed", type=int, required=True, help="The same seed makes the same customers.")
@click.option("--risk-list", metavar="NAME", help="Put those at risk on this risk list.")
@click.option("--at-risk-only", is_flag=True, help="Make up customers at risk and no others.")
def synth(customers: int, seed: int, risk_list: str | None, at_risk_only: bool) -> None:
    """Make up prepaid customers for a rehearsal; never where a real carrier is used."""
    from bot.bootstrap import wired

    parts = wired()
    refuse_real_carrier(parts.settings)
    with said_in_one_line(), progress_bar() as progress, parts.transaction() as tx:
        report = synthesise(
            tx,
            customers=customers,
            seed=seed,
            now=parts.clock.now(),
            risk_list=risk_list,
            at_risk_only=at_risk_only,
            progress=progress,
        )
    _show(report, risk_list)


def refuse_real_carrier(settings: Settings) -> None:
    """A made-up number may be somebody's: it must never come where a real carrier is used."""
    if settings.twilio_api_base_url == TWILIO_API:
        raise click.ClickException(
            "made-up customers are for a rehearsal only, and TWILIO_API_BASE_URL is Twilio's own"
        )


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
    if report.marked or report.unmarked or report.set_aside:
        click.echo(
            f"lists: {report.marked} put on, {report.unmarked} taken off, {report.set_aside} cells set aside"
        )
    for line in report.first_set_aside:
        click.echo(line)
    if report.reject_path is not None:
        click.echo(f"rejects: {report.reject_path}")


group.add_command(lists)
