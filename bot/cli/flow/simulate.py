"""`keepline flow simulate`: made-up customers through a flow, before a real one hears of it."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from itertools import islice
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from bot.audience.prepaid_base import Subscriber, subscribers
from bot.cli.factors import known_factors
from bot.cli.flow.check import chosen_flows, nothing_in
from bot.cli.flow.files import flow_paths, loaded
from bot.cli.flow.simulation_screen import show_many, show_one
from bot.cli.options import language_option
from bot.cli.paths import policy_path
from bot.config import ROOT
from bot.domain.policy import Policy
from bot.flow.model import Flow
from bot.flow.simulation.counterexample import Counterexample, counterexample
from bot.flow.simulation.people import START, Known, Simulated, simulated
from bot.flow.simulation.simulate import Outcome, simulate
from bot.flow.simulation.summary import Prices, Summary, to_json
from bot.flow.simulation.world import World
from bot.policies import PolicyFileError, load_policy
from bot.rules.catalogue import FactorCatalogue

POLICY = ROOT / "flows" / "policies" / "default.yaml"
NOBODY_KNOWS_WHERE = 0.25  # of those without a zone: their numbers tell nothing either
_ELSEWHERE = 447_700_900_000  # numbers set aside for drama in a country that the default policy does not list


@dataclass(frozen=True, slots=True)
class Settings:
    customers: int
    days: int
    seed: int
    start: datetime
    policy: Policy
    catalogue: FactorCatalogue

    def command(self, path: Path) -> str:
        return (
            f"scripts/keepline flow simulate {path} --customers {self.customers} --days {self.days} --seed {self.seed} "
            f"--start {self.start:%Y-%m-%d}"
        )


@dataclass(frozen=True, slots=True)
class Ran:
    """One flow's simulation, and what it came to."""

    path: Path
    summary: Summary
    counterexample: Counterexample | None


@click.command("simulate")
@click.argument("paths", nargs=-1, required=True, type=flow_paths)
@click.option(
    "--customers", default=1000, show_default=True, type=click.IntRange(1, 1_000_000), help="How many."
)
@click.option("--days", default=10, show_default=True, type=click.IntRange(1, 366), help="For how long.")
@click.option("--seed", default=7, show_default=True, type=int, help="The same seed gives the same lives.")
@click.option(
    "--start",
    default=f"{START:%Y-%m-%d}",
    show_default=True,
    type=click.DateTime(["%Y-%m-%d"]),
    help="The first day; the clocks of New York change on 2027-03-14.",
)
@click.option(
    "--policy",
    "policy_file",
    default=POLICY,
    type=policy_path,
    help="The contact policy; without it, flows/policies/default.yaml.",
)
@click.option(
    "--price",
    default="sms=0.05,minute=0.12",
    show_default=True,
    help="What an SMS segment and a minute cost.",
)
@language_option
@click.option(
    "--json",
    "json_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Also write the result to this file.",
)
@click.option(
    "--counterexample",
    "counterexample_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Also write the first such conversation to this file.",
)
def simulate_(
    paths: tuple[Path, ...],
    customers: int,
    days: int,
    seed: int,
    start: datetime,
    policy_file: Path,
    price: str,
    language: str,
    json_file: Path | None,
    counterexample_file: Path | None,
) -> None:
    """Send made-up customers through flows, and see what would come of them.

    Nothing is stored, and nobody is contacted: the rules are the real ones, the customers and the time are not.

    Prints what came of them, and exits with 1 if something happened that must never happen; the first such
    conversation is printed in the form of a golden one.
    """
    policy, prices = _policy(policy_file), _prices(price)
    settings = Settings(customers, days, seed, start.replace(tzinfo=UTC), policy, known_factors())
    flows = [(path, flow) for path in chosen_flows(paths) if not (flow := loaded(path)).part or path in paths]
    if not flows:
        raise nothing_in(paths)
    ran = _run(flows, settings, prices)
    _show(ran, language)
    _write(json_file, json.dumps([_to_json(one) for one in ran], ensure_ascii=False, indent=2) + "\n")
    first = next((one.counterexample for one in ran if one.counterexample is not None), None)
    if first is not None:
        click.echo(first.text)
        _write(counterexample_file, first.text)
        broken = sum(one.counterexample is not None for one in ran)
        raise click.ClickException(f"{broken} of {len(ran)} flows did what must never happen")


