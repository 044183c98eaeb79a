"""The values that `set`, `emit` and `flow` write: as given, copied from a fact, or counted up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from bot.flow.fields import WRONG_VALUE, Fields
from bot.flow.moment import Moment
from bot.flow.state import Plain
from bot.rules.problems import Place
from bot.rules.yaml_source import Entry, Scalar, Table

LONGEST = 500  # letters of one value: a run is stored with each of its steps


@dataclass(frozen=True, slots=True)
class Given:
    value: Plain

    def of(self, moment: Moment, name: str) -> Plain | None:
        del moment, name
        return self.value


@dataclass(frozen=True, slots=True)
class Copied:
    """From a factor, a column, the offer or the run itself (`run.x`)."""

    source: str
    place: Place

    def of(self, moment: Moment, name: str) -> Plain | None:
        del name
        return plain(moment.row().get(self.source))


@dataclass(frozen=True, slots=True)
class Added:
    amount: int

    def of(self, moment: Moment, name: str) -> Plain | None:
        before = moment.state.facts.get(name, 0)
        return (before if isinstance(before, int | float) else 0) + self.amount


Setting = Given | Copied | Added
Settings = Mapping[str, Setting]


def plain(value: object) -> Plain | None:
    """As JSON can keep it; None for what is missing."""
    match value:
        case bool() | int() | None:
            return value
        case str():
            return value[:LONGEST]
        case Decimal() | float():
            number = float(value)
            return int(number) if number.is_integer() else number
        case date():
            return value.isoformat()
        case _:
            return str(value)[:LONGEST]


def values_of(settings: Settings, moment: Moment) -> dict[str, Plain]:
    """What is missing is left out."""
    found = {name: setting.of(moment, name) for name, setting in settings.items()}
    return {name: value for name, value in found.items() if value is not None}


def read_settings(fields: Fields, *, counting: bool = False) -> dict[str, Setting]:
    settings: dict[str, Setting] = {}
    for name, entry in fields.items():
        if not name.isidentifier() or not name.isascii():
            fields.problems.add(entry.key_place, WRONG_VALUE, f"{name!r} is no name", "use a-z, 0-9 and _")
            continue
        setting = _setting(entry, fields, counting=counting)
        if setting is not None:
            settings[name] = setting
    return settings


def _setting(entry: Entry, fields: Fields, *, counting: bool) -> Setting | None:
    value = entry.value
    if isinstance(value, Scalar) and value.value is not None:
        given = plain(value.value)
        return Given(given) if given is not None else None
    if isinstance(value, Table) and len(value.entries) == 1:
        word, inside = next(iter(value.entries.items()))
        if isinstance(inside.value, Scalar):
            if word == "from" and inside.value.text:
                return Copied(inside.value.text, inside.value.place)
            if word == "add" and counting and type(inside.value.value) is int:
                return Added(inside.value.value)
    fields.wrong(value, "a value is a number, a word, true or false, or", "{from: balance}")
    return None
