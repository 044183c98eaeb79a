"""`keepline register pattern`: whole ranges of numbers that are not contacted."""

from __future__ import annotations

import click
from rich.table import Table

from bot.cli.acting import acting, acting_user
from bot.cli.one_line import said_in_one_line
from bot.cli.register_words import channel_option, purpose_option, scope_of, wired_parts
from bot.cli.terminal import screen
from bot.domain.refusals import ALL
from bot.register import patterns
from bot.store import suppression_patterns


@click.group("pattern")
def pattern() -> None:
    """Whole ranges of numbers that are not contacted, such as +86170*."""


@pattern.command("add")
@click.argument("prefix", metavar="PATTERN")
@click.option("--reason", required=True, help="Why.")
@channel_option
@purpose_option
@acting
def pattern_add(prefix: str, reason: str, channel: str, purpose: str, login: str) -> None:
    """Contact no number that begins like PATTERN, such as +86170*."""
    parts = wired_parts()
    with said_in_one_line(), parts.transaction() as tx:
        scope = scope_of(channel, purpose, ALL)
        user_id = acting_user(tx, login).id
        told = patterns.add_pattern(
            tx, prefix, scope=scope, reason=reason, now=parts.clock.now(), user_id=user_id
        )
    click.echo(f"pattern {prefix}: added; {told} customers under way are not contacted any more")


@pattern.command("end")
@click.argument("prefix", metavar="PATTERN")
@acting
def pattern_end(prefix: str, login: str) -> None:
    """Lift PATTERN; what else forbids to contact its numbers stays."""
    parts = wired_parts()
    with said_in_one_line(), parts.transaction() as tx:
        patterns.end_pattern(tx, prefix, now=parts.clock.now(), user_id=acting_user(tx, login).id)
    click.echo(f"pattern {prefix}: ended")


@pattern.command("list")
def pattern_list() -> None:
    """List the patterns in force."""
    with wired_parts().transaction() as tx:
        found = suppression_patterns.listing(tx)
    table = Table("pattern", "channel", "purpose", "since", "reason")
    for one in found:
        table.add_row(f"{one.prefix}*", one.channel, one.purpose, f"{one.at:%Y-%m-%d %H:%M}Z", one.reason)
    screen().print(table)
