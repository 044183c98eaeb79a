"""`keepline campaign`: write a campaign down, check and approve it, let it run, and stop it at once."""

from __future__ import annotations

import click

from bot.cli.campaign.check import check
from bot.cli.campaign.create import create
from bot.cli.campaign.list import list_
from bot.cli.campaign.moves import abort, approve, drain, pause, resume, schedule, start
from bot.cli.campaign.policy import policy
from bot.cli.campaign.status import status
from bot.cli.forecast import dry_run, explain
from bot.cli.report import campaign as report
from bot.cli.spend import estimate_, spent


class _InOrder(click.Group):
    """Lists its commands as a campaign goes through them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*self.commands]


@click.group("campaign", cls=_InOrder)
def group() -> None:
    """Campaigns, from the draft to the report.

    A campaign is a flow with an audience, an offer, a schedule, a policy and a control group.
    """


for command in (
    create, check, dry_run, estimate_, approve, schedule, start, pause, resume, drain, abort,
    policy, status, list_, spent, explain
):  # fmt: skip
    group.add_command(command)
group.add_command(report, "report")
