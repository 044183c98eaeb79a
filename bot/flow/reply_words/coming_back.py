"""Who refused and wants to hear from us again, or takes the refusal back; and who asks for help."""

from __future__ import annotations

from typing import Final

from bot.flow.reply_words.concepts import Concept, grammar, letter, letters
from bot.flow.reply_words.reading import Reading

_WORD: Final = letter(Concept.WORD)
_REFUSED = "[UNSUBSCRIBE STOP CODE LETTER BLOCK]"

#: The refusal was a mistake: "I sent STOP by mistake", "取消退订".
_TAKEN_BACK: Final = grammar(
    "RETRACTED",
    f"UNDO [LINK X]{{0,3}} {_REFUSED}",
    "STOP [LINK]{0,2} DIDNT [LINK]{0,2} MEANT",
    f"CANCEL [LINK]{{1,3}} {_REFUSED}",
    "[PART FILL ME] UNSUBSCRIBE [LINK LE]{0,2} [CANCEL UNDO]",
    f"MISTAKE [LINK LE REPLY CHOOSE SEND TEXT REACHED]{{0,3}} {_REFUSED}",
    f"{_REFUSED} [LINK LE REPLY SEND X]{{0,4}} CUT? [LINK]{{0,3}} MISTAKE",
    f"MISTAKE [ANY CUT]{{0,4}} [NO ISNT DIDNT DONT NEVER] [LINK WISHES]{{0,3}} {_REFUSED}",
    "NOT_MEANT [LINK REPLY SEND TEXT]{0,3} [UNSUBSCRIBE STOP CODE LETTER BLOCK CANCEL]",
)
_SIGNED_UP_BY_MISTAKE: Final = letters("SUBSCRIBE SIGN_UP SUBSCRIPTION JOIN")

#: Wants to hear from us again.
_WANTED_AGAIN: Final = grammar(
    "START [LINK AGAIN]{0,3} [REACH MAIL HEAR TAKE OFFERS GET]",
    "BACK [LINK]{0,3} [TAKE HEAR SEND MAIL SUBSCRIBE GET OFFERS]",
    "[WISHES] [LINK AGAIN]{0,3} [HEAR GET TAKE] [LINK AGAIN]{0,3} [MAIL OFFERS] [LINK]{0,2} [AGAIN BACK]",
    "[WISHES] [LINK AGAIN]{0,2} [HEAR TAKE] [LINK]{0,2} AGAIN",
    "[WISHES] [LINK]{0,2} [MAIL OFFERS] [LINK]{0,2} [AGAIN BACK]",
    "[MESSAGES OFFERS] BACK",
    "SIGN_UP [LINK]{0,2} AGAIN",
    "[WISHES] [LINK]{0,3} GET BACK",
    "BACK [LINK]{0,2} LIST",
    "WISHES TO? BACK",
    "[WISHES YES AGREE] [LINK]{0,2} [TAKE HEAR] [LINK OFFERS]{0,3} [MAIL]",
    "MODAL SELF [GET HEAR] [LINK]{0,3} [MAIL OFFERS] [AGAIN BACK]",
    "^ [POLITE PART YES MODAL YOU]{0,3} [SEND TEXT] ME [LINK]{0,3} [MESSAGES OFFERS] AGAIN",
    "[AGAIN OFTEN]? [WISHES] [AGAIN OFTEN]{1,2} [HEAR TAKE SUBSCRIBE]",
    "[AGAIN OFTEN] [WISHES] [HEAR TAKE SUBSCRIBE]",
    "ACCEPT [LINK]? MAIL",
    "YOU MODAL [LINK]{0,2} REACH [LINK OFFERS]{0,4} [AGAIN BACK]",
    "YES AGAIN [LINK]{0,3} [SEND TEXT]",
    "[SUBSCRIBE SIGN_UP] [LINK AGAIN]{0,4} [MAIL OFFERS]",
)
_STARTS: Final = grammar("[START SUBSCRIBE]")
_WITH_A_RETURN: Final = letters(
    "LITTLE START SUBSCRIBE SUBSCRIPTION BACK MAIL REACH REACHED GET HEAR TAKE AGAIN WISHES YES AGREE REPLY OFFERS LIST"
    " CUT ASK MISTAKE UNDO HELP"
)
_OF_A_SERVICE: Final = letters("PRODUCT SERVICE OWN")
_DENIED: Final = letters("NEG WHY STILL WHAT HOW IF DECLINE NO_THANKS")
_REFUSALS: Final = letters("UNSUBSCRIBE STOP CODE CANCEL DELETE LETTER BLOCK")
_CANCELLED: Final = letters("CANCEL")
_OWN_PAST: Final = letters("SELF ME REPLY LE SEND")

_WITH_HELP: Final = letters("LITTLE OFF HELP WISHES SEND GET CUT ASK TEXT REPLY DOES")
_HELP: Final = letters("HELP")
_FAVOUR: Final = letters("FAVOUR")
_WITH_A_FAVOUR: Final = letters("FAVOUR POLITE PART LE ME CUT ASK YOU TO DOES CHOICE")


def coming_back(reading: Reading) -> tuple[str | None, Reading]:
    """The words that ask us back, and the message without the refusals that they take back."""
    marks = reading.letters
    if (back := _TAKEN_BACK.search(marks)) and not _SIGNED_UP_BY_MISTAKE & set(marks[: back.end()]):
        still_said = _without(reading, back.start(), back.end(), _REFUSALS)
        return reading.said(*back.span()), _without(still_said, back.end(), len(marks), _CANCELLED)
    for start, end in reading.clauses():
        clause = marks[start:end]
        wanted = _WANTED_AGAIN.search(clause)
        if wanted is None and set(clause) <= _WITH_A_RETURN and not _OF_A_SERVICE & set(marks):
            wanted = _STARTS.search(clause)
        if wanted is not None and not _DENIED & set(clause):
            said = reading.said(start + wanted.start(), start + wanted.end())
            past = start + wanted.start() if _OWN_PAST & set(marks[: start + wanted.start()]) else 0
            return said, _without(reading, 0, past, _REFUSALS)
    return None, reading


def _without(reading: Reading, start: int, end: int, dropped: frozenset[str]) -> Reading:
    stretch = "".join(_WORD if mark in dropped else mark for mark in reading.letters[start:end])
    return Reading(reading.letters[:start] + stretch + reading.letters[end:], reading.words)


def call_for_help(reading: Reading) -> str | None:
    said = set(reading.letters)
    if (said & _HELP and said <= _WITH_HELP) or (said & _FAVOUR and said <= _WITH_A_FAVOUR):
        return reading.said(0, len(reading.words))
    return None
