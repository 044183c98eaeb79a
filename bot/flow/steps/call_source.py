"""Reads a `call` step: its words, keys, confirmation and retries."""

from __future__ import annotations

import re

from bot.flow.exits import Outcomes, read_exits, read_target
from bot.flow.fields import MISSING, WRONG_VALUE, Fields
from bot.flow.happenings import CallOutcome
from bot.flow.model import Duration, Template, Texts
from bot.flow.reference import CONTACT_FIELDS, Field, Reference, Shape
from bot.flow.steps.call import CallStep, Confirm, Gather, Key, Retry
from bot.flow.steps.contact import read_contact
from bot.flow.steps.own_texts import read_own_texts

OUTCOMES = Outcomes(names=("confirmed", "declined", "gathered", "no_key", "unreached", "denied"), events=True)

_DIGITS = re.compile(r"[0-9*#]{1,8}\Z")
_CAUSES = {cause.value: cause for cause in CallOutcome if cause is not CallOutcome.ANSWERED}


def parse(name: str, title: Texts, fields: Fields) -> CallStep:
    words = fields.table("call") or Fields.empty(fields)
    step = CallStep(
        name=name,
        place=fields.place,
        title=title,
        say=words.texts("say", required="play" not in words),
        play=_recordings(words),
        keys=read_keys(words),
        accept=words.words("accept"),
        confirm=_confirm(words),
        gather=_gather(words),
        speech=words.flag("speech"),
        voicemail=words.texts("voicemail"),
        retry=read_retry(words),
        own_texts=read_own_texts(words),
        exits=read_exits(fields, OUTCOMES),
        **read_contact(fields),
    )
    words.close()
    if step.confirm is not None and step.confirm.twice and "confirm" not in step.own_texts:
        fields.problems.add(
            words.place,
            MISSING,
            f"{fields.what} confirms twice, but has no words for the second time",
            "texts: {confirm: {zh: ..., en: ...}}",
        )
    return step


def read_keys(fields: Fields) -> dict[str, Key]:
    table = fields.table("keys")
    if table is None:
        return {}
    keys: dict[str, Key] = {}
    for digits, entry in table.items():
        target = read_target(entry, table, f"key {digits}:")
        if not _DIGITS.match(digits):
            message = f"{digits!r} cannot be pressed"
            table.problems.add(entry.key_place, WRONG_VALUE, message, "use 0-9, * or #")
        elif target is not None:
            keys[digits] = Key(digits, target, entry.value.place)
    return keys


def _recordings(fields: Fields) -> Texts:
    """Only addresses that a carrier may fetch: https, and no file of anybody's machine."""
    recordings = fields.texts("play")
    for template in recordings.values():
        if not template.startswith("https://"):
            place = template.place if isinstance(template, Template) else fields.place
            fields.problems.add(place, WRONG_VALUE, f"play: {template!r} is no https:// address")
    if recordings and "say" in fields:
        fields.problems.add(fields.place, WRONG_VALUE, f"{fields.what} has both say: and play:")
    return recordings


def _gather(fields: Fields) -> Gather | None:
    table = fields.table("gather")
    if table is None:
        return None
    gather = Gather(table.number("digits", 4, most=20), table.name("as", required=True))
    table.close()
    return gather


def _confirm(fields: Fields) -> Confirm | None:
    table = fields.table("confirm")
    if table is None:
        return None
    confirm = Confirm(table.name("key", required=True), table.flag("twice"))
    table.close()
    return confirm


def read_retry(fields: Fields) -> Retry:
    table = fields.table("retry")
    if table is None:
        return Retry()
    times = table.number("times", 1, most=10)
    delays: dict[CallOutcome, Duration] = {}
    for cause in _CAUSES:
        delay = table.duration(cause)
        if delay is not None:
            delays[_CAUSES[cause]] = delay
    table.close()
    return Retry(times, delays)


RETRY = Field(
    "retry",
    Shape.MAPPING,
    "How often, and how long after each cause; a cause without a delay is not tried again.",
    fields=(
        Field("times", Shape.NUMBER, "Calls in all.", required=True),
        Field("busy", Shape.DURATION, "After a busy line."),
        Field("no_answer", Shape.DURATION, "After nobody picked up."),
        Field("machine", Shape.DURATION, "After a voicemail (AMD)."),
        Field("failed", Shape.DURATION, "After the carrier could not connect it."),
    ),
)

REFERENCE = Reference(
    summary="Calls the customer: says or plays a text, and understands keys.",
    own=Field(
        "call",
        Shape.MAPPING,
        "The conversation.",
        required=True,
        fields=(
            Field("say", Shape.TEXTS, "What is said, one text per language; or `play`."),
            Field("play", Shape.TEXTS, "A recording's https address per language, instead of `say`."),
            Field("keys", Shape.KEYS, "DTMF keys and where they lead: a step, `repeat`, `opt_out` or `end`."),
            Field("accept", Shape.WORDS, "Keys that mean yes to the offer: `accept: [1]`."),
            Field(
                "confirm",
                Shape.MAPPING,
                "A key that confirms joining, twice where it should be certain.",
                fields=(
                    Field("key", Shape.WORD, "The key.", required=True),
                    Field("twice", Shape.FLAG, "Asked once more, with the text `confirm`."),
                ),
            ),
            Field(
                "gather",
                Shape.MAPPING,
                "A number that the customer enters.",
                fields=(
                    Field("digits", Shape.NUMBER, "How many digits.", required=True),
                    Field("as", Shape.WORD, "Noted as `run.<name>`.", required=True),
                ),
            ),
            Field("speech", Shape.FLAG, "The customer may say it, where the carrier listens."),
            Field("voicemail", Shape.TEXTS, "Left on a machine; without it the call is just ended."),
            RETRY,
            Field(
                "texts", Shape.MAPPING, "Own words for built-in sentences: accepted, wrong_key, goodbye ..."
            ),
        ),
    ),
    fields=CONTACT_FIELDS,
    outcomes=OUTCOMES,
    outcome_meanings={
        "confirmed": "the key of `confirm` was pressed, twice where so asked",
        "declined": "wrong or missing keys until the call gave up, where it confirms",
        "gathered": "the number of `gather` was entered",
        "no_key": "listened, but pressed nothing useful",
        "unreached": "nobody was reached in all tries",
        "denied": "the gate refused it",
        "recharge": "it came in during the call, or before it",
    },
    example="""\
invite:
  call:
    say:
      zh: "您好，这里是{brand}。充值满50元送10元，参加请按1，重听请按9，不想再接到来电请按0。"
      en: "Hello, this is {brand}. Top up 50 and get 10. To join, press 1. Again, press 9. No more calls, press 0."
    keys: {1: joined, 9: repeat, 0: opt_out}
    accept: [1]
    retry: {times: 3, busy: 10m, no_answer: 4h, machine: 1d}
  expires: 24h
  then: {no_key: end, unreached: end}
""",
)
