"""Reads one mapping of a flow file field by field; what is missing, misshapen or left over is a problem."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

from bot.flow.model import Amount, Duration, Offer, OfferField, Template, Texts
from bot.rules.problems import Place, Problem, Problems, did_you_mean, meant_name
from bot.rules.yaml_source import Entry, Scalar, Series, Table, Value, describe

WRONG_SHAPE = "KL004"
MISSING = "KL005"
UNKNOWN_FIELD = "KL006"
WRONG_VALUE = "KL007"
UNKNOWN_OFFER_FIELD = "KL105"

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_DURATION = re.compile(r"(?:\d+[smhdw])+\Z")
_OFFER = "offer."

Choice = TypeVar("Choice", bound=StrEnum)


def read_duration(text: str) -> timedelta | None:
    """`90s`, `24h`, `1d12h`; None when it is none."""
    if not _DURATION.match(text):
        return None
    parts = {_UNITS[unit]: float(number) for number, unit in re.findall(r"(\d+)([smhdw])", text)}
    try:
        return timedelta(**parts)
    except OverflowError:
        return None


class Fields:
    """`what` names the mapping in messages: "step invite_by_sms", "offer"."""

    def __init__(self, table: Table, problems: Problems, what: str, offer: Offer) -> None:
        self.place = table.place
        self.problems = problems
        self.what = what
        self.offer = offer
        self._entries = table.entries
        self._asked: set[str] = set()
        self._missing: dict[str, Problem] = {}

    @classmethod
    def empty(cls, like: Fields) -> Fields:
        """Stands in for a mapping that was misshapen, so that reading can go on to the next problem."""
        return cls(Table(like.place, {}), Problems(like.problems.file), like.what, like.offer)

    def __contains__(self, name: str) -> bool:
        return name in self._entries

    def entry(self, name: str) -> Entry | None:
        self._asked.add(name)
        return self._entries.get(name)

    def value(self, name: str, *, required: bool = False) -> Value | None:
        entry = self.entry(name)
        if entry is None and required and name not in self._missing:
            self.problems.add(self.place, MISSING, f"{self.what} has no {name}:")
            self._missing[name] = self.problems.found[-1]
        return entry.value if entry is not None else None

    def text(self, name: str, *, required: bool = False) -> str | None:
        value = self.value(name, required=required)
        if value is None:
            return None
        if isinstance(value, Scalar) and value.text:
            return value.text
        self.wrong(value, f"{name}: needs a word")
        return None

    def name(self, name: str, *, required: bool = False) -> str:
        return self.text(name, required=required) or ""

    def number(self, name: str, default: int, *, least: int = 1, most: int = 100) -> int:
        value = self.value(name)
        if value is None:
            return default
        if isinstance(value, Scalar) and type(value.value) is int and least <= value.value <= most:
            return value.value
        self.wrong(value, f"{name}: needs a whole number from {least} to {most}")
        return default

    def flag(self, name: str) -> bool:
        value = self.value(name)
        if value is None:
            return False
        if isinstance(value, Scalar) and isinstance(value.value, bool):
            return value.value
        self.wrong(value, f"{name}: needs true or false")
        return False

    def choice(self, name: str, choices: type[Choice], default: Choice) -> Choice:
        value = self.value(name)
        if value is None:
            return default
        if isinstance(value, Scalar) and value.text in list(choices):
            return choices(value.text)
        self.wrong(value, f"{name}: needs one of {', '.join(choices)}")
        return default

    def duration(self, name: str, *, required: bool = False) -> Duration | None:
        value = self.value(name, required=required)
        return self.as_duration(value, f"{name}:") if value is not None else None

    def amount(self, name: str, *, required: bool = False) -> Amount | None:
        value = self.value(name, required=required)
        return self.as_amount(value, f"{name}:") if value is not None else None

    def texts(self, name: str, *, required: bool = False) -> Texts:
        value = self.value(name, required=required)
        return self.as_texts(value, f"{name}:") if value is not None else {}

    def table(self, name: str, *, required: bool = False) -> Fields | None:
        value = self.value(name, required=required)
        if value is None:
            return None
        if isinstance(value, Table):
            return Fields(value, self.problems, f"{name} of {self.what}", self.offer)
        self.wrong(value, f"{name}: needs a mapping")
        return None

    def words(self, name: str) -> frozenset[str]:
        return frozenset(self.sequence(name))

    def sequence(self, name: str) -> tuple[str, ...]:
        """One word or a list of them."""
        value = self.value(name)
        if value is None:
            return ()
        items = value.items if isinstance(value, Series) else (value,)
        if all(isinstance(item, Scalar) for item in items):
            return tuple(item.text for item in items if isinstance(item, Scalar))
        self.wrong(value, f"{name}: needs a list of words")
        return ()

    def items(self) -> Iterable[tuple[str, Entry]]:
        """Every field, for mappings whose names are free."""
        self._asked.update(self._entries)
        return self._entries.items()

    def as_texts(self, value: Value, what: str) -> Texts:
        if not isinstance(value, Table):
            self.wrong(value, f"{what} needs a text per language", "{zh: ..., en: ...}")
            return {}
        texts: dict[str, str] = {}
        for language, entry in value.entries.items():
            if isinstance(entry.value, Scalar) and entry.value.text.strip():
                texts[language] = Template(entry.value.text, entry.value.place, entry.value.inline)
            else:
                self.wrong(entry.value, f"{what} needs text in {language}")
        return texts

    def as_duration(self, value: Value, what: str) -> Duration | None:
        text = value.text if isinstance(value, Scalar) else ""
        if text.startswith(_OFFER):
            return self._offer_field(text, value.place, timedelta, "a duration")
        found = read_duration(text)
        if found is None:
            self.wrong(value, f"{what} needs a duration", "such as 30m, 24h or 7d")
        return found

    def as_amount(self, value: Value, what: str) -> Amount | None:
        if isinstance(value, Scalar):
            if value.text.startswith(_OFFER):
                return self._offer_field(value.text, value.place, Decimal, "an amount")
            number = value.value
            if isinstance(number, int | Decimal) and not isinstance(number, bool) and number > 0:
                return Decimal(number)
        self.wrong(value, f"{what} needs an amount above 0")
        return None

    def wrong(self, value: Value, message: str, hint: str = "") -> None:
        shape = not isinstance(value, Scalar)
        code = WRONG_SHAPE if shape else WRONG_VALUE
        self.problems.add(value.place, code, f"{message}, found {describe(value)}", hint)

    @property
    def known(self) -> frozenset[str]:
        """Every name that was asked for."""
        return frozenset(self._asked)

    def close(self) -> None:
        """Nothing else may stand here; what is missing because its name is mistyped is one mistake, not two."""
        for name in self._entries.keys() - self._asked:
            self.problems.add(
                self._entries[name].key_place,
                UNKNOWN_FIELD,
                f"{self.what} has no field {name!r}",
                did_you_mean(name, self._asked),
            )
            missing = self._missing.pop(meant_name(name, self._asked) or "", None)
            if missing is not None:
                self.problems.found.remove(missing)

    def _offer_field(
        self, text: str, place: Place, wanted: type[Decimal] | type[timedelta], what: str
    ) -> OfferField | None:
        name = text.removeprefix(_OFFER)
        value = self.offer.terms.get(name)
        if isinstance(value, wanted) or (value is None and self.offer.may_have(name)):
            return OfferField(name)
        if value is not None:
            self.problems.add(place, WRONG_VALUE, f"offer.{name} is not {what}")
        else:
            hint = did_you_mean(name, self.offer.terms)
            self.problems.add(place, UNKNOWN_OFFER_FIELD, f"the offer has no {name}", hint)
        return None
