"""The factor catalogue: which facts about a customer exist, of which type, and what they are called."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from bot.rules.problems import Place, Problem, Problems, did_you_mean
from bot.rules.yaml_source import Entry, Scalar, Table, Value, describe, read_yaml

BAD_FACTOR = "KL010"

_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}\Z")
_FIELDS = ("type", "title", "unit", "longest")


class FactorType(StrEnum):
    NUMBER = "number"
    INTEGER = "integer"
    TEXT = "text"
    FLAG = "flag"
    DATE = "date"
    DATETIME = "datetime"


@dataclass(frozen=True, slots=True)
class Factor:
    name: str
    type: FactorType
    title: Mapping[str, str] = field(default_factory=dict)
    unit: str | None = None
    longest: str | None = None  # the longest value worth counting SMS segments with


class CatalogueError(ValueError):
    """The catalogue file cannot be used; its message names every place."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class FactorCatalogue:
    factors: Mapping[str, Factor]

    def __contains__(self, name: object) -> bool:
        return name in self.factors

    def __iter__(self) -> Iterator[Factor]:
        return iter(self.factors.values())

    def __getitem__(self, name: str) -> Factor:
        return self.factors[name]

    def get(self, name: str) -> Factor | None:
        return self.factors.get(name)

    def suggest(self, name: str) -> str:
        return did_you_mean(name, self.factors)


def load_catalogue(path: Path) -> FactorCatalogue:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CatalogueError([Problem(str(path), 1, 1, BAD_FACTOR, f"cannot be read: {error}")]) from error
    return parse_catalogue(text, str(path))


def parse_catalogue(text: str, file: str = "factors.yaml") -> FactorCatalogue:
    problems = Problems(file)
    document = read_yaml(text, problems)
    factors: dict[str, Factor] = {}
    if isinstance(document, Table):
        for name, entry in document.entries.items():
            factor = _factor(name, entry, problems)
            if factor is not None:
                factors[name] = factor
    elif document is not None:
        problems.add(document.place, BAD_FACTOR, f"expected factor names, found {describe(document)}")
    if problems.found:
        raise CatalogueError(problems.in_order())
    return FactorCatalogue(factors)


def _factor(name: str, entry: Entry, problems: Problems) -> Factor | None:
    if not _NAME.match(name):
        problems.add(entry.key_place, BAD_FACTOR, f"{name!r} is no factor name", "use a-z, 0-9 and _")
        return None
    if not isinstance(entry.value, Table):
        problems.add(entry.value.place, BAD_FACTOR, f"{name} needs a type, found {describe(entry.value)}")
        return None
    fields = entry.value.entries
    for unknown in fields.keys() - set(_FIELDS):
        hint = did_you_mean(unknown, _FIELDS)
        problems.add(fields[unknown].key_place, BAD_FACTOR, f"unknown field {unknown!r}", hint)
    kind = _type(name, entry.value.place, fields.get("type"), problems)
    if kind is None:
        return None
    title = _titles(fields["title"].value, problems) if "title" in fields else {}
    return Factor(name, kind, title, _optional(fields.get("unit")), _optional(fields.get("longest")))


def _type(name: str, place: Place, entry: Entry | None, problems: Problems) -> FactorType | None:
    if entry is None or not isinstance(entry.value, Scalar):
        problems.add(place, BAD_FACTOR, f"{name} has no type", f"one of {', '.join(FactorType)}")
        return None
    try:
        return FactorType(entry.value.text)
    except ValueError:
        hint = did_you_mean(entry.value.text, FactorType) or f"one of {', '.join(FactorType)}"
        problems.add(entry.value.place, BAD_FACTOR, f"unknown type {entry.value.text!r}", hint)
        return None


def _titles(value: Value, problems: Problems) -> dict[str, str]:
    if not isinstance(value, Table):
        problems.add(value.place, BAD_FACTOR, "a title is given per language", "title: {en: ..., zh: ...}")
        return {}
    return {
        language: entry.value.text
        for language, entry in value.entries.items()
        if isinstance(entry.value, Scalar)
    }


def _optional(entry: Entry | None) -> str | None:
    return entry.value.text if entry is not None and isinstance(entry.value, Scalar) else None
