"""What a campaign would typically cost: some of its customers, drawn, live through the flow with made-up habits.

Beside the worst case it is no bound and no forecast: how people answer is the personas' word.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from bot.domain.attempts import Channel
from bot.domain.contact import Refusal
from bot.domain.policy import Policy
from bot.domain.spend import ANYWHERE, Prices
from bot.flow.model import Flow
from bot.flow.simulation.people import Known, Simulated, simulated
from bot.flow.simulation.simulate import simulate
from bot.flow.simulation.tally import Tally
from bot.flow.simulation.world import World
from bot.rules.catalogue import FactorCatalogue

SEED = 7


@dataclass(frozen=True, slots=True)
class Drawn:
    """A real customer of the audience: what is known stays, habits and all that is not known are made up."""

    known: Known
    consents: frozenset[str]
    refusals: tuple[Refusal, ...]


@dataclass(frozen=True, slots=True)
class Typical:
    """Scaled from `simulated` people to the `treated` ones; `money` is all of it, bonuses included."""

    currency: str
    simulated: int
    treated: int
    sms: int
    segments: int
    calls: int
    minutes: int
    grants: int
    bonuses: Decimal
    money: Decimal


def typical(
    flow: Flow,
    policy: Policy,
    drawn: Sequence[Drawn],
    treated: int,
    prices: Prices,
    catalogue: FactorCatalogue,
    start: datetime,
) -> Typical:
    """Each stands for as many of the treated as any other; by destination, because prices are."""
    by_prefix: dict[str, list[Drawn]] = {}
    for one in drawn:
        by_prefix.setdefault(_prefix(one.known.msisdn, prices), []).append(one)
    tallies = {prefix: _tally(flow, policy, some, catalogue, start) for prefix, some in by_prefix.items()}
    each = Decimal(treated) / len(drawn) if drawn else Decimal(0)
    contacts = sum((_price(tally, prefix, prices) for prefix, tally in tallies.items()), Decimal(0))
    bonuses = sum((tally.bonus for tally in tallies.values()), Decimal(0))

    def scaled(counted: Iterable[int]) -> int:
        return round(sum(counted) * each)

    return Typical(
        currency=prices.currency,
        simulated=len(drawn),
        treated=treated,
        sms=scaled(tally.contacts[Channel.SMS.value] for tally in tallies.values()),
        segments=scaled(tally.segments for tally in tallies.values()),
        calls=scaled(tally.contacts[Channel.CALL.value] for tally in tallies.values()),
        minutes=scaled(tally.minutes for tally in tallies.values()),
        grants=scaled(tally.grants for tally in tallies.values()),
        bonuses=bonuses * each,
        money=(contacts + bonuses) * each,
    )


def _prefix(msisdn: str, prices: Prices) -> str:
    return max((one for one in prices.prefixes if msisdn.startswith(one)), key=len, default=ANYWHERE)


def _price(tally: Tally, prefix: str, prices: Prices) -> Decimal:
    return tally.segments * prices.of(Channel.SMS, prefix) + tally.minutes * prices.of(Channel.CALL, prefix)


def _tally(
    flow: Flow, policy: Policy, drawn: Iterable[Drawn], catalogue: FactorCatalogue, start: datetime
) -> Tally:
    """Over the whole of their runs."""
    days = -(-flow.expires // timedelta(days=1)) + 1
    world = World(flow, policy, start, days)
    return simulate(world, (_person(one, world, catalogue, start) for one in drawn)).tally


def _person(one: Drawn, world: World, catalogue: FactorCatalogue, start: datetime) -> Simulated:
    made_up = simulated(one.known, world.asked, catalogue, SEED, start)
    known = {name: value for name, value in one.known.facts().items() if value is not None}
    return replace(
        made_up,
        facts={**made_up.facts, **known},
        consents=one.consents,
        refusals=one.refusals,
        past=(),
        starts_at=start,
    )
