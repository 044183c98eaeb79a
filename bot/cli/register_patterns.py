"""`keepline register pattern`: whole ranges of numbers that are not contacted."""

from __future__ import annotations

import click
from rich.table import Table

from bot.cli.register_words import channel_option, purpose_option, scope_of, user_of, wired_parts
from bot.cli.terminal import screen
from bot.cli.work_order import acting
from bot.domain.refusals import ALL
from bot.register import patterns
from bot.register.errors import RegisterError
from bot.store import suppression_patterns


@click.group("pattern")
def pattern() -> None:
    """Whole ranges of numbers, such as +86170*."""


@pattern.command("add")
@click.argument("prefix", metavar="PATTERN")
@click.option("--reason", required=True)
@channel_option
@purpose_option
@acting
def pattern_add(prefix: str, reason: str, channel: str, purpose: str, login: str) -> None:
    """Numbers that begin like PATTERN are not contacted."""
    parts = wired_parts()
    try:
        with parts.transaction() as tx:
            scope = scope_of(channel, purpose, ALL)
            user_id = user_of(tx, login)
            told = patterns.add_pattern(
                tx, prefix, scope=scope, reason=reason, now=parts.clock.now(), user_id=user_id
            )
    except RegisterError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"pattern {prefix}: added; {told} customers under way are not contacted any more")


@pattern.command("end")
@click.argument("prefix", metavar="PATTERN")
@acting
def pattern_end(prefix: str, login: str) -> None:
    """PATTERN is over; what else refuses its numbers stays."""
    parts = wired_parts()
    try:
        with parts.transaction() as tx:
            patterns.end_pattern(tx, prefix, now=parts.clock.now(), user_id=user_of(tx, login))
    except RegisterError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"pattern {prefix}: ended")


@pattern.command("list")
def pattern_list() -> None:
    """All patterns that hold."""
    with wired_parts().transaction() as tx:
        found = suppression_patterns.listing(tx)
    table = Table("pattern", "channel", "purpose", "since", "reason")
    for one in found:
        table.add_row(f"{one.prefix}*", one.channel, one.purpose, f"{one.at:%Y-%m-%d %H:%M}Z", one.reason)
    screen().print(table)
