"""A column map as values: where each field and factor of a customer comes from in a file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.audience.cells import Value
from bot.audience.expressions import Arithmetic
from bot.rules.catalogue import FactorType
from bot.rules.problems import Place


@dataclass(frozen=True, slots=True)
class Otherwise:
    """What a cell becomes that is in no value map and no band; without it such a row is rejected."""

    value: Value


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    place: Place
    type: FactorType
    required: bool = False
    values: Mapping[str, Value] | None = None
    bands: tuple[tuple[float, Value], ...] | None = None  # (from, value), highest first
    otherwise: Otherwise | None = None


@dataclass(frozen=True, slots=True)
class Constant:
    value: Value


@dataclass(frozen=True, slots=True)
class Expression:
    arithmetic: Arithmetic
    places: Mapping[str, Place]
    type: FactorType
    required: bool = False
    bands: tuple[tuple[float, Value], ...] | None = None
    otherwise: Otherwise | None = None


@dataclass(frozen=True, slots=True)
class Synthesised:
    """A made-up value for a rehearsal: a hash of field and customer, the same in every import."""

    place: Place
    type: FactorType
    low: float = 0
    high: float = 0
    choice: tuple[tuple[Value, float], ...] = ()  # (value, weight)

    def value(self, field_name: str, external_id: str) -> Value:
        digest = hashlib.md5(f"{field_name}:{external_id}".encode(), usedforsecurity=False).hexdigest()
        share = int(digest[:13], 16) / 16**13
        if self.choice:
            return self._chosen(share)
        if self.type is FactorType.INTEGER:
            return int(self.low + share * (self.high - self.low + 1))
        return round(self.low + share * (self.high - self.low), 2)

    def _chosen(self, share: float) -> Value:
        left = share * sum(weight for _, weight in self.choice)
        for value, weight in self.choice:
            left -= weight
            if left < 0:
                return value
        return self.choice[-1][0]


@dataclass(frozen=True, slots=True)
class NumberRange:
    """Made-up numbers: those that share `first` up to its trailing zeros."""

    place: Place
    first: str


Origin = Column | Constant | Expression | Synthesised | NumberRange


@dataclass(frozen=True, slots=True)
class MarkWords:
    """A column whose cells hold words, each of them a list that the customer is on."""

    column: Column
    meanings: Mapping[str, str]  # the mark that a word stands for


@dataclass(frozen=True, slots=True)
class MarkColumns:
    """Which named lists the file puts its customers on.

    `source` is whose word that is, else the file's name; `lift_missing`: the same source's word is taken back where the
    file no longer says so of a customer whom it has.
    """

    flags: Mapping[str, Origin]  # by mark
    words: MarkWords | None
    source: str | None
    lift_missing: bool

    @property
    def told(self) -> tuple[str, ...]:
        """All marks of which the file can tell."""
        of_words = self.words.meanings.values() if self.words else ()
        return tuple(dict.fromkeys((*self.flags, *of_words)))

    def origins(self) -> Iterator[Origin]:
        yield from self.flags.values()
        if self.words is not None:
            yield self.words.column


@dataclass(frozen=True, slots=True)
class ColumnMap:
    name: str
    file: str  # as errors name it
    fields: Mapping[str, Origin]
    factors: Mapping[str, Origin]
    cause: Origin | None = None
    score: Origin | None = None
    marks: MarkColumns | None = None
    consent_evidence: str | None = None
    encoding: str = "utf-8"
    delimiter: str = ","
    nulls: frozenset[str] = frozenset({""})
    date_format: str | None = None
    default_region: str | None = None

    def origins(self) -> Iterator[Origin]:
        yield from self.fields.values()
        yield from self.factors.values()
        yield from (origin for origin in (self.cause, self.score) if origin is not None)
        if self.marks is not None:
            yield from self.marks.origins()

    def columns(self) -> dict[str, Place]:
        """Every column that the map reads, with the first place that names it."""
        named: dict[str, Place] = {}
        for origin in self.origins():
            if isinstance(origin, Column):
                named.setdefault(origin.name, origin.place)
            elif isinstance(origin, Expression):
                for name, place in origin.places.items():
                    named.setdefault(name, place)
        return named

    def synthesised_at(self) -> Place | None:
        """Where the map first makes something up, if it does."""
        places = [origin.place for origin in self.origins() if isinstance(origin, Synthesised | NumberRange)]
        return min(places, default=None)

    def column_of(self, field_name: str) -> str:
        """How the file calls a field: the column, or the field's own name where no column holds it."""
        origin = self.fields.get(field_name)
        return origin.name if isinstance(origin, Column) else field_name
