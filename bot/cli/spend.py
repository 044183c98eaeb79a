"""`keepline campaign estimate` and `spent`: what a campaign may cost at worst, and what it has cost."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli.factors import known_factors
from bot.cli.one_line import said_in_one_line
from bot.cli.options import as_json
from bot.cli.paths import price_path
from bot.cli.spend_screen import show_estimate, show_spent, to_json
from bot.cli.terminal import screen
from bot.domain.policy.fields import Field
from bot.domain.policy.spending import read_spend
from bot.domain.spend import Limits, Prices
from bot.enrolment.audience import reading, select_audience
from bot.enrolment.move import find_campaign
from bot.enrolment.typical_cost import PEOPLE, typical_cost
from bot.flow.estimate import AudienceShape, Estimate, Group, estimate
from bot.flow.model import Reach
from bot.flow.simulation.typical import Typical
from bot.policies import policy_of
from bot.prices import SHIPPED, load_prices
from bot.store import campaigns, shapes, spending
from bot.store.shapes import Shape

if TYPE_CHECKING:
    from bot.bootstrap import Wired


@dataclass(frozen=True, slots=True)
class _Weighed:
    worst: Estimate
    limits: Limits
    typical: Typical | None


@click.command("estimate")
@click.argument("name")
@click.option(
    "--prices",
    "prices_file",
    type=price_path,
    default=SHIPPED,
    help="The carrier's prices; without it, flows/prices/default.yaml.",
)
@click.option(
    "--simulate",
    "people",
    default=PEOPLE,
    show_default=True,
    type=click.IntRange(0, 10_000),
    help="How many customers to draw for the typical cost; 0 leaves it out.",
)
@as_json
def estimate_(name: str, prices_file: Path, people: int, as_json: bool) -> None:
    """Estimate what campaign NAME may cost, at worst and typically.

    At worst everybody takes the dearest way, with the longest texts and calls, the control group included.
    The typical cost is simulated with customers drawn from its audience, whose habits are made up.
    """
    from bot.bootstrap import wired

    with said_in_one_line():
        found = _weighed(wired(), name, load_prices(prices_file), people)
    if as_json:
        told = to_json(found.worst, found.limits, found.typical)
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        show_estimate(screen(), found.worst, found.limits, found.typical)


def _weighed(parts: Wired, name: str, prices: Prices, people: int) -> _Weighed:
    catalogue = known_factors()
    with parts.transaction() as tx:
        campaign = campaigns.get(tx, find_campaign(tx, name))
        assert campaign is not None
        flow = parts.flows.get(tx, campaign.flow_revision, campaign.offer)
        policy = policy_of(campaign.policy, None, None)  # hours play no part in the worst case
        status = "left" if flow.to is Reach.FORMER else "active"
        audience = select_audience(campaign, catalogue)
        with reading(tx, campaign, catalogue):
            found = shapes.shapes(tx, audience, prices.prefixes, status)
        now = parts.clock.now()
        usual = (
            typical_cost(tx, campaign, flow, catalogue, now, prices=prices, people=people) if people else None
        )
    limits = read_spend(Field(campaign.policy.get("spend") or {}, ("spend",), []))
    worst = estimate(flow, policy, _audience(found), prices, catalogue=catalogue, limits=limits)
    return _Weighed(worst, limits, usual)


def _audience(found: Iterable[Shape]) -> AudienceShape:
    """A name of that length in the widest letters of its kind."""
    return AudienceShape(
        tuple(
            Group(
                one.language,
                one.prefix,
                one.customers,
                {"name": ("M" if one.plain else "国") * one.longest_name} if one.longest_name else {},
            )
            for one in found
        )
    )


@click.command("spent")
@click.argument("name")
def spent(name: str) -> None:
    """Show what campaign NAME has spent, day by day.

    Only campaigns with spending limits keep an account.
    """
    from bot.bootstrap import wired

    with said_in_one_line(), wired().transaction() as tx:
        campaign_id = find_campaign(tx, name)
        days, used = spending.by_day(tx, campaign_id), spending.used(tx, campaign_id)
    show_spent(screen(), days, used, load_prices().currency)
