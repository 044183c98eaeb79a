"""What a simulation came to, in figures: for a screen, and for another program."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from bot.flow.model import Flow
from bot.flow.simulation.tally import FUNNEL, Tally


@dataclass(frozen=True, slots=True)
class Prices:
    segment: Decimal
    minute: Decimal


@dataclass(frozen=True, slots=True)
class Summary:
    flow: Flow
    customers: int
    days: int
    seed: int
    seconds: float  # of this machine's processor
    tally: Tally
    broken: Counter[str]
    prices: Prices

    @property
    def funnel(self) -> dict[str, int]:
        return {stage: self.tally.funnel[stage] for stage in FUNNEL}

    @property
    def cost(self) -> dict[str, Decimal]:
        """Of the segments, of the minutes, and of the bonuses."""
        return {
            "sms": self.tally.segments * self.prices.segment,
            "calls": self.tally.minutes * self.prices.minute,
            "bonus": self.tally.bonus,
        }

    @property
    def sound(self) -> bool:
        return not self.broken


def to_json(summary: Summary) -> dict[str, object]:
    tally = summary.tally
    return {
        "flow": summary.flow.name,
        "revision": summary.flow.revision,
        "customers": summary.customers,
        "days": summary.days,
        "seed": summary.seed,
        "seconds": round(summary.seconds, 2),
        "funnel": summary.funnel,
        "results": by_count(tally.results),
        "standing": by_count(tally.standing),
        "contacts": dict(tally.contacts),
        "contacts_per_person": {
            which: {str(number): people for number, people in sorted(counts.items())}
            for which, counts in tally.per_person.items()
        },
        "gate": by_count(tally.gate),
        "hours": {channel: [counts[hour] for hour in range(24)] for channel, counts in tally.hours.items()},
        "segments": tally.segments,
        "minutes": tally.minutes,
        "grants": tally.grants,
        "work_orders": tally.work_orders,
        "late_replies": tally.late_replies,
        "emitted": by_count(tally.emitted),
        "happenings": tally.happenings,
        "cost": {name: str(amount) for name, amount in summary.cost.items()},
        "broken": by_count(summary.broken),
    }


def by_count(counts: Mapping[str, int]) -> dict[str, int]:
    """The most frequent first; equals by name, so that the order is no accident."""
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