def _run(flows: list[tuple[Path, Flow]], settings: Settings, prices: Prices) -> list[Ran]:
    ran = []
    with _progress() as progress:
        task = progress.add_task("", total=len(flows) * settings.customers)
        for path, flow in flows:
            progress.update(task, description=flow.name)
            began = time.process_time()
            world = World(flow, settings.policy, settings.start, settings.days)
            outcome = simulate(world, _counted(people(settings, world), progress, task))
            seconds = time.process_time() - began
            found = outcome.first
            example = counterexample(world, found, settings.command(path)) if found is not None else None
            ran.append(Ran(path, _summary(flow, outcome, settings, prices, seconds), example))
    return ran


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
        disable=not sys.stderr.isatty(),
    )


def _counted(people: Iterable[Simulated], progress: Progress, task: TaskID) -> Iterator[Simulated]:
    for customer in people:
        yield customer
        progress.advance(task)


def people(settings: Settings, world: World) -> Iterator[Simulated]:
    drawn = islice(subscribers(settings.seed, settings.start.date()), settings.customers)
    for number, subscriber in enumerate(drawn, start=1):
        known = _known(number, subscriber)
        yield simulated(known, world.asked, settings.catalogue, settings.seed, settings.start)


def _known(number: int, subscriber: Subscriber) -> Known:
    nowhere = subscriber.time_zone is None and number % round(1 / NOBODY_KNOWS_WHERE) == 0
    msisdn = f"+{(_ELSEWHERE if nowhere else int(subscriber.number_range)) + number}"
    return Known(
        number=number,
        msisdn=msisdn,
        name=subscriber.name,
        language=subscriber.place.language,
        region=subscriber.place.region,
        time_zone=subscriber.time_zone,
        tier=subscriber.tier,
        complaint_open=subscriber.complaint_open,
        factors=subscriber.factors(),
    )


def _summary(flow: Flow, outcome: Outcome, settings: Settings, prices: Prices, seconds: float) -> Summary:
    return Summary(
        flow=flow,
        customers=settings.customers,
        days=settings.days,
        seed=settings.seed,
        seconds=seconds,
        tally=outcome.tally,
        broken=outcome.broken,
        prices=prices,
    )


_COUNTRY = "CN"  # of the made-up customers: its holidays are theirs


def _policy(file: Path) -> Policy:
    try:
        return load_policy(file, _COUNTRY)
    except PolicyFileError as error:
        raise click.ClickException(str(error)) from None


def _prices(text: str) -> Prices:
    given: dict[str, Decimal] = {}
    for part in text.split(","):
        name, separator, price = part.strip().partition("=")
        try:
            amount = Decimal(price)
        except InvalidOperation:
            amount = Decimal(-1)
        if not separator or name not in ("sms", "minute") or not amount.is_finite() or amount < 0:
            raise click.BadParameter(
                f"{part.strip()!r} is no price; write sms=0.05,minute=0.12", param_hint="--price"
            )
        given[name] = amount
    return Prices(given.get("sms", Decimal(0)), given.get("minute", Decimal(0)))


def _show(ran: list[Ran], language: str) -> None:
    if len(ran) == 1:
        show_one(ran[0].summary, language)
    else:
        show_many([one.summary for one in ran], language)


def _to_json(one: Ran) -> dict[str, object]:
    example = one.counterexample
    return to_json(one.summary) | {"counterexample": example.text if example is not None else None}


def _write(file: Path | None, text: str) -> None:
    if file is None:
        return
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"{file}: cannot be written: {error.strerror}") from None
