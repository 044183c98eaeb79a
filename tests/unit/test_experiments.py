"""Ways of an experiment beside each other: what is proven when several are compared at once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.experiments import Way, compare, evaluate
from bot.domain.uplift import ArmOutcome, p_of_no_difference, uplift


def way(name: str, customers: int, successes: int, share: float | None = None) -> Way:
    return Way(name, share, ArmOutcome(customers, successes), 0, 0, 0)


def test_two_ways_are_compared_as_two_arms_are() -> None:
    one, other = ArmOutcome(70, 56), ArmOutcome(80, 48)
    (comparison,) = compare([("short", other), ("long", one)])
    assert (comparison.way, comparison.against) == ("long", "short")
    alone = uplift(one, other)
    assert comparison.uplift.difference == alone.difference
    assert (comparison.uplift.low, comparison.uplift.high) == (
        pytest.approx(alone.low),
        pytest.approx(alone.high),
    )
    assert comparison.p == p_of_no_difference(one, other)
    assert comparison.better
    assert not comparison.worse


def test_a_way_that_would_be_proven_alone_may_not_be_among_four() -> None:
    standard, promising = ArmOutcome(1_000, 200), ArmOutcome(1_000, 238)
    others = [("b", ArmOutcome(1_000, 205)), ("c", ArmOutcome(1_000, 195)), ("d", ArmOutcome(1_000, 210))]
    (alone,) = compare([("a", standard), ("promising", promising)])
    among = compare([("a", standard), ("promising", promising), *others])[0]
    assert alone.better
    assert not among.better
    assert alone.uplift.low is not None
    assert among.uplift.low is not None
    assert among.uplift.low < 0 < alone.uplift.low


def test_chances_are_corrected_after_holm() -> None:
    standard = ArmOutcome(10_000, 3_000)
    ways = [
        ("b", ArmOutcome(10_000, 3_140)),
        ("c", ArmOutcome(10_000, 3_300)),
        ("d", ArmOutcome(10_000, 3_020)),
    ]
    raw = [p_of_no_difference(outcome, standard) or 0.0 for _, outcome in ways]
    found = [one.p for one in compare([("a", standard), *ways])]
    assert found == [
        pytest.approx(raw[0] * 2),
        pytest.approx(raw[1] * 3),
        pytest.approx(max(raw[2], raw[0] * 2)),
    ]


@given(st.lists(st.tuples(st.integers(0, 500), st.integers(0, 500)), min_size=2, max_size=6))
def test_a_correction_never_proves_more_and_keeps_the_order(figures: list[tuple[int, int]]) -> None:
    outcomes = [(str(n), ArmOutcome(max(pair), min(pair))) for n, pair in enumerate(figures)]
    standard = outcomes[0][1]
    raw = [p_of_no_difference(outcome, standard) for _, outcome in outcomes[1:]]
    found = [one.p for one in compare(outcomes)]
    pairs = [(p, q) for p, q in zip(raw, found, strict=True) if p is not None and q is not None]
    assert [p is None for p in raw] == [q is None for q in found]
    assert all(p <= q <= 1 for p, q in pairs)
    ordered = [q for _, q in sorted(pairs)]
    assert ordered == sorted(ordered)


@given(st.lists(st.tuples(st.integers(1, 500), st.integers(0, 500)), min_size=3, max_size=5))
def test_where_the_interval_leaves_zero_out_the_difference_is_proven(figures: list[tuple[int, int]]) -> None:
    outcomes = [(str(n), ArmOutcome(max(pair), min(pair))) for n, pair in enumerate(figures)]
    for one in compare(outcomes):
        if one.uplift.proven:
            assert one.better
        if one.uplift.harmful:
            assert one.worse


def test_ways_dealt_otherwise_than_asked_raise_the_alarm() -> None:
    fair = evaluate("wording", [way("a", 5_030, 0, 0.5), way("b", 4_970, 0, 0.5)])
    lossy = evaluate("wording", [way("a", 5_030, 0, 0.5), way("b", 4_700, 0, 0.5)])
    assert not fair.uneven
    assert lossy.uneven


def test_ways_whose_weights_were_changed_cannot_be_checked() -> None:
    changed = evaluate("wording", [way("a", 9_000, 10), way("b", 1_000, 1)])
    assert changed.sample_ratio_p is None
    assert not changed.uneven
    assert changed.customers == 10_000
