"""A made-up prepaid base whose facts hang together as they do in a real one, drawn from one seed.

Three hidden traits, independent standard normals, stand behind each customer: means W, activity A, loyalty L.
What is observed follows from them and from each other, so that the correlations and the story of a purse hold
(e: noise of its own):

    arpu                 lognormal, median 38, exp(0.6 (0.75 W + 0.35 A + 0.56 e)): mean 45, 95 % below 101
    arpu_prev            arpu / exp(-0.03 + 0.20 A + 0.16 e): the inactive have come down, the active have not
    tenure_months        exponential, mean 38, at most 200, by the rank of 0.9 L + 0.44 e
    credit_score         normal, mean 640, deviation 75, of 0.45 W + 0.45 L + 0.77 e, within 350 and 900
    recharge_count_90d   Poisson, mean exp(0.9 + 0.45 A + 0.15 W): mean 2.7, one in nine none at all
    days_since_recharge  the gap after the last of so many recharges thrown on 90 days (none: beyond them)
    last_recharge_amount the denomination next to what arpu and count ask for
    balance              what is left of that at arpu / 30 a day, plus a small remainder (exponential, mean 5)
    mou, data_mb         lognormal, with A and W; data falls with L (older customers), minutes do not
    sms_habit            share 0.55, likelier with A, less so with L
    complaints_90d       Poisson, mean 0.16 exp(0.35 W - 0.30 A)
    contract_end         for three in ten, a day within the next two years

Tier: high from arpu 80 with 24 months or credit 680, or from arpu 120; mid from arpu 42 with 6 months, or
from 60 months; else ordinary. That gives about 8 %, 42 % and 50 %. Four in a hundred live in the United
States; two in a hundred have no known time zone. The rules of `plain_risk` mark a good third of them.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from bot.audience.prepaid_places import PLACES, UNKNOWN_ZONE_SHARE, WEIGHTS, Place

DENOMINATIONS = (10, 20, 30, 50, 100, 200, 300, 500)


@dataclass(frozen=True, slots=True)
class Subscriber:
    """One made-up customer, before it has an id or a number."""

    place: Place
    number_range: str
    name: str
    time_zone: str | None
    tier: str
    complaint_open: bool
    balance: float
    days_since_recharge: int
    last_recharge_amount: int
    recharge_count_90d: int
    arpu: float
    arpu_prev: float
    tenure_months: int
    credit_score: int
    sms_habit: bool
    complaints_90d: int
    mou: int
    data_mb: int
    contract_end: date | None

    def factors(self) -> dict[str, object]:
        return {
            "balance": self.balance,
            "days_since_recharge": self.days_since_recharge,
            "last_recharge_amount": self.last_recharge_amount,
            "recharge_count_90d": self.recharge_count_90d,
            "arpu": self.arpu,
            "arpu_prev": self.arpu_prev,
            "tenure_months": self.tenure_months,
            "credit_score": self.credit_score,
            "sms_habit": self.sms_habit,
            "complaints_90d": self.complaints_90d,
            "mou": self.mou,
            "data_mb": self.data_mb,
        } | ({"contract_end": self.contract_end.isoformat()} if self.contract_end else {})


def subscribers(seed: int, today: date) -> Iterator[Subscriber]:
    """Without end; the same for the same seed and day."""
    chance = random.Random(f"prepaid:{seed}")
    while True:
        yield _subscriber(chance, today)


def _subscriber(chance: random.Random, today: date) -> Subscriber:
    normal = chance.gauss
    means, activity, loyalty = normal(), normal(), normal()
    arpu = 38 * math.exp(0.6 * (0.75 * means + 0.35 * activity + 0.56 * normal()))
    tenure = _tenure(0.9 * loyalty + 0.44 * normal())
    credit = _within(640 + 75 * (0.45 * means + 0.45 * loyalty + 0.77 * normal()), 350, 900)
    recharges = _poisson(chance, math.exp(0.9 + 0.45 * activity + 0.15 * means))
    days = _days_since(chance, recharges)
    amount = _denomination(arpu * 3 / max(recharges, 1) * math.exp(0.3 * normal()))
    complaints = _poisson(chance, 0.16 * math.exp(0.35 * means - 0.30 * activity))
    place = chance.choices(PLACES, cum_weights=WEIGHTS)[0]
    return Subscriber(
        place=place,
        number_range=chance.choice(place.number_ranges),
        name=chance.choice(place.surnames) + place.between + chance.choice(place.given_names),
        time_zone=None if chance.random() < UNKNOWN_ZONE_SHARE else place.time_zone,
        tier=tier_of(arpu, tenure, credit),
        complaint_open=complaints > 0 and chance.random() < 0.15,
        balance=_balance(chance, amount, arpu, days),
        days_since_recharge=days,
        last_recharge_amount=amount,
        recharge_count_90d=recharges,
        arpu=round(arpu, 2),
        arpu_prev=round(arpu / math.exp(-0.03 + 0.20 * activity + 0.16 * normal()), 2),
        tenure_months=tenure,
        credit_score=credit,
        sms_habit=chance.random() < _logistic(0.2 + 0.6 * activity - 0.3 * loyalty),
        complaints_90d=complaints,
        mou=round(180 * math.exp(0.7 * (0.6 * activity + 0.3 * means + 0.74 * normal()))),
        data_mb=round(
            6000 * math.exp(0.9 * (0.5 * activity + 0.3 * means - 0.3 * loyalty + 0.75 * normal()))
        ),
        contract_end=_contract_end(chance, today),
    )


def tier_of(arpu: float, tenure_months: int, credit_score: int) -> str:
    if arpu >= 120 or (arpu >= 80 and (tenure_months >= 24 or credit_score >= 680)):
        return "high"
    if (arpu >= 42 and tenure_months >= 6) or tenure_months >= 60:
        return "mid"
    return "ordinary"


def _tenure(rank: float) -> int:
    share = 0.5 * math.erfc(rank / math.sqrt(2))  # the share of customers who have stayed longer
    return int(_within(-38 * math.log(max(share, 1e-12)), 0, 200))


def _days_since(chance: random.Random, recharges: int) -> int:
    if recharges == 0:
        return min(90 + int(chance.expovariate(1 / 25)), 365)
    return int(90 * (1 - chance.random() ** (1 / recharges)))


def _denomination(wanted: float) -> int:
    return min(DENOMINATIONS, key=lambda amount: abs(math.log(amount / wanted)))


def _balance(chance: random.Random, amount: int, arpu: float, days: int) -> float:
    spent = arpu / 30 * days * chance.uniform(0.6, 1.2)
    return round(max(amount - spent, 0.0) + chance.expovariate(1 / 5), 2)


def _contract_end(chance: random.Random, today: date) -> date | None:
    return today + timedelta(days=chance.randrange(730)) if chance.random() < 0.3 else None


def _poisson(chance: random.Random, mean: float) -> int:
    left, count = math.exp(-mean), 0
    product = chance.random()
    while product > left:
        product *= chance.random()
        count += 1
    return count


def _logistic(value: float) -> float:
    return 1 / (1 + math.exp(-value))


def _within(value: float, low: int, high: int) -> int:
    return round(min(max(value, low), high))
