"""A message without what only sounds like a refusal, before one is looked for."""

from __future__ import annotations

import re
from typing import Final

from bot.flow.reply_words import other_matters as other
from bot.flow.reply_words.concepts import Concept, grammar, letter
from bot.flow.reply_words.reading import Reading

_RHETORIC: Final = grammar(*other.RHETORIC)
_OTHER: Final = grammar(
    *other.GOING_ON,
    *other.ANOTHER_SERVICE,
    *other.ASKED_ABOUT,
    *other.STATED,
    *other.ANOTHER_HOUR,
    *other.ANOTHER_WAY,
)
_SPARED_CALL: Final = grammar(*other.SPARED_CALL)
_NEEDLESS_CALL: Final = grammar(*other.NEEDLESS_CALL)
_KEY_FIRST: Final = grammar(*other.KEY_FIRST)
_YES_FIRST: Final = grammar(*other.YES_FIRST)
_BUSY: Final = grammar("BUSY")
_INSISTS: Final = grammar("OFTEN", "THREAT", "COMPLAIN", "GO_AWAY")

_WORD: Final = letter(Concept.WORD)


def other_matters_left_out(reading: Reading) -> str:
    """The letters of the message, with those that are about something else put out of sight."""
    said = reading.letters
    meant = [match.span() for match in _RHETORIC.finditer(said)]

    def out_of_sight(match: re.Match[str]) -> str:
        if any(start <= match.start() < end for start, end in meant):
            return match.group()
        return _WORD * len(match.group())

    left = _OTHER.sub(out_of_sight, said)
    if _INSISTS.search(said):
        return left
    if _BUSY.search(said) or _KEY_FIRST.match(said):
        return _SPARED_CALL.sub(out_of_sight, left)
    return _NEEDLESS_CALL.sub(out_of_sight, left) if _YES_FIRST.match(said) else left
