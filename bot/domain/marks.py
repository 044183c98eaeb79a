"""Named lists of customers (red, black, flea, complaint ...): what being on one means is data, in the policy's `marks`.

    marks:
      black: {marketing: never}
      complaint: {marketing: wait}
      red: {marketing: by_hand, priority: highest}
      flea: {priority: lowest}

The first named of two marks decides the priority; of what they say about contact the stricter holds. Nothing here can
take service away: a complaint, an order or an answer is everybody's due, whatever list they are on.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Any

from bot.domain.policy.fields import Field


class Treatment(IntEnum):
    """Of contacts for one purpose; the greater is the stricter."""

    AS_USUAL = 0
    BY_HAND = 1  # a human calls, from a work order; no campaign does
    WAIT = 2  # not while the mark holds; the run stands still meanwhile
    NEVER = 3


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

    def order_priority(self, usual: int, *, complaint: bool) -> int:
        """Of a work order, 1 the most urgent, 9 the least; a complaint is never put back for a mark."""
        moved = min(9, max(1, usual + _STEPS[self.priority]))
        return min(usual, moved) if complaint else moved


_STEPS = {
    Precedence.HIGHEST: -9,
    Precedence.HIGH: -1,
    Precedence.USUAL: 0,
    Precedence.LOW: 1,
    Precedence.LOWEST: 9,
}
_TREATMENTS = {one.name.lower(): one for one in Treatment}

Marks = Mapping[str, Effect]  # in the order of precedence

#: Where a policy says nothing.
DEFAULT_MARKS: Mapping[str, Mapping[str, str]] = {
    "black": {"marketing": "never"},
    "complaint": {"marketing": "wait"},
    "red": {"priority": "highest"},
    "flea": {"priority": "lowest"},
}


def effect_of(held: Collection[str], marks: Marks) -> Effect:
    """Of all the marks that a customer has now; those that the policy does not name mean nothing to it."""
    effects = [effect for name, effect in marks.items() if name in held]
    return Effect(
        marketing=max((one.marketing for one in effects), default=Treatment.AS_USUAL),
        priority=next(
            (one.priority for one in effects if one.priority is not Precedence.USUAL), Precedence.USUAL
        ),
    )


def read_marks(field: Field) -> Marks:
    """What is odd is noted among the field's faults."""
    found: dict[str, Effect] = {}
    for name, one in field.entries().items():
        if not (name.isidentifier() and name.islower()):
            one.refuse(f"{name!r} is not a word in small letters", at_name=True)
        given = one.entries(("marketing", "priority", "service"))
        if "service" in given:
            given["service"].refuse("service is everybody's due; a mark is about marketing", at_name=True)
        found[name] = Effect(
            marketing=_TREATMENTS[_choice(given.get("marketing"), tuple(_TREATMENTS), "as_usual")],
            priority=Precedence(_choice(given.get("priority"), tuple(Precedence), Precedence.USUAL)),
        )
    return found


def _choice(field: Field | None, known: Collection[Any], usual: str) -> str:
    return usual if field is None else field.choice([str(one) for one in known]) or usual
