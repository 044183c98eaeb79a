"""A policy's `marks`, as written: what being on a named list of customers means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from bot.domain.marks import DEFAULT_MARKS, Effect, Marks, Precedence, Treatment, is_mark
from bot.domain.policy.fields import Field
from bot.domain.policy.wording import Wrong


def own_marks(policy: Mapping[str, Any]) -> Marks:
    """Those of a stored policy itself, without its place's, for who comes first; what cannot be read says nothing."""
    return read_marks(Field(policy.get("marks", DEFAULT_MARKS), ("marks",), []))


_Word = TypeVar("_Word", Treatment, Precedence)


def read_marks(field: Field) -> Marks:
    """What is odd is noted among the field's faults."""
    found: dict[str, Effect] = {}
    for name, one in field.entries().items():
        if not is_mark(name):
            one.refuse(Wrong.NO_MARK, at_name=True, value=name)
        given = one.entries(("marketing", "priority", "service"))
        if "service" in given:
            given["service"].refuse(Wrong.SERVICE_IS_DUE, at_name=True)
        found[name] = Effect(
            marketing=_choice(given.get("marketing"), Treatment.AS_USUAL),
            priority=_choice(given.get("priority"), Precedence.USUAL),
        )
    return found


def _choice(field: Field | None, usual: _Word) -> _Word:
    words = type(usual)
    found = field.choice([one.value for one in words]) if field is not None else None
    return words(found) if found is not None else usual
