"""Chance as a hash: the same customer gets the same arm, whoever asks and however often."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from itertools import accumulate, pairwise

from bot.domain.campaigns import Arm

BUCKETS = 10_000


def bucket(salt: str, customer_id: int) -> int:
    """0..9999, uniform over customers, independent between salts.

    The store computes the same number in SQL (`arm_bucket`), a test holds the two equal.
    """
    digest = hashlib.md5(f"{salt}:{customer_id}".encode(), usedforsecurity=False).hexdigest()
    return int(digest[:8], 16) * BUCKETS >> 32


def arm(salt: str, customer_id: int, control_share: float) -> Arm:
    return Arm.CONTROL if bucket(salt, customer_id) < round(control_share * BUCKETS) else Arm.TREATMENT


def shares_of(weights: Sequence[int]) -> tuple[float, ...]:
    """What ways of these weights are dealt in truth: whole buckets, not the weights' exact shares."""
    total = sum(weights)
    ends = [-(-end * BUCKETS // total) for end in accumulate(weights, initial=0)]
    return tuple((end - start) / BUCKETS for start, end in pairwise(ends))
