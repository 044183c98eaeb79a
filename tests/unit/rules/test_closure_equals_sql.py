"""The two compilers agree: random conditions over random rows, NULLs included, in Python and in DuckDB."""

from __future__ import annotations

from datetime import date

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.rules.catalogue import parse_catalogue
from bot.rules.closure import compile_closure
from bot.rules.parse import parse
from bot.rules.sql import compile_sql, plain_column

CATALOGUE = parse_catalogue(
    "n: {type: number}\nk: {type: integer}\nt: {type: text}\ns: {type: text}\nf: {type: flag}\nd: {type: date}\n"
)
LETTERS = "abAB张三 %_éÉ"

numbers = st.integers(-400, 400).map(lambda quarter: quarter / 4)  # exact in binary and in decimal
texts = st.text(LETTERS, max_size=4)
dates = st.dates(date(2026, 1, 1), date(2026, 1, 9))
rows = st.fixed_dictionaries(
    {
        "n": st.none() | numbers,
        "k": st.none() | st.integers(-5, 5),
        "t": st.none() | texts,
        "s": st.none() | texts,
        "f": st.none() | st.booleans(),
        "d": st.none() | dates,
    }
)


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


number_leaf = st.sampled_from(["n", "k"]) | st.integers(0, 5).map(str) | numbers.map(lambda x: f"({x})")
text_leaf = st.sampled_from(["t", "s"]) | texts.map(quoted)
text_side = text_leaf | st.tuples(st.sampled_from(["lower", "upper", "trim"]), text_leaf).map(
    lambda pair: f"{pair[0]}({pair[1]})"
)


def _numbers(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pair = st.tuples(inner, inner)
    return (
        st.tuples(inner, st.sampled_from("+-*/"), inner).map(lambda x: f"({x[0]} {x[1]} {x[2]})")
        | st.tuples(st.sampled_from(["abs", "floor", "ceil", "round"]), inner).map(
            lambda x: f"{x[0]}({x[1]})"
        )
        | st.tuples(st.sampled_from(["coalesce", "least", "greatest"]), pair).map(
            lambda x: f"{x[0]}({x[1][0]}, {x[1][1]})"
        )
        | inner.map(lambda x: f"(-{x})")
        | text_side.map(lambda x: f"length({x})")
    )


number = st.recursive(number_leaf, _numbers, max_leaves=4)
signs = st.sampled_from(["=", "<>", "<", "<=", ">", ">="])
flag_leaf = st.one_of(
    st.sampled_from(["f", "f = true"]),
    st.tuples(number, signs, number).map(" ".join),
    st.tuples(text_side, signs, text_side).map(" ".join),
    st.tuples(st.just("d"), signs, dates.map(lambda day: quoted(str(day)))).map(" ".join),
    st.tuples(number, number, number).map(lambda x: f"{x[0]} between {x[1]} and {x[2]}"),
    st.tuples(number, st.lists(number, min_size=1, max_size=3)).map(
        lambda x: f"{x[0]} in ({', '.join(x[1])})"
    ),
    st.tuples(text_leaf, st.lists(text_leaf, min_size=1, max_size=3)).map(
        lambda x: f"{x[0]} not in ({', '.join(x[1])})"
    ),
    st.tuples(text_leaf, texts.map(quoted)).map(" like ".join),
    st.sampled_from(["n", "k", "t", "f", "d"]).map(lambda name: f"{name} is null"),
    st.sampled_from(["n", "t"]).map(lambda name: f"{name} is not null"),
)
condition = st.recursive(
    flag_leaf,
    lambda inner: st.one_of(
        inner.map(lambda x: f"not ({x})"),
        st.tuples(inner, inner).map(lambda x: f"({x[0]}) and ({x[1]})"),
        st.tuples(inner, inner).map(lambda x: f"({x[0]}) or ({x[1]})"),
    ),
    max_leaves=4,
)


@pytest.fixture(scope="module")
def duck() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(":memory:")
    connection.execute("set threads = 1")
    return connection


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=condition, row=rows)
def test_the_closure_answers_what_duckdb_answers(
    duck: duckdb.DuckDBPyConnection, text: str, row: dict[str, object]
) -> None:
    parsed = parse(text, CATALOGUE)
    sql = compile_sql(parsed, "duckdb", plain_column)
    table = "select ?::double n, ?::integer k, ?::varchar t, ?::varchar s, ?::boolean f, ?::date d"
    values = [row[name] for name in "nktsfd"]
    found = duck.execute(f"select {sql} from ({table})", values).fetchone()
    assert found is not None
    assert compile_closure(parsed)(row) is found[0], sql
