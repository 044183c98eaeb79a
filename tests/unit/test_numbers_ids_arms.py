"""Numbers shown, ids minted, arms dealt."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from uuid import RFC_4122

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.arms import BUCKETS, arm, bucket, shares_of
from bot.domain.campaigns import Arm
from bot.domain.ids import new_id
from bot.domain.numbers import masked

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("+8613812341234", "138****1234"),
        ("+12025550123", "202****0123"),
        ("+85291234567", "852****4567"),
        ("+4912345", "****"),
        ("+861380000", "****"),
        ("", "****"),
    ],
)
def test_a_number_is_shown_by_its_ends(number: str, shown: str) -> None:
    assert masked(number) == shown


@given(st.integers(10**6, 10**15 - 1).map(lambda digits: f"+{digits}"))
def test_no_number_can_be_read_from_its_mask(number: str) -> None:
    shown = re.sub(r"\D", "", masked(number))
    assert len(number) - 1 - len(shown) >= 3


def test_an_id_is_a_version_7_uuid_of_its_moment() -> None:
    one = new_id(NOW)
    assert (one.version, one.variant) == (7, RFC_4122)
    assert one.int >> 80 == int(NOW.timestamp() * 1000)


def test_ids_sort_by_their_moments_and_never_repeat() -> None:
    ids = [new_id(NOW + timedelta(milliseconds=n)) for n in range(1_000)]
    assert ids == sorted(ids)
    assert len({new_id(NOW) for _ in range(1_000)}) == 1_000


def test_the_same_customer_always_gets_the_same_arm() -> None:
    assert [arm("salt", n, 0.5) for n in range(50)] == [arm("salt", n, 0.5) for n in range(50)]
    assert [arm("salt", n, 0.5) for n in range(50)] != [arm("pepper", n, 0.5) for n in range(50)]


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5])
def test_arms_come_out_in_their_shares(share: float) -> None:
    control = sum(arm("2026-11", customer, share) is Arm.CONTROL for customer in range(20_000))
    assert abs(control / 20_000 - share) < 0.01  # four standard deviations


def test_buckets_are_uniform() -> None:
    counts = [0] * 10
    for customer in range(20_000):
        counts[bucket("s", customer) * 10 // BUCKETS] += 1
    chi_square = sum((count - 2_000) ** 2 / 2_000 for count in counts)
    assert chi_square < 27.9  # p = 0.001 at nine degrees of freedom


@given(st.text(max_size=20), st.integers(1, 2**63 - 1))
def test_a_bucket_is_within_its_bounds(salt: str, customer: int) -> None:
    assert 0 <= bucket(salt, customer) < BUCKETS


@given(st.integers(1, 10**9), st.floats(0, 0.99), st.floats(0, 0.99))
def test_a_larger_control_share_only_adds_to_the_control_group(
    customer: int, one: float, other: float
) -> None:
    smaller, larger = sorted((one, other))
    if arm("s", customer, smaller) is Arm.CONTROL:
        assert arm("s", customer, larger) is Arm.CONTROL


@settings(max_examples=15)  # each deals every bucket there is
@given(st.lists(st.integers(1, 1_000_000), min_size=2, max_size=6))
def test_ways_are_checked_against_the_buckets_that_they_are_dealt_by(weights: list[int]) -> None:
    total, ends = sum(weights), list(accumulate(weights))
    dealt = [0] * len(weights)
    for at in range(BUCKETS):
        dealt[next(n for n, end in enumerate(ends) if at * total // BUCKETS < end)] += 1
    assert shares_of(weights) == tuple(count / BUCKETS for count in dealt)
