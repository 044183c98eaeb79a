"""Reads the offer of a flow file; a term that cannot be read is remembered by its name."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal

from bot.flow.fields import WRONG_VALUE, read_duration
from bot.flow.model import Offer
from bot.rules.problems import Problems
from bot.rules.yaml_source import Scalar, Table, Value, describe

_TERM_TYPES: Mapping[str, tuple[type, str]] = {
    "min_recharge": (Decimal, "an amount"),
    "bonus": (Decimal, "an amount"),
    "within": (timedelta, "a duration such as 7d"),
    "currency": (str, "a currency code such as CNY"),
}


def read_own_offer(document: Table, problems: Problems) -> Offer:
    entry = document.entries.get("offer")
    if entry is None:
        return Offer()
    if not isinstance(entry.value, Table):
        problems.add(entry.value.place, WRONG_VALUE, f"offer: needs a mapping, found {describe(entry.value)}")
        return Offer(unread=None)
    terms: dict[str, Decimal | timedelta | str] = {}
    for name, term in entry.value.entries.items():
        value = _term(term.value)
        wanted, what = _TERM_TYPES.get(name, (object, ""))
        if value is None:
            problems.add(term.value.place, WRONG_VALUE, f"offer.{name} is neither amount, duration nor word")
        elif not isinstance(value, wanted):
            problems.add(term.value.place, WRONG_VALUE, f"offer.{name} needs {what}")
        else:
            terms[name] = value
    return Offer(terms, frozenset(entry.value.entries) - terms.keys())


def _term(value: Value) -> Decimal | timedelta | str | None:
    if not isinstance(value, Scalar) or value.value is None or isinstance(value.value, bool):
        return None
    if isinstance(value.value, int | Decimal):
        return Decimal(value.value)
    return read_duration(value.text) or value.text or None
