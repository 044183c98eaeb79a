"""`keepline report`: what a campaign came to, and what all of them together did."""

from __future__ import annotations

import json

import click

from bot.cli.one_line import said_in_one_line
from bot.cli.options import as_json, language_option
from bot.cli.report_screen import show, show_global
from bot.cli.report_words import Words
from bot.enrolment.move import find_campaign
from bot.evaluation.as_json import global_to_json, to_json
from bot.evaluation.global_control import global_report
from bot.evaluation.report import report


@click.group("report")
def group() -> None:
    """What a campaign, and all of them together, came to."""


@group.command("campaign")
@click.argument("name")
@as_json
@language_option
def campaign(name: str, as_json: bool, language: str) -> None:
    """Report on campaign NAME (or its number): funnel, losses, result, experiments."""
    from bot.bootstrap import wired

    parts = wired()
    with said_in_one_line(), parts.transaction() as tx:
        found = report(tx, find_campaign(tx, name), parts.flows)
    if as_json:
        click.echo(json.dumps(to_json(found), ensure_ascii=False, indent=2))
    else:
        show(found, Words(language, parts.settings.currency))


@group.command("global-control")
@as_json
@language_option
def global_control(as_json: bool, language: str) -> None:
    """Report what all marketing together is worth, against the global control group."""
    from bot.bootstrap import wired

    parts = wired()
    words = Words(language, parts.settings.currency)
    with parts.transaction() as tx:
        found = global_report(tx, parts.clock.now())
    if as_json:
        click.echo(json.dumps(found and global_to_json(found), ensure_ascii=False, indent=2))
    elif found is None:
        click.echo(words("No global control group is in force."))
    else:
        show_global(found, words)
