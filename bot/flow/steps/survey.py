"""The `survey` step: one question, by SMS or in a call, whose answer the run notes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from bot.flow.exits import Outcomes, read_exits
from bot.flow.fields import MISSING, WRONG_VALUE, Fields
from bot.flow.happenings import Pressed, Replied
from bot.flow.model import OPT_OUT, REPEAT, Edge, FlowStep, Leave, Texts, leave
from bot.flow.moment import Moment
from bot.flow.reference import CONTACT_FIELDS, Field, Reference, Shape
from bot.flow.state import Plain
from bot.flow.steps.call import CallStep, Key
from bot.flow.steps.call_source import RETRY, read_keys, read_retry
from bot.flow.steps.contact import ContactStep, read_contact
from bot.flow.steps.own_texts import read_own_texts
from bot.flow.steps.sms import SmsStep

ANSWERED = "answered"
BY_SMS = Outcomes(names=(ANSWERED, "unclear", "undelivered", "denied"), deadline=True, events=True)
BY_CALL = Outcomes(names=(ANSWERED, "no_key", "unreached", "denied"), events=True)

LONGEST_ANSWER = 500

_DIGITS = re.compile(r"\d+")
_NUMBERS = {
    "一": "1", "二": "2", "两": "2", "三": "3", "四": "4", "五": "5", "六": "6", "七": "7", "八": "8", "九": "9",
    "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8",
}  # fmt: skip
_SPELT = re.compile(rf"(?:打|给|选)?({'|'.join(_NUMBERS)})(?:分|星| stars?| points?)?[。.!！~]*")
_SCALE = re.compile(r"([0-9])\s*-\s*([0-9])\Z")
_NO = frozenset(
    {"no", "n", "nope", "not really", "不", "不是", "否", "没有", "不满意", "不同意", "不用", "不要"}
)
_YES_KEY, _NO_KEY = "1", "2"


class By(StrEnum):
    SMS = "sms"
    CALL = "call"


@dataclass(frozen=True, slots=True)
class Scale:
    least: int
    most: int

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(str(number) for number in range(self.least, self.most + 1))

    def value(self, key: str | None, text: str) -> Plain | None:
        """A 4 is also "4分" and "I give it a 4"; two numbers are no answer, and "fine" is none either."""
        number = key if not text else _number_in(unicodedata.normalize("NFKC", text).casefold())
        return int(number) if number is not None and number in self.keys else None


def _number_in(text: str) -> str | None:
    spelt = _SPELT.fullmatch(text.strip())
    if spelt is not None:
        return _NUMBERS[spelt[1]]
    digits = set(_DIGITS.findall(text))
    return digits.pop() if len(digits) == 1 else None


@dataclass(frozen=True, slots=True)
class YesNo:
    """1 and 2, or the words."""

    @property
    def keys(self) -> tuple[str, ...]:
        return (_YES_KEY, _NO_KEY)

    def value(self, key: str | None, text: str) -> Plain | None:
        if key in self.keys:
            return key == _YES_KEY
        return False if text.strip(" \t\r\n。.!！~").casefold() in _NO else None


@dataclass(frozen=True, slots=True)
class FreeText:
    @property
    def keys(self) -> tuple[str, ...]:
        return ()

    def value(self, key: str | None, text: str) -> Plain | None:
        return text.strip()[:LONGEST_ANSWER] or key


Answer = Scale | YesNo | FreeText


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsSurvey(SmsStep):
    kind: ClassVar[str] = "survey"

    answer: Answer
    noted_as: str

    @property
    def asks(self) -> bool:
        return True

    @property
    def reply_keys(self) -> frozenset[str]:
        return frozenset(self.answer.keys)

    def read(self, moment: Moment, reply: Replied) -> Leave | None:
        value = self.answer.value(reply.key, reply.text)
        if value is None:
            return self.unclear(moment)
        moment.note(self.noted_as, value)
        return leave(ANSWERED)

    def read_late(self, moment: Moment, reply: Replied, current: FlowStep) -> Leave | None:
        """Noted, but it leads nowhere: the run has gone on without it."""
        del current
        value = self.answer.value(reply.key, reply.text)
        if value is not None:
            moment.note(self.noted_as, value)
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallSurvey(CallStep):
    kind: ClassVar[str] = "survey"

    answer: Answer
    noted_as: str

    def edges(self) -> Iterator[Edge]:
        return ContactStep.edges(self)

    def _keyed(self, moment: Moment, pressed: Pressed, key: Key) -> Leave | None:
        if key.target in (REPEAT, OPT_OUT):
            return CallStep._keyed(self, moment, pressed, key)
        value = self.answer.value(pressed.digits, "")
        if value is not None:
            moment.note(self.noted_as, value)
        return self._go_on(moment, ANSWERED, self._target(ANSWERED), "thanks")


def parse(name: str, title: Texts, fields: Fields) -> SmsSurvey | CallSurvey:
    survey = fields.table("survey") or Fields.empty(fields)
    by = survey.choice("by", By, By.SMS)
    ask = survey.texts("ask", required=True)
    answer = _answer(survey)
    noted_as = survey.name("as", required=True)
    if noted_as and not (noted_as.isidentifier() and noted_as.isascii()):
        survey.problems.add(survey.place, WRONG_VALUE, f"as: {noted_as!r} is no name", "use a-z, 0-9 and _")
    step: SmsSurvey | CallSurvey
    if by is By.SMS:
        step = SmsSurvey(
            name=name,
            place=fields.place,
            title=title,
            sms=ask,
            accept=frozenset(),
            own_texts=read_own_texts(survey, "ask_again"),
            answer=answer,
            noted_as=noted_as,
            exits=read_exits(fields, BY_SMS),
            **read_contact(fields),
        )
    else:
        step = _by_call(name, title, fields, survey, ask, answer, noted_as)
    survey.close()
    if not step.has(ANSWERED):
        fields.problems.add(fields.place, MISSING, f"{fields.what} has no answered: under then:")
    return step


def _by_call(
    name: str, title: Texts, fields: Fields, survey: Fields, ask: Texts, answer: Answer, noted_as: str
) -> CallSurvey:
    if isinstance(answer, FreeText):
        survey.problems.add(
            survey.place, WRONG_VALUE, f"{fields.what} cannot take a text by keypad", "by: sms"
        )
    others = read_keys(survey)
    for digits, key in others.items():
        if key.target not in (REPEAT, OPT_OUT):
            survey.problems.add(
                key.place,
                WRONG_VALUE,
                f"key {digits} of a survey cannot lead to a step",
                "repeat, or opt_out",
            )
        elif digits in answer.keys:
            survey.problems.add(key.place, WRONG_VALUE, f"key {digits} is an answer already")
    answers = {digits: Key(digits, ANSWERED, survey.place) for digits in answer.keys}
    return CallSurvey(
        name=name,
        place=fields.place,
        title=title,
        say=ask,
        play={},
        keys={**answers, **others},
        accept=frozenset(),
        confirm=None,
        gather=None,
        speech=survey.flag("speech"),
        voicemail={},
        retry=read_retry(survey),
        own_texts=read_own_texts(survey),
        answer=answer,
        noted_as=noted_as,
        exits=read_exits(fields, BY_CALL),
        **read_contact(fields),
    )


def _answer(fields: Fields) -> Answer:
    text = fields.text("answer", required=True) or "text"
    if text == "text":
        return FreeText()
    if text == "yes_no":
        return YesNo()
    scale = _SCALE.match(text)
    if scale is not None and int(scale[1]) < int(scale[2]):
        return Scale(int(scale[1]), int(scale[2]))
    value = fields.value("answer")
    if value is not None:
        fields.problems.add(value.place, WRONG_VALUE, f"answer: cannot be {text!r}", "1-5, yes_no or text")
    return FreeText()


REFERENCE = Reference(
    summary="Asks one question, by SMS or in a call, and notes the answer as a fact of the run.",
    own=Field(
        "survey",
        Shape.MAPPING,
        "The question.",
        required=True,
        fields=(
            Field("by", Shape.CHOICE, "How; `sms` if absent.", choices=tuple(By)),
            Field("ask", Shape.TEXTS, "The question, one text per language.", required=True),
            Field(
                "answer",
                Shape.WORD,
                "`1-5` (a number), `yes_no` (1 yes, 2 no, or the words), or `text` (by SMS only).",
                required=True,
            ),
            Field(
                "as",
                Shape.WORD,
                "Noted as `run.<name>`: a number, true or false, or the text.",
                required=True,
            ),
            Field("keys", Shape.KEYS, "By call: more keys, `9: repeat` and `0: opt_out`."),
            RETRY,
            Field("speech", Shape.FLAG, "By call: the customer may say it."),
            Field("texts", Shape.MAPPING, "Own words: `ask_again` by SMS, `thanks` and others by call."),
        ),
    ),
    fields=CONTACT_FIELDS,
    outcomes=Outcomes(
        names=(ANSWERED, "unclear", "undelivered", "no_key", "unreached", "denied"),
        deadline=True,
        events=True,
    ),
    outcome_meanings={
        ANSWERED: "the answer is noted; a `switch` on `run.<name>` goes on from it",
        "unclear": "by SMS: a second answer that is none",
        "undelivered": "by SMS: the carrier gave it up, or it expired",
        "no_key": "by call: listened, but gave no answer",
        "unreached": "by call: nobody was reached",
        "denied": "the gate refused it",
        "after 24h": "by SMS: no answer for so long",
    },
    example="""\
how_was_it:
  survey:
    ask:
      zh: "【{brand}】您对本次服务满意吗？请回复1至5分，5分最满意。拒收请回T"
      en: "{brand}: how satisfied are you with our service? Reply 1 to 5, where 5 is best, or STOP to opt out"
    answer: 1-5
    as: satisfaction
  purpose: service
  expires: 6h
  then: {answered: judge, unclear: end, undelivered: end, after 24h: end}
""",
)
