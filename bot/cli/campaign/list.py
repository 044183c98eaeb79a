"""`keepline campaign list`: all campaigns, how they stand."""

from __future__ import annotations

import json

import click
from rich.console import Console
from rich.table import Table

from bot.cli.campaign.values import as_json
from bot.store import campaigns
from bot.store.campaigns import Standing


@click.command("list")
@as_json
def list_(as_json: bool) -> None:
    """All campaigns, how they stand."""
    from bot.bootstrap import wired

    with wired().transaction() as tx:
        standings = campaigns.standings(tx)
    if as_json:
        click.echo(json.dumps([to_json(one) for one in standings], ensure_ascii=False, indent=2))
    else:
        Console(markup=False, highlight=False).print(table(standings))


def table(standings: list[Standing]) -> Table:
    found = Table("campaign", "flow", "status", "starts", "treatment", "control", "finished", "granted of")
    for one in standings:
        budget = "unbounded" if one.bonus_budget is None else str(one.bonus_budget)
        found.add_row(
            one.name,
            one.flow,
            one.status,
            f"{one.starts_at:%Y-%m-%d %H:%M}Z",
            str(one.treatment),
            str(one.control),
            str(one.finished),
            f"{one.bonus_committed} of {budget}",
        )
    return found


def to_json(one: Standing) -> dict[str, object]:
    return {
        "id": one.id,
        "campaign": one.name,
        "flow": one.flow,
        "status": one.status.value,
        "starts_at": one.starts_at.isoformat(),
        "treatment": one.treatment,
        "control": one.control,
        "finished": one.finished,
        "bonus_budget": None if one.bonus_budget is None else str(one.bonus_budget),
        "bonus_committed": str(one.bonus_committed),
    }
