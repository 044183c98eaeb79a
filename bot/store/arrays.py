"""Long arrays of ids as one literal: the driver takes longer over a list than the database over the whole question."""

from __future__ import annotations

from collections.abc import Iterable


def ids_literal(ids: Iterable[int]) -> str:
    return f"{{{','.join(map(str, ids))}}}"
