"""What a bare word of YAML means: version 1.2's few kinds, so that yes, 10:30 and 2026-11-22 stay text."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation

ScalarValue = str | int | Decimal | bool | None

TEXT = "str"

_BOOL = re.compile("true|True|TRUE|false|False|FALSE")
_NULL = re.compile("~|null|Null|NULL|")
_INT = re.compile("[-+]?(?:0b[0-1_]+|0o[0-7_]+|0x[0-9a-fA-F_]+|[0-9_]+)")
_FLOAT = re.compile(
    r"[-+]?[0-9][0-9_]*(?:\.[0-9_]*(?:[eE][-+]?[0-9]+)?|[eE][-+]?[0-9]+)"
    r"|[-+]?\.[0-9_]+(?:[eE][-+][0-9]+)?"
    r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
)
_MERGE = re.compile("<<")
_DEFAULT = re.compile("=")

_NUMBERS = (("float", _FLOAT), ("int", _INT))

#: The first character rules most kinds out: nearly every text is settled by one look-up.
_BY_FIRST: dict[str, tuple[tuple[str, re.Pattern[str]], ...]] = {
    **dict.fromkeys("-+0123456789", _NUMBERS),
    ".": (("float", _FLOAT),),
    **dict.fromkeys("tTfF", (("bool", _BOOL),)),
    **dict.fromkeys(("~", "n", "N", ""), (("null", _NULL),)),
    "<": (("merge", _MERGE),),
    "=": (("value", _DEFAULT),),
}


class NoSuchKind(ValueError):
    """Values of this kind are not read."""


class Misfit(ValueError):
    """The text is no value of its kind."""


def kind_of_plain(text: str) -> str:
    """The kind of a text without quotes and without a tag."""
    for kind, pattern in _BY_FIRST.get(text[:1], ()):
        if pattern.fullmatch(text):
            return kind
    return TEXT


def read_scalar(text: str, kind: str) -> ScalarValue:
    if kind == TEXT:
        return text
    read = _READERS.get(kind)
    if read is None:
        raise NoSuchKind(kind)
    try:
        return read(text)
    except (ValueError, InvalidOperation) as error:
        raise Misfit(f"{text!r} cannot be read as {kind}") from error


def _integer(text: str) -> int:
    return int(text.replace("_", ""), 0) if not text.lstrip("+-0").isdigit() else int(text)


_READERS: dict[str, Callable[[str], ScalarValue]] = {
    "timestamp": str,  # dates stay text: who needs one reads it with its own rules
    "int": _integer,
    "float": lambda text: Decimal(text.replace("_", "")),
    "bool": lambda text: text.lower() == "true",
    "null": lambda _: None,
}
