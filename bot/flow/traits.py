"""A step or a flow as a flat list of what its author wrote, each in words and by meaning; for comparisons."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import time, timedelta
from decimal import Decimal
from enum import StrEnum

from bot.flow.model import Exit, Flow, FlowStep, OfferField, Template
from bot.rules.parse import Condition
from bot.rules.problems import Place


class Aspect(StrEnum):
    """What about a step or a flow."""

    KIND = "kind"
    TITLE = "title"
    TEXT = "text"
    EXIT = "exit"
    KEY = "key"
    TIMING = "timing"
    CONDITION = "condition"
    SETTING = "setting"


@dataclass(frozen=True, slots=True)
class Trait:
    """Equal where the meaning is, however it was written."""

    meaning: object
    shown: str = field(compare=False)


Traits = dict[tuple[Aspect, str], Trait]

_NOT_OF_STEPS = frozenset({"name", "exits", "title", "inside"})
_NOT_OF_FLOWS = frozenset({"name", "steps", "then", "title", "revision", "file", "parts"})
_KEYS = frozenset({"keys", "accept", "confirm", "gather"})
_LABELS = {
    "own_texts": "texts",
    "otherwise": "else",
    "branches": "switch",
    "awaited": "wait_for",
    "settings": "set",
    "noted_as": "as",
    "rings_for": "timeout",
}
_UNSAID = frozenset({"terms", "delays", "span", "value", "condition"})  # containers that authors do not write


def traits_of_step(step: FlowStep) -> Traits:
    kind = {(Aspect.KIND, "kind"): Trait(step.kind, step.kind)}
    return {**kind, **_titled(step.title), **_ways(step.exits), **_fields_of(step, _NOT_OF_STEPS)}


def traits_of_flow(flow: Flow) -> Traits:
    name = {(Aspect.SETTING, "flow"): Trait(flow.name, flow.name)}
    return {**name, **_titled(flow.title), **_ways(flow.then), **_fields_of(flow, _NOT_OF_FLOWS)}


def _titled(title: Mapping[str, str]) -> Traits:
    return {(Aspect.TITLE, language): Trait(str(words), str(words)) for language, words in title.items()}


def _ways(exits: Mapping[str, Exit]) -> Traits:
    traits: Traits = {}
    for name, exit_ in exits.items():
        traits[Aspect.EXIT, name] = Trait(exit_.target, exit_.target)
        if exit_.after is not None:
            traits[Aspect.TIMING, name] = Trait(exit_.after, _shown(exit_.after))
    return traits


def _fields_of(thing: object, left_out: Set[str]) -> Traits:
    traits: Traits = {}
    for name, value in _written(thing):
        if name not in left_out:
            for aspect, path, trait in _walk(value, (name,)):
                label = " ".join(_LABELS.get(word, word) for word in path if word not in _UNSAID)
                traits[aspect, label] = trait
    return traits


def _written(thing: object) -> Iterator[tuple[str, object]]:
    """What its author wrote: neither where it stands nor what was compiled from it."""
    assert is_dataclass(thing)
    for one in fields(thing):
        value = getattr(thing, one.name)
        if one.compare and not isinstance(value, Place):
            yield one.name, value


def _walk(value: object, path: tuple[str, ...]) -> Iterator[tuple[Aspect, tuple[str, ...], Trait]]:
    if value is None or (len(path) == 1 and value in ("", (), frozenset())):
        return
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _walk(inner, (*path, str(name)))
    elif is_dataclass(value) and not _is_one_word(value):
        for name, inner in _written(value):
            yield from _walk(inner, (*path, name))
    else:
        yield _aspect(value, path), path, Trait(_meaning(value), _shown(value))


def _is_one_word(value: object) -> bool:
    """Written as one value: a condition, `offer.within`, the target of a key, `yes_no`."""
    return isinstance(value, Condition | OfferField) or hasattr(value, "target") or not any(_written(value))


def _aspect(value: object, path: tuple[str, ...]) -> Aspect:
    if path[0] in _KEYS:
        return Aspect.KEY
    match value:
        case Template():
            return Aspect.TEXT
        case timedelta() | time():
            return Aspect.TIMING
        case OfferField() if path[-1] != "amount":
            return Aspect.TIMING
        case Condition():
            return Aspect.CONDITION
        case tuple() if any(isinstance(part, Condition) for item in value for part in _parts(item)):
            return Aspect.CONDITION
        case _:
            return Aspect.SETTING


def _parts(item: object) -> list[object]:
    return [value for _, value in _written(item)] if is_dataclass(item) else [item]


def _meaning(value: object) -> object:
    match value:
        case Condition():
            return value.tree
        case bool():
            return (bool, value)  # which else would equal 0 or 1
        case Template():
            return str(value)
        case tuple():
            return tuple(_meaning(item) for item in value)
        case _ if is_dataclass(value):
            return (type(value), *((name, _meaning(inner)) for name, inner in _written(value)))
        case _:
            return value


def _shown(value: object) -> str:
    match value:
        case timedelta():
            return _span(value)
        case Decimal():
            return f"{value.normalize():f}"
        case bool():
            return "yes" if value else "no"
        case OfferField():
            return f"offer.{value.name}"
        case Condition():
            return " ".join(value.text.split())
        case tuple():
            return "\n".join(_shown(item) for item in value)
        case Set():
            return ", ".join(sorted(map(str, value)))
        case _ if is_dataclass(value):
            return _in_one_line(value)
        case _:
            return str(value)


def _in_one_line(value: object) -> str:
    """`balance < 10: invite`; of a key only its target, because it has its name from its digits."""
    target = getattr(value, "target", "")
    words = [_shown(inner) for name, inner in _written(value) if name not in ("target", "digits")]
    return ": ".join(filter(None, [", ".join(words), target])) or type(value).__name__.lower()


def _span(span: timedelta) -> str:
    """As authors write it: 1d12h."""
    left = int(span.total_seconds())
    words = []
    for unit, seconds in (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)):
        number, left = divmod(left, seconds)
        words += [f"{number}{unit}"] if number else []
    return "".join(words) or "0s"
