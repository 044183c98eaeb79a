"""How values are written and spoken in the customer's language: money, days, dates, numbers, masked text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Literal

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_timedelta
from babel.numbers import format_decimal, get_currency_name, get_currency_symbol

DEFAULT_CURRENCY = "CNY"
_CENT = Decimal("0.01")
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)


class Unfit(ValueError):
    """The value cannot be written in this format."""


@dataclass(frozen=True, slots=True)
class Manner:
    language: str
    currency: str = DEFAULT_CURRENCY
    spoken: bool = False

    @property
    def locale(self) -> Locale:
        return _locale(self.language)


Format = Callable[[object, Manner], str]


def write(value: object, name: str | None, manner: Manner) -> str:
    """In the named format, or in the one that suits the value's type."""
    return FORMATS[name or _natural(value)](value, manner)


@lru_cache(maxsize=64)
def _locale(language: str) -> Locale:
    try:
        return Locale.parse(language.replace("-", "_"))
    except (ValueError, UnknownLocaleError):
        return Locale("en")


def _natural(value: object) -> str:
    if isinstance(value, timedelta):
        return "days"
    if isinstance(value, date):
        return "date"
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return "number"
    return "text"


def _text(value: object, manner: Manner) -> str:
    del manner
    return str(value)


def _decimal(value: object) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        raise Unfit("is no number")
    try:
        number = Decimal(str(value))
    except InvalidOperation as error:
        raise Unfit("is no number") from error
    if not number.is_finite():
        raise Unfit("is no number")
    return number


def _number(value: object, manner: Manner) -> str:
    return _tidy(format_decimal(_decimal(value), locale=manner.locale))


def _money(value: object, manner: Manner) -> str:
    """Whole amounts without cents: 50元, ¥50 or $8.60; said aloud as words ("50 US dollars")."""
    amount = _decimal(value).quantize(_CENT)
    pattern = "#,##0" if amount == amount.to_integral_value() else "#,##0.00"
    number = _grouped(abs(amount), pattern, manner.locale)
    sign = "-" if amount < 0 else ""
    if manner.locale.language == "zh":
        unit = "元" if manner.currency == "CNY" else get_currency_name(manner.currency, locale=manner.locale)
        return f"{sign}{number}{unit}"
    if manner.spoken:
        return f"{sign}{number} {get_currency_name(manner.currency, count=amount, locale=manner.locale)}"
    return f"{sign}{_symbol(manner)}{number}"


@lru_cache(maxsize=4096)
def _grouped(amount: Decimal, pattern: str, locale: Locale) -> str:
    """Kept, because a campaign's amounts are the same for thousands of texts, and Babel is slow at them."""
    return _tidy(format_decimal(amount, format=pattern, locale=locale))


def _symbol(manner: Manner) -> str:
    """The short sign (¥, not CN¥): a customer knows which country they live in."""
    if manner.currency == "CNY":
        return "¥"
    symbol = get_currency_symbol(manner.currency, locale=manner.locale)
    return f"{symbol} " if symbol.isalpha() else symbol


def _days(value: object, manner: Manner) -> str:
    """A duration, or a number of days: 7天, 7 days; hours below one day."""
    span = value if isinstance(value, timedelta) else timedelta(days=float(_decimal(value)))
    if span % _DAY and span < 3 * _DAY:
        return _in_units(max(1, round(span / _HOUR)) * _HOUR, "hour", manner)
    return _in_units(round(span / _DAY) * _DAY, "day", manner)


def _in_units(span: timedelta, unit: Literal["hour", "day"], manner: Manner) -> str:
    """7 days, never "1 week": the threshold keeps Babel from choosing a larger unit."""
    return _span(span, unit, manner.locale)


@lru_cache(maxsize=1024)
def _span(span: timedelta, unit: Literal["hour", "day"], locale: Locale) -> str:
    text = _tidy(format_timedelta(span, granularity=unit, threshold=10**6, locale=locale))
    return text.replace(" ", "") if locale.language == "zh" else text


def _date(value: object, manner: Manner) -> str:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError as error:
            raise Unfit("is no date") from error
    if not isinstance(value, date):
        raise Unfit("is no date")
    return _tidy(format_date(value, format="long" if manner.spoken else "medium", locale=manner.locale))


def _masked(value: object, manner: Manner) -> str:
    """138****1234 for numbers; a name keeps its first letter."""
    del manner
    text = str(value)
    if len(text) >= 8:
        return f"{text[:-8]}****{text[-4:]}" if len(text) >= 11 else f"{text[:2]}****{text[-2:]}"
    return f"{text[:1]}{'*' * max(1, len(text) - 1)}"


def _tidy(text: str) -> str:
    """Narrow and no-break spaces would turn a whole SMS into UCS-2, at twice the price."""
    return text.replace("\u202f", " ").replace("\u00a0", " ")


FORMATS: dict[str, Format] = {
    "text": _text,
    "money": _money,
    "days": _days,
    "date": _date,
    "number": _number,
    "masked": _masked,
}
