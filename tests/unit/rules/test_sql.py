"""Conditions as SQL: where factors are found, and that nothing a person writes becomes SQL of its own."""

from __future__ import annotations

import pytest

from bot.rules.catalogue import Factor, parse_catalogue
from bot.rules.parse import parse
from bot.rules.sql import compile_sql, customer_column, plain_column

CATALOGUE = parse_catalogue(
    "balance: {type: number}\ntier: {type: text}\nname: {type: text}\nsms_habit: {type: flag}\nends: {type: date}\n"
)


def test_a_warehouse_column_has_the_factors_name() -> None:
    condition = parse("balance < 10 and tier in ('high', 'mid')", CATALOGUE)
    assert (
        compile_sql(condition, "duckdb", plain_column)
        == """("balance" < 10) AND ("tier" IN ('high', 'mid'))"""
    )


def test_in_our_store_a_factor_is_read_from_json_unless_it_is_a_column() -> None:
    condition = parse("balance < 10 and tier = 'high' and sms_habit and ends < '2026-12-31'", CATALOGUE)
    sql = compile_sql(condition, "postgres", customer_column("c"))
    assert "CAST((c.factors ->> 'balance') AS DOUBLE PRECISION) < 10" in sql
    assert "c.tier = 'high'" in sql
    assert "CAST((c.factors ->> 'sms_habit') AS BOOLEAN)" in sql
    assert "CAST((c.factors ->> 'ends') AS DATE) < CAST('2026-12-31' AS DATE)" in sql


def test_text_is_ordered_by_code_point_in_postgresql() -> None:
    sql = compile_sql(parse("tier < 'm'", CATALOGUE), "postgres", customer_column())
    assert sql == """c.tier COLLATE "C" < 'm'"""


def test_a_column_may_be_given_as_sql_text() -> None:
    def column(factor: Factor) -> str:
        return f"snapshot.{factor.name}_v2"

    assert compile_sql(parse("balance < 10", CATALOGUE), "duckdb", column) == "snapshot.balance_v2 < 10"


@pytest.mark.parametrize("dialect", ["duckdb", "postgres", "clickhouse", "trino", "spark"])
@pytest.mark.parametrize("value", ["O'Brien", "'; drop table customers; --", 'a"b', "$1", "%s"])
def test_a_quoted_value_stays_one_literal(dialect: str, value: str) -> None:
    quoted = value.replace("'", "''")
    sql = compile_sql(parse(f"name = '{quoted}'", CATALOGUE), dialect, plain_column)
    again = parse(compile_sql(parse(f"name = '{quoted}'", CATALOGUE), "duckdb", plain_column), CATALOGUE)
    assert again.names == {"name"}
    assert sql.count("=") == 1


def test_division_by_zero_is_unknown_and_never_an_error() -> None:
    assert "NULLIF" in compile_sql(parse("balance / balance > 1", CATALOGUE), "duckdb", plain_column)
