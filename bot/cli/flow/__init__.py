"""`keepline flow`: write, check, prove and publish flows, before a single customer hears of them."""

from __future__ import annotations

import click

from bot.cli.flow import (
    check,
    diff,
    new,
    pages,
    play,
    publish,
    replies,
    schema,
    show,
    simulate,
    test,
    upgrade,
)
from bot.cli.flow import list as list_flows


@click.group("flow")
def group() -> None:
    """Flows, which say what happens with a customer: write, check, try out, publish."""


for command in (
    new.new,
    list_flows.list_,
    check.check,
    show.show,
    play.play,
    test.test,
    simulate.simulate_,
    diff.diff,
    publish.publish,
    upgrade.upgrade,
    schema.schema,
    replies.replies,
    pages.pages,
):
    group.add_command(command)
