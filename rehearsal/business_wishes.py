"""Which business events a scenario wants told: some by name, others at a rate for each persona."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from rehearsal.moments import BadMoment, read_moment
from rehearsal.numbers import is_e164
from rehearsal.personas import PERSONA_BY_NAME

EVERYBODY = "*"

Rates = Mapping[str, Mapping[str, float]]  # persona, or "*" -> event type -> events a person and day
Details = Mapping[str, Any]

_TYPE = re.compile(r"[a-z][a-z0-9_]{1,39}")


class BadBusiness(ValueError):
    """Business events that cannot be told; the message names the field."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One event that a scenario wants told, at its own time."""

    type: str
    msisdn: str
    at: datetime | None = None  # None: at once
    amount: float | None = None
    details: Details = field(default_factory=dict)


def parse_wanted(rows: object) -> list[Wanted]:
    return [_wanted(row, f"events[{index}]") for index, row in enumerate(_list(rows, "events"))]


def _wanted(row: object, place: str) -> Wanted:
    if not isinstance(row, Mapping):
        raise BadBusiness(f"{place}: is not an object")
    msisdn, amount = row.get("msisdn"), row.get("amount")
    if not isinstance(msisdn, str) or not is_e164(msisdn):
        raise BadBusiness(f"{place}.msisdn: {msisdn!r} is not a number in E.164")
    if amount is not None and (isinstance(amount, bool) or not isinstance(amount, int | float)):
        raise BadBusiness(f"{place}.amount: {amount!r} is not a number")
    try:
        at = None if row.get("at") is None else read_moment(f"{place}.at", row["at"])
    except BadMoment as error:
        raise BadBusiness(str(error)) from None
    details = _details(row.get("details", {}), f"{place}.details")
    return Wanted(_type(row.get("type"), f"{place}.type"), msisdn, at, amount, details)


def parse_rates(rates: object) -> Rates:
    if not isinstance(rates, Mapping):
        raise BadBusiness("rates: is not an object")
    return {_persona(persona): _by_type(by_type, f"rates.{persona}") for persona, by_type in rates.items()}


def read_rates(text: str) -> Rates:
    """The form of the command line: `angry.complaint=0.05,*.contacted_care=0.003`."""
    rates: dict[str, dict[str, float]] = {}
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        name, _, value = part.partition("=")
        persona, _, kind = name.strip().partition(".")
        try:
            rates.setdefault(persona, {})[kind] = float(value)
        except ValueError:
            raise BadBusiness(f"{name}: {value!r} is not a number") from None
    return parse_rates(rates)


def parse_details(details: object) -> Mapping[str, Sequence[Details]]:
    if not isinstance(details, Mapping):
        raise BadBusiness("details: is not an object")
    return {
        _type(kind, "details"): [
            _details(one, f"details.{kind}") for one in _list(choices, f"details.{kind}")
        ]
        for kind, choices in details.items()
    }


def _by_type(by_type: object, place: str) -> Mapping[str, float]:
    if not isinstance(by_type, Mapping):
        raise BadBusiness(f"{place}: is not an object")
    return {_type(kind, place): _rate(rate, f"{place}.{kind}") for kind, rate in by_type.items()}


def _persona(name: object) -> str:
    if name != EVERYBODY and name not in PERSONA_BY_NAME:
        raise BadBusiness(
            f"rates: unknown persona {name!r}; known are {EVERYBODY}, {', '.join(PERSONA_BY_NAME)}"
        )
    return str(name)


def _type(kind: object, place: str) -> str:
    if not isinstance(kind, str) or not _TYPE.fullmatch(kind):
        raise BadBusiness(f"{place}: {kind!r} is no type of event, such as complaint or port_out")
    return kind


def _rate(rate: object, place: str) -> float:
    if isinstance(rate, bool) or not isinstance(rate, int | float) or not 0 <= rate <= 10:
        raise BadBusiness(f"{place}: {rate!r} is not a number of events a day from 0 to 10")
    return float(rate)


def _details(details: object, place: str) -> Details:
    if not isinstance(details, Mapping):
        raise BadBusiness(f"{place}: is not an object")
    return details


def _list(rows: object, place: str) -> Sequence[object]:
    if not isinstance(rows, list):
        raise BadBusiness(f"{place}: is not a list")
    return rows
