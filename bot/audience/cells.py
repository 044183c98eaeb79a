"""One cell of a file as a typed value, or the reason why it is none."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from math import isfinite
from typing import TypeGuard
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import phonenumbers

from bot.audience.errors import CellError
from bot.domain.consents import CONSENTS
from bot.rules.catalogue import FactorType

Value = str | int | float | bool | list[str] | None
Check = Callable[[Value], Value]

LONGEST = 1_000
LONGEST_KEY = 200
MOST = 10**15  # either way: beyond, a few such numbers multiplied are more than a database calculates with
TIERS = ("high", "mid", "ordinary")
STATUSES = ("active", "left")

_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?\Z")
_WHOLE = re.compile(r"[+-]?[0-9]{1,18}(\.0*)?\Z")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*\Z")
_SEPARATORS = re.compile(r"[\s,;|]+")
_BETWEEN_WORDS = re.compile(r"[\s,;|、，；]+")
_FLAGS = {
    **dict.fromkeys(("true", "yes", "y", "t", "1", "1.0", "是"), True),
    **dict.fromkeys(("false", "no", "n", "f", "0", "0.0", "否"), False),
}


def read_cell(text: str, kind: FactorType, date_format: str | None) -> Value:
    """Raises CellError; `text` is stripped and not one of the file's words for "nothing"."""
    if len(text) > LONGEST:
        raise CellError(f"is longer than {LONGEST} characters")
    if kind is FactorType.TEXT:
        return text
    if kind is FactorType.DATE:
        return read_date(text, date_format).isoformat()
    return _READERS[kind](text)


def read_number(text: str) -> int | float:
    if not _NUMBER.match(text):
        raise CellError("is not a number")
    return within_bounds(int(text) if _WHOLE.match(text) and "." not in text else float(text))


def within_bounds(value: int | float) -> int | float:
    """Raises CellError: one such value would keep whole audiences from being found."""
    if isinstance(value, float) and not isfinite(value):
        raise CellError("is not a finite number")
    if abs(value) > MOST:
        raise CellError(f"is not between -{MOST} and {MOST}")
    return value


def read_date(text: str, date_format: str | None) -> date:
    try:
        if date_format is None:
            return date.fromisoformat(text[:10])
        return datetime.strptime(text, date_format).replace(tzinfo=UTC).date()
    except ValueError:
        raise CellError(f"is not a date ({date_format or 'YYYY-MM-DD'})") from None


def _integer(text: str) -> int:
    if not _WHOLE.match(text):
        raise CellError("is not a whole number")
    return int(text.partition(".")[0])


def _flag(text: str) -> bool:
    try:
        return _FLAGS[text.lower()]
    except KeyError:
        raise CellError("is neither yes nor no") from None


def _datetime(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise CellError("is not a date and time (ISO 8601)") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).isoformat()


_READERS: dict[FactorType, Callable[[str], Value]] = {
    FactorType.NUMBER: read_number,
    FactorType.INTEGER: _integer,
    FactorType.FLAG: _flag,
    FactorType.DATETIME: _datetime,
}


def e164(text: str, region: str) -> str:
    """Raises CellError unless it is a number that its country's numbering plan knows."""
    digits = text.removesuffix(".0")  # a column of numbers that a spreadsheet took for amounts
    try:
        number = phonenumbers.parse(digits, region)
    except phonenumbers.NumberParseException:
        raise CellError("is not a telephone number") from None
    if not phonenumbers.is_valid_number(number):
        raise CellError("is not a valid telephone number")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def as_type(kind: FactorType) -> Check:
    """A check for values that a map writes itself: they must be what the factor is."""

    def check(value: Value) -> Value:
        if value is not None and not _FITS[kind](value):
            raise CellError(f"is not of type {kind}")
        return within_bounds(value) if kind is FactorType.NUMBER and _is_number(value) else value

    return check


def _is_number(value: Value) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


_FITS: dict[FactorType, Callable[[Value], bool]] = {
    FactorType.TEXT: lambda value: isinstance(value, str),
    FactorType.NUMBER: _is_number,
    FactorType.INTEGER: lambda value: _is_number(value) and value == int(value),
    FactorType.FLAG: lambda value: isinstance(value, bool),
    FactorType.DATE: lambda value: isinstance(value, str),
    FactorType.DATETIME: lambda value: isinstance(value, str),
}


def native(value: object) -> Value:
    """A value written in YAML, as it is kept in JSON."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, list):
        return [str(item) for item in value]
    if value is None or isinstance(value, str | int | bool):
        return value
    raise CellError("must be one value or a list")


def key(value: Value) -> Value:
    """A customer's id stands in an index, which has no room for more."""
    if value is not None and len(str(value)) > LONGEST_KEY:
        raise CellError(f"is longer than {LONGEST_KEY} characters")
    return value


def language(value: Value) -> Value:
    if value is not None and not _LANGUAGE.match(str(value)):
        raise CellError("is not a language code such as zh or en")
    return value


def time_zone(value: Value) -> Value:
    if value is not None and not _known_zone(str(value)):
        raise CellError("is not a known time zone such as Asia/Shanghai")
    return value


@lru_cache(maxsize=2048)
def _known_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def one_of(choices: tuple[str, ...]) -> Check:
    def check(value: Value) -> Value:
        if value is not None and value not in choices:
            raise CellError(f"is none of {', '.join(choices)}")
        return value

    return check


def split_words(text: str) -> list[str]:
    """Those of one cell, between blanks, commas, semicolons and bars of either script."""
    return [word for word in _BETWEEN_WORDS.split(text) if word]


def consents(value: Value) -> Value:
    """Those of `bot.domain.consents`, from a list or from text separated by commas, blanks or semicolons."""
    if value is None:
        return []
    pairs = value if isinstance(value, list) else [pair for pair in _SEPARATORS.split(str(value)) if pair]
    for pair in pairs:
        if pair not in CONSENTS:
            raise CellError(f"is no consent; known are {', '.join(CONSENTS)}")
    return sorted(set(pairs))
