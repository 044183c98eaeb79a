"""`keepline flow test`: plays the golden conversations beside the flows, or records them anew."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console

from bot.cli.flow.check import chosen_flows, nothing_in
from bot.cli.flow.files import flow_paths, golden_of
from bot.cli.flow.golden_screen import (
    Tally,
    screen,
    show_failure,
    show_missed,
    show_recorded,
    show_tallies,
)
from bot.flow.golden import play_all, read_golden
from bot.flow.golden.coverage import coverage
from bot.flow.golden.recording import record
from bot.flow.load import FlowError, load_flow
from bot.flow.model import Flow


@click.command("test")
@click.argument("paths", nargs=-1, required=True, type=flow_paths)
@click.option(
    "--update",
    is_flag=True,
    help="Take what happens now as right: write it into the conversations that fail.",
)
@click.option("--only", default="", metavar="TEXT", help="Only conversations with this in their name.")
@click.option(
    "--coverage", "missed", is_flag=True, help="List the steps and exits that no conversation tries."
)
def test(paths: tuple[Path, ...], update: bool, only: str, missed: bool) -> None:
    """Play the test conversations of flows (NAME.test.yaml); a flow without any fails."""
    console = screen()
    tallies: list[Tally] = []
    broken = 0
    for path in chosen_flows(paths):
        try:
            tally = _tested(console, path, only, update=update)
        except FlowError as error:
            click.echo(str(error))
            broken += 1
            continue
        if tally is not None:
            tallies.append(tally)
        if tally is not None and missed and tally.coverage is not None:
            show_missed(console, path, tally.coverage)
    if not tallies and not broken:
        raise nothing_in(paths)
    show_tallies(console, tallies)
    _verdict(tallies, broken, only)


def _verdict(tallies: list[Tally], broken: int, only: str) -> None:
    conversations = sum(tally.conversations for tally in tallies)
    failed = sum(tally.failed for tally in tallies)
    lonely = sum(tally.coverage is None for tally in tallies)
    reasons = [
        f"{failed} of {conversations} conversations failed" if failed else "",
        f"{lonely} flows have no golden conversations" if lonely else "",
        f"{broken} flows cannot be played" if broken else "",
        f"no conversation has {only!r} in its name" if only and not conversations else "",
    ]
    if any(reasons):
        raise click.ClickException(", ".join(filter(None, reasons)))
    click.echo(f"{len(tallies)} flows keep their promises, in {conversations} conversations")


def _tested(console: Console, path: Path, only: str, *, update: bool) -> Tally | None:
    """None for a part without conversations of its own: it is played inside the flows that it belongs to."""
    flow, golden = load_flow(path), golden_of(path)
    if not golden.exists():
        if flow.part:
            return None
        click.echo(f"{path}: has no golden conversations ({golden.name})")
        return Tally(path, 0, 0)
    if update:
        _record(console, flow, golden, only)
    played = play_all(flow, golden, only)
    failures = [failure for one in played if (failure := one.failure(str(golden))) is not None]
    for failure in failures:
        show_failure(console, failure)
    covered = coverage(flow, (one.conversation for one in played))
    return Tally(path, len(played), len(failures), covered)


def _record(console: Console, flow: Flow, golden: Path, only: str) -> None:
    """What cannot be recorded is shown as a failure afterwards."""
    before = read_golden(golden)
    recording = record(flow, before, str(golden), only)
    if recording.refused:
        click.echo(f"{golden}: cannot be changed in its place, because of how it is written")
    for one in recording.stuck:
        click.echo(f"{golden}: not recorded, for its script cannot go on: {one.script.name}")
    if recording.text == before:
        return
    golden.write_bytes(recording.text.encode("utf-8"))
    show_recorded(console, golden, recording.recorded)
    click.echo(f"{golden}: {len(recording.recorded)} conversations recorded anew")
