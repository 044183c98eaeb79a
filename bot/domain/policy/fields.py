"""Reads a policy's values one by one, each with its path, and gathers whatever is odd about them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from bot.domain.policy.wording import Wrong
from bot.domain.sentences import Said, Sentence, say

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong at a path; `at_name` when it is the name itself and not its value."""

    path: Path
    said: Said
    at_name: bool = False

    @property
    def told(self) -> Said:
        """With its path."""
        return say(Wrong.AT, path=spelled(self.path), said=self.said) if self.path else self.said

    def __str__(self) -> str:
        return str(self.told)


class PolicyError(ValueError):
    """All that is wrong with a policy, in `faults`; the message is the first of them, with the field's path."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(str(faults[0]))
        self.faults = tuple(faults)

    @property
    def told(self) -> Said:
        return self.faults[0].told


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

    def refuse(self, sentence: Sentence, /, *, at_name: bool = False, **given: object) -> None:
        self.refuse_as(say(sentence, **given), at_name=at_name)

    def refuse_as(self, said: Said, *, at_name: bool = False) -> None:
        self.faults.append(Fault(self.path, said, at_name))

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
            self.refuse(Wrong.NOT_A_MAPPING)
            return {}
        found = {
            str(name): Field(value, (*self.path, str(name)), self.faults)
            for name, value in self.value.items()
        }
        if known is None:
            return found
        for name in sorted(found.keys() - set(known)):
            found.pop(name).refuse(Wrong.NO_SUCH_FIELD, at_name=True, known=tuple(known))
        return found

    def items(self) -> Iterator[Field]:
        if not isinstance(self.value, list | tuple):
            self.refuse(Wrong.NOT_A_LIST)
            return
        for number, value in enumerate(self.value):
            yield Field(value, (*self.path, number), self.faults)

    def choice(self, known: Sequence[str]) -> str | None:
        if self.value in known and isinstance(self.value, str):
            return self.value
        self._refuse_value(Wrong.NONE_OF, known=tuple(known))
        return None

    def text(self) -> str | None:
        if isinstance(self.value, str) and self.value.strip():
            return self.value.strip()
        self._refuse_value(Wrong.NO_TEXT)
        return None

    def flag(self) -> bool | None:
        if isinstance(self.value, bool):
            return self.value
        self._refuse_value(Wrong.NO_FLAG)
        return None

    def duration(self) -> timedelta | None:
        text = str(self.value)
        if _DURATION.fullmatch(text):
            return timedelta(**{_UNITS[text[-1]]: int(text[:-1])})
        self._refuse_value(Wrong.NO_DURATION)
        return None

    def share(self) -> Decimal | None:
        text = str(self.value)
        if _SHARE.fullmatch(text):
            return Decimal(text[:-1]) / 100
        self._refuse_value(Wrong.NO_SHARE)
        return None

    def count(self, most: int) -> int | None:
        """A number of things: from 1."""
        if isinstance(self.value, int) and not isinstance(self.value, bool) and 1 <= self.value <= most:
            return self.value
        self.refuse(Wrong.NO_COUNT, most=most)
        return None

    def day(self) -> date | None:
        try:
            return self.value if isinstance(self.value, date) else date.fromisoformat(str(self.value))
        except ValueError:
            self._refuse_value(Wrong.NO_DATE)
            return None

    def _refuse_value(self, sentence: Sentence, **given: object) -> None:
        """What stands there, if anything does."""
        self.refuse_as(say(sentence, value=self.value, **given) if self.given else say(Wrong.MISSING))
