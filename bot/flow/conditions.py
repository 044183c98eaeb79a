"""Reads a condition of a flow file; its names and types are checked later, against the catalogue."""

from __future__ import annotations

from bot.flow.fields import Fields
from bot.rules.parse import Condition, ConditionError, Origin, parse
from bot.rules.yaml_source import Scalar, Value


def read_condition(value: Value, fields: Fields) -> Condition | None:
    if not isinstance(value, Scalar):
        fields.wrong(value, "a condition is one line of text", "balance < 10 and tier in ('high', 'mid')")
        return None
    origin = Origin(fields.problems.file, value.place.line, value.place.col, value.inline)
    try:
        return parse(value.text, None, origin=origin)
    except ConditionError as error:
        fields.problems.found.extend(error.problems)
        return None
