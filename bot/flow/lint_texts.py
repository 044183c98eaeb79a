"""Lint of what customers read and hear: translations, placeholders, keys, refusals, segments."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.domain.segments import Alphabet, count_segments, outside_gsm7
from bot.flow.formats import FORMATS
from bot.flow.gaps import Gaps
from bot.flow.lint_run import RUN, UNWRITTEN, may_be_unread, types_of
from bot.flow.longest import longest_values
from bot.flow.model import Flow, FlowStep, Purpose, Template, Texts
from bot.flow.steps.call import CallStep
from bot.flow.steps.sms import SmsStep
from bot.flow.steps.survey import CallSurvey, Scale, SmsSurvey
from bot.flow.template import BadTemplate, Placeholder, placeholders
from bot.flow.text import MissingValue, render
from bot.rules.catalogue import FactorCatalogue, FactorType
from bot.rules.problems import Place, Problems, did_you_mean

LANGUAGES = ("zh", "en")

#: What the product gives besides the factors.
GIVEN = frozenset({"keys", "brand", "name", "masked_number", "language", "region", "tier", "currency"})

_NUMERIC = frozenset({FactorType.NUMBER, FactorType.INTEGER})
_FITS = {
    "money": _NUMERIC,
    "number": _NUMERIC,
    "days": _NUMERIC,
    "date": frozenset({FactorType.DATE, FactorType.DATETIME}),
}
#: The line that says how to refuse.
REFUSAL = {
    "zh": re.compile(r"拒收|退订|TD"),
    "en": re.compile(r"\b(?:STOP|opt[ -]?out|unsubscribe)\b", re.IGNORECASE),
}
_OFFERED = {
    "zh": re.compile(r"(?:按|回复?)\s*(\d)"),
    "en": re.compile(r"(?:press|reply(?: with)?)\s+(\d)", re.IGNORECASE),
}


def check(flow: Flow, catalogue: FactorCatalogue | None, gaps: Gaps, problems: Problems) -> None:
    """Of steps that could not be read as a whole only the placeholders."""
    measurable = gaps.readable("offer", "max_segments")
    for step in flow.own_steps.values():
        whole = step.name not in gaps.steps
        for which, texts in step.texts().items():
            if whole:
                _translations(step, which, texts, problems)
            for language, template in texts.items():
                names = _placeholders(flow, template, catalogue, gaps, problems)
                if names is not None and which == "sms" and whole and measurable:
                    _segments(flow, step, language, template, names, catalogue, problems)
        if whole:
            _spoken(flow, step, gaps, problems)
    for which, texts in flow.own_texts.items():
        _check_own(flow, which, texts, catalogue, gaps, problems)


def _spoken(flow: Flow, step: FlowStep, gaps: Gaps, problems: Problems) -> None:
    if isinstance(step, SmsStep):
        _sms(flow, step, gaps, problems)
    if isinstance(step, CallStep):
        offered = {*step.keys, *([step.confirm.key] if step.confirm else [])}
        _keys(step, step.say, offered, problems, _between(step))


def _check_own(
    flow: Flow, which: str, texts: Texts, catalogue: FactorCatalogue | None, gaps: Gaps, problems: Problems
) -> None:
    missing = [language for language in LANGUAGES if language not in texts]
    if missing and gaps.readable("texts"):
        place = next(_places(texts), Place())
        problems.add(place, "KL206", f"the text {which} has no {' and no '.join(missing)}")
    for template in texts.values():
        _placeholders(flow, template, catalogue, gaps, problems)


def _translations(step: FlowStep, which: str, texts: Texts, problems: Problems) -> None:
    missing = [language for language in LANGUAGES if language not in texts]
    if missing:
        place = next(_places(texts), step.place)
        message = f"the text {which} of step {step.name} has no {' and no '.join(missing)}"
        problems.add(place, "KL206", message)


def _placeholders(
    flow: Flow, template: str, catalogue: FactorCatalogue | None, gaps: Gaps, problems: Problems
) -> tuple[Placeholder, ...] | None:
    """The text's placeholders, or None when it has one that cannot be filled."""
    try:
        found = placeholders(template)
    except BadTemplate as error:
        problems.add(_place(template, error.offset), "KL111", str(error))
        return None
    wrong = [problem for one in found if (problem := _wrong(flow, one, catalogue, gaps)) is not None]
    for placeholder, code, message, hint in wrong:
        problems.add(_place(template, placeholder.offset), code, message, hint)
    return None if wrong else found


