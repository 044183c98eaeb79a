"""What each kind of step may hold, as data: the reference pages and the JSON Schema are made from it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from bot.flow.exits import Outcomes


class Shape(StrEnum):
    """The form of a field's value."""

    TEXTS = "texts"  # {zh: ..., en: ...}
    DURATION = "duration"  # 30m, 24h, 7d, offer.within
    AMOUNT = "amount"  # 10, offer.bonus
    WORD = "word"
    WORDS = "words"  # one word or a list of them
    NUMBER = "number"
    FLAG = "flag"
    CHOICE = "choice"  # one of `choices`
    CONDITION = "condition"  # balance < 10 and tier = 'high'
    TARGET = "target"  # the name of a step, or end
    KEYS = "keys"  # {1: step, 9: repeat, 0: opt_out}
    WEIGHTS = "weights"  # {way: share}
    VALUES = "values"  # {name: 3 | word | true | {from: factor} | {add: 1}}
    MAPPING = "mapping"  # its own `fields`
    BRANCHES = "branches"  # a list of {when, go}
    EITHER = "either"  # one of the shapes in `shapes`


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    shape: Shape
    meaning: str
    required: bool = False
    choices: tuple[str, ...] = ()
    fields: tuple[Field, ...] = ()
    shapes: tuple[Field, ...] = ()


@dataclass(frozen=True, slots=True)
class Reference:
    """One kind of step: `own` is the field that gives it its name; `example` is a whole step in YAML."""

    summary: str
    own: Field
    example: str
    outcomes: Outcomes | None = None
    outcome_meanings: dict[str, str] = field(default_factory=dict)
    fields: tuple[Field, ...] = ()


CONTACT_FIELDS = (
    Field("expires", Shape.DURATION, "Not sent once this time has passed; counted from when it falls due."),
    Field(
        "on_denied",
        Shape.CHOICE,
        "What a refusal or deferral by the gate does: wait for the permitted time, skip this contact, or end.",
        choices=("wait", "skip", "exit"),
    ),
    Field(
        "purpose",
        Shape.CHOICE,
        "What this contact is for, where it differs from the flow's.",
        choices=("marketing", "service"),
    ),
    Field(
        "to",
        Shape.CHOICE,
        "Whom this contact is for, where it differs from the flow's: who came back is a customer again.",
        choices=("customers", "former"),
    ),
)
