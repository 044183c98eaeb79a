"""`keepline report`: what a campaign came to, and what all of them together did."""

from __future__ import annotations

import json

import click

from bot.cli.report_screen import show, show_global
from bot.cli.report_words import LANGUAGES, Words
from bot.enrolment.errors import CampaignError
from bot.enrolment.move import find_campaign
from bot.evaluation.as_json import global_to_json, to_json
from bot.evaluation.global_control import global_report
from bot.evaluation.report import report

_json = click.option("--json", "as_json", is_flag=True, help="For another program.")
_language = click.option("--language", type=click.Choice(LANGUAGES), default="en", show_default=True)


@click.group("report")
def group() -> None:
    """What campaigns came to."""


@group.command("campaign")
@click.argument("name")
@_json
@_language
def campaign(name: str, as_json: bool, language: str) -> None:
    """The funnel, the losses and the result of campaign NAME (or its number), with its experiments."""
    from bot.bootstrap import wired

    parts = wired()
    try:
        with parts.transaction() as tx:
            found = report(tx, find_campaign(tx, name), parts.flows)
    except CampaignError as error:
        raise click.ClickException(str(error)) from None
    if as_json:
        click.echo(json.dumps(to_json(found), ensure_ascii=False, indent=2))
    else:
        show(found, Words(language))


@group.command("global-control")
@_json
@_language
def global_control(as_json: bool, language: str) -> None:
    """The global control group of this period, and what all marketing together is worth against it."""
    from bot.bootstrap import wired

    parts, words = wired(), Words(language)
    with parts.transaction() as tx:
        found = global_report(tx, parts.clock.now())
    if as_json:
        click.echo(json.dumps(found and global_to_json(found), ensure_ascii=False, indent=2))
    elif found is None:
        click.echo(words("No global control group is in force."))
    else:
        show_global(found, words)
