"""A condition for one customer: SQL's three-valued logic, value by value."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from bot.rules.catalogue import FactorType, parse_catalogue
from bot.rules.closure import compile_closure
from bot.rules.parse import parse

CATALOGUE = parse_catalogue(
    "a: {type: number}\nb: {type: number}\nt: {type: text}\nf: {type: flag}\nd: {type: date}\n"
    "m: {type: datetime}\n"
)


def answer(text: str, **row: object) -> bool | None:
    return compile_closure(parse(text, CATALOGUE))(row)


@pytest.mark.parametrize(
    ("text", "row", "expected"),
    [
        ("a < 10", {"a": 5}, True),
        ("a < 10", {"a": Decimal("10.0")}, False),
        ("a < 10", {"a": None}, None),
        ("a < 10", {}, None),
        ("not a < 10", {}, None),
        ("a < 10 and f", {"a": None, "f": False}, False),
        ("a < 10 and f", {"a": None, "f": True}, None),
        ("a < 10 or f", {"a": None, "f": True}, True),
        ("a < 10 or f", {"a": None, "f": False}, None),
        ("a / b > 1", {"a": 4, "b": 0}, None),
        ("a / b > 1", {"a": 3, "b": 2}, True),
        ("a in (1, 2, b)", {"a": 3}, None),
        ("a in (1, 2, b)", {"a": 2}, True),
        ("a not in (1, b)", {"a": 1}, False),
        ("a between 1 and b", {"a": 0, "b": None}, False),
        ("a between 1 and b", {"a": 2, "b": None}, None),
        ("a is null", {}, True),
        ("a is not null", {"a": 0}, True),
        ("coalesce(a, b, 3) = 3", {}, True),
        ("abs(a) = 2", {"a": -2}, True),
        ("round(a) = 3", {"a": 2.5}, True),
        ("round(a) = -3", {"a": -2.5}, True),
        ("t like '张%'", {"t": "张三"}, True),
        ("t like '_三'", {"t": "张三"}, True),
        ("t like 'A%'", {"t": "abc"}, False),
        ("t ilike 'A%'", {"t": "abc"}, True),
        ("t like 'a.c'", {"t": "abc"}, False),
        ("upper(t) = 'STRAßE'", {"t": "straße"}, True),
        ("length(trim(t)) = 2", {"t": "  ab "}, True),
        ("greatest(a, b) = 3", {"a": 3}, True),
        ("d < '2026-02-01'", {"d": date(2026, 1, 31)}, True),
        ("d < '2026-02-01'", {"d": "2026-01-31"}, True),
        ("d < '2026-02-01'", {"d": "whenever"}, None),
        ("m >= '2026-01-01 08:00:00'", {"m": datetime(2026, 1, 1, 8, tzinfo=UTC)}, True),
        ("a = 1", {"a": float("nan")}, None),
        ("a = 1", {"a": "1"}, True),
        ("f", {"f": "true"}, None),
    ],
)
def test_the_answer_is_the_one_that_sql_gives(
    text: str, row: dict[str, object], expected: bool | None
) -> None:
    assert answer(text, **row) is expected


def test_values_of_two_types_compare_as_unknown_where_no_catalogue_could_forbid_it() -> None:
    assert compile_closure(parse("a < 10", None))({"a": "many"}) is None


def test_extra_names_are_read_like_factors() -> None:
    condition = parse("a < offer.min_recharge", CATALOGUE, extra={"offer.min_recharge": FactorType.NUMBER})
    assert compile_closure(condition)({"a": 5, "offer.min_recharge": Decimal(50)}) is True
