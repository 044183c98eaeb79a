"""All words by the pieces they are written in, so that the longest that fits is found in a few look-ups."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from bot.flow.reply_words.chinese import CHINESE
from bot.flow.reply_words.concepts import Concept, letter, letters
from bot.flow.reply_words.english import ENGLISH
from bot.flow.reply_words.tidy import MARKS, pieces

Pieces = tuple[str, ...]


def words_of(listed: str) -> Iterator[str]:
    for line in listed.splitlines():
        yield from filter(None, (word.strip() for word in line.split("|")))


def _by_pieces(*languages: Mapping[str, str]) -> dict[Pieces, str]:
    found: dict[Pieces, str] = {}
    said: dict[Pieces, str] = {}
    for language in languages:
        for name, listed in language.items():
            for word in words_of(listed):
                parts = tuple(pieces(word))
                if not parts or set(parts) & MARKS:
                    raise ValueError(f"{word!r} would never be found")
                if said.setdefault(parts, name) != name:
                    raise ValueError(f"{word!r} cannot say both {said[parts]} and {name}")
                found[parts] = letter(Concept[name])
    return found


LETTER_OF: Final = _by_pieces(ENGLISH, CHINESE)


def _lengths(known: Mapping[Pieces, str]) -> dict[str, tuple[int, ...]]:
    """For a first piece the lengths of the words that begin with it, the longest first."""
    lengths: dict[str, set[int]] = {}
    for parts in known:
        lengths.setdefault(parts[0], set()).add(len(parts))
    return {first: tuple(sorted(some, reverse=True)) for first, some in lengths.items()}


LENGTHS: Final = _lengths(LETTER_OF)

SINGLE_WORDS: Final = frozenset(parts[0] for parts in LETTER_OF if len(parts) == 1 and parts[0].isascii())


def words_that_say(*names: str) -> frozenset[str]:
    """As they are found in a message that has been read."""
    return frozenset(written(parts) for parts, mark in LETTER_OF.items() if mark in letters(*names))


def written(parts: Sequence[str]) -> str:
    return (" " if parts[0].isascii() and parts[0].isalpha() else "").join(parts)
