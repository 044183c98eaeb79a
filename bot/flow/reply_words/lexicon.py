"""All words by the pieces they are written in, so that the longest that fits is found in a few look-ups."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from bot.flow.reply_words.chinese_everyday import CHINESE_EVERYDAY
from bot.flow.reply_words.chinese_refusals import CHINESE_REFUSALS
from bot.flow.reply_words.concepts import Concept, letter, letters
from bot.flow.reply_words.english_everyday import ENGLISH_EVERYDAY
from bot.flow.reply_words.english_refusals import ENGLISH_REFUSALS
from bot.flow.reply_words.tidy import MARKS, pieces

Pieces = tuple[str, ...]


def words_of(listed: str) -> Iterator[str]:
    for line in listed.splitlines():
        yield from filter(None, (word.strip() for word in line.split("|")))


def _by_pieces(*lists: Mapping[str, str]) -> dict[Pieces, str]:
    found: dict[Pieces, str] = {}
    for name, listed in (item for words in lists for item in words.items()):
        mark = letter(Concept[name])
        for word in words_of(listed):
            parts = tuple(pieces(word))
            if not parts or set(parts) & MARKS:
                raise ValueError(f"{word!r} would never be found")
            if found.setdefault(parts, mark) != mark:
                raise ValueError(f"{word!r} cannot say {name} and something else, too")
    return found


LETTER_OF: Final = _by_pieces(ENGLISH_REFUSALS, ENGLISH_EVERYDAY, CHINESE_REFUSALS, CHINESE_EVERYDAY)


def _lengths(known: Mapping[Pieces, str]) -> dict[str, tuple[int, ...]]:
    """For a first piece the lengths of the words that begin with it, the longest first."""
    lengths: dict[str, set[int]] = {}
    for parts in known:
        lengths.setdefault(parts[0], set()).add(len(parts))
    return {first: tuple(sorted(some, reverse=True)) for first, some in lengths.items()}


LENGTHS: Final = _lengths(LETTER_OF)

SINGLE_WORDS: Final = frozenset(parts[0] for parts in LETTER_OF if len(parts) == 1 and parts[0].isascii())


def words_that_say(names: str) -> frozenset[str]:
    """As they are found in a message that has been read."""
    wanted = letters(names)
    return frozenset(written(parts) for parts, mark in LETTER_OF.items() if mark in wanted)


def written(parts: Sequence[str]) -> str:
    return (" " if parts[0].isascii() and parts[0].isalpha() else "").join(parts)
