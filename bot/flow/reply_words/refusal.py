"""Whether a message refuses to be contacted: all that only sounds like it is left out first."""

from __future__ import annotations

from typing import Final

from bot.flow.reply_words.concepts import grammar, letters
from bot.flow.reply_words.leaving_out import other_matters_left_out
from bot.flow.reply_words.lexicon import words_of
from bot.flow.reply_words.reading import Reading
from bot.flow.reply_words.refusing import (
    ANNOYED_CLAUSE,
    COMPLAINING,
    ENDING,
    FORBIDDING,
    LEAVING,
    NOT_WANTING,
    STOP_CLAUSE,
)

_REFUSAL: Final = grammar(*STOP_CLAUSE, *ENDING, *LEAVING, *FORBIDDING, *NOT_WANTING, *COMPLAINING)
_ANNOYED: Final = grammar(*ANNOYED_CLAUSE)
_ABOUT_A_SERVICE: Final = letters("PRODUCT HANDSET SERVICE KEY OWN")
_ABOUT_MESSAGES: Final = letters("REACH MAIL TAKE GET HEAR OFTEN")
_UNKNOWN: Final = letters("X")

_ANGRY: Final = letters("ANGER ANNOYING")
_IN_ANGER: Final = letters("LITTLE ANGER ANNOYING OFTEN YET TIME ENOUGH CUT ASK DOES REACH MAIL")
_CODED: Final = letters("LETTER CODE")
_AROUND_A_CODE: Final = letters(
    "POLITE PART LE THEN CUT REPLY ME SELF NOW FILL CHOOSE BE WISHES TO SEND TEXT MESSAGES YES NO_THANKS DECLINE NONE NO"
    " THIS ANNOYING OFTEN"
)
_WITHOUT_WEIGHT: Final = letters("POLITE PART LE CUT NOW THEN")

_STOPPING: Final = letters("STOP CANCEL UNSUBSCRIBE")
_SHORT_STOPS: Final = letters("LEAVE CODE LETTER")
#: These refuse beside a key as well. What may be said of a key alone is none of them: 不要2, leave 1.
_STOP_WORDS: Final = frozenset(
    words_of("end | endnow | edn | refuse | jujue | 拒绝 | 我拒绝 | 拒 | 拒接 | 谢绝 | 回绝")
)

#: Alone in a message, give or take politeness, these refuse everything: words and typos that would say much else
#: among others.
_ALONE: Final = frozenset(
    words_of("""
    stop | stops | stp | stopall | end | endnow | edn | cancel | quit | desist | unsubscribe | optout | out | leave
    remove | revoke | block | blocked | reported | blockedandreported | refuse | enough | no more | no texts | no sms
    spam | bullshit | fu | sb | td | tui | buyao | quxiao | jujue
    退订 | 取消 | 停 | 停止 | 退 | 删 | 拒绝 | 我拒绝 | 拒 | 拒接 | 谢绝 | 回绝 | 婉拒 | 不收 | 不要 | 不要了 | 不要不要
    不要不要不要 | 唔要 | 说不要 | 讲唔要 | 都话唔要 | 勿 | 骚扰 | 烦 | 吵 | 垃圾 | 举报 | 够了 | 他妈的 | 妈的
    拒收 | 据收 | 巨收 | 具收 | 拒售 | 拒手 | 拒首 | 拒守
""")
)


def refusal(reading: Reading) -> str | None:
    """The words that refuse, if any do."""
    if (alone := _alone(reading)) is not None:
        return alone
    meant = other_matters_left_out(reading)
    found = _REFUSAL.search(meant)
    if found is None and _about_us(set(meant)):
        found = _ANNOYED.search(meant)
    return reading.said(*found.span()) if found is not None else None


def _about_us(said: set[str]) -> bool:
    """What annoys is what we send: nothing else is named that might."""
    return not said & _ABOUT_A_SERVICE and (not said & _UNKNOWN or bool(said & _ABOUT_MESSAGES))


def _alone(reading: Reading) -> str | None:
    """A carrier's code, a bare no more, or nothing but anger."""
    said = set(reading.letters)
    if (said & _CODED and said <= _AROUND_A_CODE | _CODED) or (said & _ANGRY and said <= _IN_ANGER):
        return reading.said(0, len(reading.letters))
    weighty = reading.without(_WITHOUT_WEIGHT)
    bare = "".join(weighty.words)
    return bare if bare in _ALONE else _beside_a_key(weighty)


def _beside_a_key(weighty: Reading) -> str | None:
    """STOP 1: to a text that named both. A short one beside a longer number may be anything: 退50, N95."""
    said = list(zip(weighty.letters, weighty.words, strict=True))
    keys = [word for mark, word in said if word.isdigit() and mark not in _CODED]
    others = [(mark, word) for mark, word in said if not word.isdigit() or mark in _CODED]
    if not keys or not others:
        return None
    plain = all(mark in _STOPPING or word in _STOP_WORDS for mark, word in others)
    short = all(mark in _SHORT_STOPS for mark, _ in others) and all(len(key) == 1 for key in keys)
    return weighty.said(0, len(said)) if plain or short else None
