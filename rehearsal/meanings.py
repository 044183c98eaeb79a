"""What the words around a key mean to whoever reads or hears them."""

import re
from enum import StrEnum
from functools import lru_cache


class Intent(StrEnum):
    """What a person wants to say by an answer."""

    JOIN = "join"
    MANAGER = "manager"
    REPEAT = "repeat"
    OPT_OUT = "opt_out"
    DECLINE = "decline"
    ANSWER = "answer"  # to a question that sells nothing: a score, a cause, a number
    WRONG = "wrong"


USUAL_KEYS = {Intent.JOIN: "1", Intent.MANAGER: "2", Intent.REPEAT: "9", Intent.OPT_OUT: "0"}
OPT_OUT_KEYS = frozenset({"T", "TD", "STOP"})
YES_KEYS, NO_KEYS = frozenset({"YES", "Y", "是"}), frozenset({"NO", "N", "否"})

_MEANINGS: tuple[tuple[Intent, re.Pattern[str]], ...] = (
    (
        Intent.OPT_OUT,
        re.compile(r"退订|拒收|不再(?!需要)|不想再|勿扰|谢绝|\bstop\b|opt[ -]?out|unsubscribe|no more"),
    ),
    (
        Intent.MANAGER,
        re.compile(
            r"经理|人工|客服|专员|咨询|请人|协助|manager|agent|adviser|advisor|representative"
            r"|speak to|\bto ask\b|\bhelp\b"
        ),
    ),
    (Intent.REPEAT, re.compile(r"重听|再听|重复|重播|\bagain\b|\brepeat\b")),
    (
        Intent.DECLINE,
        re.compile(
            r"不参加|放弃|取消|不需要|不愿|不用了|暂不|销户|注销|离网|拆机|携转|转网|do not want|don.t want|decline"
            r"|no,? thanks|not now|\bcancel\b|\bleave\b|disconnect|close (?:my|the|your)",
        ),
    ),
    (
        Intent.JOIN,
        re.compile(
            r"参加|参与|愿意|确认|同意|办理|领取|续约|保留|留下|开通|预约|升级"
            r"|\bjoin\b|confirm|accept|take part|\bkeep\b|\bstay\b|\brenew\b|\bupgrade\b",
        ),
    ),
)

# From the most to the least telling: "基本满意" and "不满意" hold "满意", too.
_FEELINGS: tuple[tuple[int, re.Pattern[str]], ...] = (
    (
        0,
        re.compile(
            r"基本满意|比较满意|一般|勉强|还行|还可以|凑合|so-so|live with|could be better|neutral|average|\bfair\b",
        ),
    ),
    (-2, re.compile(r"(?:非常|很|极)不|very (?:poor|bad|unhappy|dissatisfied)|not at all")),
    (
        -1,
        re.compile(
            r"不满|没有?(?:解决|满意|收到)|未|否|不是|没有|不好|差|\bnot\b|\bno\b|dissatisf|unhappy|poor|\bbad\b",
        ),
    ),
    (2, re.compile(r"非常|很满意|十分|very|excellent|great")),
    (1, re.compile(r"满意|解决|收到|是的?$|好|\bwell\b|satisf|\byes\b|\bgood\b|solved|resolved|happy")),
)


@lru_cache(maxsize=4096)
def meaning_of(words: str) -> Intent | None:
    """Of words in lower case."""
    return next((intent for intent, pattern in _MEANINGS if pattern.search(words)), None)


@lru_cache(maxsize=4096)
def feeling_of(words: str) -> int | None:
    """From -2, very dissatisfied, to 2; None for words without any feeling. In lower case."""
    return next((feeling for feeling, pattern in _FEELINGS if pattern.search(words)), None)


def usual_meaning(key: str) -> Intent | None:
    """What a key means that nothing is said about."""
    if key in OPT_OUT_KEYS:
        return Intent.OPT_OUT
    if key in YES_KEYS or key in NO_KEYS:
        return None
    return next((intent for intent, usual in USUAL_KEYS.items() if usual == key), Intent.JOIN)
