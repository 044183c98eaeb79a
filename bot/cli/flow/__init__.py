"""`keepline flow`: check, look at, prove and play a flow before a single customer hears of it."""

from __future__ import annotations

import click

from bot.cli.flow import check, new, pages, play, replies, schema, show, test
from bot.cli.flow import list as list_flows
from bot.cli.flow.diff import diff
from bot.cli.flow.publish import publish
from bot.cli.flow.simulate import simulate_
from bot.cli.flow.upgrade import upgrade


@click.group("flow")
def group() -> None:
    """Campaign flows: check, show, test, play."""


for command in (
    list_flows.list_,
    check.check,
    show.show,
    test.test,
    play.play,
    new.new,
    replies.replies,
    schema.schema,
    pages.pages,
):
    group.add_command(command)
for command in (diff, publish, simulate_, upgrade):
    group.add_command(command)
