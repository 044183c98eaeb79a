"""What is written and said: a step's text in the customer's language, with the customer's own values."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from bot.flow.actions import Dial, Hangup, Prompt, Voicemail
from bot.flow.formats import DEFAULT_CURRENCY, FORMATS, Manner, Unfit, write
from bot.flow.model import Flow, Texts
from bot.flow.template import pieces, placeholders
from bot.flow.wording import BUILT_IN

Values = Mapping[str, object]

FALLBACK_LANGUAGE = "en"


@dataclass(frozen=True, slots=True)
class Words:
    text: str


@dataclass(frozen=True, slots=True)
class Recording:
    url: str


Utterance = Words | Recording

PLAY = "play"  # the text that is a recording's address
ASK_AGAIN = "ask_again"


class MissingValue(ValueError):
    """This customer cannot get this text; a contact with a hole in it is never made."""

    def __init__(self, name: str, reason: str = "has no value") -> None:
        super().__init__(f"{name} {reason}")
        self.name = name


def render(template: str, values: Values, language: str, *, spoken: bool = False) -> str:
    """`values` may hold `currency`; a value that is missing, empty or unfit raises MissingValue."""
    currency = values.get("currency") or values.get("offer.currency") or DEFAULT_CURRENCY
    manner = Manner(language, str(currency), spoken)
    return "".join(
        piece if isinstance(piece, str) else _written(piece.name, piece.format, values, manner)
        for piece in pieces(template)
    )


def texts(flow: Flow, step: str, which: str, language: str) -> str:
    """The template: the step's own, else the flow's, else the built-in one. KeyError when there is none."""
    own = flow.steps[step].texts() if step in flow.steps else {}
    for source in (own, flow.own_texts, BUILT_IN):
        if source.get(which):
            return in_language(source[which], language)
    raise KeyError(f"step {step!r} of flow {flow.name!r} has no text {which!r}")


def in_language(choices: Texts, language: str) -> str:
    """The nearest: zh-CN takes zh; a language nobody wrote takes English, else the first one written."""
    base = language.replace("_", "-").split("-")[0].lower()
    for wanted in (language, base, FALLBACK_LANGUAGE):
        if wanted in choices:
            return choices[wanted]
    return next(iter(choices.values()))


def sms_text(flow: Flow, step: str, language: str, values: Values, which: str = "sms") -> str:
    """`which` names the text: the step's own, or ASK_AGAIN, which may name the `{keys}` that the step offers."""
    if which == ASK_AGAIN:
        values = {**values, "keys": _keys_in_words(flow.steps[step].reply_keys, language)}
    return _rendered(flow, step, which, language, values, spoken=False)


def utterances(
    flow: Flow, action: Prompt | Voicemail | Hangup | Dial, language: str, values: Values
) -> tuple[Utterance, ...]:
    """What to say and play, in its order; nothing for a machine without a voicemail text."""
    return tuple(
        (Recording if which == PLAY else Words)(
            _rendered(flow, action.step, which, language, values, spoken=True)
        )
        for which in _wanted(action)
    )


def spoken(flow: Flow, action: Prompt | Voicemail | Hangup | Dial, language: str, values: Values) -> str:
    """The same as one text; a recording stands as its address."""
    gap = "" if language.startswith("zh") else " "
    said = utterances(flow, action, language, values)
    return gap.join(part.text if isinstance(part, Words) else part.url for part in said)


def _keys_in_words(keys: frozenset[str], language: str) -> str:
    listed = sorted(keys)
    if language.startswith("zh"):
        return "或".join(("、".join(listed[:-1]), listed[-1])) if len(listed) > 1 else "".join(listed)
    return " or ".join((", ".join(listed[:-1]), listed[-1])) if len(listed) > 1 else "".join(listed)


def values_needed(flow: Flow, step: str) -> frozenset[str]:
    """The customer's values that the step's texts ask for, in any of its languages; the offer's are not."""
    found = {
        placeholder.name
        for choices in flow.steps[step].texts().values()
        for template in choices.values()
        for placeholder in placeholders(template)
    }
    return frozenset(name for name in found if not name.startswith(("offer.", "run.")))


def _wanted(action: Prompt | Voicemail | Hangup | Dial) -> list[str]:
    match action:
        case Prompt():
            return action.text.split("+")  # "wrong_key+say": the mistake, then the question again
        case Voicemail():
            return ["voicemail"]
        case Hangup():
            return [action.text] if action.text else []
        case Dial():
            return ["connecting"]


def _rendered(flow: Flow, step: str, which: str, language: str, values: Values, *, spoken: bool) -> str:
    template = texts(flow, step, which, language)
    return render(template, {**values, **flow.offer.values()}, language, spoken=spoken)


def _written(name: str, format_: str | None, values: Values, manner: Manner) -> str:
    value = values.get(name)
    if value is None or value == "" or (isinstance(value, float) and math.isnan(value)):
        raise MissingValue(name)
    if format_ is not None and format_ not in FORMATS:
        raise MissingValue(name, f"has no format {format_!r}")
    try:
        written = write(value, format_, manner).strip()
    except Unfit as unfit:
        raise MissingValue(name, str(unfit)) from unfit
    if not written:
        raise MissingValue(name)
    return written
