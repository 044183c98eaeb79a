"""Named lists of customers (red, black, flea, complaint ...): what being on one means is data, in the policy's `marks`.

    marks:
      black: {marketing: never}
      complaint: {marketing: wait}
      red: {marketing: by_hand, priority: highest}
      flea: {priority: lowest}

Of several priorities the highest holds, and what each mark says about contact must be kept. Nothing here can take
service away: a complaint, an order or an answer is everybody's due, whatever list they are on.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple


class Treatment(StrEnum):
    """Of contacts for one purpose, as long as the mark holds."""

    AS_USUAL = "as_usual"
    BY_HAND = "by_hand"  # a human calls, from a work order; no campaign does
    WAIT = "wait"  # nobody calls, and the run stands still meanwhile
    NEVER = "never"

    def and_also(self, other: Treatment) -> Treatment:
        """What permits only what both do."""
        if self is other or other is Treatment.AS_USUAL:
            return self
        return other if self is Treatment.AS_USUAL else Treatment.NEVER


class Precedence(StrEnum):
    """Among those who wait for a human, and in the order in which a campaign speaks to its customers."""

    HIGHEST = "highest"
    HIGH = "high"
    USUAL = "usual"
    LOW = "low"
    LOWEST = "lowest"


@dataclass(frozen=True, slots=True)
class Effect:
    marketing: Treatment = Treatment.AS_USUAL
    priority: Precedence = Precedence.USUAL

    def treatment(self, purpose: str) -> Treatment:
        return self.marketing if purpose == "marketing" else Treatment.AS_USUAL


_STEPS = {
    Precedence.HIGHEST: -9,
    Precedence.HIGH: -1,
    Precedence.USUAL: 0,
    Precedence.LOW: 1,
    Precedence.LOWEST: 9,
}

Marks = Mapping[str, Effect]

#: Where a policy says nothing.
DEFAULT_MARKS: Mapping[str, Mapping[str, str]] = {
    "black": {"marketing": "never"},
    "complaint": {"marketing": "wait"},
    "red": {"priority": "highest"},
    "flea": {"priority": "lowest"},
}


def is_mark(name: str) -> bool:
    return name.isidentifier() and name.islower()


def precedence_of(held: Collection[str], marks: Marks) -> Precedence:
    """Of whoever is on these lists the highest that is not the usual one; lists without a name there mean nothing."""
    given = {effect.priority for name, effect in marks.items() if name in held} - {Precedence.USUAL}
    return min(given, key=_STEPS.__getitem__, default=Precedence.USUAL)


def ranks_of(marks: Marks) -> dict[str, int]:
    """Of those that move anybody, by how much: below 0 is earlier. The lowest of a customer's holds."""
    return {name: _STEPS[one.priority] for name, one in marks.items() if one.priority is not Precedence.USUAL}


def order_priority(precedence: Precedence, usual: int, *, complaint: bool) -> int:
    """Of a work order, 1 the most urgent, 9 the least; a complaint is never put back for a mark."""
    moved = min(9, max(1, usual + _STEPS[precedence]))
    return min(usual, moved) if complaint else moved


class Marked(NamedTuple):
    """A list that a customer is on now; without `until`, until somebody takes them off it."""

    name: str
    until: datetime | None = None


def asked_for(
    held: Iterable[Marked], marks: Marks, purpose: str, now: datetime
) -> dict[Treatment, datetime | None]:
    """Of contacts for this purpose; each until the last mark that asks for it ends, where all of them say when."""
    found: dict[Treatment, datetime | None] = {}
    for name, until in held:
        effect = marks.get(name)
        if effect is None or (until is not None and until <= now):
            continue
        treatment = effect.treatment(purpose)
        known = found.setdefault(treatment, until)
        if until is None or (known is not None and known < until):
            found[treatment] = until
    return found


def stricter(one: Marks, other: Marks) -> Marks:
    """Of each mark what both permit; its priority is that which `one` gives it."""
    both = {
        name: Effect(effect.marketing.and_also(other[name].marketing), effect.priority)
        for name, effect in one.items()
        if name in other
    }
    return {**other, **one, **both}
