"""The customers of a simulation: what a made-up base knows of them, and what the flow at hand asks besides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from bot.domain.attempts import Channel
from bot.domain.consents import CONSENTS
from bot.domain.contact import Past, Refusal
from bot.domain.people import Brand, facts_of
from bot.flow.simulation.chance import Chance
from bot.flow.simulation.offered import Asked, Sample
from bot.flow.simulation.personas import Persona, persona_of
from bot.rules.catalogue import Factor, FactorCatalogue, FactorType

START = datetime(2027, 3, 8, tzinfo=UTC)  # six days before the clocks of New York change
BRAND = Brand(zh="畅联通信", en="Clearline")

MISSING = 0.02  # of the values that a flow asks for
NEAR_A_BOUND = 0.35  # of the values that conditions compare: drawn beside what they are compared with
NO_CONSENT = 0.02  # to each channel
REFUSED_BEFORE = 0.01
STARTS_BY_DAY = 0.8  # of the first day, which begins at eight in Shanghai
CONTACTED_BEFORE = 0.2  # by other campaigns, within the last fortnight
_CHANNELS = (Channel.SMS, Channel.CALL)
_KEPT = frozenset({"customer_id", "language", "brand"})  # what every customer has


@dataclass(frozen=True, slots=True)
class Known:
    """One customer of the made-up base."""

    number: int
    msisdn: str
    name: str
    language: str
    region: str
    time_zone: str | None
    tier: str
    complaint_open: bool
    factors: Mapping[str, object]

    def facts(self) -> dict[str, object]:
        return facts_of(
            customer_id=self.number,
            brand=BRAND,
            name=self.name,
            msisdn=self.msisdn,
            language=self.language,
            region=self.region,
            time_zone=self.time_zone,
            tier=self.tier,
            factors=self.factors,
        )


@dataclass(frozen=True, slots=True)
class Simulated:
    """One customer as the simulation begins."""

    number: int
    msisdn: str
    language: str
    time_zone: str | None
    facts: Mapping[str, object]
    persona: Persona
    consents: frozenset[str]
    refusals: tuple[Refusal, ...]
    complaint_open: bool
    past: tuple[Past, ...]
    starts_at: datetime
    chance: Chance


def simulated(
    known: Known, asked: Asked, catalogue: FactorCatalogue, seed: int, start: datetime
) -> Simulated:
    """The same for the same seed, whoever else takes part."""
    chance = Chance(seed, known.number)
    persona = persona_of(chance)
    refused = chance.happens(REFUSED_BEFORE, "refused before")
    return Simulated(
        number=known.number,
        msisdn=known.msisdn,
        language=known.language,
        time_zone=known.time_zone,
        facts=_facts(known, asked, catalogue, chance, start),
        persona=persona,
        consents=frozenset(
            consent
            for consent in CONSENTS
            if not chance.happens(NO_CONSENT, f"no consent {consent.partition(':')[0]}")
        ),
        refusals=(Refusal("all", "all"),) if refused else (),
        complaint_open=known.complaint_open,
        past=_past(chance, start),
        starts_at=start + timedelta(minutes=_first_minute(chance)),
        chance=chance,
    )


def _first_minute(chance: Chance) -> int:
    """Mostly by day, as campaigns begin; but some run begins in every hour of the night."""
    day, night = (60, 12 * 60), (0, 24 * 60)
    low, high = day if chance.happens(STARTS_BY_DAY, "starts by day") else night
    return int(chance.between(low, high, "starts"))


def _past(chance: Chance, start: datetime) -> tuple[Past, ...]:
    if not chance.happens(CONTACTED_BEFORE, "contacted before"):
        return ()
    found = (
        Past(
            at=start - timedelta(minutes=int(chance.between(60, 14 * 24 * 60, "past", n))),
            channel=chance.pick(_CHANNELS, "past channel", n),
            purpose="marketing",
            same_campaign=False,
        )
        for n in range(1 + int(chance.draw("pasts") * 3))
    )
    return tuple(sorted(found, key=lambda past: past.at))


def _facts(
    known: Known, asked: Asked, catalogue: FactorCatalogue, chance: Chance, start: datetime
) -> dict[str, object]:
    facts = known.facts()
    for name in sorted(asked.facts - _KEPT):
        samples = asked.samples.get(name, ())
        if chance.happens(MISSING, f"missing {name}"):
            facts[name] = None
        elif samples and chance.happens(NEAR_A_BOUND, f"near {name}"):
            facts[name] = _beside(samples, chance, name)
        elif facts.get(name) is None:
            facts[name] = _made_up(catalogue.get(name), samples, chance, name, start)
    return facts


def _beside(samples: tuple[Sample, ...], chance: Chance, name: str) -> object:
    sample = chance.pick(samples, f"sample {name}")
    if isinstance(sample, bool):
        return chance.happens(0.5, f"flag {name}")
    if isinstance(sample, str):
        return sample
    scaled = sample * chance.pick(
        (Decimal(0), Decimal("0.5"), Decimal(1), Decimal("1.2"), Decimal(3)), f"scale {name}"
    )
    return int(scaled) if scaled == scaled.to_integral_value() else float(scaled)


def _made_up(
    factor: Factor | None, samples: tuple[Sample, ...], chance: Chance, name: str, start: datetime
) -> object:
    """A plausible value of the factor's type; of one that no catalogue knows, by what it is compared with."""
    if factor is None:
        return _beside(samples, chance, name) if samples else chance.happens(0.5, f"flag {name}")
    match factor.type:
        case FactorType.FLAG:
            return chance.happens(0.5, f"flag {name}")
        case FactorType.INTEGER:
            return int(chance.between(0, 120, f"number {name}"))
        case FactorType.NUMBER:
            return round(chance.between(0, 120, f"number {name}"), 2)
        case FactorType.DATE:
            return (start + _days(chance, name)).date().isoformat()
        case FactorType.DATETIME:
            return (start - abs(_days(chance, name))).isoformat()
        case FactorType.TEXT:
            texts = [sample for sample in samples if isinstance(sample, str)]
            return chance.pick([*texts, factor.longest or name], f"text {name}")


def _days(chance: Chance, name: str) -> timedelta:
    return timedelta(days=int(chance.between(-60, 60, f"date {name}")))
