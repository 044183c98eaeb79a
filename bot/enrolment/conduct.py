"""What the places of the audience ask of a campaign's messages: who sends them, and how to refuse them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from json import dumps
from typing import Any

from bot.domain.checks import Finding, Point, Verdict
from bot.domain.letters import chinese
from bot.domain.people import Brand
from bot.domain.policy.model import Conduct
from bot.flow.lint_texts import REFUSAL
from bot.flow.model import Flow, FlowStep
from bot.flow.replies import Meaning, understand
from bot.flow.steps.asking import ASK_AGAIN, AskingStep
from bot.flow.steps.sms import SmsStep
from bot.flow.text import texts
from bot.rulebook import Rulebook
from bot.store.places import Place


@dataclass(frozen=True, slots=True, eq=False)
class _Rules:
    """Of one profile, for readers of one language; each made once."""

    profile: str
    language: str
    asked: Conduct


@dataclass(frozen=True, slots=True)
class _Message:
    step: str
    purpose: str
    text: str  # a template


def conduct(
    policy: Mapping[str, Any], flow: Flow, places: Iterable[Place], rulebook: Rulebook, brand: Brand
) -> Iterator[Finding]:
    """Each mistake once for each profile and language; `policy` is the campaign's. Raises PolicyError."""
    people = _people(policy, places, rulebook)
    found = [finding for rules, count in people.items() for finding in _mistakes(flow, rules, count, brand)]
    found += _unheard_words({rules.profile: rules.asked for rules in people})
    yield from found
    if people and not found:
        yield Finding(
            Point.CONDUCT, Verdict.OK, {"places": ", ".join(sorted({one.profile for one in people}))}
        )


def _people(policy: Mapping[str, Any], places: Iterable[Place], rulebook: Rulebook) -> dict[_Rules, int]:
    """How many live under which rules; equal rules, such as those of a country's regions, are looked at once."""
    written = dumps(policy, sort_keys=True)
    known: dict[tuple[object, ...], _Rules] = {}
    counted: dict[_Rules, int] = {}
    for place in places:
        asked = rulebook.policy_for(written, place.msisdn, place.region).conduct
        profile = rulebook.profile_of(place.msisdn, place.region)
        same = (profile, place.language, asked.signature, asked.refusal_line, asked.opt_out_words)
        rules = known.setdefault(same, _Rules(profile, place.language, asked))
        counted[rules] = counted.get(rules, 0) + place.people
    return counted


def _mistakes(flow: Flow, rules: _Rules, count: int, brand: Brand) -> Iterator[Finding]:
    asked = rules.asked
    for message in _messages(flow, rules.language):
        details: dict[str, str | int] = {
            "step": message.step,
            "language": rules.language,
            "place": rules.profile,
            "count": count,
        }
        if message.purpose in asked.signature and not signed(message.text, brand):
            yield Finding(Point.UNSIGNED, Verdict.ERROR, details)
        if message.purpose in asked.refusal_line and not _says_how_to_refuse(message.text):
            yield Finding(Point.REFUSAL_LINE_MISSING, Verdict.ERROR, details)


def _messages(flow: Flow, language: str) -> Iterator[_Message]:
    """Every SMS that the flow may send to a reader of that language; the polite question again is one, too."""
    for step in flow.steps.values():
        for which in _sent(step):
            yield _Message(
                step.name, flow.purpose_of(step.name).value, texts(flow, step.name, which, language)
            )


def _sent(step: FlowStep) -> tuple[str, ...]:
    own = ("sms",) if isinstance(step, SmsStep) else ()
    return (*own, ASK_AGAIN) if isinstance(step, AskingStep) and step.asks else own


def signed(template: str, brand: Brand) -> bool:
    """Chinese begins with 【brand】, as its carriers want it; any other language names the brand."""
    names = ("{brand}", brand.zh, brand.en)
    if chinese(template):
        return any(template.startswith(f"【{name}】") for name in names)
    return any(name in template for name in names)


def _says_how_to_refuse(template: str) -> bool:
    return REFUSAL["zh" if chinese(template) else "en"].search(template) is not None


def _unheard_words(profiles: Mapping[str, Conduct]) -> list[Finding]:
    """A word that the profile calls a refusal, and that nobody here would understand as one."""
    return [
        Finding(Point.OPT_OUT_WORD_UNHEARD, Verdict.ERROR, {"word": word, "place": profile})
        for profile, asked in profiles.items()
        for word in asked.opt_out_words
        if understand(word).meaning is not Meaning.OPT_OUT
    ]
