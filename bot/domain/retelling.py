"""What a journal tells, fit to be shown: words without telephone numbers, and no more facts than there are."""

from __future__ import annotations

import re

from bot.domain.numbers import masked

_NUMBER = re.compile(r"\+?\d{10,15}")


def told(words: str | None) -> str | None:
    """What people wrote or heard, without the telephone numbers in it."""
    return _NUMBER.sub(lambda found: masked(found.group()), words) if words else None


def facts_told(**facts: object) -> dict[str, str]:
    """Those that have a value, as text."""
    return {name: str(value) for name, value in facts.items() if value not in (None, "")}
