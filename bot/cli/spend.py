"""`keepline campaign estimate` and `spent`, `keepline notices`: what it may cost, what it has cost, what stopped it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
from rich.console import Console
from rich.table import Table

from bot.cli.flow.check import known_factors
from bot.domain.notices import in_words
from bot.domain.policy import PolicyError
from bot.domain.policy.fields import Field
from bot.domain.policy.spending import read_spend
from bot.domain.spend import Ceiling, Limits
from bot.enrolment.audience import select_audience
from bot.enrolment.errors import CampaignError
from bot.enrolment.move import find_campaign
from bot.enrolment.typical_cost import PEOPLE, typical_cost
from bot.flow.estimate import AudienceShape, Estimate, Group, estimate
from bot.flow.model import Reach
from bot.flow.simulation.typical import Typical
from bot.policies import policy_of
from bot.prices import SHIPPED, PriceError, load_prices
from bot.store import campaigns, notices, shapes, spending
from bot.store.shapes import Shape

_MOST_NOTICES = 1000


@click.command("estimate")
@click.argument("name")
@click.option(
    "--prices",
    "prices_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=SHIPPED,
    help="The carrier's price table; flows/prices/default.yaml if none is given.",
)
@click.option(
    "--simulate",
    "people",
    default=PEOPLE,
    show_default=True,
    type=click.IntRange(0, 10_000),
    help="So many of the audience for the typical figure; with 0 there is none.",
)
@click.option("--json", "as_json", is_flag=True, help="For another program.")
def estimate_(name: str, prices_file: Path, people: int, as_json: bool) -> None:
    """What campaign NAME costs at worst: everybody takes the dearest way, with the longest texts and calls.

    There the control share is not taken off. Beside it what it would typically cost: simulated with customers drawn
    from its audience, whose habits are made up.
    """
    from bot.bootstrap import wired

    parts = wired()
    try:
        prices = load_prices(prices_file)
        with parts.transaction() as tx:
            campaign_id = find_campaign(tx, name)
            campaign = campaigns.get(tx, campaign_id)
            assert campaign is not None
            flow = parts.flows.get(tx, campaign.flow_revision, campaign.offer)
            policy = policy_of(campaign.policy, None, None)  # hours play no part in the worst case
            catalogue = known_factors()
            status = "left" if flow.to is Reach.FORMER else "active"
            found = shapes.shapes(tx, select_audience(campaign, catalogue), prices.prefixes, status)
            now = parts.clock.now()
            usual = (
                typical_cost(tx, campaign, flow, catalogue, now, prices=prices, people=people)
                if people
                else None
            )
    except (CampaignError, PolicyError, PriceError) as error:
        raise click.ClickException(str(error)) from None
    limits = read_spend(Field(campaign.policy.get("spend") or {}, ("spend",), []))
    result = estimate(flow, policy, _audience(found), prices, catalogue=catalogue, limits=limits)
    if as_json:
        told = {**to_json(result, limits), "typical": _typical_json(usual) if usual is not None else None}
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    screen = Console()
    show(screen, result, limits)
    if usual is not None:
        screen.print(_in_a_sentence(usual))


def _typical_json(usual: Typical) -> dict[str, Any]:
    return {
        name: str(value) if isinstance(value, Decimal) else value for name, value in asdict(usual).items()
    }


def _in_a_sentence(usual: Typical) -> str:
    return (
        f"Simulated, and no bound: {usual.money:,.2f} {usual.currency} for {usual.treated:,} treated customers: "
        f"{usual.sms:,} SMS of {usual.segments:,} segments, {usual.calls:,} calls of {usual.minutes:,} minutes, "
        f"{usual.grants:,} bonuses of {usual.bonuses:,.2f}. {usual.simulated:,} of them were drawn, and how they "
        "answer is made up."
    )


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


def to_json(result: Estimate, limits: Limits) -> dict[str, Any]:
    return {
        "currency": result.currency,
        "customers": result.customers,
        "worst": str(result.worst),
        "contacts": str(result.contacts.money),
        "segments": result.contacts.segments,
        "minutes": result.contacts.minutes,
        "bonus": str(result.bonus),
        "unending": list(result.unending),
        "over": over(result, limits.total),
        "rows": [
            {
                "step": row.step,
                "what": row.what,
                "language": row.language,
                "destination": row.destination,
                "customers": row.customers,
                "times": row.times,
                "each": row.each,
                "price": str(row.price),
                "money": str(row.amounts.money),
            }
            for row in result.rows
        ],
    }


def over(result: Estimate, ceiling: Ceiling) -> list[str]:
    """Which limits of the campaign would stop it before the worst case."""
    worst = {
        "money": result.worst,
        "bonuses": result.bonus,
        "segments": result.contacts.segments,
        "minutes": result.contacts.minutes,
    }
    return [
        name
        for name, amount in worst.items()
        if (most := getattr(ceiling, name)) is not None and amount > most
    ]


def show(screen: Console, result: Estimate, limits: Limits) -> None:
    table = Table("step", "what", "language", "to", "customers", "times", "each", "price", result.currency)
    for column in table.columns[4:]:
        column.justify = "right"
    for row in result.rows:
        table.add_row(
            row.step,
            row.what,
            row.language,
            row.destination,
            f"{row.customers:,}",
            str(row.times),
            str(row.each),
            str(row.price),
            f"{row.amounts.money:,.2f}",
        )
    screen.print(table)
    contacts = result.contacts
    screen.print(
        f"At worst {result.worst:,.2f} {result.currency} for {result.customers:,} customers: "
        f"{contacts.money:,.2f} for {contacts.segments:,} segments and {contacts.minutes:,} minutes, "
        f"{result.bonus:,.2f} of bonuses."
    )
    if result.unending:
        screen.print(
            f"No cap ends the contacts of {', '.join(result.unending)}: a hundred of a run are counted."
        )
    stopped = over(result, limits.total)
    if stopped:
        screen.print(f"The campaign's limits ({', '.join(stopped)}) would stop it before.")


@click.command("spent")
@click.argument("name")
def spent(name: str) -> None:
    """What campaign NAME has spent, day by day; only campaigns with limits keep an account."""
    from bot.bootstrap import wired

    try:
        with wired().transaction() as tx:
            campaign_id = find_campaign(tx, name)
            days, used = spending.by_day(tx, campaign_id), spending.used(tx, campaign_id)
    except CampaignError as error:
        raise click.ClickException(str(error)) from None
    table = Table("day", "SMS", "calls", "segments", "minutes", "bonuses", "money")
    for day in days:
        table.add_row(
            f"{day.day}",
            f"{day.sms:,}",
            f"{day.calls:,}",
            f"{day.segments:,}",
            f"{day.minutes:,}",
            f"{day.bonuses:,.2f}",
            f"{day.money:,.2f}",
        )
    screen = Console()
    screen.print(table)
    screen.print(
        f"With what is reserved: {used.segments:,} segments, {used.minutes:,} minutes, "
        f"{used.bonuses:,.2f} of bonuses, {used.money:,.2f} in all"
    )


@click.command("notices")
@click.option("--campaign", "name", help="Of this campaign only.")
@click.option("--last", default=20, show_default=True, type=click.IntRange(1, _MOST_NOTICES))
@click.option("--language", type=click.Choice(["en", "zh"]), default="en", show_default=True)
def notices_(name: str | None, last: int, language: str) -> None:
    """What the product did or saw by itself: campaigns stopped by a brake, limits reached; the newest first."""
    from bot.bootstrap import wired

    parts = wired()
    try:
        with parts.transaction() as tx:
            campaign_id = find_campaign(tx, name) if name is not None else None
            found = notices.newest(tx, limit=last, campaign_id=campaign_id)
    except CampaignError as error:
        raise click.ClickException(str(error)) from None
    zone = ZoneInfo(parts.settings.console_time_zone)
    if not found:
        click.echo("no notices")
    for one in found:
        click.echo(
            f"{_moment(one.at, zone)}  {one.campaign or '-'}: {in_words(one.kind, one.details, language)}"
        )


def _moment(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"