def _wrong(
    flow: Flow, placeholder: Placeholder, catalogue: FactorCatalogue | None, gaps: Gaps
) -> tuple[Placeholder, str, str, str] | None:
    name, format_ = placeholder.name, placeholder.format
    if format_ is not None and format_ not in FORMATS:
        hint = did_you_mean(format_, FORMATS) or f"known are {', '.join(FORMATS)}"
        return placeholder, "KL112", f"there is no format {format_!r}", hint
    offered = flow.offer.values()
    if may_be_unread(name, flow, gaps):
        return None
    if name.startswith("offer."):
        if name in offered:
            return None
        return placeholder, "KL110", f"{{{name}}} has no value", did_you_mean(name, offered)
    if name.startswith(RUN):
        noted = types_of(flow, catalogue)
        if name in noted:
            return None
        return placeholder, UNWRITTEN, f"nothing in this flow notes {name}", did_you_mean(name, noted)
    factor = catalogue.get(name) if catalogue is not None else None
    if catalogue is None or (factor is None and name in GIVEN):
        return None
    if factor is None:
        hint = did_you_mean(name, [*GIVEN, *catalogue.factors, *offered])
        return placeholder, "KL110", f"{{{name}}} has no value", hint
    if format_ in _FITS and factor.type not in _FITS[format_]:
        return placeholder, "KL113", f"{name} is {factor.type}, which cannot be written as {format_}", ""
    return None


def _sms(flow: Flow, step: SmsStep, gaps: Gaps, problems: Problems) -> None:
    _keys(step, step.sms, set(step.reply_keys), problems, _between(step))
    marketing = flow.purpose_of(step.name) is Purpose.MARKETING and gaps.readable("purpose")
    for language, template in step.sms.items():
        refusal = REFUSAL.get(language)
        if marketing and refusal is not None and not refusal.search(template):
            hint = "拒收请回T" if language == "zh" else "STOP to opt out"
            message = f"the {language} text of step {step.name} does not say how to refuse"
            problems.add(_place(template, 0), "KL205", message, hint)
        if language == "zh" and not template.startswith("【"):
            message = f"the zh text of step {step.name} does not begin with its signature"
            problems.warn(_place(template, 0), "KL217", message, "【{brand}】")


def _between(step: FlowStep) -> frozenset[str]:
    """The middle of a scale need not be read out: "1 to 5" will do."""
    if isinstance(step, SmsSurvey | CallSurvey) and isinstance(step.answer, Scale):
        return frozenset(step.answer.keys[1:-1])
    return frozenset()


def _keys(
    step: FlowStep, texts: Texts, offered: set[str], problems: Problems, unsaid: frozenset[str]
) -> None:
    for language, template in texts.items():
        pattern = _OFFERED.get(language)
        if pattern is None:
            continue
        for match in pattern.finditer(template):
            key = match.group(1)
            if key not in offered:
                message = f"the {language} text of step {step.name} offers {key}, which leads nowhere"
                problems.add(_place(template, match.start(1)), "KL209", message)
        for key in sorted(offered - unsaid):
            if key.isdigit() and not re.search(rf"(?<!\d){key}(?!\d)", template):
                message = f"the {language} text of step {step.name} does not mention {key}"
                problems.warn(_place(template, 0), "KL210", message)


def _segments(
    flow: Flow,
    step: FlowStep,
    language: str,
    template: str,
    names: tuple[Placeholder, ...],
    catalogue: FactorCatalogue | None,
    problems: Problems,
) -> None:
    values = {**longest_values(names, language, catalogue), **flow.offer.values()}
    try:
        text = render(template, values, language)
    except MissingValue:
        return  # an offer's own value that does not fit its format shows when the flow is played
    count = count_segments(text)
    if count.segments > flow.max_segments:
        message = (
            f"the {language} text of step {step.name} takes {count.segments} segments "
            f"with the longest values, {flow.max_segments} are allowed"
        )
        problems.warn(_place(template, 0), "KL207", message, "shorten it, or set max_segments:")
    costly = outside_gsm7(text)
    if count.alphabet is Alphabet.UCS2 and language == "en" and costly:
        shown = " ".join(sorted(costly))
        message = f"{shown} makes the {language} text of step {step.name} take {count.segments} segments"
        problems.warn(_place(template, 0), "KL216", message, "write it in plain letters")


def _place(template: str, offset: int) -> Place:
    return template.inside(offset) if isinstance(template, Template) else Place()


def _places(texts: Texts) -> Iterator[Place]:
    for template in texts.values():
        yield _place(template, 0)
