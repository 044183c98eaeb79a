"""Reads a policy's values one by one, each with its path, and gathers whatever is odd about them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong at a path; `at_name` when it is the name itself and not its value."""

    path: Path
    message: str
    at_name: bool = False

    def __str__(self) -> str:
        return f"{spelled(self.path)}: {self.message}" if self.path else self.message


class PolicyError(ValueError):
    """All that is wrong with a policy, in `faults`; the message is the first of them, with the field's path."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(str(faults[0]))
        self.faults = tuple(faults)


def spelled(path: Path) -> str:
    """`caps[0].limit`"""
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return "".join(parts).removeprefix(".")


_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_DURATION = re.compile("[1-9][0-9]{0,4}[smhd]")
_SHARE = re.compile("[0-9]{1,2}(?:[.][0-9]{1,3})?%")


@dataclass(frozen=True, slots=True)
class Field:
    """One value. What cannot be read is noted among `faults` and answered with None or nothing."""

    value: Any
    path: Path
    faults: list[Fault]

    def refuse(self, message: str, *, at_name: bool = False) -> None:
        self.faults.append(Fault(self.path, message, at_name))

    def at(self, name: str) -> Field:
        """A value inside, which may be missing."""
        found = self.value.get(name) if isinstance(self.value, Mapping) else None
        return Field(found, (*self.path, name), self.faults)

    @property
    def given(self) -> bool:
        return self.value is not None

    def entries(self, known: Collection[str] | None = None) -> dict[str, Field]:
        """By name; without `known`, any name goes."""
        if not isinstance(self.value, Mapping):
            self.refuse("must be a mapping")
            return {}
        found = {
            str(name): Field(value, (*self.path, str(name)), self.faults)
            for name, value in self.value.items()
        }
        if known is None:
            return found
        for name in sorted(found.keys() - set(known)):
            found.pop(name).refuse(f"no such field; known are {', '.join(known)}", at_name=True)
        return found

    def items(self) -> Iterator[Field]:
        if not isinstance(self.value, list | tuple):
            self.refuse("must be a list")
            return
        for number, value in enumerate(self.value):
            yield Field(value, (*self.path, number), self.faults)

    def choice(self, known: Sequence[str]) -> str | None:
        if self.value in known and isinstance(self.value, str):
            return self.value
        self.refuse(f"{self.value!r} is none of {', '.join(known)}")
        return None

    def text(self) -> str | None:
        if isinstance(self.value, str) and self.value.strip():
            return self.value.strip()
        self.refuse(f"{self.value!r} is no text")
        return None

    def flag(self) -> bool | None:
        if isinstance(self.value, bool):
            return self.value
        self.refuse("must be true or false")
        return None

    def duration(self) -> timedelta | None:
        text = str(self.value)
        if _DURATION.fullmatch(text):
            return timedelta(**{_UNITS[text[-1]]: int(text[:-1])})
        self.refuse(f"{text!r} is not a duration such as 30m, 4h or 7d")
        return None

    def share(self) -> Decimal | None:
        text = str(self.value)
        if _SHARE.fullmatch(text):
            return Decimal(text[:-1]) / 100
        self.refuse(f"{text!r} is not a share such as 3%")
        return None

    def day(self) -> date | None:
        try:
            return self.value if isinstance(self.value, date) else date.fromisoformat(str(self.value))
        except ValueError:
            self.refuse(f"{self.value!r} is not a date such as 2027-02-17")
            return None
