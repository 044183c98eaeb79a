"""`keepline campaign approve, schedule, start, pause, resume, drain, abort`: a campaign's moves by hand."""

from __future__ import annotations

import sys

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from bot.bootstrap import Wired
from bot.cli.campaign.values import acting, ground, mover, reasoned, said_in_one_line
from bot.domain.campaigns import CampaignMove, CampaignStatus
from bot.enrolment.effects import work_off
from bot.enrolment.move import find_campaign, move_campaign, start_campaign
from bot.store import campaigns


@click.command("approve")
@click.argument("name")
@acting
@reasoned
def approve(name: str, login: str | None, reason: str | None) -> None:
    """Approve the checked campaign NAME, as a second person: --as says who."""
    _move(name, CampaignMove.APPROVE, login, reason)


@click.command("schedule")
@click.argument("name")
@acting
@reasoned
def schedule(name: str, login: str | None, reason: str | None) -> None:
    """Let campaign NAME start by itself when its moment comes."""
    _move(name, CampaignMove.SCHEDULE, login, reason)


@click.command("start")
@click.argument("name")
@acting
@reasoned
def start(name: str, login: str | None, reason: str | None) -> None:
    """Enrol the audience of campaign NAME and let it run; a draft is checked first."""
    from bot.bootstrap import wired

    parts = wired()
    with said_in_one_line(), parts.transaction() as tx:
        report = start_campaign(
            tx,
            find_campaign(tx, name),
            parts.clock.now(),
            ground=ground(parts.settings),
            by=mover(tx, login),
            reason=reason,
        )
    click.echo(
        f"campaign {name}: running; {report.enrolled} enrolled, {report.treatment} treatment, "
        f"{report.control} control, {report.skipped} skipped"
    )


@click.command("pause")
@click.argument("name")
@acting
@reasoned
def pause(name: str, login: str | None, reason: str | None) -> None:
    """Hold campaign NAME: nothing more is sent until it is resumed, and waiting calls are dropped."""
    _move(name, CampaignMove.PAUSE, login, reason)


@click.command("resume")
@click.argument("name")
@acting
@reasoned
def resume(name: str, login: str | None, reason: str | None) -> None:
    """Let the paused campaign NAME go on; its runs get the time back that the pause took."""
    _move(name, CampaignMove.RESUME, login, reason)


@click.command("drain")
@click.argument("name")
@acting
@reasoned
def drain(name: str, login: str | None, reason: str | None) -> None:
    """Let nobody new start in campaign NAME; those under way come to their end."""
    _move(name, CampaignMove.DRAIN, login, reason)


@click.command("abort")
@click.argument("name")
@acting
@reasoned
@click.option("--yes", is_flag=True, help="Do it without asking.")
def abort(name: str, login: str | None, reason: str | None, yes: bool) -> None:
    """End campaign NAME for good: what is queued is cancelled, and all its runs end."""
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
    columns = (TextColumn("runs"), BarColumn(), MofNCompleteColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("runs", total=counted.treatment - counted.finished)
        work_off(
            parts.transaction,
            parts.clock.now(),
            flows=parts.flows,
            campaign_id=campaign_id,
            progress=lambda runs: bar.update(task, completed=runs),
        )
    with parts.transaction() as tx:
        now_is = campaigns.get(tx, campaign_id)
    return now_is.status if now_is is not None else None
