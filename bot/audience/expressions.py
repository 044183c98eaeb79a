"""Arithmetic over the columns of one row, for factors that a file holds only in pieces.

Allowed are column names, numbers, quoted dates, `+ - * /`, brackets and five functions. An empty cell makes
the result empty, and so does a division by zero; `coalesce` is the way out.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from bot.audience.cells import read_date, read_number, within_bounds
from bot.audience.errors import CellError

Lookup = Callable[[str], str | None]
Number = int | float | None
_Compute = Callable[[Lookup], Number]

DEEPEST = 40


class ExpressionError(ValueError):
    """The text is no such expression; `offset` says where."""

    def __init__(self, message: str, offset: int = 0) -> None:
        super().__init__(message)
        self.offset = offset


@dataclass(frozen=True, slots=True)
class Arithmetic:
    text: str
    columns: Mapping[str, int]  # each with the offset where it is first named
    compute: _Compute = field(repr=False, compare=False)


def parse_expression(text: str, date_format: str | None = None) -> Arithmetic:
    """Raises ExpressionError."""
    try:
        body = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError) as error:
        offset = (getattr(error, "offset", None) or 1) - 1
        raise ExpressionError("cannot be read; write for example: arpu_8 / 2", offset) from None
    compiler = _Compiler(date_format)
    compute = compiler.number(body, 0)
    if not compiler.columns:
        raise ExpressionError("names no column; use 'constant' for a fixed value")
    return Arithmetic(text, compiler.columns, compute)


class _Compiler:
    def __init__(self, date_format: str | None) -> None:
        self.columns: dict[str, int] = {}
        self._date_format = date_format

    def number(self, node: ast.expr, depth: int) -> _Compute:
        if depth > DEEPEST:
            raise ExpressionError("is nested too deep", node.col_offset)
        match node:
            case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
                return lambda get: value
            case ast.Name(id=name):
                self._note(name, node)
                return lambda get: _number(name, get)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                inner = self.number(operand, depth + 1)
                return lambda get: None if (value := inner(get)) is None else -value
            case ast.BinOp(op=op) if type(op) in _OPERATORS:
                return self._binary(node, depth)
            case ast.Call(func=ast.Name(id="days_between"), args=[later, earlier], keywords=[]):
                return self._days_between(later, earlier)
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]) if name in _FUNCTIONS:
                return self._call(name, arguments, node, depth)
        raise ExpressionError(
            f"{ast.unparse(node)!r} is not allowed; use columns, numbers, + - * /, days_between, "
            f"{', '.join(_FUNCTIONS)}",
            node.col_offset,
        )

    def _binary(self, node: ast.BinOp, depth: int) -> _Compute:
        left, right = self.number(node.left, depth + 1), self.number(node.right, depth + 1)
        calculate = _OPERATORS[type(node.op)]

        def compute(get: Lookup) -> Number:
            a, b = left(get), right(get)
            return None if a is None or b is None else _bounded(calculate(a, b))

        return compute

    def _call(self, name: str, arguments: list[ast.expr], node: ast.expr, depth: int) -> _Compute:
        fewest, run = _FUNCTIONS[name]
        if not fewest <= len(arguments) <= 20 or (name == "round" and len(arguments) > 2):
            raise ExpressionError(f"{name} has the wrong number of arguments", node.col_offset)
        inner = [self.number(argument, depth + 1) for argument in arguments]
        return lambda get: run([argument(get) for argument in inner])

    def _days_between(self, later: ast.expr, earlier: ast.expr) -> _Compute:
        until, since = self._date(later), self._date(earlier)

        def compute(get: Lookup) -> Number:
            a, b = until(get), since(get)
            return None if a is None or b is None else (a - b).days

        return compute

    def _date(self, node: ast.expr) -> Callable[[Lookup], date | None]:
        match node:
            case ast.Constant(value=str() as text):
                try:
                    fixed = date.fromisoformat(text)
                except ValueError:
                    raise ExpressionError(f"{text!r} is not a date (YYYY-MM-DD)", node.col_offset) from None
                return lambda get: fixed
            case ast.Name(id=name):
                self._note(name, node)
                return lambda get: None if (text := get(name)) is None else self._read_date(name, text)
        raise ExpressionError("days_between takes columns or quoted dates", node.col_offset)

    def _read_date(self, name: str, text: str) -> date:
        try:
            return read_date(text, self._date_format)
        except CellError as error:
            raise CellError(f"{name} {error}") from None

    def _note(self, name: str, node: ast.expr) -> None:
        self.columns.setdefault(name, node.col_offset)


def _number(name: str, get: Lookup) -> Number:
    text = get(name)
    if text is None:
        return None
    try:
        return read_number(text)
    except CellError as error:
        raise CellError(f"{name} {error}") from None


def _divide(a: float, b: float) -> Number:
    return a / b if b else None


def _bounded(value: Number) -> Number:
    return None if value is None else within_bounds(value)


def _round(values: list[Number]) -> Number:
    value, *digits = values
    if value is None:
        return None
    places = int(digits[0]) if digits and digits[0] is not None else 0
    return round(value, places) if places else round(value)


def _coalesce(values: list[Number]) -> Number:
    return next((value for value in values if value is not None), None)


def _extreme(choose: Callable[[list[float]], float]) -> Callable[[list[Number]], Number]:
    def run(values: list[Number]) -> Number:
        known = [value for value in values if value is not None]
        return choose(known) if len(known) == len(values) else None

    return run


_OPERATORS: dict[type[ast.operator], Callable[[float, float], Number]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: _divide,
}

_FUNCTIONS: dict[str, tuple[int, Callable[[list[Number]], Number]]] = {
    "round": (1, _round),
    "coalesce": (2, _coalesce),
    "min": (2, _extreme(min)),
    "max": (2, _extreme(max)),
}
