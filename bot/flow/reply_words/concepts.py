"""What words say, whatever their language: the alphabet in which the grammar of replies is written."""

from __future__ import annotations

import re
from enum import IntEnum, auto


class Concept(IntEnum):
    # between and around
    CUT = auto()  # a clause ends
    ASK = auto()  # a question mark; a clause ends here, too
    WORD = auto()  # one that says nothing here
    HAN = auto()  # a character of a word that is not listed
    POLITE = auto()
    PART = auto()  # particles and words of emphasis
    THEN = auto()  # 就: as in a threat
    LE = auto()  # 了: it is so now
    FILL = auto()  # of, are, 的
    THE = auto()  # the, is
    BE = auto()  # 是: is, or yes
    HAVE = auto()
    NOW = auto()
    ONLY = auto()
    AND = auto()
    OR = auto()
    CAN = auto()
    MUST = auto()
    WILL = auto()
    BEI = auto()  # 被, 让
    SELF = auto()  # I: as in "I don't text", which forbids nothing
    PERSON = auto()  # me, and whoever else is to be left in peace
    OWN = auto()  # my number, this phone
    YOU = auto()
    THIS = auto()  # it, these, all, any
    TO = auto()
    FROM = auto()
    OFF = auto()
    LIST = auto()  # where one is on, and wants to be off

    # no
    DO_NOT = auto()  # forbids, or states: don't
    BAN = auto()  # forbids: must not, 别, 不要
    NEVER = auto()
    NO_NEED = auto()  # forbids gently: 不用
    NO = auto()  # 不
    NOT = auto()
    NONE = auto()  # no: as in "no texts"
    DIDNT = auto()  # denies: didn't, isn't, won't, 没
    ISNT = auto()  # 不是: denies, or asks what is plain ("不是说了退订吗")
    CANT = auto()
    NO_MORE = auto()
    FEWER = auto()  # 少: fewer of them
    DECLINE = auto()  # not interested, 不接受: of what follows, or of what is offered
    NO_THANKS = auto()  # of what is offered

    # to reach people
    SEND = auto()  # send, texting, 发
    CALL = auto()  # call, 打
    PHONE = auto()  # calls, 电话
    CONTACT = auto()
    NOTICE = auto()  # 提醒: which may be spared without a refusal
    BOTHER = auto()
    TROUBLE = auto()  # bother: but "don't bother" only declines
    TEXT = auto()  # verb or noun: text, message, 推送
    MESSAGES = auto()  # and what they are full of: ads, 广告
    JUNK = auto()  # nonsense, 垃圾: of what is sent, or offered
    OFFERS = auto()
    REACHED = auto()  # contacted, texted
    GET = auto()
    HEAR = auto()  # hear from, receive
    TAKE = auto()  # 收, 接收: refused by a plain 不
    SEE = auto()
    WANT = auto()
    WILLING = auto()  # 愿意: to receive, or to take part
    RATHER = auto()  # I'd rather you ...

    # to end it
    STOP = auto()
    CANCEL = auto()
    DELETE = auto()
    UNSUBSCRIBE = auto()  # ends messages and nothing else
    LEAVE = auto()  # 退: in a clause of its own
    QUIET = auto()  # 勿扰, do not disturb
    PEACE = auto()  # leave me alone
    BLOCK = auto()
    REFUSE = auto()
    PULL = auto()  # take me off, put me out
    REMOVED = auto()  # removed, taken off, stopped
    GO_AWAY = auto()
    ANNOYING = auto()
    ENOUGH = auto()
    TOO_MUCH = auto()
    ANGER = auto()
    HARASSMENT = auto()
    THREAT = auto()
    LEAVING = auto()  # 换号: a threat after "again"
    COMPLAIN = auto()
    DARE = auto()  # 再发试试
    CODE = auto()  # TD, 0000: the carriers' codes, which refuse in a clause of their own
    LETTER = auto()  # T, N, R: these must be all there is

    # how often and when
    AGAIN = auto()
    OFTEN = auto()
    YET = auto()  # 又, 还: again, or still
    FROM_NOW = auto()
    TIME = auto()
    BUSY = auto()
    LATER = auto()  # puts off, or doubts
    ANY_TIME = auto()

    # to come back
    START = auto()
    SUBSCRIBE = auto()
    SUBSCRIPTION = auto()
    SIGN_UP = auto()
    BACK = auto()
    UNDO = auto()
    MISTAKE = auto()
    NOT_MEANT = auto()
    RETRACTED = auto()  # 取消退订: a refusal taken back, in one word

    # what else there is to end
    PRODUCT = auto()
    HANDSET = auto()  # and what else may be ended with its line
    SERVICE = auto()

    # to ask
    HOW = auto()
    WHAT = auto()
    WHY = auto()
    STILL = auto()  # 怎么还: why still
    DOES = auto()  # does it, 吗
    MAY = auto()  # 能不能: in form a question
    MEAN = auto()
    IF = auto()
    COST = auto()
    STAFF = auto()  # whom the second key usually brings
    HELP = auto()
    FAVOUR = auto()

    # to answer
    YES = auto()
    JOIN = auto()
    WISH = auto()  # 要: wants, takes, or agrees
    AGREE = auto()
    CONSENT = auto()
    ACCEPT = auto()
    SAY = auto()
    REPLY = auto()
    CHOOSE = auto()
    CHOICE = auto()  # option, 号, 个
    MEANT = auto()  # corrects an answer
    KEY = auto()
    NUMBER = auto()  # one, 二
    ORDINAL = auto()
    AMOUNT = auto()


