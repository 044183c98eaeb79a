"""Whether customers were dealt in the shares that were asked for: the check before any comparison is believed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import erfc, exp, lgamma, log, pi, sqrt

#: Below this the sizes are not chance but a fault in dealing or in counting.
SRM_ALARM = 0.001

#: Where a group should have fewer, the chi-square distribution is no good approximation.
_FEWEST_EXPECTED = 5


def sample_ratio_p(counts: Sequence[int], shares: Sequence[float]) -> float:
    """How likely sizes at least this uneven are by chance alone, for customers dealt by these shares.

    Pearson's chi-square test; with few customers, exact binomial tests of each group against all others.
    """
    if len(counts) != len(shares):
        raise ValueError(f"{len(counts)} counts for {len(shares)} shares")
    if any(count for count, share in zip(counts, shares, strict=True) if share <= 0):
        return 0.0  # somebody is where nobody was to be
    dealt = [(count, share) for count, share in zip(counts, shares, strict=True) if share > 0]
    customers, weight = sum(counts), sum(share for _, share in dealt)
    if customers == 0 or len(dealt) < 2:
        return 1.0
    expected = [(count, customers * share / weight) for count, share in dealt]
    if min(wanted for _, wanted in expected) < _FEWEST_EXPECTED:
        return _exact_p([(count, wanted / customers) for count, wanted in expected], customers)
    chi_square = sum((count - wanted) ** 2 / wanted for count, wanted in expected)
    return chi_square_tail(chi_square, len(dealt) - 1)


@dataclass(frozen=True, slots=True)
class Dealing:
    """Customers dealt by the same shares: how many went where, and how many of them were to."""

    counts: Sequence[int]
    shares: Sequence[float]


def sample_ratio_p_of(dealings: Sequence[Dealing]) -> float:
    """The same for customers dealt by different shares one after the other: each dealing is held against its own.

    The least likely decides; more of them are as many questions, and are paid for (Bonferroni).
    """
    chances = [sample_ratio_p(one.counts, one.shares) for one in dealings if sum(one.counts)]
    return min(1.0, len(chances) * min(chances)) if chances else 1.0


def chi_square_tail(value: float, freedom: int) -> float:
    """The chance of at least this value under a chi-square distribution with whole degrees of freedom."""
    half = value / 2
    if freedom % 2 == 0:
        term = total = 1.0
        for n in range(1, freedom // 2):
            term *= half / n
            total += term
        return exp(-half) * total
    tail = erfc(sqrt(half))
    term = exp(-half) * sqrt(half / pi) * 2
    for n in range(1, (freedom + 1) // 2):
        tail += term
        term *= half / (n + 0.5)
    return min(1.0, tail)


def _exact_p(dealt: Sequence[tuple[int, float]], customers: int) -> float:
    """The least likely group decides; two groups are one question, more are as many, and are paid for (Bonferroni)."""
    questions = 1 if len(dealt) == 2 else len(dealt)
    return min(1.0, questions * min(_binomial_p(count, customers, share) for count, share in dealt))


def _binomial_p(count: int, customers: int, share: float) -> float:
    """Two-sided: twice the tail on the side where the count lies."""
    odds = share / (1 - share)
    above = count > customers * share
    term = tail = exp(
        lgamma(customers + 1)
        - lgamma(count + 1)
        - lgamma(customers - count + 1)
        + count * log(share)
        + (customers - count) * log(1 - share)
    )
    while term > tail * 1e-17:
        term *= (customers - count) / (count + 1) * odds if above else count / (customers - count + 1) / odds
        count += 1 if above else -1
        tail += term
    return min(1.0, 2 * tail)
