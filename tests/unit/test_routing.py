"""Who gets a work order."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.routing import Candidate, Case, choose_owner

CASE = Case(tier="high", region="Shanghai", language="zh", known_manager=None)
ANYWHERE = Candidate(1, frozenset({"high", "mid"}), frozenset(), "zh", capacity=10, open_orders=0)
LOCAL = Candidate(2, frozenset({"high"}), frozenset({"Shanghai"}), "zh", capacity=10, open_orders=5)


@pytest.mark.parametrize(
    ("candidates", "chosen"),
    [
        ([], None),
        ([ANYWHERE], 1),
        ([ANYWHERE, LOCAL], 2),
        ([ANYWHERE, replace(LOCAL, open_orders=10)], 1),
        ([replace(ANYWHERE, tiers=frozenset({"ordinary"}))], None),
        ([replace(ANYWHERE, tiers=frozenset())], None),
        ([replace(LOCAL, regions=frozenset({"Sichuan"}))], None),
        ([replace(ANYWHERE, capacity=0)], None),
        ([replace(ANYWHERE, language="en"), replace(ANYWHERE, id=3, open_orders=9)], 3),
        ([replace(ANYWHERE, open_orders=4), replace(ANYWHERE, id=3, capacity=100, open_orders=5)], 3),
        ([replace(ANYWHERE, id=9), ANYWHERE], 1),
    ],
    ids=[
        "nobody on duty",
        "the only one",
        "one of that region before one of all",
        "full is out",
        "other tiers",
        "no tiers at all",
        "other regions",
        "no capacity",
        "the customer's language before the load",
        "the load is measured by capacity",
        "the lowest id among equals",
    ],
)
def test_the_best_fitting_manager_with_room_gets_the_order(
    candidates: list[Candidate], chosen: int | None
) -> None:
    assert choose_owner(CASE, candidates) == chosen


def test_the_manager_the_customer_knows_comes_first_whatever_the_tier_and_region() -> None:
    known = replace(LOCAL, id=7, tiers=frozenset(), regions=frozenset({"Sichuan"}), open_orders=9)
    assert choose_owner(replace(CASE, known_manager=7), [ANYWHERE, known]) == 7


def test_a_known_manager_who_is_full_or_absent_is_replaced() -> None:
    full = replace(LOCAL, id=7, open_orders=10)
    assert choose_owner(replace(CASE, known_manager=7), [ANYWHERE, full]) == 1
    assert choose_owner(replace(CASE, known_manager=99), [ANYWHERE]) == 1


def test_who_gave_the_order_back_is_not_asked_again() -> None:
    assert choose_owner(replace(CASE, declined_by=frozenset({2})), [ANYWHERE, LOCAL]) == 1
    declined = replace(CASE, known_manager=1, declined_by=frozenset({1, 2}))
    assert choose_owner(declined, [ANYWHERE, LOCAL]) is None


def test_a_customer_without_a_region_goes_to_a_manager_of_all_regions() -> None:
    assert choose_owner(replace(CASE, region=None), [ANYWHERE, LOCAL]) == 1
