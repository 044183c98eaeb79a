"""The entries of a column map bound to the columns of one file: each becomes a function from a row to a value."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from bot.audience import cells
from bot.audience.cells import Check, Value
from bot.audience.column_map import (
    Column,
    ColumnMap,
    Constant,
    Expression,
    NumberRange,
    Origin,
    Otherwise,
    Synthesised,
)
from bot.audience.errors import CellError
from bot.rules.catalogue import FactorType

Cells = Sequence[str]
Read = Callable[[Cells, str], Value]  # of a row, and of the key of its customer


def label(name: str, origin: Origin) -> str:
    """How a reject names it: by the file's column, where there is one."""
    return origin.name if isinstance(origin, Column) else name


class CellBinder:
    def __init__(self, column_map: ColumnMap, positions: Mapping[str, int]) -> None:
        self._map = column_map
        self._positions = positions

    def bind(self, name: str, origin: Origin, check: Check | None) -> Read:
        match origin:
            case Constant(value):
                return lambda row, key: value
            case Synthesised():
                return lambda row, key: origin.value(name, key)
            case Expression():
                return self._expression(origin)
            case Column():
                return self._column(origin, check)
            case NumberRange():
                raise TypeError(f"{name} cannot be a range of numbers")

    def _column(self, column: Column, check: Check | None) -> Read:
        position, nulls = self._positions[column.name], self._map.nulls
        convert = _converter(column, self._map.date_format, check)
        required = column.required
        empty = column.otherwise.value if column.otherwise else None

        def read(row: Cells, key: str) -> Value:
            text = row[position].strip()
            if text in nulls:
                if required:
                    raise CellError("is empty")
                return empty
            return convert(text)

        return read

    def _expression(self, origin: Expression) -> Read:
        positions, nulls = self._positions, self._map.nulls
        compute = origin.arithmetic.compute

        def read(row: Cells, key: str) -> Value:
            def get(name: str) -> str | None:
                text = row[positions[name]].strip()
                return None if text in nulls else text

            value = compute(get)
            if value is None:
                if origin.required:
                    raise CellError("cannot be computed: a column is empty")
                return origin.otherwise.value if origin.otherwise else None
            if origin.bands is not None:
                return _band(value, origin.bands, origin.otherwise)
            return round(value) if origin.type is FactorType.INTEGER else _tidy(value)

        return read


def _converter(column: Column, date_format: str | None, check: Check | None) -> Callable[[str], Value]:
    values, bands, otherwise, kind = column.values, column.bands, column.otherwise, column.type
    if values is not None:

        def mapped(text: str) -> Value:
            if text in values:
                return values[text]
            if otherwise is None:
                raise CellError("has a value that the map does not list")
            return otherwise.value

        return mapped
    if bands is not None:
        return lambda text: _band(cells.read_number(text), bands, otherwise)

    def typed(text: str) -> Value:
        value = cells.read_cell(text, kind, date_format)
        return check(value) if check is not None else value

    return typed


def _band(value: float, bands: tuple[tuple[float, Value], ...], otherwise: Otherwise | None) -> Value:
    for start, name in bands:
        if value >= start:
            return name
    if otherwise is None:
        raise CellError("is below every band of the map")
    return otherwise.value


def _tidy(value: float) -> int | float:
    return value if isinstance(value, int) else round(value, 6)
