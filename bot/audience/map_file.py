"""Reads a column map from YAML; whatever is wrong with it is said with file, line and column."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import phonenumbers

from bot.audience import cells
from bot.audience.cells import Check, Value
from bot.audience.column_map import Column, ColumnMap, NumberRange, Origin
from bot.audience.errors import MapError
from bot.audience.map_marks import read_marks
from bot.audience.map_origins import OriginReader
from bot.rules.catalogue import FactorCatalogue, FactorType
from bot.rules.problems import Place, Problems, did_you_mean
from bot.rules.yaml_source import Scalar, Series, Table, describe, read_yaml
from bot.rules.yaml_source import Value as Node

SECTIONS = ("map", "file", "customer", "consent_evidence", "factors", "marks", "risk_list")
FILE_KEYS = ("encoding", "delimiter", "nulls", "dates", "region")
ENCODINGS = ("utf-8", "utf-8-sig", "gb18030")


@dataclass(frozen=True, slots=True)
class Target:
    """What a field of a customer takes."""

    type: FactorType
    check: Check


def _any(value: Value) -> Value:
    return value


_TEXT = partial(Target, FactorType.TEXT)
FIELDS: dict[str, Target] = {
    "external_id": _TEXT(cells.key),
    "msisdn": _TEXT(_any),  # read by its own rules: the number's region counts
    "name": _TEXT(_any),
    "language": _TEXT(cells.language),
    "time_zone": _TEXT(cells.time_zone),
    "region": _TEXT(_any),
    "tier": _TEXT(cells.one_of(cells.TIERS)),
    "status": _TEXT(cells.one_of(cells.STATUSES)),
    "consents": _TEXT(cells.consents),
    "complaint_open": Target(FactorType.FLAG, _any),
    "owner": _TEXT(_any),
}
CAUSE = _TEXT(_any)
SCORE = Target(FactorType.NUMBER, _any)
NEEDED = ("external_id", "msisdn")


def load_map(path: Path, catalogue: FactorCatalogue | None = None) -> ColumnMap:
    """Raises MapError. With a catalogue, factors must be in it and have its types."""
    shown = str(path)
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise MapError(shown, Place(), "there is no such map file") from None
    except (OSError, UnicodeDecodeError) as error:
        raise MapError(shown, Place(), f"the map cannot be read: {error}") from None
    return parse_map(text, shown, catalogue, name=path.stem)


def parse_map(
    text: str, file: str, catalogue: FactorCatalogue | None = None, *, name: str = "map"
) -> ColumnMap:
    problems = Problems(file)
    document = read_yaml(text, problems)
    if problems.found or document is None:
        first = problems.in_order()[0]
        raise MapError(file, Place(first.line, first.col), first.message)
    return _MapReader(file, catalogue).read(document, name)


class _MapReader:
    def __init__(self, file: str, catalogue: FactorCatalogue | None) -> None:
        self._file = file
        self._catalogue = catalogue

    def read(self, document: Node, default_name: str) -> ColumnMap:
        top = self._table(document, "a column map", SECTIONS)
        options = self._options(top)
        origins = OriginReader(self._file, options.date_format)
        customer = self._section(top, "customer", tuple(FIELDS), document.place)
        fields = {
            name: origins.read(name, entry.value, FIELDS[name].type, FIELDS[name].check)
            for name, entry in customer.entries.items()
        }
        self._check_fields(customer, fields)
        risk = self._section(top, "risk_list", ("cause", "score"))
        return ColumnMap(
            name=self._text(top, "map") or default_name,
            file=self._file,
            fields=fields,
            factors=self._factors(top, origins),
            cause=_optional(origins, risk, "cause", CAUSE),
            score=_optional(origins, risk, "score", SCORE),
            marks=read_marks(self._file, origins, top.entries.get("marks")),
            consent_evidence=self._evidence(top, customer),
            encoding=options.encoding,
            delimiter=options.delimiter,
            nulls=options.nulls,
            date_format=options.date_format,
            default_region=options.region,
        )

    def _options(self, top: Table) -> _Options:
        section = self._section(top, "file", FILE_KEYS)
        encoding = self._text(section, "encoding") or "utf-8"
        if _codec(encoding) not in map(_codec, ENCODINGS):
            place = section.entries["encoding"].value.place
            raise self._error(place, f"encoding must be one of {', '.join(ENCODINGS)}")
        delimiter = self._text(section, "delimiter") or ","
        if len(delimiter) != 1 or delimiter in '"\r\n':
            raise self._error(section.entries["delimiter"].value.place, "delimiter must be one character")
        region = self._text(section, "region")
        if region is not None and region not in phonenumbers.SUPPORTED_REGIONS:
            raise self._error(
                section.entries["region"].value.place, f"{region!r} is no country such as CN or US"
            )
        return _Options(encoding, delimiter, self._nulls(section), self._text(section, "dates"), region)

    def _nulls(self, section: Table) -> frozenset[str]:
        entry = section.entries.get("nulls")
        if entry is None:
            return frozenset({""})
        if not isinstance(entry.value, Series) or not all(isinstance(i, Scalar) for i in entry.value.items):
            raise self._error(entry.value.place, 'nulls must be a list of texts, such as ["", "NA"]')
        return frozenset({""} | {item.text for item in entry.value.items if isinstance(item, Scalar)})

    def _check_fields(self, customer: Table, fields: dict[str, Origin]) -> None:
        for name in NEEDED:
            if name not in fields:
                raise self._error(customer.place, f"customer.{name} is missing")
        for name, entry in customer.entries.items():
            if isinstance(fields[name], NumberRange) and name != "msisdn":
                raise self._error(entry.value.place, f"a range of numbers makes no {name}")
        key = fields["external_id"]
        if not isinstance(key, Column) or key.values or key.bands:
            place = customer.entries["external_id"].value.place
            raise self._error(place, "customer.external_id must be a column as it stands")
        if not isinstance(fields["msisdn"], Column | NumberRange):
            place = customer.entries["msisdn"].value.place
            raise self._error(place, "customer.msisdn must be a column or a synthesised range")

    def _factors(self, top: Table, origins: OriginReader) -> dict[str, Origin]:
        section = self._section(top, "factors", None)
        found: dict[str, Origin] = {}
        for name, entry in section.entries.items():
            if name in FIELDS:
                raise self._error(entry.key_place, f"{name!r} is a field of the customer, not a factor")
            kind: FactorType | None = None
            if self._catalogue is not None:
                factor = self._catalogue.get(name)
                if factor is None:
                    unknown = f"factor {name!r} is not in the catalogue"
                    raise self._error(entry.key_place, _with_hint(unknown, name, self._known()))
                kind = factor.type
            found[name] = origins.read(name, entry.value, kind, None)
        return found

    def _known(self) -> list[str]:
        return [factor.name for factor in self._catalogue] if self._catalogue is not None else []

    def _evidence(self, top: Table, customer: Table) -> str | None:
        evidence = self._text(top, "consent_evidence")
        if "consents" in customer.entries and not evidence:
            raise self._error(
                customer.entries["consents"].key_place,
                "consents need 'consent_evidence': where and when these customers agreed",
            )
        return evidence

    def _section(
        self, top: Table, name: str, allowed: tuple[str, ...] | None, needed_at: Place | None = None
    ) -> Table:
        entry = top.entries.get(name)
        if entry is None:
            if needed_at is not None:
                raise self._error(needed_at, f"the section {name!r} is missing")
            return Table(top.place, {})
        return self._table(entry.value, f"the section {name!r}", allowed)

    def _table(self, node: Node, what: str, allowed: tuple[str, ...] | None) -> Table:
        if not isinstance(node, Table):
            raise self._error(node.place, f"{what} must be a mapping, not {describe(node)}")
        for name, entry in node.entries.items():
            if allowed is not None and name not in allowed:
                raise self._error(entry.key_place, _with_hint(f"{what} has no {name!r}", name, allowed))
        return node

    def _text(self, table: Table, name: str) -> str | None:
        entry = table.entries.get(name)
        if entry is None:
            return None
        if not isinstance(entry.value, Scalar) or not entry.value.text:
            raise self._error(entry.value.place, f"{name} must be text")
        return entry.value.text

    def _error(self, place: Place, message: str) -> MapError:
        return MapError(self._file, place, message)


@dataclass(frozen=True, slots=True)
class _Options:
    encoding: str
    delimiter: str
    nulls: frozenset[str]
    date_format: str | None
    region: str | None


def _optional(origins: OriginReader, section: Table, name: str, target: Target) -> Origin | None:
    entry = section.entries.get(name)
    return origins.read(name, entry.value, target.type, target.check) if entry else None


def _codec(encoding: str) -> str:
    try:
        return codecs.lookup(encoding).name
    except LookupError:
        return ""


def _with_hint(message: str, name: str, known: tuple[str, ...] | list[str]) -> str:
    hint = did_you_mean(name, known)
    return f"{message}; {hint}" if hint else message
