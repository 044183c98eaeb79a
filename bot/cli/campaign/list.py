"""`keepline campaign list`: all campaigns, how they stand."""

from __future__ import annotations

import json

import click
from rich.table import Table

from bot.cli.money import money
from bot.cli.options import as_json
from bot.cli.terminal import screen
from bot.store import campaigns
from bot.store.campaigns import Standing


@click.command("list")
@as_json
def list_(as_json: bool) -> None:
    """List all campaigns, and how they stand."""
    from bot.bootstrap import wired

    parts = wired()
    with parts.transaction() as tx:
        standings = campaigns.standings(tx)
    if as_json:
        click.echo(json.dumps([to_json(one) for one in standings], ensure_ascii=False, indent=2))
    else:
        screen().print(table(standings, parts.settings.currency))


def table(standings: list[Standing], currency: str) -> Table:
    """Two lines a campaign, which fit into 80 columns; a longer name goes on in the next line, and is never cut."""
    found = Table(box=None, padding=(0, 1, 1, 0))
    found.add_column("campaign\nits flow", overflow="fold")
    for name in ("status", "starts", "treated", "control", "finished", "granted"):
        found.add_column(name, no_wrap=True)
    for one in standings:
        budget = "unbounded" if one.bonus_budget is None else f"of {money(one.bonus_budget, currency)}"
        found.add_row(
            f"{one.name}\n{one.flow}",
            one.status,
            f"{one.starts_at:%Y-%m-%d\n%H:%M}Z",
            f"{one.treatment:,}",
            f"{one.control:,}",
            f"{one.finished:,}",
            f"{money(one.bonus_committed, currency)}\n{budget}",
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
