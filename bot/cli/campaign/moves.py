"""`keepline campaign approve, schedule, start, pause, resume, drain, abort`: a campaign's moves by hand."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from bot.bootstrap import Wired
from bot.cli.acting import acting_if_known, mover
from bot.cli.campaign.values import ground, reasoned
from bot.cli.one_line import said_in_one_line
from bot.domain.campaigns import CampaignMove, CampaignStatus
from bot.enrolment.effects import work_off
from bot.enrolment.enrol import EnrolReport
from bot.enrolment.intake import take_in
from bot.enrolment.move import begin_campaign, find_campaign, move_campaign
from bot.rules.catalogue import FactorCatalogue
from bot.store import campaigns
from bot.store.intakes import Intake


@click.command("approve")
@click.argument("name")
@acting_if_known
@reasoned
def approve(name: str, login: str | None, reason: str | None) -> None:
    """Approve campaign NAME after its check, as a second person (--as)."""
    _move(name, CampaignMove.APPROVE, login, reason)


@click.command("schedule")
@click.argument("name")
@acting_if_known
@reasoned
def schedule(name: str, login: str | None, reason: str | None) -> None:
    """Let campaign NAME start by itself at its time."""
    _move(name, CampaignMove.SCHEDULE, login, reason)


@click.command("start")
@click.argument("name")
@acting_if_known
@reasoned
def start(name: str, login: str | None, reason: str | None) -> None:
    """Start campaign NAME now; a draft is checked first.

    Its audience is enrolled, and the first contacts are made when the policy permits them.
    """
    from bot.bootstrap import wired

    parts = wired()
    with said_in_one_line():
        rules = ground(parts.settings)
        with parts.transaction() as tx:
            campaign_id = find_campaign(tx, name)
            by = mover(tx, login)
            begin_campaign(tx, campaign_id, parts.clock.now(), ground=rules, by=by, reason=reason)
        report = _taken_in(parts, name, campaign_id, rules.catalogue)
    click.echo(
        f"campaign {name}: {_status(parts, campaign_id)}; {report.enrolled} enrolled, {report.treatment} treatment, "
        f"{report.control} control, {report.skipped} skipped"
    )


def _taken_in(parts: Wired, name: str, campaign_id: int, catalogue: FactorCatalogue | None) -> EnrolReport:
    """Its audience, here and now, beside whoever else is at it; what Ctrl-C leaves, a worker takes in."""
    with _bar("enrolled") as (bar, task):

        def show(intake: Intake) -> None:
            total = intake.listed if intake.counted else None
            bar.update(task, completed=intake.enrolled, total=total)

        try:
            return take_in(
                parts.transaction,
                campaign_id,
                parts.clock.now(),
                flows=parts.flows,
                catalogue=catalogue,
                progress=show,
            )
        except KeyboardInterrupt:
            bar.stop()
            raise click.ClickException(
                f"stopped here; campaign {name} has started, and a worker enrols the others"
            ) from None


@contextmanager
def _bar(what: str, total: int | None = None) -> Iterator[tuple[Progress, TaskID]]:
    """Only where somebody sees it."""
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        yield bar, bar.add_task(what, total=total)


@click.command("pause")
@click.argument("name")
@acting_if_known
@reasoned
def pause(name: str, login: str | None, reason: str | None) -> None:
    """Hold campaign NAME at once, until it is resumed.

    Nothing more is sent, and what waits at the carrier is called back.
    """
    _move(name, CampaignMove.PAUSE, login, reason)


@click.command("resume")
@click.argument("name")
@acting_if_known
@reasoned
def resume(name: str, login: str | None, reason: str | None) -> None:
    """Let the paused campaign NAME go on.

    What customers were given time for is put off by as long as the pause took.
    """
    _move(name, CampaignMove.RESUME, login, reason)


@click.command("drain")
@click.argument("name")
@acting_if_known
@reasoned
def drain(name: str, login: str | None, reason: str | None) -> None:
    """Let campaign NAME run out: nobody new starts, those under way come to their end."""
    _move(name, CampaignMove.DRAIN, login, reason)


@click.command("abort")
@click.argument("name")
@acting_if_known
@reasoned
@click.option("--yes", is_flag=True, help="Do it without asking.")
def abort(name: str, login: str | None, reason: str | None, yes: bool) -> None:
    """End campaign NAME at once and for good, for all its customers."""
    if not yes and not (sys.stdin.isatty() and click.confirm(f"end campaign {name} for good?")):
        raise click.ClickException(f"campaign {name} goes on as it was; to end it for good, add --yes")
    _move(name, CampaignMove.ABORT, login, reason)


def _move(name: str, move: CampaignMove, login: str | None, reason: str | None) -> None:
    from bot.bootstrap import wired

    parts = wired()
    with said_in_one_line(), parts.transaction() as tx:
        campaign_id = find_campaign(tx, name)
        moved = move_campaign(tx, campaign_id, move, parts.clock.now(), by=mover(tx, login), reason=reason)
    click.echo(f"campaign {name}: {worked_off(parts, campaign_id) or moved.after}")


def worked_off(parts: Wired, campaign_id: int) -> CampaignStatus | None:
    """What a move or a policy does to the runs, here and now; whatever a kill leaves, the sweep does."""
    with parts.transaction() as tx:
        counted = campaigns.standings(tx, campaign_id)[0]
    with _bar("runs", counted.treatment - counted.finished) as (bar, task):
        work_off(
            parts.transaction,
            parts.clock.now(),
            flows=parts.flows,
            campaign_id=campaign_id,
            progress=lambda runs: bar.update(task, completed=runs),
        )
    return _status(parts, campaign_id)


def _status(parts: Wired, campaign_id: int) -> CampaignStatus | None:
    with parts.transaction() as tx:
        now_is = campaigns.get(tx, campaign_id)
    return now_is.status if now_is is not None else None
