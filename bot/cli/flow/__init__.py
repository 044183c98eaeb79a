"""`keepline flow`: check, look at, prove and play a flow before a single customer hears of it."""

from __future__ import annotations

import click

from bot.cli.flow import check, play, show, test


@click.group("flow")
def group() -> None:
    """Campaign flows: check, show, test, play."""


for command in (check.check, show.show, test.test, play.play):
    group.add_command(command)
