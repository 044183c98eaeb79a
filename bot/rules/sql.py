"""Compiles a condition to SQL of the warehouse or of our own store; every literal goes through sqlglot."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any, cast

from sqlglot import exp

from bot.rules import tree
from bot.rules.catalogue import Factor, FactorType
from bot.rules.parse import Condition
from bot.rules.tree import Expr

Column = Callable[[Factor], exp.Expr | str]

CUSTOMER_COLUMNS = frozenset({"name", "tier", "region", "language", "time_zone"})

_POSTGRES_TYPES = {
    FactorType.NUMBER: "double precision",
    FactorType.INTEGER: "double precision",
    FactorType.TEXT: "text",
    FactorType.FLAG: "boolean",
    FactorType.DATE: "date",
    FactorType.DATETIME: "timestamp",
}


def compile_sql(condition: Condition, dialect: str, column: Column) -> str:
    """A boolean SQL expression; `column` says where a factor is found (SQL text is read in the dialect)."""
    return _Writer(dialect, column).write(condition.tree).sql(dialect=dialect)


def plain_column(factor: Factor) -> exp.Expr:
    """The factor is a column of its own name, as in a warehouse table or a Parquet file."""
    return exp.column(exp.to_identifier(factor.name, quoted=True))


def customer_column(table: str = "c", *, columns: frozenset[str] = CUSTOMER_COLUMNS) -> Column:
    """Our customer table in PostgreSQL: a few real columns, every other factor in the jsonb `factors`."""

    def column(factor: Factor) -> exp.Expr:
        if factor.name in columns:
            return exp.column(factor.name, table=table)
        value = exp.JSONExtractScalar(
            this=exp.column("factors", table=table),
            expression=exp.Literal.string(factor.name),
            only_json_types=True,
        )
        return exp.cast(exp.paren(value), _POSTGRES_TYPES[factor.type], dialect="postgres")

    return column


class _Writer:
    def __init__(self, dialect: str, column: Column) -> None:
        self._dialect = dialect
        self._column = column

    def write(self, expr: Expr) -> exp.Expr:
        writer = cast("Callable[[_Writer, Any], exp.Expr]", _WRITERS[type(expr)])
        return writer(self, expr)

    def _fact(self, expr: tree.Fact) -> exp.Expr:
        found = self._column(Factor(expr.name, expr.type or FactorType.TEXT))
        return exp.maybe_parse(found, dialect=self._dialect) if isinstance(found, str) else found

    def _literal(self, expr: tree.Literal) -> exp.Expr:
        value = expr.value
        if isinstance(value, bool):
            return exp.true() if value else exp.false()
        if isinstance(value, Decimal):
            return exp.Literal.number(f"{value:f}")
        if isinstance(value, datetime):
            return exp.cast(exp.Literal.string(value.isoformat(" ")), "timestamp")
        if isinstance(value, date):
            return exp.cast(exp.Literal.string(value.isoformat()), "date")
        return exp.Literal.string(value)

    def _and(self, expr: tree.And) -> exp.Expr:
        return exp.And(this=self._nested(expr.left), expression=self._nested(expr.right))

    def _or(self, expr: tree.Or) -> exp.Expr:
        return exp.Or(this=self._nested(expr.left), expression=self._nested(expr.right))

    def _not(self, expr: tree.Not) -> exp.Expr:
        return exp.Not(this=exp.paren(self.write(expr.inner)))

    def _compare(self, expr: tree.Compare) -> exp.Expr:
        side = self._nested if expr.sign in ("=", "<>") else self._ordered
        return _SIGNS[expr.sign](this=side(expr.left), expression=side(expr.right))

    def _among(self, expr: tree.Among) -> exp.Expr:
        choices = [self._nested(choice) for choice in expr.choices]
        return exp.In(this=self._nested(expr.inner), expressions=choices)

    def _between(self, expr: tree.Between) -> exp.Expr:
        return exp.Between(
            this=self._ordered(expr.inner), low=self._ordered(expr.low), high=self._ordered(expr.high)
        )

    def _is_null(self, expr: tree.IsNull) -> exp.Expr:
        return exp.Is(this=self._nested(expr.inner), expression=exp.null())

    def _like(self, expr: tree.Like) -> exp.Expr:
        kind = exp.ILike if expr.any_case else exp.Like
        return kind(this=self._nested(expr.inner), expression=exp.Literal.string(expr.pattern))

    def _arithmetic(self, expr: tree.Arithmetic) -> exp.Expr:
        """In doubles on both sides, as the closure does: no integer division, no decimal overflow."""
        left, right = (_double(self._nested(side)) for side in (expr.left, expr.right))
        if expr.sign == "/":
            nothing = exp.Nullif(this=right, expression=exp.Literal.number(0))
            return exp.Div(this=left, expression=nothing, typed=True, safe=False)
        return _CALCULATIONS[expr.sign](this=left, expression=right)

    def _minus(self, expr: tree.Minus) -> exp.Expr:
        return exp.Neg(this=self._nested(expr.inner))

    def _function(self, expr: tree.Function) -> exp.Expr:
        arguments = [self.write(argument) for argument in expr.arguments]
        if expr.name == "round" and self._dialect == "postgres":
            # PostgreSQL rounds doubles to the even neighbour, and only numerics to a number of digits.
            arguments[0] = exp.cast(arguments[0], "numeric", dialect="postgres")
            return _double(exp.func(expr.name, *arguments, dialect=self._dialect))
        return exp.func(expr.name, *arguments, dialect=self._dialect)

    def _ordered(self, expr: Expr) -> exp.Expr:
        """Text is ordered by code point, as in DuckDB and in Python, whatever the database's own order is."""
        written = self._nested(expr)
        collated = self._dialect == "postgres" and _is_text(expr)
        return exp.Collate(this=written, expression=exp.column("C", quoted=True)) if collated else written

    def _nested(self, expr: Expr) -> exp.Expr:
        written = self.write(expr)
        if isinstance(expr, tree.Fact | tree.Literal | tree.Function):
            return written
        return exp.paren(written)


def _is_text(expr: Expr) -> bool:
    return isinstance(expr, tree.Fact) and expr.type is FactorType.TEXT


def _double(written: exp.Expr) -> exp.Expr:
    return exp.cast(written, "double")


_SIGNS: dict[str, type[exp.Expr]] = {
    "=": exp.EQ,
    "<>": exp.NEQ,
    "<": exp.LT,
    "<=": exp.LTE,
    ">": exp.GT,
    ">=": exp.GTE,
}
_CALCULATIONS: dict[str, type[exp.Expr]] = {"+": exp.Add, "-": exp.Sub, "*": exp.Mul}

_WRITERS: dict[type, object] = {
    tree.Fact: _Writer._fact,
    tree.Literal: _Writer._literal,
    tree.And: _Writer._and,
    tree.Or: _Writer._or,
    tree.Not: _Writer._not,
    tree.Compare: _Writer._compare,
    tree.Among: _Writer._among,
    tree.Between: _Writer._between,
    tree.IsNull: _Writer._is_null,
    tree.Like: _Writer._like,
    tree.Arithmetic: _Writer._arithmetic,
    tree.Minus: _Writer._minus,
    tree.Function: _Writer._function,
}
