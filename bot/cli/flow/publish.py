"""`keepline flow publish`: a campaign gets a new revision of its flow, once it is clear what becomes of its people."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from bot.cli.factors import known_factors
from bot.cli.flow.check import known_scripts
from bot.cli.flow.files import flow_path
from bot.cli.one_line import said_in_one_line
from bot.enrolment.impact import Affected, Fate, Impact, look
from bot.enrolment.move import find_campaign
from bot.enrolment.republish import Existing, Publishing, Republished, republish
from bot.flow.model import END, Flow
from bot.flow.problem_report import examine
from bot.rules.problems import Severity
from bot.store.flow_revisions import FlowText

if TYPE_CHECKING:
    from bot.bootstrap import Wired

_MEANINGS = {
    Existing.PIN: "they finish on the revision they are on",
    Existing.MIGRATE: "they go on with the new one, where they stand",
    Existing.DRAIN: "they finish on the old one; nobody else starts before they have",
}
_CANCEL = "cancel"
_FATES = {
    Fate.CHANGED: "changed, as they stand",
    Fate.ANEW: "changed, to be entered anew",
    Fate.GONE: "gone",
}


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the operator wants for those under way."""

    existing: Existing
    map: Mapping[str, str]


@click.command("publish")
@click.argument("path", metavar="FILE", type=flow_path)
@click.option("--campaign", "name", required=True, metavar="NAME", help="The campaign that gets it.")
@click.option(
    "--existing",
    type=click.Choice([one.value for one in Existing]),
    help="What becomes of those under way; see above.",
)
@click.option(
    "--map",
    "pairs",
    multiple=True,
    metavar="OLD=NEW",
    help="With migrate: where to go on from a step that is gone, or end; repeatable.",
)
@click.option("--yes", is_flag=True, help="Do it without asking.")
def publish(path: Path, name: str, existing: str | None, pairs: tuple[str, ...], yes: bool) -> None:
    """Give a campaign the new version of its flow in FILE.

    What it would mean for the people of the campaign is shown first.

    Whoever has not started yet, and whoever is enrolled later, starts on the new revision. For those under way:

    \b
    pin      They finish on the revision they are on.
    migrate  They move to the new one. On a step that waits for the same they stay as they stand; one that
             now waits for something else they enter anew: its message is sent again. For a step that is
             gone say where to go on (--map old=new, --map old=end). Whoever has a call on, a credit on its
             way or a work order on such a step stays on the old revision.
    drain    They finish on the old one, and nobody else starts before they have.

    Run again with the same file, it goes on with what an interrupted run or an earlier pin has left behind.
    """
    from bot.bootstrap import wired

    flow, text = _checked(path)
    mapping = _map(pairs)
    parts = wired()
    with said_in_one_line():
        with parts.transaction() as tx:
            campaign_id = find_campaign(tx, name)
            impact = look(tx, campaign_id, flow, parts.flows)
        _show(impact, flow)
        asked = _settle(impact, flow, existing, mapping, yes)
        if asked is None:
            click.echo("nothing was changed")
            return
        done = _carry_out(parts, Publishing(campaign_id, flow, text, asked.existing, asked.map), impact)
    _report(done, flow, name)


def _checked(path: Path) -> tuple[Flow, FlowText]:
    """A flow with errors is not published."""
    examined = examine(path, known_factors(), known_scripts())
    errors = [problem for problem in examined.problems if problem.severity is Severity.ERROR]
    if examined.flow is None or errors:
        raise click.ClickException("\n".join(map(str, errors)))
    flow = examined.flow
    return flow, FlowText(flow.name, path.read_text(encoding="utf-8"), flow.parts)


def _map(pairs: Iterable[str]) -> dict[str, str]:
    mapping: dict[str, str] = {}
    for pair in pairs:
        old, separator, new = (part.strip() for part in pair.partition("="))
        if not (old and separator and new):
            raise click.UsageError(f"--map {pair!r}: write OLD=NEW, the names of two steps")
        if old in mapping:
            raise click.UsageError(f"--map {pair!r}: {old} has gone to {mapping[old]} already")
        mapping[old] = new
    return mapping


# -- what it would mean ---------------------------------------------------------------------------------------


