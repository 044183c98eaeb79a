"""Reads `texts:`, which puts the built-in sentences into the flow's own words."""

from __future__ import annotations

from bot.flow.fields import UNKNOWN_FIELD, Fields
from bot.flow.model import Texts
from bot.flow.wording import BUILT_IN
from bot.rules.problems import did_you_mean

EVERY = (*BUILT_IN, "confirm")


def read_own_texts(fields: Fields, *known: str) -> dict[str, Texts]:
    """`known` narrows which sentences may stand here; none given means any."""
    table = fields.table("texts")
    if table is None:
        return {}
    allowed = known or EVERY
    own: dict[str, Texts] = {}
    for name, entry in table.items():
        if name in allowed:
            own[name] = table.as_texts(entry.value, f"{name}:")
        else:
            hint = did_you_mean(name, allowed) or f"known are {', '.join(sorted(allowed))}"
            table.problems.add(entry.key_place, UNKNOWN_FIELD, f"there is no text {name!r}", hint)
    return own
