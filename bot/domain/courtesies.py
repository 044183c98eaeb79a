"""The one short answer to who refuses, comes back or asks for help: whether it is due, and its words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.letters import chinese
from bot.domain.people import Brand


class Courtesy(StrEnum):
    OPT_OUT = "opt_out"  # confirms a refusal
    OPT_IN = "opt_in"
    HELP = "help"


@dataclass(frozen=True, slots=True)
class Answered:
    """An earlier courtesy to the same number, ours or the carrier's."""

    kind: Courtesy
    at: datetime


#: Who says the same thing again is not answered again: the register holds it already, and one answer was promised.
WITHIN = timedelta(days=1)

#: Of all kinds, to one number within a day: whoever writes more is a machine, or wants more than a machine's answer.
MOST = 4

#: Single words that the carrier answers and obeys by itself, in any case, where they are the whole message.
CARRIERS_WORDS: Mapping[Courtesy, frozenset[str]] = {
    Courtesy.OPT_OUT: frozenset(
        {"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"}
    ),
    Courtesy.OPT_IN: frozenset({"start", "yes", "unstop"}),
    Courtesy.HELP: frozenset({"help", "info"}),
}

_TEXTS: Mapping[Courtesy, Mapping[str, str]] = {
    Courtesy.OPT_OUT: {
        "zh": "【{brand}】已为您退订，我们不再给您发送短信或拨打电话。如需恢复，请回复START",
        "en": "{brand}: You are unsubscribed and will get no more messages or calls from us. "
        "To come back, reply START",
    },
    Courtesy.OPT_IN: {
        "zh": "【{brand}】已为您恢复接收。如需退订，请回复T",
        "en": "{brand}: You are subscribed again. To opt out, reply STOP",
    },
    Courtesy.HELP: {
        "zh": "【{brand}】这里是{brand}客户服务。{line}如需退订，请回复T",
        "en": "{brand}: This is customer care by message and phone. {line}To opt out, reply STOP",
    },
}
_LINE = {"zh": "人工咨询请致电{line}。", "en": "To talk to a person, call {line}. "}
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")


def wording(kind: Courtesy, language: str, brand: Brand, help_line: str | None) -> str:
    line = _LINE[language].format(line=help_line) if help_line else ""
    return _TEXTS[kind][language].format(brand=brand.in_language(language), line=line)


def language_of(words: str, language: str | None, msisdn: str) -> str:
    """Who writes Chinese reads it; else as the customer's language, and a stranger's number, tell."""
    if chinese(words):
        return "zh"
    if language is None:
        return "zh" if msisdn.startswith("+86") else "en"
    return "zh" if language.lower().startswith("zh") else "en"


def due(kind: Courtesy, earlier: Sequence[Answered], now: datetime) -> bool:
    """`earlier`: to the same number, oldest first. A refusal and a return undo each other, and are new each time."""
    lately = [one for one in earlier if now - one.at < WITHIN]
    if len(lately) >= MOST:
        return False
    same = [one.kind for one in lately if (one.kind is Courtesy.HELP) == (kind is Courtesy.HELP)]
    return not same or same[-1] is not kind


def may_be_answered(msisdn: str) -> bool:
    """Short codes and names are machines, and no machine is thanked for its message."""
    return _E164.fullmatch(msisdn) is not None


def carrier_answers(kind: Courtesy, words: str) -> bool:
    return words.strip().casefold() in CARRIERS_WORDS[kind]
