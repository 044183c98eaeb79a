"""What a caller said instead of pressing keys: a refusal, or the keys that they meant."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.flow.model import FlowStep
from bot.flow.replies import YES_KEY, Meaning, Understood, understand
from bot.flow.reply_words import YES_WORDS
from bot.flow.steps.call import CallStep
from bot.flow.steps.survey import CallSurvey, YesNo

TRUSTED = 0.4  # the carrier's confidence below which its words count for noise

_SPELT = {
    "zh": {
        "0": "零", "1": "一", "2": "二", "3": "三", "4": "四",
        "5": "五", "6": "六", "7": "七", "8": "八", "9": "九", "*": "星号", "#": "井号",
    },
    "en": {
        "0": "zero", "1": "one", "2": "two", "3": "three", "4": "four",
        "5": "five", "6": "six", "7": "seven", "8": "eight", "9": "nine", "*": "star", "#": "pound",
    },
}  # fmt: skip
_OTHER_SPELLINGS = {"oh": "0", "〇": "0", "幺": "1", "两": "2", "hash": "#"}
_DIGIT_OF = {word: digit for words in _SPELT.values() for digit, word in words.items()} | _OTHER_SPELLINGS
_NO_NUMBER_BEFORE = "(?![想下般直点会样定个些起共])"  # 一想, 一下, 一般: parts of other words


def _pattern(word: str) -> str:
    return rf"\b{word}\b" if word.isascii() else f"{word}{_NO_NUMBER_BEFORE if word == '一' else ''}"


_DIGIT_WORD = re.compile("|".join(_pattern(word) for word in sorted(_DIGIT_OF, key=len, reverse=True)))
_ENTRY = re.compile(r"[0-9*#]{1,20}")
_BETWEEN_DIGITS = re.compile(r"[\s\-.,，。、]+")
_UNIT = re.compile(r"(?<=[0-9])\s*(?:分|星|points?|stars?)\b")  # "五分": the score, not five minutes

_LIKELY = {
    "zh": ("是", "好的", "可以", "参加", "同意", "确认", "不需要", "不要再打了", "别再给我打电话"),
    "en": ("yes", "okay", "I agree", "confirm", "no thanks", "stop calling me", "don't call me again"),
}


@dataclass(frozen=True, slots=True)
class Heard:
    """`digits` are the keys that were meant; empty, where nothing was pressed or understood."""

    digits: str = ""
    refusal: str = ""  # the words that refuse everything
    confidence: float | None = None  # given for what was said

    @property
    def from_person(self) -> bool:
        return bool(self.digits or self.refusal)

    def facts(self) -> dict[str, object]:
        """What is told on as evidence: never the customer's own words, which stay with the event."""
        if self.confidence is None:
            return {}
        return {"said": True, "confidence": self.confidence, "digits": self.digits}


def hear(payload: Mapping[str, Any], step: FlowStep | None) -> Heard:
    """Keys before words; `step` is the one that asked.

    A refusal counts however unsure the carrier is of it: one call too few is forgiven, one too many is not.
    """
    pressed, said = str(payload.get("Digits") or ""), str(payload.get("SpeechResult") or "")
    if pressed or not said:
        return Heard(pressed)
    confidence = _confidence(payload.get("Confidence"))
    understood = understand(said)
    if understood.meaning is Meaning.OPT_OUT:
        return Heard(refusal=understood.wording, confidence=confidence)
    if confidence < TRUSTED:
        return Heard(confidence=confidence)
    return Heard(_in_words(said, understood, step) or _in_numbers(said), confidence=confidence)


def _in_words(said: str, understood: Understood, step: FlowStep | None) -> str:
    """Yes and no are answers to a question of yes or no alone: to "how many points?" a "fine" is none."""
    if isinstance(step, CallSurvey) and isinstance(step.answer, YesNo):
        answer = step.answer.value(understood.key, said)
        return "" if answer is None else step.answer.keys[0 if answer else 1]
    if understood.wording not in YES_WORDS:
        return understood.key or ""
    return _yes_key(step) if isinstance(step, CallStep) else ""


def _yes_key(step: CallStep) -> str:
    if step.confirm is not None:
        return step.confirm.key
    return YES_KEY if YES_KEY in step.accept else next(iter(sorted(step.accept)), "")


def _in_numbers(said: str) -> str:
    """Digit by digit ("1 2 3 4", "幺二三四"), or a number within a few words ("press five", "五分")."""
    digits = _in_digits(said)
    tight = _BETWEEN_DIGITS.sub("", digits)
    if _ENTRY.fullmatch(tight):
        return tight
    understood = understand(_UNIT.sub("", digits))
    return "" if understood.wording in YES_WORDS else understood.key or ""


def likely_words(keys: Iterable[str], language: str) -> tuple[str, ...]:
    """What the carrier is told to listen for: the keys by their names, agreement and refusal."""
    tongue = "zh" if language.lower().startswith("zh") else "en"
    names = _SPELT[tongue]
    return (*(names[key] for key in sorted(keys) if key in names), *_LIKELY[tongue])


def _confidence(given: object) -> float:
    """Not every model of the carrier's gives one; what it then heard is taken as heard."""
    try:
        return min(1.0, max(0.0, float(str(given))))
    except ValueError:
        return 1.0


def _in_digits(said: str) -> str:
    plain = unicodedata.normalize("NFKC", said).casefold()
    return _DIGIT_WORD.sub(lambda word: _DIGIT_OF[word.group()], plain)
