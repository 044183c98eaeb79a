"""Two policies at once: what both permit, where a campaign's own rules meet those of the customer's place."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from bot.domain.marks import stricter
from bot.domain.policy.model import KINDS, Abandonment, Conduct, Policy, RecordedVoice

_SEVERITY = tuple(RecordedVoice)


def strictest(one: Policy, other: Policy) -> Policy:
    """Permits a contact exactly when both do; the profile is that of `other`, if it has one.

    The priorities of marks are those of `one`: a campaign decides itself in which order it speaks to its customers.
    """
    return Policy(
        profile=other.profile or one.profile,
        timetables={
            kind: tuple(dict.fromkeys(one.timetables[kind] + other.timetables[kind])) for kind in KINDS
        },
        caps=tuple(dict.fromkeys(one.caps + other.caps)),
        min_gap={
            kind: max(gap for policy in (one, other) if (gap := policy.min_gap.get(kind)))
            for kind in {**one.min_gap, **other.min_gap}
        },
        zones={
            code: tuple(dict.fromkeys(one.candidate_zones(None, code) + other.candidate_zones(None, code)))
            for code in (*one.zones, *other.zones)
        },
        needs_consent=one.needs_consent | other.needs_consent,
        conduct=_conduct(one.conduct, other.conduct),
        marks=stricter(one.marks, other.marks),
    )


def _conduct(one: Conduct, other: Conduct) -> Conduct:
    def each(
        pick: Callable[[timedelta, timedelta], timedelta], get: Callable[[Conduct], timedelta | None]
    ) -> timedelta | None:
        mine, theirs = get(one), get(other)
        return mine or theirs if mine is None or theirs is None else pick(mine, theirs)

    return Conduct(
        signature=one.signature | other.signature,
        refusal_line=one.refusal_line | other.refusal_line,
        recorded_voice=max(one.recorded_voice, other.recorded_voice, key=_SEVERITY.index),
        ring_at_least=each(max, lambda conduct: conduct.ring_at_least),
        answer_within=each(min, lambda conduct: conduct.answer_within),
        abandonment=_fewer(one.abandonment, other.abandonment),
        opt_out_words=tuple(dict.fromkeys(one.opt_out_words + other.opt_out_words)),
        opt_out_confirmed=one.opt_out_confirmed and other.opt_out_confirmed,
        opt_out_confirmed_within=each(min, lambda conduct: conduct.opt_out_confirmed_within),
        opt_out_honoured_within=each(min, lambda conduct: conduct.opt_out_honoured_within),
        keep_contacts=each(max, lambda conduct: conduct.keep_contacts),
        keep_recordings=each(max, lambda conduct: conduct.keep_recordings),
        keep_consents=each(max, lambda conduct: conduct.keep_consents),
    )


def _fewer(one: Abandonment | None, other: Abandonment | None) -> Abandonment | None:
    limits = [limit for limit in (one, other) if limit is not None]
    return min(limits, key=lambda limit: limit.at_most, default=None)
