"""Reads one entry of a column map: where one field or factor comes from.

tenure_months: tenure                                  the column as it stands
sms_habit: {column: PaperlessBilling, type: flag}
language: {column: Country, values: {US: en, CN: zh}, else: en}
tier: {column: MonthlyCharges, bands: {0: ordinary, 55: mid, 90: high}}
arpu_change: {expression: "(arpu_8 - arpu_7) / arpu_7"}
region: {constant: north}
balance: {synthesise: {low: 1, high: 30}}              for a rehearsal only; also {choice: {en: 8, zh: 2}}
msisdn: {synthesise: {range: "+12125550000"}}          for a rehearsal only
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

import phonenumbers

from bot.audience import cells
from bot.audience.cells import Check, Value
from bot.audience.column_map import Column, Constant, Expression, NumberRange, Origin, Otherwise, Synthesised
from bot.audience.errors import CellError, MapError
from bot.audience.expressions import ExpressionError, parse_expression
from bot.rules.catalogue import FactorType
from bot.rules.problems import Place, did_you_mean
from bot.rules.yaml_source import Entry, Scalar, Table, describe, plain
from bot.rules.yaml_source import Value as Node

WAYS = ("column", "constant", "expression", "synthesise")
REFINEMENTS = {
    "column": ("type", "required", "values", "bands", "else"),
    "constant": ("type",),
    "expression": ("type", "required", "bands", "else"),
    "synthesise": ("type",),
}
MOST_IN_RANGE = 10**8


class OriginReader:
    def __init__(self, file: str, date_format: str | None) -> None:
        self._file = file
        self._date_format = date_format

    def read(self, name: str, node: Node, kind: FactorType | None, check: Check | None) -> Origin:
        """`kind` is what is already known of the type; `check` is what the field takes, if it is a field."""
        if isinstance(node, Scalar):
            return Column(node.text, node.place, kind or FactorType.TEXT, required=name == "external_id")
        if not isinstance(node, Table):
            raise self._error(node.place, f"{name} must name a column, not {describe(node)}")
        way = self._way(name, node)
        kind = self._type(name, node, kind)
        entry = node.entries[way]
        if way == "column":
            return self._column(name, node, entry, kind or FactorType.TEXT, check)
        if way == "constant":
            return Constant(self._value(name, entry.value, kind, check))
        if way == "expression":
            return self._expression(name, node, entry, kind or FactorType.NUMBER, check)
        return self._synthesise(name, entry, kind, check)

    def _way(self, name: str, table: Table) -> str:
        ways = [way for way in WAYS if way in table.entries]
        if len(ways) != 1:
            raise self._error(table.place, f"{name} needs exactly one of {', '.join(WAYS)}")
        allowed = (ways[0], *REFINEMENTS[ways[0]])
        for key, entry in table.entries.items():
            if key not in allowed:
                hint = did_you_mean(key, allowed)
                message = f"{name} with {ways[0]!r} takes no {key!r}"
                raise self._error(entry.key_place, f"{message}; {hint}" if hint else message)
        return ways[0]

    def _type(self, name: str, table: Table, known: FactorType | None) -> FactorType | None:
        entry = table.entries.get("type")
        if entry is None:
            return known
        try:
            given = FactorType(self._text(entry.value, "type"))
        except ValueError:
            raise self._error(entry.value.place, f"type must be one of {', '.join(FactorType)}") from None
        if known is not None and given is not known:
            raise self._error(entry.value.place, f"{name} is of type {known}, not {given}")
        return given

    def _column(self, name: str, table: Table, entry: Entry, kind: FactorType, check: Check | None) -> Column:
        if "values" in table.entries and "bands" in table.entries:
            raise self._error(table.place, f"{name} takes values or bands, not both")
        return Column(
            name=self._text(entry.value, "column"),
            place=entry.value.place,
            type=kind,
            required=self._required(table) or name == "external_id",
            values=self._values(name, table, kind, check),
            bands=self._bands(name, table, kind, check),
            otherwise=self._otherwise(name, table, kind, check),
        )

    def _expression(
        self, name: str, table: Table, entry: Entry, kind: FactorType, check: Check | None
    ) -> Expression:
        text = self._text(entry.value, "expression")
        assert isinstance(entry.value, Scalar)
        try:
            arithmetic = parse_expression(text, self._date_format)
        except ExpressionError as error:
            raise self._error(entry.value.inside(error.offset), f"{name}: {error}") from None
        bands = self._bands(name, table, kind, check)
        if bands is None and kind not in (FactorType.NUMBER, FactorType.INTEGER):
            raise self._error(entry.value.place, f"{name} is of type {kind}; an expression gives a number")
        return Expression(
            arithmetic,
            {column: entry.value.inside(offset) for column, offset in arithmetic.columns.items()},
            kind,
            self._required(table),
            bands,
            self._otherwise(name, table, kind, check),
        )

    def _values(
        self, name: str, table: Table, kind: FactorType, check: Check | None
    ) -> dict[str, Value] | None:
        entry = table.entries.get("values")
        if entry is None:
            return None
        return {
            key: self._value(name, item.value, kind, check)
            for key, item in self._entries(entry, f"{name}: values").items()
        }

    def _bands(
        self, name: str, table: Table, kind: FactorType, check: Check | None
    ) -> tuple[tuple[float, Value], ...] | None:
        entry = table.entries.get("bands")
        if entry is None:
            return None
        bands: list[tuple[float, Value]] = []
        for key, item in self._entries(entry, f"{name}: bands").items():
            bands.append((self._number(key, item.key_place), self._value(name, item.value, kind, check)))
        return tuple(sorted(bands, key=lambda band: band[0], reverse=True))

    def _otherwise(self, name: str, table: Table, kind: FactorType, check: Check | None) -> Otherwise | None:
        entry = table.entries.get("else")
        return Otherwise(self._value(name, entry.value, kind, check)) if entry else None

    def _synthesise(self, name: str, entry: Entry, known: FactorType | None, check: Check | None) -> Origin:
        table = entry.value
        if not isinstance(table, Table):
            raise self._error(table.place, f"{name}: synthesise needs {{low, high}}, {{choice}} or {{range}}")
        keys = set(table.entries)
        if keys == {"range"}:
            return self._range(table.entries["range"])
        if keys == {"choice"}:
            kind = known or FactorType.TEXT
            weights = self._entries(table.entries["choice"], f"{name}: choice")
            choice = tuple(
                (self._chosen(name, key, item, kind, check), self._weight(item))
                for key, item in weights.items()
            )
            return Synthesised(table.place, kind, choice=choice)
        kind = known or FactorType.NUMBER
        if keys == {"low", "high"} and kind in (FactorType.NUMBER, FactorType.INTEGER):
            low, high = (self._number_of(table.entries[key].value) for key in ("low", "high"))
            if low > high:
                raise self._error(table.place, f"{name}: low is above high")
            return Synthesised(table.place, kind, low=low, high=high)
        raise self._error(table.place, f"{name}: synthesise needs {{low, high}}, {{choice}} or {{range}}")

    def _range(self, entry: Entry) -> NumberRange:
        first = self._text(entry.value, "range")
        try:
            number = cells.e164(first, "ZZ")
        except CellError as error:
            raise self._error(entry.value.place, f"the range {error}") from None
        free = len(first) - len(first.rstrip("0"))
        last = str(int(number[1:]) + min(10**free, MOST_IN_RANGE) - 1)
        if free == 0 or not phonenumbers.is_valid_number(phonenumbers.parse("+" + last)):
            raise self._error(entry.value.place, "a range must end in zeros, the digits to be filled in")
        return NumberRange(entry.value.place, number)

    def _chosen(self, name: str, key: str, item: Entry, kind: FactorType, check: Check | None) -> Value:
        text = Scalar(item.key_place, key, key, inline=True)
        if check is not None or kind is FactorType.TEXT:
            return self._value(name, text, kind, check)
        try:
            return cells.read_cell(key, kind, None)
        except CellError as error:
            raise self._error(item.key_place, f"{name}: {key!r} {error}") from None

    def _weight(self, item: Entry) -> float:
        weight = self._number_of(item.value)
        if weight <= 0:
            raise self._error(item.value.place, "a weight must be above 0")
        return weight

    def _value(self, name: str, node: Node, kind: FactorType | None, check: Check | None) -> Value:
        """A value that the map itself gives, checked as strictly as one from a file."""
        try:
            value = cells.native(plain(node))
            if kind is not None and not isinstance(value, list):
                value = cells.as_type(kind)(value)
            return check(value) if check is not None else value
        except CellError as error:
            shown = node.text if isinstance(node, Scalar) else describe(node)
            raise self._error(node.place, f"{name}: {shown!r} {error}") from None

    def _entries(self, entry: Entry, what: str) -> dict[str, Entry]:
        if not isinstance(entry.value, Table) or not entry.value.entries:
            raise self._error(entry.value.place, f"{what} must be a mapping, not {describe(entry.value)}")
        return entry.value.entries

    def _required(self, table: Table) -> bool:
        entry = table.entries.get("required")
        if entry is None:
            return False
        if not isinstance(entry.value, Scalar) or not isinstance(entry.value.value, bool):
            raise self._error(entry.value.place, "required must be true or false")
        return entry.value.value

    def _text(self, node: Node, what: str) -> str:
        if not isinstance(node, Scalar) or not node.text:
            raise self._error(node.place, f"{what} must be text")
        return node.text

    def _number_of(self, node: Node) -> float:
        return self._number(self._text(node, "this"), node.place)

    def _number(self, text: str, place: Place) -> float:
        try:
            number = Decimal(text)
        except InvalidOperation:
            raise self._error(place, f"{text!r} is not a number") from None
        if not number.is_finite():
            raise self._error(place, f"{text!r} is not a finite number")
        return float(number)

    def _error(self, place: Place, message: str) -> MapError:
        return MapError(self._file, place, message)
