"""Reads a `call` step: its words, keys, confirmation and retries."""

from __future__ import annotations

import re

from bot.flow.exits import Outcomes, read_exits, read_target
from bot.flow.fields import MISSING, UNKNOWN_FIELD, WRONG_VALUE, Fields
from bot.flow.happenings import CallOutcome
from bot.flow.model import Duration, Texts
from bot.flow.steps.call import CallStep, Confirm, Key, Retry
from bot.flow.steps.contact import read_contact
from bot.flow.wording import BUILT_IN
from bot.rules.problems import did_you_mean

OUTCOMES = Outcomes(names=("confirmed", "declined", "no_key", "unreached", "denied"), events=True)

_DIGITS = re.compile(r"[0-9*#]{1,8}\Z")
_CAUSES = {cause.value: cause for cause in CallOutcome if cause is not CallOutcome.ANSWERED}


def parse(name: str, title: Texts, fields: Fields) -> CallStep:
    words = fields.table("call") or Fields.empty(fields)
    step = CallStep(
        name=name,
        place=fields.place,
        title=title,
        say=words.texts("say", required=True),
        keys=_keys(words),
        accept=words.words("accept"),
        confirm=_confirm(words),
        voicemail=words.texts("voicemail"),
        retry=_retry(words),
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


def read_own_texts(fields: Fields) -> dict[str, Texts]:
    """`texts:` puts a built-in sentence into the flow's own words."""
    table = fields.table("texts")
    if table is None:
        return {}
    own: dict[str, Texts] = {}
    for name, entry in table.items():
        if name in BUILT_IN or name == "confirm":
            own[name] = table.as_texts(entry.value, f"{name}:")
        else:
            hint = did_you_mean(name, BUILT_IN) or f"known are confirm, {', '.join(BUILT_IN)}"
            table.problems.add(entry.key_place, UNKNOWN_FIELD, f"there is no text {name!r}", hint)
    return own


def _keys(fields: Fields) -> dict[str, Key]:
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


def _confirm(fields: Fields) -> Confirm | None:
    table = fields.table("confirm")
    if table is None:
        return None
    confirm = Confirm(table.name("key", required=True), table.flag("twice"))
    table.close()
    return confirm


def _retry(fields: Fields) -> Retry:
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
