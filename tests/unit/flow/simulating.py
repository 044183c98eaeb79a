"""A flow simulated in a few lines, for tests."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from bot.cli.flow.simulate import Settings, people
from bot.domain.policy import read_policy
from bot.flow.model import Flow
from bot.flow.simulation.people import START, Simulated
from bot.flow.simulation.simulate import Outcome, simulate
from bot.flow.simulation.summary import Prices, Summary, to_json
from bot.flow.simulation.world import World
from tests.unit.flow.flows import FLOWS, catalogue

ROOT = FLOWS.parent
POLICY = read_policy({})
DAYS = 10
Facts = Mapping[str, object]


def world_of(flow: Flow, **changes: Any) -> World:
    return World(flow, changes.pop("policy", POLICY), START, changes.pop("days", DAYS), **changes)


def customers_of(world: World, customers: int = 60, seed: int = 7) -> list[Simulated]:
    settings = Settings(customers, world.days, seed, START, world.policy, catalogue())
    return list(people(settings, world))


def ran(flow: Flow, customers: int = 60, seed: int = 7, **changes: Any) -> Outcome:
    world = world_of(flow, **changes)
    return simulate(world, customers_of(world, customers, seed))


def figures(outcome: Outcome, flow: Flow) -> dict[str, object]:
    prices = Prices(Decimal("0.05"), Decimal("0.12"))
    return to_json(Summary(flow, 60, DAYS, 7, 0.0, outcome.tally, outcome.broken, prices))