_FIRST_LETTER = 0x00BF  # letters that mean nothing to a regular expression


def letter(concept: Concept) -> str:
    return chr(_FIRST_LETTER + concept)


def letters(names: str) -> frozenset[str]:
    """Those of the concepts and groups with these names."""
    return frozenset(mark for name in names.split() for mark in _GROUPS.get(name) or {letter(Concept[name])})


def _group(names: str) -> frozenset[str]:
    return frozenset(letter(Concept[name]) for name in names.split())


#: Words without a say of their own.
_LITTLE = (
    "HAVE POLITE PART THEN FROM FAVOUR MAY LE FILL THE BE SAY CHOICE NOW ONLY CAN MUST WILL BEI SELF PERSON OWN YOU"
    " THIS TO AND"
)
_GROUPS = {
    "ANY": frozenset(letter(concept) for concept in Concept) - _group("CUT ASK"),
    "MODAL": _group("CAN MUST WILL"),
    "X": _group("WORD HAN"),
    "ME": _group("PERSON OWN"),
    "NEG": _group("DO_NOT BAN NEVER NO_NEED NO NOT NONE DIDNT ISNT CANT NO_MORE"),
    "FORBID": _group("DO_NOT BAN NEVER NO_NEED"),
    "DONT": _group("DO_NOT BAN"),
    "REACH": _group("SEND CALL PHONE CONTACT BOTHER TEXT HARASSMENT"),
    "MAIL": _group("TEXT MESSAGES PHONE HARASSMENT"),
    "RING": _group("CALL PHONE CONTACT"),  # what may be wished for at another hour
    "ENDING": _group("STOP CANCEL DELETE UNSUBSCRIBE LEAVE BLOCK QUIET"),
    "LITTLE": _group(_LITTLE),
    "TAIL": _group(f"{_LITTLE} DOES YES AGAIN FROM_NOW TIME OFTEN YET"),
    "LINK": _group(
        "PART THEN FROM FAVOUR FILL BEI THE BE SAY CHOICE ANNOYING TO PERSON OWN YOU THIS AND POLITE NOW SELF AGAIN"
        " OFTEN YET"
    ),
    "QUESTION": _group("WHAT DOES ASK"),
    "WISHES": _group("WANT WISH WILLING"),
}


def grammar(*rules: str) -> re.Pattern[str]:
    """One expression over the letters; in a rule, the names of concepts and groups stand for their letters.

    `[A B]` is any of them, `[!A B]` any other; `^` and `$` are the ends of a clause, `~` is that of the message.
    """
    return re.compile("|".join(f"(?:{_rule(rule)})" for rule in rules))


_NAMED = re.compile(r"\[(!?)([A-Z_ ]+)\]|([A-Z][A-Z_]*)")


def _rule(rule: str) -> str:
    bounded = rule.replace("^", "(?<!ANY)").replace("$", "(?!ANY)")
    return "".join(_NAMED.sub(_class, bounded).split()).replace("~", r"\Z")


def _class(named: re.Match[str]) -> str:
    return f"[{'^' if named.group(1) else ''}{''.join(sorted(letters(named.group(2) or named.group(3))))}]"
