"""Reads `then:`, the exits of a step: which outcomes it names, and where each of them leads."""

from __future__ import annotations

from dataclasses import dataclass

from bot.flow.fields import MISSING, Fields
from bot.flow.model import AFTER, BUSINESS_EVENTS, NEXT, Exit
from bot.rules.problems import did_you_mean
from bot.rules.yaml_source import Entry, Scalar, Table

UNKNOWN_EXIT = "KL106"
DOUBLED_EXIT = "KL107"


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What can come of a kind of step."""

    names: tuple[str, ...]
    words_after: tuple[str, ...] = ()  # `reply 1`, `closed saved`: a first word with one of the author's
    deadline: bool = False
    events: bool = False  # business events lead away from it
    any_name: bool = False  # the names are another flow's results; they are checked when it is read


def read_exits(fields: Fields, outcomes: Outcomes, *, required: bool = True) -> dict[str, Exit]:
    """`then: {outcome: target}`, or `then: target` where every outcome leads to the same."""
    value = fields.value("then")
    if value is None:
        if required:
            fields.problems.add(fields.place, MISSING, f"{fields.what} has no then:", "then: {...: end}")
        return {}
    if isinstance(value, Scalar) and value.text:
        return {NEXT: Exit(NEXT, value.text, value.place)}
    if not isinstance(value, Table):
        fields.wrong(value, "then: needs outcomes and their targets")
        return {}
    exits: dict[str, Exit] = {}
    for written, entry in value.entries.items():
        exit_ = _exit(written, entry, fields, outcomes)
        if exit_ is None:
            continue
        if exit_.name in exits:
            fields.problems.add(entry.key_place, DOUBLED_EXIT, f"{exit_.name!r} leads to two targets")
        exits[exit_.name] = exit_
    return exits


def read_target(entry: Entry, fields: Fields, what: str) -> str | None:
    if isinstance(entry.value, Scalar) and entry.value.text:
        return entry.value.text
    fields.wrong(entry.value, f"{what} needs the name of a step, or end")
    return None


def _exit(written: str, entry: Entry, fields: Fields, outcomes: Outcomes) -> Exit | None:
    words = written.split()
    target = read_target(entry, fields, f"{written}:")
    if not words or target is None:
        return None
    place = entry.value.place
    if words[0] == AFTER and outcomes.deadline and len(words) == 2:
        after = fields.as_duration(Scalar(entry.key_place, words[1], words[1], inline=True), written)
        return Exit(AFTER, target, place, after) if after is not None else None
    name = " ".join(words)
    if _known(name, words, outcomes):
        return Exit(name, target, place)
    fields.problems.add(
        entry.key_place, UNKNOWN_EXIT, f"{fields.what} has no outcome {name!r}", _hint(name, outcomes)
    )
    return None


def _known(name: str, words: list[str], outcomes: Outcomes) -> bool:
    return (
        outcomes.any_name
        or name in outcomes.names
        or (words[0] in outcomes.words_after and len(words) == 2)
        or (outcomes.events and name in BUSINESS_EVENTS)
    )


def _hint(name: str, outcomes: Outcomes) -> str:
    known = [*outcomes.names, *(BUSINESS_EVENTS if outcomes.events else ())]
    spoken = [f"{word} ..." for word in outcomes.words_after] + (["after 24h"] if outcomes.deadline else [])
    return did_you_mean(name, known) or f"known are {', '.join([*outcomes.names, *spoken])}"
