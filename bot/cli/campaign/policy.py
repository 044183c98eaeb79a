"""`keepline campaign policy`: the rules that a campaign is under, who gave it which since when, and others at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from bot.cli.campaign.create import policy_of_file
from bot.cli.campaign.moves import worked_off
from bot.cli.campaign.values import acting, mover, reasoned, said_in_one_line
from bot.enrolment.move import find_campaign
from bot.enrolment.policy_change import PolicyChange, change_policy, changed_parts
from bot.policies import policy_text
from bot.store import campaign_policies, campaigns
from bot.store.campaign_policies import PolicyLine

_NOT_GIVEN = "the default"


@click.command("policy")
@click.argument("name")
@click.option("--set", "path", type=click.Path(path_type=Path), metavar="FILE", help="Its new policy (YAML).")
@acting
@reasoned
def policy(name: str, path: Path | None, login: str | None, reason: str | None) -> None:
    """Show the policy of campaign NAME and its history; with --set, give it another one, at once.

    Before its start the campaign is a draft then, to be checked and approved again.
    """
    if path is None:
        _show(name)
    else:
        _set(name, policy_of_file(path), login, reason)


def _show(name: str) -> None:
    from bot.bootstrap import wired

    with said_in_one_line(), wired().transaction() as tx:
        campaign_id = find_campaign(tx, name)
        campaign = campaigns.get(tx, campaign_id)
        lines = campaign_policies.history(tx, campaign_id)
    assert campaign is not None
    click.echo(_as_yaml(campaign.policy))
    Console(markup=False, highlight=False).print(_history(lines))


def _set(name: str, wanted: Mapping[str, Any], login: str | None, reason: str | None) -> None:
    from bot.bootstrap import wired

    parts = wired()
    with said_in_one_line(), parts.transaction() as tx:
        campaign_id = find_campaign(tx, name)
        now = parts.clock.now()
        change = change_policy(tx, campaign_id, wanted, now, by=mover(tx, login), reason=reason)
    click.echo(_difference(change))
    worked_off(parts, campaign_id)
    told = "to be checked again" if change.after is not change.before else "in force"
    click.echo(f"campaign {name}: {change.after}, its new policy is {told}")


def _difference(change: PolicyChange) -> str:
    """Each part that is other now: what it was, and what it is."""
    lines: list[str] = []
    for part in change.changed:
        for sign, policy in (("-", change.old), ("+", change.new)):
            said = _as_yaml({part: policy[part]}) if part in policy else f"{part}: # {_NOT_GIVEN}"
            lines += [f"{sign} {line}" for line in said.splitlines()]
    return "\n".join(lines)


def _as_yaml(policy: Mapping[str, Any]) -> str:
    return policy_text(policy).rstrip() or f"# {_NOT_GIVEN}"


def _history(lines: Sequence[PolicyLine]) -> Table:
    table = Table("since", "who", "what it changed", title="Its history", title_justify="left")
    before: Mapping[str, Any] | None = None
    for line in lines:
        changed = "-" if before is None else ", ".join(changed_parts(before, line.policy))
        table.add_row(f"{line.since:%Y-%m-%d %H:%M:%S}Z", line.who or "-", changed)
        before = line.policy
    return table
