"""Reads YAML 1.2 into values that know their place, so that every error can name its line and column."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import yaml
from yaml.events import (
    AliasEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    StreamEndEvent,
)

from bot.domain.sentences import Said, Words, say
from bot.rules.hints import Hint
from bot.rules.problems import Place, Problem, Problems
from bot.rules.yaml_mistakes import place_at, place_of, words_of
from bot.rules.yaml_scalars import TEXT, Misfit, NoSuchKind, ScalarValue, kind_of_plain, read_scalar
from bot.rules.yaml_wording import YamlWrong

UNREADABLE = "KL001"
DOUBLED = "KL002"
NOT_ALLOWED = "KL003"

LONGEST = 2_000_000  # characters
DEEPEST = 40  # levels
MOST_VALUES = 200_000  # what an alias stands for counts each time

_TAG = "tag:yaml.org,2002:"
_NEVER_TEXT = re.compile(
    "[^\t\n\r -~\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)

# Only the parser in C will do: the one in Python is twenty times slower, and refuses the ? of {en: Why?}.
if not yaml.__with_libyaml__:
    raise ImportError(
        "PyYAML was built without LibYAML: install its wheel, or libyaml-dev before building it"
    )


@dataclass(frozen=True, slots=True)
class Scalar:
    place: Place
    value: ScalarValue
    text: str
    inline: bool  # on one line as it stands, so that an offset in the text is an offset in the line

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


class YamlError(ValueError):
    """The file cannot be read; `problems` names every place, and so does the message."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


def read_yaml(text: str, problems: Problems) -> Value | None:
    """The whole document, or None (with a problem noted) when it is no YAML at all."""
    text = text.removeprefix("\ufeff")
    try:
        _refuse_unfit(text)
        return _Composer(text, problems).document()
    except _Unreadable as error:
        problems.add(error.place, UNREADABLE, error.said, error.hint)
    except yaml.MarkedYAMLError as error:
        problems.add(place_of(error, text), UNREADABLE, *words_of(error))
    return None


def load_mapping(path: Path) -> dict[str, Any]:
    """A whole file as ordinary Python objects, by name. Raises YamlError."""
    problems = Problems(str(path))
    try:
        document = read_yaml(path.read_text(encoding="utf-8"), problems)
    except (OSError, UnicodeDecodeError) as error:
        said = say(YamlWrong.CLOSED_FILE, why=error)
        raise YamlError([Problem(str(path), 1, 1, UNREADABLE, said)]) from error
    if isinstance(document, Table) and not problems.found:
        return {name: plain(entry.value) for name, entry in document.entries.items()}
    if not isinstance(document, Table | None):
        problems.add(document.place, UNREADABLE, say(YamlWrong.NAMES_WANTED, found=describe(document)))
    raise YamlError(problems.in_order())


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


class _Unreadable(Exception):
    def __init__(self, place: Place, said: Said, hint: Words = "") -> None:
        super().__init__(str(said))
        self.place, self.said, self.hint = place, said, hint