def _show(impact: Impact, flow: Flow) -> None:
    campaign = impact.campaign
    click.echo(f"campaign {campaign.name}: {campaign.flow_revision} → {flow.revision}")
    several = len(impact.older) > 1
    table = Table("step", *(["on revision"] if several else []), "in the new one")
    for heading in ("people", "queued", "cannot move"):
        table.add_column(heading, justify="right")
    for one in impact.affected:
        if one.fate is not Fate.SAME:
            step, *cells = _row(one)
            table.add_row(step, *([one.standing.revision] if several else []), *cells)
    same = [one.standing for one in impact.affected if one.fate is Fate.SAME]
    blank = [""] if several else []
    if same:
        people, queued = sum(one.people for one in same), sum(one.queued for one in same)
        table.add_row("(others)", *blank, "the same", _number(people), _number(queued), "")
    table.add_row("(not started)", *blank, "", _number(impact.unstarted), "", "")
    Console(markup=False, highlight=False, width=None if sys.stdout.isatty() else 160).print(table)


def _row(one: Affected) -> list[str]:
    meaning = _FATES[one.fate] + (f"; the same as {one.renamed}" if one.renamed else "")
    standing = one.standing
    counts = [_number(number) for number in (standing.people, standing.queued, one.held)]
    return [standing.step or "", meaning, *counts]


def _number(number: int) -> str:
    return f"{number:,}" if number else ""


# -- what the operator wants ------------------------------------------------------------------------------------


def _settle(
    impact: Impact, flow: Flow, existing: str | None, mapping: dict[str, str], yes: bool
) -> _Asked | None:
    """As the options say; what they leave open is asked, where there is somebody to ask."""
    if existing is None and not impact.affected:
        existing = Existing.PIN.value  # nobody is under way: it makes no difference
    attended = sys.stdin.isatty()
    if existing is None:
        if not attended:
            choices = "; ".join(f"{one.value}: {_MEANINGS[one]}" for one in Existing)
            raise click.ClickException(f"say what becomes of those under way with --existing ({choices})")
        existing = _ask_existing()
        if existing == _CANCEL:
            return None
    asked = Existing(existing)
    if asked is Existing.MIGRATE and attended:
        mapping = _ask_map(impact, flow, mapping)
    if not yes:
        if not attended:
            raise click.ClickException("add --yes to publish without being asked")
        if not click.confirm(f"publish, and {asked.value} those under way?"):
            return None
    return _Asked(asked, mapping)


def _ask_existing() -> str:
    click.echo("\n".join(f"  {one.value:<8} {_MEANINGS[one]}" for one in Existing))
    choices = click.Choice([*(one.value for one in Existing), _CANCEL])
    return str(click.prompt("those under way", type=choices, default=_CANCEL))


def _ask_map(impact: Impact, flow: Flow, mapping: dict[str, str]) -> dict[str, str]:
    chosen = dict(mapping)
    for one in impact.affected:
        step = one.standing.step or ""
        if one.fate is Fate.GONE and one.movable and step not in chosen:
            question = f"{step} is gone; {one.movable:,} people stand there. They go on with"
            choices = click.Choice([*flow.steps, END])
            chosen[step] = str(click.prompt(question, type=choices, show_choices=False, default=one.renamed))
    return chosen


# -- and how it went ----------------------------------------------------------------------------------------------


def _carry_out(parts: Wired, wanted: Publishing, impact: Impact) -> Republished:
    people = impact.unstarted
    if wanted.existing is Existing.MIGRATE:
        people += sum(one.standing.people for one in impact.affected)
    with _progress(people) as moved:
        return republish(parts.transaction, wanted, flows=parts.flows, now=parts.clock.now(), progress=moved)


@contextmanager
def _progress(people: int) -> Iterator[Callable[[int], None]]:
    columns = (TextColumn("moving"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("moving", total=people)
        yield lambda done: progress.update(task, completed=done)


def _report(done: Republished, flow: Flow, name: str) -> None:
    moved = done.moved
    click.echo(f"campaign {name}: published revision {flow.revision}")
    for number, what in (
        (done.adopted, "had not started, and will start on it"),
        (moved.as_they_stood, "moved to it as they stood"),
        (moved.anew, "moved to it, and enter their step anew"),
        (moved.ended, "ended by the map"),
        (done.left, "under way stay on an older revision"),
    ):
        if number:
            click.echo(f"  {number:,} {what}")
    if done.held_until is not None:
        click.echo(
            f"  nobody starts before those are done, at the latest {done.held_until:%Y-%m-%d %H:%M} UTC"
        )
