"""Replies with what they mean, written for this project (`flows/replies/*.csv`): the measure of understanding."""

from __future__ import annotations

import csv
import hashlib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.flow.replies import Meaning
from bot.rules.problems import did_you_mean

COLUMNS = ("text", "language", "meaning", "key", "note")
LANGUAGES = ("zh", "zh-Hant", "en", "mixed")
OFFERED = ("1", "2")  # the keys of the message that every labelled reply answers

TUNING = "tuning.csv"
HELD_OUT = "held_out.csv"

# The first number by which the halves are alike in meanings, languages and near misses. Never change it: a
# reply that has been tuned on must not come to be held out.
_SALT = 22904


class BadLabels(ValueError):
    """The file cannot be used; the message names every line that is wrong."""


class _Fault(ValueError):
    """One line cannot be used."""


@dataclass(frozen=True, slots=True)
class Labelled:
    text: str
    language: str
    meaning: Meaning
    key: str | None
    note: str  # why it is hard
    line: int


def load_labelled(path: Path) -> list[Labelled]:
    try:
        lines = path.read_bytes().decode("utf-8-sig").splitlines()
    except OSError as error:
        raise BadLabels(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise BadLabels(f"{path}: is not UTF-8") from None
    _check_header(path, lines)
    return _replies(path, lines)


def half_of(text: str) -> str:
    """TUNING or HELD_OUT, by a hash, so that nobody chooses; the same words always share a half."""
    digest = hashlib.md5(f"{_SALT}:{folded(text)}".encode(), usedforsecurity=False).digest()
    return HELD_OUT if digest[0] & 1 else TUNING


def folded(text: str) -> str:
    """Without case, width, spaces and punctuation: replies that differ in nothing else are one reply."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(mark for mark in plain if _says_something(unicodedata.category(mark)))


def _says_something(category: str) -> bool:
    return category[0] in "LN" or category == "So"  # letters, numbers and pictures


def _check_header(path: Path, lines: Sequence[str]) -> None:
    names = tuple(lines[0].split(",")) if lines else ()
    for name in COLUMNS:
        if name not in names:
            raise BadLabels(f"{path}:1: column {name!r} is missing")
    if names != COLUMNS:
        raise BadLabels(f"{path}:1: the columns are {','.join(COLUMNS)}, in this order and no others")


def _replies(path: Path, lines: Sequence[str]) -> list[Labelled]:
    replies: list[Labelled] = []
    wrong: list[str] = []
    first_line: dict[str, int] = {}
    for number, line in enumerate(lines[1:], start=2):
        try:
            reply = _reply(line, number)
            if (earlier := first_line.setdefault(reply.text, number)) != number:
                raise _Fault(f"the text {reply.text!r} is in line {earlier} already")
        except _Fault as fault:
            wrong.append(f"{path}:{number}: {fault}")
        else:
            replies.append(reply)
    if wrong:
        raise BadLabels("\n".join(wrong))
    if not replies:
        raise BadLabels(f"{path}: holds no reply")
    return replies


def _reply(line: str, number: int) -> Labelled:
    text, language, meaning, key, note = _cells(line)
    return Labelled(
        text=text,
        language=_one_of(LANGUAGES, language, "language"),
        meaning=(meant := Meaning(_one_of(tuple(Meaning), meaning, "meaning"))),
        key=_key(meant, key),
        note=note,
        line=number,
    )


def _cells(line: str) -> list[str]:
    """A reply is one line: a quote that is never closed costs that line and not the rest of the file."""
    try:
        cells = next(csv.reader([line], strict=True), [])
    except csv.Error as error:
        raise _Fault(str(error)) from None
    if len(cells) != len(COLUMNS):
        raise _Fault(f"has {len(cells)} cells, not {len(COLUMNS)}")
    return cells


def _one_of(known: Sequence[str], value: str, column: str) -> str:
    if value in known:
        return value
    hint = did_you_mean(value, known) or f"known are {', '.join(known)}"
    raise _Fault(f"{column} {value!r} is unknown ({hint})")


def _key(meaning: Meaning, key: str) -> str | None:
    if meaning is not Meaning.KEY:
        if key:
            raise _Fault(f"the meaning {meaning} has no key, but {key!r} is given")
        return None
    return _one_of(OFFERED, key, "key")
