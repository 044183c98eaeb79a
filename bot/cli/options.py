"""Options that many commands take, in the same words everywhere."""

from __future__ import annotations

from zoneinfo import available_timezones

import click

from bot.domain.unknown_names import there_is_no
from bot.domain.wall_clock import is_zone

LANGUAGES = ("en", "zh")

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON, for another program.")
language_option = click.option(
    "--language",
    type=click.Choice(LANGUAGES),
    default="en",
    show_default=True,
    help="Show it in English or in Chinese.",
)


def time_zone(value: str) -> str:
    if not is_zone(value):
        raise click.BadParameter(there_is_no("time zone", value, available_timezones()))
    return value
