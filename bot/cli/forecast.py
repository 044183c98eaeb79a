"""`campaign dry-run` and `campaign explain`: what a campaign would do, and what all of them did to one customer."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bot.cli.audience import progress_bar
from bot.cli.factors import known_factors
from bot.cli.forecast_screen import show_lines, show_story, show_tally
from bot.cli.one_line import said_in_one_line
from bot.cli.options import as_json, language_option
from bot.dry_runs import DryRun, prepare
from bot.enrolment.errors import CampaignError
from bot.enrolment.move import find_campaign
from bot.forecast.dry_run import Installation
from bot.forecast.errors import ForecastError
from bot.forecast.explain import How, find
from bot.forecast.explain import explain as tell
from bot.forecast.step_titles import step_titles
from bot.forecast.story_json import to_json
from bot.forecast.table_file import table_file
from bot.forecast.tally import Tally
from bot.forecast.workers import Task, Told, in_parallel, told
from bot.register.errors import RegisterError
from bot.register.record import read_number
from bot.store import forecasting, suppressions
from bot.store.forecasting import Slice
from bot.store.transaction import Tx

if TYPE_CHECKING:
    from bot.bootstrap import Wired

SLICE = 10_000
ALONE = 3 * SLICE  # so few are done before a second process has begun
MOST_SHOWN = 1_000


@click.command("dry-run")
@click.argument("name")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write one line per person to this file, .parquet or .csv.",
)
@click.option(
    "--sample",
    type=click.IntRange(1, MOST_SHOWN),
    metavar="N",
    help="Only N people, the same each time; each is shown.",
)
@click.option(
    "--workers", type=click.IntRange(1, 64), help="How many processes; without it, one for each processor."
)
@language_option
def dry_run(name: str, out: Path | None, sample: int | None, workers: int | None, language: str) -> None:
    """Tell whom campaign NAME would contact when, and whom not and why.

    Nobody is contacted, and nothing is stored but the file of --out.
    """
    from bot.bootstrap import wired

    parts = wired()
    now = parts.clock.now()
    try:
        with parts.transaction() as tx:
            forecasting.freeze(tx)
            asked = prepare(tx, find_campaign(tx, name), _installation(parts), known_factors(), now)
            if sample is not None:
                asked = replace(
                    asked, audience=forecasting.sampled(tx, asked.campaign, asked.audience, sample)
                )
            with asked.reading(tx):
                slices = forecasting.slices(tx, asked.audience, SLICE)
            answers = _answers(parts, tx, asked, slices, now, workers or os.cpu_count() or 1)
            tally, lines = _collected(
                answers, sum(one.people for one in slices), out, keep=sample is not None
            )
    except (CampaignError, ForecastError) as error:
        raise click.ClickException(str(error)) from None
    if lines:
        show_lines(lines, language)
    show_tally(asked.campaign.name, tally, now, parts.settings, language)


def _installation(parts: Wired) -> Installation:
    ours = parts.outgoing
    return Installation(parts.flows, ours.rulebook, ours.brand, ours.guest_list, ours.default_time_zone)


def _answers(
    parts: Wired, tx: Tx, asked: DryRun, slices: Sequence[Slice], now: datetime, workers: int
) -> Iterator[Told]:
    """In the slices' order; a small audience is done before other processes have begun."""
    if workers == 1 or sum(one.people for one in slices) <= ALONE:
        return (told(asked.oracle, tx, asked.audience, one) for one in slices)
    ours = parts.outgoing
    task = Task(
        database_url=parts.engine.url.render_as_string(hide_password=False),
        snapshot=forecasting.share(tx),
        campaign_id=asked.campaign.id,
        audience=asked.audience,
        brand=ours.brand,
        guest_list=ours.guest_list,
        default_time_zone=ours.default_time_zone,
        now=now,
        held_out=asked.held_out,
        seal=suppressions.known_seal(tx),
    )
    return in_parallel(task, slices, min(workers, len(slices)))


def _collected(
    answers: Iterator[Told], people: int, out: Path | None, *, keep: bool
) -> tuple[Tally, list[dict[str, Any]]]:
    """Written as they come: memory does not grow with the audience."""
    tally, lines = Tally(), list[dict[str, Any]]()
    with progress_bar() as progress, table_file(out) if out else nullcontext() as file:
        for answer in answers:
            if file is not None:
                file.write_batch(answer.lines)
            if keep:
                lines += answer.lines.to_pylist()
            tally.take(answer.tally)
            progress("dry run", tally.people, people)
    return tally, lines


@click.command("explain")
@click.argument("customer")
@click.option(
    "--by",
    type=click.Choice([one.value for one in How]),
    help="What CUSTOMER is, where it could be several things.",
)
@as_json
@language_option
def explain(customer: str, by: str | None, as_json: bool, language: str) -> None:
    """Tell why CUSTOMER was or was not contacted, by all campaigns.

    CUSTOMER is an external id, a telephone number or our own id.
    """
    from bot.bootstrap import wired

    parts = wired()
    with said_in_one_line(), parts.transaction() as tx:
        forecasting.freeze(tx)
        subject = find(tx, customer, _as_number(customer, parts.settings.default_region), by)
        story = tell(tx, subject, parts.clock.now())
        steps = step_titles(tx, story, parts.flows, language)
    if as_json:
        click.echo(json.dumps(to_json(story, language, steps), ensure_ascii=False, indent=2))
    else:
        show_story(story, language, steps)


def _as_number(written: str, region: str) -> str | None:
    """None for what is no number at all: then it is meant otherwise."""
    try:
        return read_number(written, region)
    except RegisterError:
        return None
