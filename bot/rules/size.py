"""How much a condition costs for one customer: the number of its parts."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from functools import lru_cache


def size_of(part: object) -> int:
    """Facts, literals, operators and function calls, each counted once for every place where it stands."""
    if isinstance(part, tuple | list):
        return sum(size_of(one) for one in part)
    if not is_dataclass(part) or isinstance(part, type):
        return 0
    return 1 + sum(size_of(getattr(part, name)) for name in _names(type(part)))


@lru_cache(maxsize=64)
def _names(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))
