"""How two policies have texts written, calls made and refusals answered, side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

from bot.domain.policy.comparison import (
    DIFFERENT,
    LOOSER,
    TIGHTER,
    Difference,
    Direction,
    differing,
    of_flags,
    of_numbers,
    of_sets,
    together,
)
from bot.domain.policy.comparison_wording import Rule, Word, listed, purposes_told, share_told, time_told
from bot.domain.policy.model import Abandonment, Conduct, RecordedVoice
from bot.domain.sentences import Words, say

_VOICES = tuple(RecordedVoice)  # from the loosest to the strictest

_Time = Callable[[Conduct], timedelta | None]

#: By rule: the policy's part, the time, and what a longer one means.
_TIMES: tuple[tuple[str, Rule, _Time, Direction], ...] = (
    ("voice", Rule.RING, lambda one: one.ring_at_least, TIGHTER),
    ("voice", Rule.ANSWER, lambda one: one.answer_within, LOOSER),
    ("opt_out", Rule.CONFIRMED_WITHIN, lambda one: one.opt_out_confirmed_within, LOOSER),
    ("opt_out", Rule.HONOURED_WITHIN, lambda one: one.opt_out_honoured_within, LOOSER),
    ("keep", Rule.KEEP_CONTACTS, lambda one: one.keep_contacts, TIGHTER),
    ("keep", Rule.KEEP_RECORDINGS, lambda one: one.keep_recordings, TIGHTER),
    ("keep", Rule.KEEP_CONSENTS, lambda one: one.keep_consents, TIGHTER),
)


def conduct_compared(before: Conduct, after: Conduct) -> Iterator[Difference]:
    for what, purposes in (
        (Rule.SIGNATURE, (before.signature, after.signature)),
        (Rule.REFUSAL_LINE, (before.refusal_line, after.refusal_line)),
    ):
        yield from differing("sms", say(what), *purposes, of_sets(*purposes, TIGHTER), purposes_told)
    yield from _voice(before, after)
    for part, rule, get, longer in _TIMES:
        old, new = get(before), get(after)
        yield from differing(part, say(rule), old, new, of_numbers(old, new, longer), _time)
    words = frozenset(before.opt_out_words), frozenset(after.opt_out_words)
    yield from differing("opt_out", say(Rule.OPT_OUT_WORDS), *words, of_sets(*words, TIGHTER), _listed)
    told = before.opt_out_confirmed, after.opt_out_confirmed
    yield from differing("opt_out", say(Rule.CONFIRMED), *told, of_flags(*told, TIGHTER), _yes)


def _voice(before: Conduct, after: Conduct) -> Iterator[Difference]:
    voices = before.recorded_voice, after.recorded_voice
    direction = of_numbers(_VOICES.index(voices[0]), _VOICES.index(voices[1]), TIGHTER)
    yield from differing("voice", say(Rule.RECORDED), *voices, direction, _voice_told)
    lost = before.abandonment, after.abandonment
    yield from differing("voice", say(Rule.ABANDONED), *lost, _abandoned(*lost), _lost)


def _abandoned(before: Abandonment | None, after: Abandonment | None) -> Direction | None:
    """Over how long is neither looser nor tighter."""
    if before is None or after is None:
        return of_flags(before is not None, after is not None, TIGHTER)
    share = of_numbers(before.at_most, after.at_most, LOOSER)
    return together(iter((share, None if before.over == after.over else DIFFERENT)))


def _listed(words: frozenset[str]) -> Words:
    return listed(sorted(words)) if words else say(Word.NOTHING)


def _voice_told(voice: RecordedVoice) -> Words:
    return say(Word[f"VOICE_{voice.name}"])


def _lost(limit: Abandonment | None) -> Words:
    if limit is None:
        return say(Word.NOT_BOUND)
    return say(Word.SHARE_OVER, share=share_told(limit.at_most), time=time_told(limit.over))


def _time(span: timedelta | None) -> Words:
    return say(Word.NOTHING) if span is None else time_told(span)


def _yes(flag: bool) -> Words:
    return say(Word.YES if flag else Word.NO)
