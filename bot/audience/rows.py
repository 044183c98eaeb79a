"""Turns the cells of one row into a customer to be staged, or into the reasons why not."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

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
from bot.audience.map_file import CAUSE, FIELDS, SCORE
from bot.rules.catalogue import FactorType
from bot.store.staging import StagedCustomer

Cells = Sequence[str]
_Read = Callable[[Cells, str], Value]

DEFAULT_CAUSE = "imported"

_as_json = json.JSONEncoder(ensure_ascii=False).encode


@dataclass(frozen=True, slots=True)
class Reject:
    row_number: int
    column: str
    reason: str


class RowReader:
    """A column map bound to the columns of one file."""

    def __init__(self, column_map: ColumnMap, positions: Mapping[str, int], default_region: str) -> None:
        self._map = column_map
        self._positions = positions
        self._region = column_map.default_region or default_region
        self._number_range = _range(column_map.fields["msisdn"])
        self._key = self._bind("external_id", column_map.fields["external_id"], FIELDS["external_id"].check)
        self._fields = [
            (name, _label(name, origin), self._field(name, origin))
            for name, origin in column_map.fields.items()
            if name != "external_id"
        ]
        self._factors = [
            (name, _label(name, origin), self._bind(name, origin, None))
            for name, origin in column_map.factors.items()
        ]
        self._risk = [
            ("cause", self._bind("cause", column_map.cause or Constant(DEFAULT_CAUSE), CAUSE.check)),
            ("score", self._bind("score", column_map.score or Constant(None), SCORE.check)),
        ]

    def read(self, row_number: int, row: Cells) -> StagedCustomer | list[Reject]:
        reasons: dict[str, str] = {}
        try:
            key = str(self._key(row, ""))
        except CellError as error:
            return [Reject(row_number, self._map.column_of("external_id"), str(error))]
        fields = _taken(self._fields, row, key, reasons)
        factors = _taken(self._factors, row, key, reasons)
        risk = _taken([(name, name, read) for name, read in self._risk], row, key, reasons)
        if reasons:
            return [Reject(row_number, column, reason) for column, reason in reasons.items()]
        return StagedCustomer(
            row_number=row_number,
            external_id=key,
            number_range=self._number_range,
            factors=_as_json(factors),
            **fields,  # type: ignore[arg-type]
            **risk,  # type: ignore[arg-type]
        )

    def _field(self, name: str, origin: Origin) -> _Read:
        if name != "msisdn":
            return self._bind(name, origin, FIELDS[name].check)
        if isinstance(origin, NumberRange):
            return lambda row, key: None  # the store gives the next free one of the range
        read, region = self._bind(name, origin, None), self._region

        def number(row: Cells, key: str) -> Value:
            text = read(row, key)
            if text is None:
                raise CellError("is empty")
            return cells.e164(str(text), region)

        return number

    def _bind(self, name: str, origin: Origin, check: Check | None) -> _Read:
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

    def _column(self, column: Column, check: Check | None) -> _Read:
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

    def _expression(self, origin: Expression) -> _Read:
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


def _taken(
    readers: Sequence[tuple[str, str, _Read]], row: Cells, key: str, reasons: dict[str, str]
) -> dict[str, Value]:
    """What could be read; for the rest a reason under the column's name."""
    values: dict[str, Value] = {}
    for name, column, read in readers:
        try:
            values[name] = read(row, key)
        except CellError as error:
            reasons.setdefault(column, str(error))
    return values


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


def _range(origin: Origin) -> str | None:
    return origin.first if isinstance(origin, NumberRange) else None


def _label(name: str, origin: Origin) -> str:
    return origin.name if isinstance(origin, Column) else name
