"""Reads YAML 1.2 into values that know their place, so that every error can name its line and column."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from bot.rules.problems import Place, Problems

UNREADABLE = "KL001"
DOUBLED = "KL002"
NOT_ALLOWED = "KL003"

_TAG = "tag:yaml.org,2002:"

ScalarValue = str | int | Decimal | bool | None


@dataclass(frozen=True, slots=True)
class Scalar:
    place: Place
    value: ScalarValue
    text: str
    inline: bool  # on one line, so that an offset in the text is an offset in the line

    def inside(self, offset: int) -> Place:
        """The place of a character of the text, as near as the YAML style allows."""
        return Place(self.place.line, self.place.col + offset) if self.inline else self.place


@dataclass(frozen=True, slots=True)
class Entry:
    key_place: Place
    value: Value


@dataclass(frozen=True, slots=True)
class Table:
    place: Place
    entries: dict[str, Entry]


@dataclass(frozen=True, slots=True)
class Series:
    place: Place
    items: tuple[Value, ...]


Value = Scalar | Table | Series


def read_yaml(text: str, problems: Problems) -> Value | None:
    """The whole document, or None (with a problem noted) when it is no YAML at all."""
    yaml = YAML(typ="safe", pure=True)
    try:
        node = yaml.compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(mark.line + 1, mark.column + 1) if mark else Place()
        problems.add(place, UNREADABLE, f"this is not YAML: {error.problem or error.context}")
        return None
    except (YAMLError, ValueError) as error:
        problems.add(Place(), UNREADABLE, f"this is not YAML: {' '.join(str(error).split())}")
        return None
    if node is None:
        problems.add(Place(), UNREADABLE, "the file is empty")
        return None
    return _value(node, problems, frozenset())


def describe(value: Value) -> str:
    if isinstance(value, Table):
        return "a mapping"
    if isinstance(value, Series):
        return "a list"
    return repr(value.text)


def plain(value: Value) -> object:
    """The value as ordinary Python objects, places forgotten."""
    if isinstance(value, Table):
        return {name: plain(entry.value) for name, entry in value.entries.items()}
    if isinstance(value, Series):
        return [plain(item) for item in value.items]
    return value.value


def _value(node: Node, problems: Problems, above: frozenset[int]) -> Value:
    place = Place(node.start_mark.line + 1, node.start_mark.column + 1)
    if id(node) in above:
        problems.add(place, NOT_ALLOWED, "an alias may not contain itself")
        return Scalar(place, None, "", inline=True)
    inside = above | {id(node)}
    if isinstance(node, MappingNode):
        return Table(place, dict(_entries(node, problems, inside)))
    if isinstance(node, SequenceNode):
        return Series(place, tuple(_value(item, problems, inside) for item in node.value))
    assert isinstance(node, ScalarNode)
    return _scalar(node, place, problems)


def _entries(node: MappingNode, problems: Problems, above: frozenset[int]) -> Iterator[tuple[str, Entry]]:
    seen: set[str] = set()
    for key, value in node.value:
        place = Place(key.start_mark.line + 1, key.start_mark.column + 1)
        if not isinstance(key, ScalarNode):
            problems.add(place, NOT_ALLOWED, "a name must be plain text")
            continue
        if key.value in seen:
            problems.add(place, DOUBLED, f"{key.value!r} is given twice", "only one of them can hold")
            continue
        seen.add(key.value)
        yield key.value, Entry(place, _value(value, problems, above))


def _scalar(node: ScalarNode, place: Place, problems: Problems) -> Scalar:
    text = str(node.value)
    inline = node.start_mark.line == node.end_mark.line and node.style not in ("|", ">")
    quoted = inline and node.style in ("'", '"')
    place_of_text = Place(place.line, place.col + 1) if quoted else place
    kind = str(node.tag).removeprefix(_TAG)
    if kind not in _READERS:
        problems.add(place, NOT_ALLOWED, f"the tag {node.tag} is not allowed")
        return Scalar(place_of_text, text, text, inline)
    try:
        value = _READERS[kind](text)
    except (ValueError, InvalidOperation):
        problems.add(place, NOT_ALLOWED, f"{text!r} cannot be read as {kind}")
        value = text
    return Scalar(place_of_text, value, text, inline)


def _integer(text: str) -> int:
    return int(text.replace("_", ""), 0) if not text.lstrip("+-0").isdigit() else int(text)


def _text(text: str) -> ScalarValue:
    return text


def _decimal(text: str) -> ScalarValue:
    return Decimal(text.replace("_", ""))


def _truth(text: str) -> ScalarValue:
    return text.lower() == "true"


def _nothing(text: str) -> ScalarValue:
    del text
    return None


_READERS: dict[str, Callable[[str], ScalarValue]] = {
    "str": _text,
    "timestamp": _text,  # dates stay text: who needs one reads it with its own rules
    "int": _integer,
    "float": _decimal,
    "bool": _truth,
    "null": _nothing,
}
