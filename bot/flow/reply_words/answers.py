"""An answer to what was asked: a key, by its digit or its name, or a yes."""

from __future__ import annotations

import re
from typing import Final

from bot.flow.reply_words.concepts import Concept, grammar, letter, letters
from bot.flow.reply_words.lexicon import words_that_say
from bot.flow.reply_words.reading import Reading

YES_WORDS: Final = words_that_say("YES JOIN WISH BE AGREE ACCEPT SIGN_UP WILLING")

_KEY_OF: Final = {
    "one": "1", "won": "1", "first": "1", "1st": "1", "一": "1", "幺": "1", "壹": "1", "第一": "1",
    "two": "2", "too two": "2", "tow": "2", "second": "2", "2nd": "2", "二": "2", "两": "2", "贰": "2", "第二": "2",
    "three": "3", "third": "3", "3rd": "3", "三": "3", "叁": "3", "第三": "3",
    "four": "4", "fourth": "4", "4th": "4", "四": "4", "肆": "4", "第四": "4",
}  # fmt: skip

_REJECTED: Final = grammar(
    "[NO NOT DONT NEVER DIDNT ISNT NO_NEED CANT] [BE CHOOSE CHOICE WISHES REPLY PART THE]{0,3}"
    " [KEY NUMBER ORDINAL] CHOICE?"
)
_EITHER: Final = grammar("[KEY NUMBER ORDINAL] CHOICE? CUT? OR [CHOOSE CHOICE THE]{0,2} [KEY NUMBER ORDINAL]")
_BEFORE = (
    "[POLITE PART THEN BEI LE YES JOIN REPLY CHOOSE CHOICE WISHES ME SELF MODAL THE BE NOW ONLY TO MEANT MISTAKE AND"
    " THIS AGREE SEND]"
)
_AFTER = "[POLITE PART THEN AND LE CHOICE CHOOSE YES JOIN NOW THE TO ME AGREE WISH BE THIS ONLY MEANT STAFF]"
_UNASKED = "(?!ANY)(?!ASK)"
_NAMED: Final = grammar(
    f"^ OR? {_BEFORE}{{0,8}} NONE? (KEY | NUMBER | ORDINAL) NUMBER? {_AFTER}{{0,8}} {_UNASKED}"
)
#: The digit, and what there is to say to it: "1 but after six", "2 我要取消宽带".
_REMARKED: Final = grammar(
    "^ [POLITE PART YES REPLY CHOOSE CHOICE WISH ME SELF]{0,4} (KEY)"
    " [POLITE AND ME SELF YOU DONT NO_NEED NO NOT WISHES YES JOIN MODAL NOW ONLY TO STAFF RING SEND TIME]"
    f" [!CUT ASK WHAT DOES HOW COST MEAN IF OR KEY]{{0,60}} {_UNASKED}"
)
_CORRECTED: Final = letters("MEANT MISTAKE")
_CUT: Final = letter(Concept.CUT)

_AGREED: Final = grammar(
    "^ [POLITE PART THEN FAVOUR BEI LE ME SELF BE NOW HAVE MODAL WISHES THE ONLY CHOICE TO THIS AND]{0,8}"
    " ([YES JOIN AGREE ACCEPT WISH WILLING SIGN_UP])"
    " [POLITE PART LE YES JOIN ME TO THIS NOW CHOICE FILL HAVE THE AND AGREE WISHES ACCEPT ONLY SELF MODAL BE SIGN_UP"
    f" OFFERS SERVICE]{{0,10}} {_UNASKED}",
    f"^ [POLITE PART]{{0,3}} (BE) [POLITE PART LE BE]{{0,3}} {_UNASKED}",
)
_POLITENESS: Final = grammar("^ [POLITE PART THEN LE NOW]{1,8} $")
_DOUBTED: Final = letters("IF WHAT DOES MAY STILL HOW WHY COST LATER ASK MEAN DECLINE NO_THANKS OR")
_TURNED_DOWN: Final = grammar(
    "^ [LITTLE]{0,4} [NONE NOT NO DONT] [LITTLE]{0,4} $",
    "NEG [LINK]{0,2} [WISHES JOIN YES AGREE ACCEPT]",
)


def key_named(reading: Reading) -> tuple[str, str] | None:
    """The key, and the words that name it; none if two are named, unless the second mends the first."""
    if _EITHER.search(reading.letters):
        return None
    marks = _REJECTED.sub(lambda no: _CUT * len(no.group()), reading.letters)
    named = sorted((*_NAMED.finditer(marks), *_REMARKED.finditer(marks)), key=lambda match: match.start())
    found = [(_key(reading, match), reading.said(*match.span())) for match in named]
    if len({key for key, _ in found}) > 1 and marks == reading.letters and not _CORRECTED & set(marks):
        return None
    return found[-1] if found else None


def _key(reading: Reading, match: re.Match[str]) -> str:
    named = reading.words[_place(match)]
    return _KEY_OF.get(named, named)


def _place(match: re.Match[str]) -> int:
    """Where the group is that took part: the rules have one each."""
    return next(match.start(n) for n in range(1, len(match.groups()) + 1) if match.group(n))


def agreement(reading: Reading) -> str | None:
    """The yes in a message that neither asks, nor doubts, nor turns down."""
    marks = reading.letters
    if _DOUBTED & set(marks) or _TURNED_DOWN.search(marks):
        return None
    for start, end in reading.clauses():
        clause = marks[start:end]
        if not clause or _POLITENESS.fullmatch(clause):
            continue
        agreed = _AGREED.match(clause)
        if agreed is None:
            return None
        said = reading.words[start + _place(agreed)]
        return said if said in YES_WORDS else "yes"
    return None
