"""Turns the cells of one row into a customer to be staged, or into the reasons why not."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.audience import cells
from bot.audience.cells import Value
from bot.audience.column_map import ColumnMap, Constant, NumberRange, Origin
from bot.audience.errors import CellError
from bot.audience.map_file import CAUSE, FIELDS, SCORE
from bot.audience.row_cells import CellBinder, Cells, Read, label
from bot.store.staging import StagedCustomer

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
        self._cells = CellBinder(column_map, positions)
        self._region = column_map.default_region or default_region
        self._number_range = _range(column_map.fields["msisdn"])
        self._key = self._cells.bind(
            "external_id", column_map.fields["external_id"], FIELDS["external_id"].check
        )
        self._fields = [
            (name, label(name, origin), self._field(name, origin))
            for name, origin in column_map.fields.items()
            if name != "external_id"
        ]
        self._factors = [
            (name, label(name, origin), self._cells.bind(name, origin, None))
            for name, origin in column_map.factors.items()
        ]
        self._risk = [
            ("cause", self._cells.bind("cause", column_map.cause or Constant(DEFAULT_CAUSE), CAUSE.check)),
            ("score", self._cells.bind("score", column_map.score or Constant(None), SCORE.check)),
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

    def _field(self, name: str, origin: Origin) -> Read:
        if name != "msisdn":
            return self._cells.bind(name, origin, FIELDS[name].check)
        if isinstance(origin, NumberRange):
            return lambda row, key: None  # the store gives the next free one of the range
        read, region = self._cells.bind(name, origin, None), self._region

        def number(row: Cells, key: str) -> Value:
            text = read(row, key)
            if text is None:
                raise CellError("is empty")
            return cells.e164(str(text), region)

        return number


def _taken(
    readers: Sequence[tuple[str, str, Read]], row: Cells, key: str, reasons: dict[str, str]
) -> dict[str, Value]:
    """What could be read; for the rest a reason under the column's name."""
    values: dict[str, Value] = {}
    for name, column, read in readers:
        try:
            values[name] = read(row, key)
        except CellError as error:
            reasons.setdefault(column, str(error))
    return values


def _range(origin: Origin) -> str | None:
    return origin.first if isinstance(origin, NumberRange) else None
