"""What a person understands of a text or a prompt: which answer does what, and how much to recharge."""

import re
from dataclasses import dataclass, field
from enum import StrEnum


class Intent(StrEnum):
    """What a person wants to say by an answer."""

    JOIN = "join"
    MANAGER = "manager"
    REPEAT = "repeat"
    OPT_OUT = "opt_out"
    DECLINE = "decline"
    WRONG = "wrong"


USUAL_KEYS = {Intent.JOIN: "1", Intent.MANAGER: "2", Intent.REPEAT: "9", Intent.OPT_OUT: "0"}

_CLAUSES = re.compile(r"[，。；、！？,;!?\n]|\.(?!\d)|\bor\b|或")
_KEY = r"([0-9*#](?![0-9.元])|TD\b|T\b|R\b|STOP\b)"
_KEY_MENTION = re.compile(
    rf"(?:(?<!返)回复?|按(?:一次|键|下)?|发送?|\b(?:reply|press|text|send|dial)\b)\s*[\"'“「]?\s*{_KEY}|^\s*{_KEY}\s+(?:to|for)\b",
    re.IGNORECASE,
)
_MEANINGS: tuple[tuple[Intent, re.Pattern[str]], ...] = (
    (
        Intent.OPT_OUT,
        re.compile(r"退订|拒收|不再|不想再|勿扰|谢绝|\bstop\b|opt[ -]?out|unsubscribe|no more", re.I),
    ),
    (Intent.MANAGER, re.compile(r"经理|人工|客服|专员|manager|agent|adviser|advisor|representative", re.I)),
    (Intent.REPEAT, re.compile(r"重听|再听|重复|重播|\bagain\b|\brepeat\b", re.I)),
    (
        Intent.DECLINE,
        re.compile(r"不参加|放弃|取消|不需要|do not want|don.t want|decline|no thanks|\bcancel\b", re.I),
    ),
    (Intent.JOIN, re.compile(r"参加|参与|确认|同意|办理|领取|\bjoin\b|confirm|accept|take part", re.I)),
)
_MINIMUM = (
    re.compile(r"充(?:值|话费)?\s*满?\s*[¥￥]?\s*(\d+(?:\.\d+)?)"),
    re.compile(r"满\s*[¥￥]?\s*(\d+(?:\.\d+)?)\s*元?"),
    re.compile(r"(?:top[ -]?up|recharge)(?! has)[^\d.]{0,40}?(\d+(?:\.\d+)?)(?!\s*(?:days?|hours?))", re.I),
)


@dataclass(frozen=True, slots=True)
class Offer:
    keys: dict[Intent, str] = field(default_factory=dict)
    minimum: float | None = None

    @property
    def invites(self) -> bool:
        return Intent.JOIN in self.keys


def read_offer(text: str) -> Offer:
    keys: dict[Intent, str] = {}
    previous = ""
    for clause in _CLAUSES.split(text):
        for mention in _KEY_MENTION.finditer(clause):
            key = (mention.group(1) or mention.group(2)).upper()
            meaning = _meaning_of(clause) or _meaning_of(previous) or _usual_meaning(key)
            keys.setdefault(meaning, key)
        previous = clause
    return Offer(keys, _minimum_in(text))


def _meaning_of(clause: str) -> Intent | None:
    return next((intent for intent, words in _MEANINGS if words.search(clause)), None)


def _usual_meaning(key: str) -> Intent:
    if key in ("T", "TD", "STOP"):
        return Intent.OPT_OUT
    return next((intent for intent, usual in USUAL_KEYS.items() if usual == key), Intent.JOIN)


def _minimum_in(text: str) -> float | None:
    for pattern in _MINIMUM:
        if found := pattern.search(text):
            return float(found.group(1))
    return None
