"""The price table of the carrier, read from its file with the place of every mistake."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from pathlib import Path

from bot.config import ROOT
from bot.domain.attempts import Channel
from bot.domain.spend import ANYWHERE, Prices
from bot.rules.problems import Place, Problem, Problems, did_you_mean
from bot.rules.yaml_source import Entry, Scalar, Table, read_yaml

SHIPPED = ROOT / "flows" / "prices" / "default.yaml"

UNFIT = "KL411"

_PREFIX = re.compile(r"\+(?:[1-9][0-9]{0,13})?")
_CURRENCY = re.compile(r"[A-Z]{3}")
_FIELDS = ("example", "currency", *(channel.value for channel in Channel))


class PriceError(ValueError):
    """The file cannot be used; `problems` names every place, and so does the message."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


@lru_cache(maxsize=8)
def load_prices(path: Path = SHIPPED) -> Prices:
    """Read once a process. Raises PriceError."""
    problems = Problems(str(path))
    try:
        document = read_yaml(path.read_text(encoding="utf-8"), problems)
    except (OSError, UnicodeDecodeError) as error:
        problems.add(Place(), UNFIT, f"cannot be read: {error}")
        document = None
    prices = None
    if isinstance(document, Table):
        prices = _prices(document, problems)
    elif document is not None:
        problems.add(document.place, UNFIT, "a price table is a mapping")
    if prices is None or problems.found:
        raise PriceError(problems.in_order())
    return prices


def _prices(table: Table, problems: Problems) -> Prices:
    for name, entry in table.entries.items():
        if name not in _FIELDS:
            hint = did_you_mean(name, _FIELDS) or f"known are {', '.join(_FIELDS)}"
            problems.add(entry.key_place, UNFIT, f"there is no field {name!r}", hint)
    return Prices(
        currency=_currency(table, problems),
        by_prefix={channel: _of_channel(channel, table, problems) for channel in Channel},
        example=_example(table, problems),
    )


def _currency(table: Table, problems: Problems) -> str:
    entry = table.entries.get("currency")
    if entry is None:
        problems.add(table.place, UNFIT, "no currency is named", "currency: CNY")
        return ""
    if isinstance(entry.value, Scalar) and _CURRENCY.fullmatch(entry.value.text):
        return entry.value.text
    problems.add(entry.value.place, UNFIT, "a currency has three capital letters, such as CNY")
    return ""


def _example(table: Table, problems: Problems) -> bool:
    entry = table.entries.get("example")
    if entry is None:
        return False
    if isinstance(entry.value, Scalar) and entry.value.text in ("true", "false"):
        return entry.value.text == "true"
    problems.add(entry.value.place, UNFIT, "example is true, or the line is taken out")
    return False


def _of_channel(channel: Channel, table: Table, problems: Problems) -> dict[str, Decimal]:
    entry = table.entries.get(channel.value)
    if entry is None or not isinstance(entry.value, Table):
        place = table.place if entry is None else entry.value.place
        problems.add(place, UNFIT, f"{channel} needs its prices by prefix", f'{channel}: {{"+": 0.05}}')
        return {}
    found: dict[str, Decimal] = {}
    for prefix, one in entry.value.entries.items():
        if not _PREFIX.fullmatch(prefix):
            problems.add(
                one.key_place, UNFIT, f"{prefix!r} is no prefix", 'such as "+86", or "+" for any other'
            )
            continue
        amount = _amount(one, problems)
        if amount is not None:
            found[prefix] = amount
    if ANYWHERE not in entry.value.entries:
        problems.add(entry.value.place, UNFIT, f"{channel} has no price for any other place", '"+": 0.60')
    return found


def _amount(entry: Entry, problems: Problems) -> Decimal | None:
    value = entry.value
    if isinstance(value, Scalar):
        try:
            amount = Decimal(value.text)
        except InvalidOperation:
            amount = Decimal(-1)
        if amount.is_finite() and amount >= 0:
            return amount
    problems.add(value.place, UNFIT, "a price is a number, 0 or more")
    return None