class _Composer:
    """Builds values from the parser's events: depth and number are bounded before they cost anything."""

    def __init__(self, text: str, problems: Problems) -> None:
        # None comes after the end of the stream alone, beyond which nothing is read.
        self._next_event = cast("Callable[[], Event]", yaml.CSafeLoader(text).get_event)
        self._problems = problems
        self._anchored: dict[str, Value | None] = {}  # None as long as the value is not complete
        self._values = 0

    def document(self) -> Value:
        self._next_event()
        if isinstance(self._next_event(), StreamEndEvent):
            raise _Unreadable(Place(), say(YamlWrong.EMPTY))
        value = self._value(self._next_event(), 1)
        self._next_event()
        after = self._next_event()
        if not isinstance(after, StreamEndEvent):
            raise _Unreadable(_place(after), say(YamlWrong.TWO_DOCUMENTS), say(Hint.REMOVE_DASHES))
        return value

    def _value(self, event: Event, depth: int) -> Value:
        place = _place(event)
        if type(event) is AliasEvent:
            return self._alias(event, place, depth)
        self._count(1, depth, place)
        assert isinstance(event, NodeEvent)
        if event.anchor is None:
            return self._node(event, place, depth)
        self._anchored[event.anchor] = None
        value = self._anchored[event.anchor] = self._node(event, place, depth)
        return value

    def _node(self, event: NodeEvent, place: Place, depth: int) -> Value:
        if type(event) is ScalarEvent:
            return self._scalar(event, place)
        if type(event) is MappingStartEvent:
            return Table(place, self._entries(depth + 1))
        return Series(place, tuple(self._items(depth + 1)))

    def _items(self, depth: int) -> Iterator[Value]:
        while type(event := self._next_event()) is not SequenceEndEvent:
            yield self._value(event, depth)

    def _entries(self, depth: int) -> dict[str, Entry]:
        entries: dict[str, Entry] = {}
        while type(event := self._next_event()) is not MappingEndEvent:
            name, place = self._name(event, depth), _place(event)
            value = self._value(self._next_event(), depth)
            if name is None:
                self._problems.add(place, NOT_ALLOWED, say(YamlWrong.NO_NAME))
            elif name in entries:
                self._problems.add(place, DOUBLED, say(YamlWrong.TWICE, name=name), say(Hint.ONE_HOLDS))
            else:
                entries[name] = Entry(place, value)
        return entries

    def _name(self, event: Event, depth: int) -> str | None:
        if type(event) is ScalarEvent and event.anchor is None:
            return event.value
        key = self._value(event, depth)
        return key.text if isinstance(key, Scalar) else None

    def _alias(self, event: AliasEvent, place: Place, depth: int) -> Value:
        name = event.anchor or ""
        if name not in self._anchored:
            raise _Unreadable(place, say(YamlWrong.NO_ANCHOR, name=name))
        value = self._anchored[name]
        if value is None:
            self._problems.add(place, NOT_ALLOWED, say(YamlWrong.WITHIN_ITSELF))
            return Scalar(place, None, "", inline=False)
        number, levels = _extent(value)
        self._count(number, depth + levels - 1, place)
        return value

    def _count(self, number: int, depth: int, place: Place) -> None:
        self._values += number
        if depth > DEEPEST:
            raise _Unreadable(place, say(YamlWrong.TOO_DEEP, most=DEEPEST))
        if self._values > MOST_VALUES:
            raise _Unreadable(place, say(YamlWrong.TOO_MANY, most=MOST_VALUES))

    def _scalar(self, event: ScalarEvent, place: Place) -> Scalar:
        start, end, text = event.start_mark, event.end_mark, event.value
        assert start is not None
        assert end is not None
        quotes = 1 if event.style in ("'", '"') else 0
        on_one_line = start.line == end.line
        as_it_stands = on_one_line and end.column - start.column == len(text) + 2 * quotes
        place_of_text = Place(place.line, place.col + 1) if quotes and on_one_line else place
        return Scalar(place_of_text, self._read(event, place), text, as_it_stands)

    def _read(self, event: ScalarEvent, place: Place) -> ScalarValue:
        if event.tag not in (None, "!"):
            kind = str(event.tag).removeprefix(_TAG)
        else:
            kind = TEXT if event.style or event.tag else kind_of_plain(event.value)
        try:
            return read_scalar(event.value, kind)
        except NoSuchKind:
            said = say(YamlWrong.TAG, tag=event.tag or f"{_TAG}{kind}")
            self._problems.add(place, NOT_ALLOWED, said)
        except Misfit:
            self._problems.add(place, NOT_ALLOWED, say(YamlWrong.MISFIT, text=event.value, kind=kind))
        return event.value


def _place(event: Event) -> Place:
    mark = event.start_mark
    assert mark is not None
    return Place(mark.line + 1, mark.column + 1)


def _extent(value: Value) -> tuple[int, int]:
    """How many values this is, and how many levels of them."""
    if isinstance(value, Scalar):
        return 1, 1
    within = [entry.value for entry in value.entries.values()] if isinstance(value, Table) else value.items
    inner = [_extent(one) for one in within]
    return 1 + sum(number for number, _ in inner), 1 + max((levels for _, levels in inner), default=0)


def _refuse_unfit(text: str) -> None:
    if len(text) > LONGEST:
        raise _Unreadable(Place(), say(YamlWrong.TOO_LONG, most=LONGEST))
    unfit = _NEVER_TEXT.search(text)
    if unfit is not None:
        place = place_at(text, unfit.start())
        raise _Unreadable(place, say(YamlWrong.CHARACTER, number=ord(unfit.group())), say(Hint.REMOVE_IT))
