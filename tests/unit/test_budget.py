"""How far a bonus budget reaches."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.offers import affordable

amounts = st.lists(st.decimals("0.01", "500", places=2), max_size=30)


def test_first_come_first_served_and_a_smaller_one_may_still_fit() -> None:
    asked = [Decimal(10), Decimal(10), Decimal(10), Decimal(5)]
    assert affordable(asked, Decimal(25)) == [True, True, False, True]


def test_without_a_budget_everyone_fits() -> None:
    assert affordable([Decimal(10), Decimal(10**9)], None) == [True, True]


@given(asked=amounts, room=st.decimals("0", "2000", places=2))
def test_the_budget_is_never_overrun_and_nobody_is_refused_without_need(
    asked: list[Decimal], room: Decimal
) -> None:
    answers = affordable(asked, room)
    left = room
    for amount, fits in zip(asked, answers, strict=True):
        assert fits == (amount <= left)
        left -= amount if fits else 0
    assert left >= 0
