"""Compiles a condition to a Python function of one customer's factors, with SQL's three-valued logic."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from bot.rules import tree
from bot.rules.catalogue import FactorType
from bot.rules.functions import FUNCTIONS
from bot.rules.parse import Condition
from bot.rules.tree import Expr

Row = Mapping[str, object]
Closure = Callable[[Row], bool | None]
_Value = Callable[[Row], Any]


def compile_closure(condition: Condition) -> Closure:
    """True, False, or None where it cannot be known: a factor that is missing counts as NULL."""
    compute = _compile(condition.tree)

    def holds(row: Row) -> bool | None:
        found = compute(row)
        return found if isinstance(found, bool) else None

    return holds


def _compile(expr: Expr) -> _Value:
    return _COMPILERS[type(expr)](expr)


def _fact(expr: tree.Fact) -> _Value:
    read = _READERS[expr.type]
    return lambda row: read(row.get(expr.name))


def _literal(expr: tree.Literal) -> _Value:
    value = _as_given(expr.value)
    return lambda row: value


def _and(expr: tree.And) -> _Value:
    left, right = _compile(expr.left), _compile(expr.right)

    def both(row: Row) -> bool | None:
        a = left(row)
        if a is False:
            return False
        b = right(row)
        if b is False:
            return False
        return True if a is True and b is True else None

    return both


def _or(expr: tree.Or) -> _Value:
    left, right = _compile(expr.left), _compile(expr.right)

    def either(row: Row) -> bool | None:
        a = left(row)
        if a is True:
            return True
        b = right(row)
        if b is True:
            return True
        return False if a is False and b is False else None

    return either


def _not(expr: tree.Not) -> _Value:
    inner = _compile(expr.inner)

    def negated(row: Row) -> bool | None:
        value = inner(row)
        return not value if isinstance(value, bool) else None

    return negated


_SIGNS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def _compared(sign: str, a: Any, b: Any) -> bool | None:
    if a is None or b is None or type(a) is not type(b):
        return None  # values of two types are only met without a catalogue; SQL would have refused
    return _SIGNS[sign](a, b)


def _compare(expr: tree.Compare) -> _Value:
    left, right = _compile(expr.left), _compile(expr.right)
    return lambda row: _compared(expr.sign, left(row), right(row))


def _among(expr: tree.Among) -> _Value:
    inner = _compile(expr.inner)
    choices = [_compile(choice) for choice in expr.choices]

    def among(row: Row) -> bool | None:
        value = inner(row)
        answers = [_compared("=", value, choice(row)) for choice in choices]
        if True in answers:
            return True
        return None if None in answers else False

    return among


def _between(expr: tree.Between) -> _Value:
    return _and(tree.And(tree.Compare(">=", expr.inner, expr.low), tree.Compare("<=", expr.inner, expr.high)))


def _is_null(expr: tree.IsNull) -> _Value:
    inner = _compile(expr.inner)
    return lambda row: inner(row) is None


def _like(expr: tree.Like) -> _Value:
    inner = _compile(expr.inner)
    translated = "".join({"%": ".*", "_": "."}.get(letter, re.escape(letter)) for letter in expr.pattern)
    pattern = re.compile(translated + r"\Z", re.DOTALL | (re.IGNORECASE if expr.any_case else 0))

    def like(row: Row) -> bool | None:
        value = inner(row)
        return pattern.match(value) is not None if isinstance(value, str) else None

    return like


def _arithmetic(expr: tree.Arithmetic) -> _Value:
    left, right = _compile(expr.left), _compile(expr.right)
    compute = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": _divide}[expr.sign]

    def calculate(row: Row) -> float | None:
        a, b = left(row), right(row)
        return compute(a, b) if isinstance(a, float) and isinstance(b, float) else None

    return calculate


def _divide(a: float, b: float) -> float | None:
    return a / b if b != 0 else None


def _minus(expr: tree.Minus) -> _Value:
    inner = _compile(expr.inner)

    def minus(row: Row) -> float | None:
        value = inner(row)
        return -value if isinstance(value, float) else None

    return minus


def _function(expr: tree.Function) -> _Value:
    signature = FUNCTIONS[expr.name]
    arguments = [_compile(argument) for argument in expr.arguments]

    def call(row: Row) -> Any:
        values = [argument(row) for argument in arguments]
        if signature.null_if_any_null and None in values:
            return None
        return signature.run(values)

    return call


def _as_given(value: object) -> Any:
    """One Python type for each kind of value: numbers are floats, moments are naive UTC."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int | float | Decimal):
        number = float(value)
        return None if math.isnan(number) else number
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
    return value if isinstance(value, date) else None


def _number(value: object) -> float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            return None
    found = _as_given(value)
    return found if isinstance(found, float) else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _flag(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _date(value: object) -> date | None:
    """Factors are stored as JSON, so a date may arrive as its ISO text."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _datetime(value: object) -> datetime | None:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if isinstance(value, datetime):
        found = _as_given(value)
        assert isinstance(found, datetime)
        return found
    return datetime.combine(value, time()) if isinstance(value, date) else None


_READERS: dict[FactorType | None, Callable[[object], Any]] = {
    None: _as_given,
    FactorType.NUMBER: _number,
    FactorType.INTEGER: _number,
    FactorType.TEXT: _text,
    FactorType.FLAG: _flag,
    FactorType.DATE: _date,
    FactorType.DATETIME: _datetime,
}

_COMPILERS: dict[type, Callable[[Any], _Value]] = {
    tree.Fact: _fact,
    tree.Literal: _literal,
    tree.And: _and,
    tree.Or: _or,
    tree.Not: _not,
    tree.Compare: _compare,
    tree.Among: _among,
    tree.Between: _between,
    tree.IsNull: _is_null,
    tree.Like: _like,
    tree.Arithmetic: _arithmetic,
    tree.Minus: _minus,
    tree.Function: _function,
}
