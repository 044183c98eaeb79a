"""`keepline notices`: what the product did or saw by itself, such as a campaign that a brake has stopped."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import click

from bot.cli.one_line import said_in_one_line
from bot.cli.options import language_option
from bot.domain.notices import in_words
from bot.enrolment.move import find_campaign
from bot.store import notices

_MOST_NOTICES = 1000


@click.command("notices")
@click.option("--campaign", "name", metavar="NAME", help="Of this campaign only.")
@click.option(
    "--last", default=20, show_default=True, type=click.IntRange(1, _MOST_NOTICES), help="How many."
)
@language_option
def notices_(name: str | None, last: int, language: str) -> None:
    """List what Keepline did by itself: campaigns stopped, limits reached; the newest first."""
    from bot.bootstrap import wired

    parts = wired()
    with said_in_one_line(), parts.transaction() as tx:
        campaign_id = find_campaign(tx, name) if name is not None else None
        found = notices.newest(tx, limit=last, campaign_id=campaign_id)
    zone = ZoneInfo(parts.settings.console_time_zone)
    if not found:
        click.echo("no notices")
    for one in found:
        click.echo(
            f"{_moment(one.at, zone)}  {one.campaign or '-'}: {in_words(one.kind, one.details, language)}"
        )


def _moment(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"
