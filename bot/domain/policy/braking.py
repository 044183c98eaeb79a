"""What stops a campaign by itself, as its policy says: `brakes: {opt_outs: {above: 5%}, stale_data: {after: 2d}}`.

Calls that find nobody: by the rule of each place that is called, its `voice: {abandoned: ...}`, or the default where
it has none. A campaign that has a word of its own, there or among its brakes, is held to that as well, over all of its
calls; `brakes: {abandonment: off}` takes both away.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.domain.brakes import NEWEST, Brakes, Cause, Rule
from bot.domain.policy.conduct import read_abandonment
from bot.domain.policy.fields import Field

OFF = "off"

_DEFAULT: Mapping[Cause, dict[str, Any]] = {
    Cause.CARRIER_ERRORS: {"above": "30%", "sample": 100, "over": "1h"},
    Cause.SPAM_FILTER: {"above": "5%", "sample": 100, "over": "1h"},
    Cause.OPT_OUTS: {"above": "10%", "sample": 200, "over": "1d"},
    Cause.COMPLAINTS: {"above": "2%", "sample": 200, "over": "1d"},
    Cause.ABANDONMENT: {"above": "3%", "sample": 100, "over": "1d"},
}
_HARM_SAMPLE = 500
_MOST_HARMED = 10_000_000
_KNOWN = (*(cause.value for cause in _DEFAULT), Cause.STALE_DATA.value, Cause.HARM.value)


def read_brakes(brakes: Field, voice: Field | None = None) -> Brakes:
    """Each brake is completed by its own defaults; `off` takes it away. The mistakes of `voice` are told elsewhere."""
    brakes.entries(_KNOWN)
    abandoned, conduct = brakes.at(Cause.ABANDONMENT.value), _as_conduct(voice)
    rates = {
        cause: _rule(brakes.at(cause.value), default | (conduct if cause is Cause.ABANDONMENT else {}))
        for cause, default in _DEFAULT.items()
        if cause is not Cause.ABANDONMENT or conduct or abandoned.given
    }
    stale, harm = brakes.at(Cause.STALE_DATA.value), brakes.at(Cause.HARM.value)
    return Brakes(
        rates={cause: rule for cause, rule in rates.items() if rule is not None},
        by_place=abandoned.value != OFF,
        stale_after=_inside(stale, "after").duration() if _given(stale) else None,
        harm_sample=_harm(harm),
    )


def abandonment_rule(policy: Mapping[str, Any]) -> Rule | None:
    """That of a place, from its profile as stored; what cannot be read says nothing."""
    written = Field(policy, (), [])
    own = read_brakes(Field(policy.get("brakes") or {}, ("brakes",), []), written.at("voice"))
    if not own.by_place:
        return None
    return own.rates.get(Cause.ABANDONMENT) or _rule(Field(None, (), []), _DEFAULT[Cause.ABANDONMENT])


def _as_conduct(voice: Field | None) -> dict[str, Any]:
    """The share and the time that the policy's rules name, in the words of a brake."""
    if voice is None or not isinstance(voice.value, Mapping):
        return {}
    abandoned = Field(voice.value, voice.path, []).at("abandoned")
    if not isinstance(abandoned.value, Mapping) or read_abandonment(abandoned) is None:
        return {}
    words = {"above": "at_most", "over": "over", "sample": "of_at_least"}
    return {ours: abandoned.value[theirs] for ours, theirs in words.items() if theirs in abandoned.value}


def _rule(field: Field, default: Mapping[str, Any]) -> Rule | None:
    if field.value == OFF:
        return None
    if field.given:
        field.entries(tuple(default))
    given = field.value if isinstance(field.value, Mapping) else {}
    completed = Field({**default, **given}, field.path, field.faults)
    above, over = completed.at("above").share(), completed.at("over").duration()
    sample = completed.at("sample").count(NEWEST)
    return Rule(above, sample, over) if above is not None and sample and over else None


def _harm(field: Field) -> int | None:
    if not field.given:
        return _HARM_SAMPLE
    return _inside(field, "sample").count(_MOST_HARMED) if _given(field) else None


def _given(field: Field) -> bool:
    return field.given and field.value != OFF


def _inside(field: Field, name: str) -> Field:
    field.entries((name,))
    return field.at(name)
