"""`keepline campaign policy`: the rules that a campaign is under, who gave it which since when, and others at once."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from bot.cli.acting import acting_if_known, mover
from bot.cli.campaign.moves import worked_off
from bot.cli.campaign.policy_table import compared
from bot.cli.campaign.values import reasoned
from bot.cli.one_line import said_in_one_line
from bot.cli.options import language_option
from bot.cli.paths import policy_path
from bot.cli.terminal import screen
from bot.domain.policy.comparison_wording import Heading
from bot.domain.sentences import say
from bot.enrolment.move import find_campaign
from bot.enrolment.policy_change import change_policy, changed_parts, differences, permitted_change
from bot.policies import PolicyFileError, policy_data, policy_text
from bot.store import campaign_policies, campaigns
from bot.store.campaign_policies import PolicyLine

_NOT_GIVEN = "the default"


@click.command("policy")
@click.argument("name")
@click.option("--set", "path", type=policy_path, metavar="FILE", help="Its new policy (YAML).")
@click.option(
    "--compare",
    "other",
    type=policy_path,
    metavar="FILE",
    help="What this policy (YAML) would change; no more.",
)
@language_option
@click.option("--yes", is_flag=True, help="Do it without asking.")
@acting_if_known
@reasoned
def policy(
    name: str, path: Path | None, other: Path | None, language: str, yes: bool, **by: str | None
) -> None:
    """Show the policy of campaign NAME and its history; with --set, give it another one, at once.

    Which rules become looser and which tighter is said before; at a terminal it is asked whether that is meant.
    Before its start the campaign is a draft then, to be checked and approved again.
    """
    if path is not None and other is not None:
        raise click.UsageError("give one of --set and --compare")
    if path is not None:
        _set(name, _read(path, language), language, yes, **by)
    elif other is not None:
        _compare(name, _read(other, language), language)
    else:
        _show(name, language)


def _read(path: Path, language: str) -> Mapping[str, Any]:
    try:
        return policy_data(path)
    except PolicyFileError as error:
        raise click.ClickException("\n".join(one.placed(language) for one in error.problems)) from None


def _show(name: str, language: str) -> None:
    from bot.bootstrap import wired

    with said_in_one_line(), wired().transaction() as tx:
        campaign_id = find_campaign(tx, name)
        campaign = campaigns.get(tx, campaign_id)
        lines = campaign_policies.history(tx, campaign_id)
    assert campaign is not None
    click.echo(_as_yaml(campaign.policy))
    Console(markup=False, highlight=False).print(_history(lines, language))


def _compare(name: str, wanted: Mapping[str, Any], language: str) -> None:
    """What it changes rule by rule, and then as it is written."""
    from bot.bootstrap import wired

    with said_in_one_line(), wired().transaction() as tx:
        campaign = campaigns.get(tx, find_campaign(tx, name))
    assert campaign is not None
    found = differences(campaign.policy, wanted)
    if found:
        screen().print(compared(found, language))
    else:
        nothing = Heading.NOT_COMPARABLE if found is None else Heading.NO_DIFFERENCE
        click.echo(say(nothing).words(language))
    click.echo(_written(campaign.policy, wanted), nl=bool(changed_parts(campaign.policy, wanted)))


def _set(
    name: str, wanted: Mapping[str, Any], language: str, yes: bool, login: str | None, reason: str | None
) -> None:
    from bot.bootstrap import wired

    parts = wired()
    with said_in_one_line(), parts.transaction() as tx:
        campaign_id = find_campaign(tx, name)
        campaign = campaigns.get(tx, campaign_id)
        assert campaign is not None
        permitted_change(campaign, wanted, mover(tx, login))  # who may not need not read the table first
    _compare(name, wanted, language)
    if not yes and sys.stdin.isatty() and not click.confirm(f"give campaign {name} this policy?"):
        raise click.Abort
    with said_in_one_line(), parts.transaction() as tx:
        now = parts.clock.now()
        change = change_policy(tx, campaign_id, wanted, now, by=mover(tx, login), reason=reason)
    worked_off(parts, campaign_id)
    told = "to be checked again" if change.after is not change.before else "in force"
    click.echo(f"campaign {name}: {change.after}, its new policy is {told}")


def _written(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """Each part that is other: what it was, and what it will be."""
    lines: list[str] = []
    for part in changed_parts(before, after):
        for sign, policy in (("-", before), ("+", after)):
            said = _as_yaml({part: policy[part]}) if part in policy else f"{part}: # {_NOT_GIVEN}"
            lines += [f"{sign} {line}" for line in said.splitlines()]
    return "\n".join(lines)


def _as_yaml(policy: Mapping[str, Any]) -> str:
    return policy_text(policy).rstrip() or f"# {_NOT_GIVEN}"


def _history(lines: Sequence[PolicyLine], language: str) -> Table:
    title, *heads = (
        say(one).words(language) for one in (Heading.HISTORY, Heading.SINCE, Heading.WHO, Heading.CHANGED)
    )
    table = Table(*heads, title=title, title_justify="left")
    before: Mapping[str, Any] | None = None
    for line in lines:
        changed = "-" if before is None else ", ".join(changed_parts(before, line.policy))
        table.add_row(f"{line.since:%Y-%m-%d %H:%M:%S}Z", line.who or "-", changed)
        before = line.policy
    return table
