"""What a campaign may cost and has cost, on the screen and for another program."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.table import Table

from bot.cli.money import money
from bot.domain.spend import Amounts, Ceiling, Limits
from bot.flow.estimate import Estimate
from bot.flow.simulation.typical import Typical
from bot.store.spending import Spent


def to_json(result: Estimate, limits: Limits, usual: Typical | None = None) -> dict[str, Any]:
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
        "typical": usual and _typical_json(usual),
    }


def _typical_json(usual: Typical) -> dict[str, Any]:
    return {
        name: str(value) if isinstance(value, Decimal) else value for name, value in asdict(usual).items()
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


def show_estimate(screen: Console, result: Estimate, limits: Limits, usual: Typical | None) -> None:
    screen.print(_rows(result))
    contacts, currency = result.contacts, result.currency
    screen.print(
        f"At worst {money(result.worst, currency)} for {result.customers:,} customers: "
        f"{money(contacts.money, currency)} for {contacts.segments:,} segments and {contacts.minutes:,} minutes, "
        f"{money(result.bonus, currency)} of bonuses."
    )
    if result.unending:
        screen.print(
            f"No cap ends the contacts of {', '.join(result.unending)}: a hundred of a run are counted."
        )
    stopped = over(result, limits.total)
    if stopped:
        screen.print(f"The campaign's limits ({', '.join(stopped)}) would stop it before.")
    if usual is not None:
        screen.print(_in_a_sentence(usual))


def _rows(result: Estimate) -> Table:
    """A price may be less than a cent, which no amount of money shows: it stands as the price table has it."""
    unit = f"price ({result.currency})"
    table = Table("step", "what", "language", "to", "customers", "times", "each", unit, "money")
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
            money(row.amounts.money, result.currency),
        )
    return table


def _in_a_sentence(usual: Typical) -> str:
    return (
        f"Simulated, and no bound: {money(usual.money, usual.currency)} for {usual.treated:,} treated customers: "
        f"{usual.sms:,} SMS of {usual.segments:,} segments, {usual.calls:,} calls of {usual.minutes:,} minutes, "
        f"{usual.grants:,} bonuses of {money(usual.bonuses, usual.currency)}. {usual.simulated:,} of them were "
        "drawn, and how they answer is made up."
    )


def show_spent(screen: Console, days: Sequence[Spent], used: Amounts, currency: str) -> None:
    table = Table("day")
    for name in ("SMS", "calls", "segments", "minutes", "by hand", "bonuses", "money"):
        table.add_column(name, justify="right")
    for day in days:
        counts = (f"{count:,}" for count in (day.sms, day.calls, day.segments, day.minutes, day.hand_minutes))
        table.add_row(f"{day.day}", *counts, money(day.bonuses, currency), money(day.money, currency))
    if not days:
        screen.print(
            "Nothing is booked: an account is kept where the campaign's policy has limits (spend:). What was sent and "
            "credited is in `scripts/keepline report campaign`."
        )
        return
    screen.print(table)
    screen.print(
        f"With what is reserved: {used.segments:,} segments, {used.minutes:,} minutes, "
        f"{money(used.bonuses, currency)} of bonuses, {money(used.money, currency)} in all"
    )
