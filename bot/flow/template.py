"""A text with placeholders, `{name}` or `{balance:money}`: nothing in it is ever executed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_PIECES = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]|[^{}]+")
_PLACEHOLDER = re.compile(r"\s*([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)?)\s*(?::\s*([a-z]+)\s*)?\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Placeholder:
    name: str
    format: str | None
    offset: int


class BadTemplate(ValueError):
    """The template has a brace that is no placeholder; `offset` names it."""

    def __init__(self, offset: int, message: str) -> None:
        super().__init__(message)
        self.offset = offset


@lru_cache(maxsize=4096)
def pieces(template: str) -> tuple[str | Placeholder, ...]:
    found: list[str | Placeholder] = []
    for match in _PIECES.finditer(template):
        text = match.group()
        if text in ("{{", "}}"):
            found.append(text[0])
        elif match.group(1) is not None:
            found.append(_placeholder(match.group(1), match.start()))
        elif text in ("{", "}"):
            raise BadTemplate(match.start(), f"a single {text} (write {text}{text} for the sign itself)")
        else:
            found.append(text)
    return tuple(found)


def placeholders(template: str) -> tuple[Placeholder, ...]:
    return tuple(piece for piece in pieces(template) if isinstance(piece, Placeholder))


def _placeholder(inside: str, offset: int) -> Placeholder:
    match = _PLACEHOLDER.match(inside)
    if match is None:
        raise BadTemplate(offset, f"{{{inside}}} is no placeholder (write {{name}} or {{balance:money}})")
    return Placeholder(match.group(1), match.group(2), offset)
