"""What a policy says beyond hours and counts: texts, voices, refusals, and how long things are kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from bot.domain.attempts import RINGS_FOR
from bot.domain.brakes import NEWEST
from bot.domain.policy.fields import Field
from bot.domain.policy.limits import read_purposes
from bot.domain.policy.model import Abandonment, Conduct, RecordedVoice
from bot.domain.policy.wording import Wrong

_SMS = ("signature", "refusal_line")
_VOICE = ("recorded", "ring_at_least", "answer_within", "abandoned")
_ABANDONED = ("at_most", "over", "of_at_least")
_OPT_OUT = ("words", "confirmed", "confirmed_within", "honoured_within")
_KEEP = ("contacts", "recordings", "consents")

_Read = TypeVar("_Read")


def read_conduct(sms: Field, voice: Field, opt_out: Field, keep: Field) -> Conduct:
    for section, known in ((sms, _SMS), (voice, _VOICE), (opt_out, _OPT_OUT), (keep, _KEEP)):
        section.entries(known)
    return Conduct(
        signature=_optional(sms.at("signature"), read_purposes) or frozenset(),
        refusal_line=_optional(sms.at("refusal_line"), read_purposes) or frozenset(),
        recorded_voice=_optional(voice.at("recorded"), _recorded) or RecordedVoice.NOTHING,
        ring_at_least=_optional(voice.at("ring_at_least"), _ring),
        answer_within=_optional(voice.at("answer_within"), Field.duration),
        abandonment=_optional(voice.at("abandoned"), read_abandonment),
        opt_out_words=_optional(opt_out.at("words"), _words) or (),
        opt_out_confirmed=_confirmed(opt_out),
        opt_out_confirmed_within=_optional(opt_out.at("confirmed_within"), Field.duration),
        opt_out_honoured_within=_optional(opt_out.at("honoured_within"), Field.duration),
        keep_contacts=_optional(keep.at("contacts"), Field.duration),
        keep_recordings=_optional(keep.at("recordings"), Field.duration),
        keep_consents=_optional(keep.at("consents"), Field.duration),
    )


def _optional(field: Field, read: Callable[[Field], _Read | None]) -> _Read | None:
    return read(field) if field.given else None


def _recorded(field: Field) -> RecordedVoice | None:
    found = field.choice(tuple(one.value for one in RecordedVoice))
    return RecordedVoice(found) if found else None


def _ring(field: Field) -> timedelta | None:
    asked = field.duration()
    if asked is not None and asked > RINGS_FOR:
        field.refuse(Wrong.RINGS_TOO_LONG, most=RINGS_FOR.seconds)
    return asked


def read_abandonment(field: Field) -> Abandonment | None:
    field.entries(_ABANDONED)
    at_most, over, calls = field.at("at_most").share(), field.at("over").duration(), field.at("of_at_least")
    of_at_least = calls.count(NEWEST) if calls.given else None
    if at_most is None or over is None or (calls.given and of_at_least is None):
        return None
    return Abandonment(at_most, over, of_at_least)


def _confirmed(opt_out: Field) -> bool:
    """A word to say that it was heard is polite everywhere; a policy may go without."""
    confirmed = opt_out.at("confirmed")
    if not confirmed.given or confirmed.flag() is not False:
        return True
    if opt_out.at("confirmed_within").given:
        confirmed.refuse(Wrong.CONFIRMATION_ASKED)
    return False


def _words(field: Field) -> tuple[str, ...]:
    return tuple(word for item in field.items() if (word := item.text()))
