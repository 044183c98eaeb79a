"""Many customers through one flow, one after the other: nobody's run depends on anybody else's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from bot.flow.simulation.invariants import Broken
from bot.flow.simulation.life import Life
from bot.flow.simulation.people import Simulated
from bot.flow.simulation.tally import Tally
from bot.flow.simulation.trace import Trace
from bot.flow.simulation.world import World


@dataclass(frozen=True, slots=True)
class Found:
    """The first customer for whom something did not hold, and everything that happened to them until then."""

    customer: Simulated
    broken: Broken
    trace: Trace


@dataclass(slots=True)
class Outcome:
    tally: Tally
    broken: Counter[str] = field(default_factory=Counter)  # customers, by what did not hold
    first: Found | None = None

    @property
    def sound(self) -> bool:
        return self.first is None


def simulate(world: World, customers: Iterable[Simulated]) -> Outcome:
    """A run that breaks an invariant stops there, and the others go on."""
    outcome = Outcome(world.tally)
    for customer in customers:
        life = Life(world, customer)
        try:
            life.live()
        except Broken as broken:
            life.abandon()
            outcome.broken[broken.invariant.value] += 1
            if outcome.first is None:
                outcome.first = Found(customer, broken, _again(world, customer))
    return outcome


def _again(world: World, customer: Simulated) -> Trace:
    """The same life once more, written down: a thousand others need not be."""
    trace, counted = Trace(), world.tally
    world.tally = Tally()
    try:
        Life(world, customer, trace).live()
    except Broken:
        return trace
    finally:
        world.tally = counted
    raise AssertionError("the same customer did not live the same life again")
