"""A message read word by word: one letter for what each word says, and the words themselves."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from rapidfuzz.distance import OSA

from bot.flow.reply_words.concepts import Concept, letter
from bot.flow.reply_words.lexicon import LENGTHS, LETTER_OF, SINGLE_WORDS, written
from bot.flow.reply_words.tidy import AMOUNT, ASK, CLOCK, CUT, pieces, tidied

#: Misspelt by a slip of the thumb, these are still heard: long words by two slips.
SPELT_NEARLY: Final = (
    "stop", "unsubscribe", "optout", "stopall", "cancel", "remove", "delete", "revoke", "resubscribe", "texting",
    "texts", "message", "messages", "messaging", "calling", "contact", "contacting", "sending", "spamming",
    "marketing", "promotions", "bother", "bothering", "disturb", "harassing", "please", "thanks", "receive",
    "receiving", "anymore", "subscribe", "discontinue", "confirm", "accept", "option", "number", "again",
    "unsubscribed", "quit", "thank", "leave", "immediately", "notifications", "advertising",
)  # fmt: skip
#: A neighbour's key hit for the first letter of the one word that matters most.
_FIRST_MISTYPED: Final = frozenset({"dtop", "xtop", "ztop", "wtop", "tsop"})
_SHORT: Final = 4  # what is shorter is near to too much
_LONG: Final = 8
_LONG_DRAWN = re.compile(r"(.)\1{2,}")
_TWICE = re.compile(r"(.)\1+")
_WORD: Final = letter(Concept.WORD)


@dataclass(frozen=True, slots=True)
class Reading:
    letters: str
    words: tuple[str, ...]

    def said(self, start: int, end: int) -> str:
        """The words of a stretch, as they were understood."""
        spoken = [word for word in self.words[start:end] if word not in (CUT, ASK)]
        return "".join(
            word if n == 0 or not (word[0].isascii() and spoken[n - 1][-1].isascii()) else f" {word}"
            for n, word in enumerate(spoken)
        )

    def clauses(self) -> Iterator[tuple[int, int]]:
        start = 0
        for end, mark in enumerate(self.letters):
            if mark in _ENDS:
                yield start, end
                start = end + 1
        yield start, len(self.letters)

    def without(self, dropped: Collection[str]) -> Reading:
        kept = [n for n, mark in enumerate(self.letters) if mark not in dropped]
        return Reading("".join(self.letters[n] for n in kept), tuple(self.words[n] for n in kept))


_ENDS: Final = frozenset((letter(Concept.CUT), letter(Concept.ASK)))


def read(text: str) -> Reading:
    found = list(_words(pieces(tidied(text), SINGLE_WORDS)))
    return Reading("".join(mark for mark, _ in found), tuple(word for _, word in found))


def _words(parts: list[str]) -> Iterator[tuple[str, str]]:
    place = 0
    while place < len(parts):
        for length in LENGTHS.get(parts[place], ()):
            known = LETTER_OF.get(tuple(parts[place : place + length]))
            if known is not None:
                yield known, written(parts[place : place + length])
                place += length
                break
        else:
            yield _unlisted(parts[place]), parts[place]
            place += 1


def _unlisted(part: str) -> str:
    if part in _MARKS:
        return _MARKS[part]
    if part.isdigit():
        return letter(Concept.KEY if len(part) < 4 else Concept.AMOUNT)
    if not part.isascii():
        return letter(Concept.HAN)
    return _misspelt(part) if len(part) > 2 else _WORD


_MARKS: Final = {
    CUT: letter(Concept.CUT),
    ASK: letter(Concept.ASK),
    AMOUNT: letter(Concept.AMOUNT),
    CLOCK: letter(Concept.TIME),
}


@lru_cache(maxsize=4096)
def _misspelt(word: str) -> str:
    for once in (_LONG_DRAWN.sub(r"\1", word), _LONG_DRAWN.sub(r"\1\1", word), _TWICE.sub(r"\1", word)):
        if once in SINGLE_WORDS and (len(word) >= _SHORT or _LONG_DRAWN.search(word)):
            return LETTER_OF[(once,)]
    meant = "stop" if word in _FIRST_MISTYPED else _nearest(word)
    return LETTER_OF[(meant,)] if meant else _WORD


def _nearest(word: str) -> str | None:
    if len(word) < _SHORT:
        return None
    for known in SPELT_NEARLY:
        slips = 1 if len(known) < _LONG else 2
        if word[0] != known[0] and len(known) < _LONG:
            continue
        if OSA.distance(word, known, score_cutoff=slips) <= slips:
            return known
    return None
