"""A simulation on the screen: funnel, contacts, cost, hours and endings, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from rich.table import Table

from bot.cli.flow.golden_screen import screen
from bot.cli.money import money
from bot.flow.formats import DEFAULT_CURRENCY
from bot.flow.outcome_words import result_in_words
from bot.flow.simulation.summary import Summary, by_count
from bot.flow.simulation.words import in_words
from bot.flow.text import in_language

_BAR = 40
_MOST_CONTACTS = 8  # more than so many are counted together


def show_one(summary: Summary, language: str) -> None:
    console = screen()
    console.print(_heading(summary, language))
    console.print(_funnel(summary, language))
    console.print(_per_person(summary, language))
    console.print(_hours(summary, language))
    for title, counts in (
        ("results", {result_in_words(name, language): n for name, n in summary.tally.results.items()}),
        ("standing", {_step(summary, name, language): n for name, n in summary.tally.standing.items()}),
        ("gate", {_gate(name, language): n for name, n in summary.tally.gate.items()}),
        ("emitted", summary.tally.emitted),
        ("broken", {in_words(name, language): n for name, n in summary.broken.items()}),
    ):
        if counts:
            console.print(_counts(in_words(title, language), counts))
    console.print(_cost(summary, language))
    console.print(_verdict(summary, language))


def show_many(summaries: Sequence[Summary], language: str) -> None:
    """One row a flow."""
    columns = ("contacted", "answered", "accepted", "granted", "work_order", "opted_out")
    table = Table()
    table.add_column(in_words("flow", language), no_wrap=True)
    for name in (*columns, "contacts", "cost", "seconds"):
        table.add_column(in_words(name, language), justify="right")
    table.add_column(in_words("invariants", language), min_width=10)
    for one in summaries:
        table.add_row(
            one.flow.name,
            *(f"{one.funnel[name]:,}" for name in columns),
            f"{one.tally.contacts.total():,}",
            _amount(sum(one.cost.values()), one, language),
            f"{one.seconds:.1f}",
            ", ".join(f"{in_words(name, language)} {n}" for name, n in by_count(one.broken).items())
            or in_words("hold", language),
        )
    console = screen()
    console.print(_shared_heading(summaries, language))
    console.print(table)


def _shared_heading(summaries: Sequence[Summary], language: str) -> str:
    one = summaries[0]
    return in_words("shared_heading", language).format(
        flows=len(summaries), customers=one.customers, days=one.days, seed=one.seed
    )


def _heading(summary: Summary, language: str) -> str:
    title = in_language(summary.flow.title, language) if summary.flow.title else summary.flow.name
    words = in_words("heading", language)
    return words.format(
        title=title, flow=summary.flow.name, customers=summary.customers, days=summary.days, seed=summary.seed
    )


def _funnel(summary: Summary, language: str) -> Table:
    table = Table(in_words("funnel", language))
    table.add_column(in_words("customers", language), justify="right")
    table.add_column(in_words("share", language), justify="right")
    for stage, customers in summary.funnel.items():
        table.add_row(in_words(stage, language), f"{customers:,}", f"{customers / summary.customers:.1%}")
    return table


def _per_person(summary: Summary, language: str) -> Table:
    table = Table(in_words("per_person", language))
    numbers = range(_MOST_CONTACTS + 1)
    for number in numbers:
        table.add_column(f"{number}" if number < _MOST_CONTACTS else f"{number}+", justify="right")
    for which, counts in summary.tally.per_person.items():
        row = [counts[number] for number in numbers]
        row[-1] += sum(people for number, people in counts.items() if number > _MOST_CONTACTS)
        table.add_row(in_words(which, language), *(f"{people:,}" if people else "" for people in row))
    return table


def _hours(summary: Summary, language: str) -> Table:
    table = Table(in_words("hours", language))
    channels = summary.tally.hours
    for channel in channels:
        table.add_column(in_words(channel, language), justify="right")
    table.add_column("")
    totals = {hour: sum(counts[hour] for counts in channels.values()) for hour in range(24)}
    most = max(totals.values(), default=0)
    for hour, total in totals.items():
        if total:
            bar = "█" * max(1, round(_BAR * total / most))
            table.add_row(f"{hour:02}:00", *(f"{counts[hour]:,}" for counts in channels.values()), bar)
    return table


def _counts(title: str, counts: Mapping[str, int]) -> Table:
    table = Table(title, "")
    table.columns[1].justify = "right"
    for name, count in by_count(counts).items():
        table.add_row(name, f"{count:,}")
    return table


def _step(summary: Summary, name: str, language: str) -> str:
    step = summary.flow.steps.get(name)
    return f"{in_language(step.title, language)} ({name})" if step is not None and step.title else name


def _gate(name: str, language: str) -> str:
    verdict, _, reason = name.partition(" ")
    said = in_words(verdict, language)
    return f"{said}: {in_words(reason, language)}" if reason else said


def _cost(summary: Summary, language: str) -> str:
    tally, cost = summary.tally, summary.cost
    return in_words("costs", language).format(
        sms=tally.contacts["sms"],
        segments=tally.segments,
        sms_cost=_amount(cost["sms"], summary, language),
        calls=tally.contacts["call"],
        minutes=tally.minutes,
        call_cost=_amount(cost["calls"], summary, language),
        grants=tally.grants,
        bonus=_amount(cost["bonus"], summary, language),
        total=_amount(sum(cost.values()), summary, language),
    )


def _amount(amount: Decimal | int, summary: Summary, language: str) -> str:
    return money(amount, summary.flow.offer.currency or DEFAULT_CURRENCY, language)


def _verdict(summary: Summary, language: str) -> str:
    words = in_words("sound" if summary.sound else "unsound", language)
    return words.format(
        happenings=summary.tally.happenings, seconds=summary.seconds, broken=summary.broken.total()
    )
