"""The made-up base: the joint distributions that its docstring states."""

from __future__ import annotations

import statistics
from collections import Counter
from datetime import date
from itertools import islice

import phonenumbers
import pytest

from bot.audience.plain_risk import LOW_BALANCE, risk_of
from bot.audience.prepaid_base import Subscriber, subscribers

DAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def base() -> list[Subscriber]:
    return list(islice(subscribers(7, DAY), 8000))


def correlation(base: list[Subscriber], one: str, other: str) -> float:
    return statistics.correlation([getattr(s, one) for s in base], [getattr(s, other) for s in base])


def test_the_same_seed_makes_the_same_customers(base: list[Subscriber]) -> None:
    assert list(islice(subscribers(7, DAY), 50)) == base[:50]
    assert list(islice(subscribers(8, DAY), 50)) != base[:50]


def test_the_margins_are_those_of_a_prepaid_base(base: list[Subscriber]) -> None:
    arpu = sorted(s.arpu for s in base)
    tiers = Counter(s.tier for s in base)

    assert 36 < statistics.median(arpu) < 40
    assert 92 < arpu[int(len(arpu) * 0.95)] < 110
    assert 35 < statistics.fmean(s.tenure_months for s in base) < 40
    assert 0.06 < tiers["high"] / len(base) < 0.11
    assert 0.38 < tiers["mid"] / len(base) < 0.46
    assert 0.52 < sum(s.sms_habit for s in base) / len(base) < 0.58
    assert 0.09 < sum(s.recharge_count_90d == 0 for s in base) / len(base) < 0.14


def test_the_facts_of_a_customer_hang_together(base: list[Subscriber]) -> None:
    assert correlation(base, "arpu", "arpu_prev") > 0.8
    assert correlation(base, "arpu", "credit_score") > 0.2
    assert correlation(base, "arpu", "recharge_count_90d") > 0.25
    assert correlation(base, "tenure_months", "credit_score") > 0.25
    assert correlation(base, "balance", "days_since_recharge") < -0.1
    assert correlation(base, "recharge_count_90d", "days_since_recharge") < -0.4
    assert all((s.recharge_count_90d == 0) == (s.days_since_recharge >= 90) for s in base)


def test_people_live_in_several_time_zones_and_some_in_none(base: list[Subscriber]) -> None:
    zones = Counter(s.time_zone for s in base)

    assert zones["Asia/Shanghai"] / len(base) > 0.8
    assert {"Asia/Urumqi", "America/New_York", "America/Los_Angeles", None} < set(zones)
    assert all((s.place.language == "en") == s.number_range.startswith("+1") for s in base)


def test_every_number_range_is_well_formed_from_end_to_end(base: list[Subscriber]) -> None:
    for first in {s.number_range for s in base}:
        free = len(first) - len(first.rstrip("0"))
        for number in (first, first[: len(first) - free] + "9" * free):
            assert phonenumbers.is_valid_number(phonenumbers.parse(number)), number


def test_plain_rules_mark_a_good_third_mostly_for_low_balance(base: list[Subscriber]) -> None:
    risks = [risk for s in base if (risk := risk_of(s)) is not None]

    assert 0.3 < len(risks) / len(base) < 0.45
    assert Counter(risk.cause for risk in risks).most_common(1)[0][0] == LOW_BALANCE
    assert all(0 < risk.score < 1 for risk in risks)
