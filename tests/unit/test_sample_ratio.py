"""Dealt customers against the shares asked for, beside figures that statisticians have published."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.sample_ratio import SRM_ALARM, Dealing, chi_square_tail, sample_ratio_p, sample_ratio_p_of


@pytest.mark.parametrize(
    ("freedom", "at_5_percent", "at_a_thousandth"),
    [
        (1, 3.841, 10.828),
        (2, 5.991, 13.816),
        (3, 7.815, 16.266),
        (4, 9.488, 18.467),
        (7, 14.067, 24.322),
        (10, 18.307, 29.588),
        (19, 30.144, 43.820),
    ],
)
def test_the_distributions_tail_is_that_of_the_printed_tables(
    freedom: int, at_5_percent: float, at_a_thousandth: float
) -> None:
    assert chi_square_tail(at_5_percent, freedom) == pytest.approx(0.05, rel=1e-3)
    assert chi_square_tail(at_a_thousandth, freedom) == pytest.approx(0.001, rel=1e-3)
    assert chi_square_tail(0, freedom) == pytest.approx(1.0)
    assert chi_square_tail(5_000, freedom) < 1e-300


@pytest.mark.parametrize(
    ("counts", "shares", "p"),
    [
        ((900, 100), (0.9, 0.1), 1.0),
        ((821_588, 815_482), (0.5, 0.5), 1.8e-6),  # Fabijan et al. (2019)
        ((881, 119), (0.9, 0.1), 0.0452),  # chi-square 4.0111
        ((315, 108, 101, 32), (9, 3, 3, 1), 0.9254),  # Mendel's peas: 0.470 with three degrees of freedom
        ((89, 37, 30, 28, 2), (40, 20, 20, 15, 5), 0.04059),  # R's help of chisq.test: 9.9901 with four
        ((0, 0), (0.9, 0.1), 1.0),
    ],
)
def test_uneven_ways_are_told_from_chance(
    counts: tuple[int, ...], shares: tuple[float, ...], p: float
) -> None:
    assert sample_ratio_p(counts, shares) == pytest.approx(p, rel=0.02)


@pytest.mark.parametrize(
    ("counts", "shares", "p"),
    [
        ((0, 20), (0.2, 0.8), 2 * 0.8**20),
        ((3, 0), (0.01, 0.99), 2 * 0.01**3),
        ((1, 2), (0.01, 0.99), 2 * (1 - 0.99**3)),
        ((2, 2), (0.5, 0.5), 1.0),
        ((1, 0, 0), (0.001, 0.4995, 0.4995), 3 * 2 * 0.001),
    ],
)
def test_with_few_customers_the_test_is_exact(
    counts: tuple[int, ...], shares: tuple[float, ...], p: float
) -> None:
    assert sample_ratio_p(counts, shares) == pytest.approx(p)


def test_one_control_customer_of_three_is_no_alarm_where_one_in_a_hundred_was_asked() -> None:
    assert sample_ratio_p((1, 2), (0.01, 0.99)) > SRM_ALARM


def test_somebody_where_nobody_was_to_be_is_no_chance() -> None:
    assert sample_ratio_p((10, 1), (1.0, 0.0)) == 0.0
    assert sample_ratio_p((10, 0), (1.0, 0.0)) == 1.0


def test_each_count_needs_its_share() -> None:
    with pytest.raises(ValueError, match="2 counts for 1 shares"):
        sample_ratio_p((1, 2), (1.0,))


@given(
    weights=st.lists(st.integers(1, 50), min_size=2, max_size=6),
    customers=st.integers(0, 400),
    seed=st.randoms(use_true_random=False),
)
def test_the_order_of_the_ways_does_not_matter(weights: list[int], customers: int, seed: st.Random) -> None:
    dealt = seed.choices(range(len(weights)), weights, k=customers)
    ways = [(dealt.count(n), float(weight)) for n, weight in enumerate(weights)]
    p = sample_ratio_p([count for count, _ in ways], [weight for _, weight in ways])
    assert 0 <= p <= 1
    seed.shuffle(ways)
    assert sample_ratio_p([count for count, _ in ways], [weight for _, weight in ways]) == pytest.approx(p)


def test_the_alarm_goes_off_once_in_a_thousand_fair_deals_and_no_more() -> None:
    import random

    chance = random.Random(7)
    for customers, weights in ((40, (90, 10)), (400, (50, 30, 20)), (60, (1, 1, 1, 1))):
        deals = [chance.choices(range(len(weights)), weights, k=customers) for _ in range(3_000)]
        counts = [[deal.count(way) for way in range(len(weights))] for deal in deals]
        alarms = sum(sample_ratio_p(one, weights) < SRM_ALARM for one in counts)
        assert alarms <= 12  # 3 are to be expected; 13 or more come once in 60,000 times


def test_each_dealing_is_held_against_its_own_shares_and_the_least_likely_decides() -> None:
    even, other = Dealing([500, 500], [0.5, 0.5]), Dealing([100, 900], [0.1, 0.9])
    assert sample_ratio_p_of([even, other]) == pytest.approx(1.0)
    assert sample_ratio_p([600, 1400], [0.1, 0.9]) < SRM_ALARM  # as one they would raise a false alarm
    uneven = Dealing([400, 600], [0.5, 0.5])
    assert sample_ratio_p_of([even, uneven]) == pytest.approx(2 * sample_ratio_p([400, 600], [0.5, 0.5]))
    assert sample_ratio_p_of([]) == sample_ratio_p_of([Dealing([0, 0], [0.5, 0.5])]) == 1.0
