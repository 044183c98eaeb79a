"""The result of a campaign, against the figures that statisticians have published."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.uplift import ArmOutcome, p_of_no_difference, uplift, wilson


@pytest.mark.parametrize(
    ("successes", "customers", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_one_proportions_interval_is_newcombes_1998a_method_3(
    successes: int, customers: int, low: float, high: float
) -> None:
    assert wilson(successes, customers) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


@pytest.mark.parametrize(
    ("treated", "control", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((0, 10), (0, 10), -0.2775, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1.0),
        ((10, 10), (0, 10), 0.6075, 1.0),
    ],
)
def test_the_differences_interval_is_newcombes_1998b_method_10(
    treated: tuple[int, int], control: tuple[int, int], low: float, high: float
) -> None:
    result = uplift(ArmOutcome(treated[1], treated[0]), ArmOutcome(control[1], control[0]))
    assert result.difference == pytest.approx(treated[0] / treated[1] - control[0] / control[1])
    assert (result.low, result.high) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


outcomes = st.integers(1, 5000).flatmap(
    lambda customers: st.builds(ArmOutcome, st.just(customers), st.integers(0, customers))
)


@given(treatment=outcomes, control=outcomes)
def test_the_interval_holds_the_difference_and_mirrors_when_the_arms_are_swapped(
    treatment: ArmOutcome, control: ArmOutcome
) -> None:
    result, swapped = uplift(treatment, control), uplift(control, treatment)
    assert result.low is not None
    assert result.high is not None
    assert -1 <= result.low <= result.difference <= result.high <= 1
    assert swapped.low == pytest.approx(-result.high)
    assert swapped.high == pytest.approx(-result.low)


def test_more_customers_make_the_interval_narrower() -> None:
    few = uplift(ArmOutcome(100, 30), ArmOutcome(100, 20))
    many = uplift(ArmOutcome(10_000, 3_000), ArmOutcome(10_000, 2_000))
    assert few.difference == many.difference
    assert not few.proven
    assert many.proven


def test_a_campaign_that_does_harm_beyond_doubt_raises_the_alarm() -> None:
    # Ascarza, Iyengar, Schleicher (2016): 10 % of the treated churned, 6 % of the control; here as "stayed".
    assert uplift(ArmOutcome(4_000, 3_600), ArmOutcome(4_000, 3_760)).harmful
    assert not uplift(ArmOutcome(40, 36), ArmOutcome(40, 38)).harmful


@pytest.mark.parametrize(
    ("treatment", "control"), [(ArmOutcome(0, 0), ArmOutcome(10, 1)), (ArmOutcome(10, 1), ArmOutcome(0, 0))]
)
def test_an_empty_arm_proves_nothing(treatment: ArmOutcome, control: ArmOutcome) -> None:
    result = uplift(treatment, control)
    assert (result.low, result.high) == (None, None)
    assert not result.proven
    assert not result.harmful


@pytest.mark.parametrize("outcome", [(10, 11), (10, -1)])
def test_more_successes_than_customers_are_an_error(outcome: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="among 10 customers"):
        ArmOutcome(*outcome)


@given(treatment=outcomes, control=outcomes)
def test_a_chance_below_five_percent_and_an_interval_without_zero_are_the_same_thing(
    treatment: ArmOutcome, control: ArmOutcome
) -> None:
    result, p = uplift(treatment, control), p_of_no_difference(treatment, control)
    assert p is not None
    assert 0 <= p <= 1
    if abs(p - 0.05) > 1e-9:
        assert (p < 0.05) == (result.proven or result.harmful)
    assert p == p_of_no_difference(control, treatment)


@pytest.mark.parametrize(
    ("one", "other", "p"),
    [
        ((3_000, 10_000), (2_900, 10_000), 0.1210),  # as the z test of two proportions says
        ((3_000, 10_000), (2_850, 10_000), 0.01972),
        ((5_100, 10_000), (4_900, 10_000), 0.00468),
        ((7, 100), (7, 100), 1.0),
    ],
)
def test_with_many_customers_the_chance_is_that_of_the_usual_test(
    one: tuple[int, int], other: tuple[int, int], p: float
) -> None:
    found = p_of_no_difference(ArmOutcome(one[1], one[0]), ArmOutcome(other[1], other[0]))
    assert found == pytest.approx(p, rel=0.01)


def test_an_empty_arm_has_no_chance() -> None:
    assert p_of_no_difference(ArmOutcome(0, 0), ArmOutcome(10, 1)) is None
