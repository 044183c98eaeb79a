"""A contact policy, read: what the gate and the stages around it ask of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from bot.domain.attempts import Channel
from bot.domain.marks import Marks
from bot.domain.quiet_hours import Closed, Open, Timetable, hours_of
from bot.domain.wall_clock import is_zone

PURPOSES = ("marketing", "service")

Kind = tuple[Channel, str]  # a channel and a purpose
KINDS: tuple[Kind, ...] = tuple((channel, purpose) for purpose in PURPOSES for channel in Channel)


class Per(StrEnum):
    """A calendar period, in the customer's own zone."""

    DAY = "day"
    WEEK = "week"  # from Monday
    MONTH = "month"


_LONGEST = {Per.DAY: timedelta(days=2), Per.WEEK: timedelta(days=8), Per.MONTH: timedelta(days=32)}


@dataclass(frozen=True, slots=True)
class Cap:
    """At most `limit` contacts in any `period` (rolling, or of the calendar), of these channels and purposes.

    `everywhere` counts all campaigns together, otherwise only the attempt's own campaign counts. Contacts of the
    `exempt` purposes are counted, but never held back.
    """

    limit: int
    period: timedelta | Per
    channel: Channel | None
    purpose: str | None
    everywhere: bool
    exempt: frozenset[str] = frozenset()

    def binds(self, channel: Channel, purpose: str) -> bool:
        return (
            self.channel in (None, channel) and self.purpose in (None, purpose) and purpose not in self.exempt
        )

    @property
    def memory(self) -> timedelta:
        return _LONGEST[self.period] if isinstance(self.period, Per) else self.period


@dataclass(frozen=True, slots=True)
class Abandonment:
    """The largest share of the calls answered live that may find nobody to talk to, over a time.

    No share is told of fewer calls than `of_at_least`; None where the rule does not say.
    """

    at_most: Decimal
    over: timedelta
    of_at_least: int | None = None


class RecordedVoice(StrEnum):
    """What a person must have agreed to before a recorded or machine-made voice may speak to them."""

    NOTHING = "nothing"
    CONSENT = "consent"
    WRITTEN = "written"


@dataclass(frozen=True, slots=True)
class Conduct:
    """What else the rules of a place ask, for texts, calls, refusals and what is kept; None where they say nothing."""

    signature: frozenset[str]  # purposes whose SMS begin with who sends them
    refusal_line: frozenset[str]  # purposes whose SMS say how to refuse
    recorded_voice: RecordedVoice
    ring_at_least: timedelta | None
    answer_within: timedelta | None  # a human or the opening words, after the customer has spoken
    abandonment: Abandonment | None
    opt_out_words: tuple[str, ...]  # beside those that are understood everywhere
    opt_out_confirmed: bool  # in the same request, and so within any time
    opt_out_confirmed_within: timedelta | None
    opt_out_honoured_within: timedelta | None
    keep_contacts: timedelta | None  # at least
    keep_recordings: timedelta | None
    keep_consents: timedelta | None  # after the relation has ended


@dataclass(frozen=True, slots=True)
class Policy:
    """`profile` names whose rules these are; `zones` are the candidates for a number without one, by calling code."""

    profile: str | None
    timetables: Mapping[Kind, tuple[Timetable, ...]]  # all of them must permit
    caps: tuple[Cap, ...]
    min_gap: Mapping[Kind, timedelta]
    zones: Mapping[str, tuple[str, ...]]
    needs_consent: frozenset[Kind]
    conduct: Conduct
    marks: Marks
    needs_approval: bool = False  # by a second person, before its campaign may start

    def hours(self, channel: Channel, purpose: str, zones: tuple[str, ...], now: datetime) -> Open | Closed:
        return hours_of(self.timetables[channel, purpose], zones, now)

    def candidate_zones(
        self, time_zone: str | None, msisdn: str, guesses: Sequence[str] = ()
    ) -> tuple[str, ...]:
        """The customer's own zone, or all those it may be: what the longest calling code lists, and other guesses.

        A zone that this machine's database lacks counts as unknown.
        """
        if time_zone and is_zone(time_zone):
            return (time_zone,)
        code = max((code for code in self.zones if msisdn.startswith(code)), key=len, default=None)
        listed = self.zones[code] if code is not None else ()
        more = (name for name in guesses if name not in listed and is_zone(name))
        return (*listed, *dict.fromkeys(more)) if guesses else listed

    def asks_consent(self, channel: Channel, purpose: str, *, by_hand: bool = False) -> bool:
        """`by_hand`: a human speaks; our own voice is machine-made."""
        if (channel, purpose) in self.needs_consent:
            return True
        asked = self.conduct.recorded_voice is not RecordedVoice.NOTHING
        return asked and not by_hand and _by_voice(channel, purpose)

    def asks_written_consent(self, channel: Channel, purpose: str) -> bool:
        """Before a machine-made voice may speak."""
        return self.conduct.recorded_voice is RecordedVoice.WRITTEN and _by_voice(channel, purpose)

    @property
    def longest_memory(self) -> timedelta:
        """How far back the journal must be read to decide."""
        spans = [cap.memory for cap in self.caps] + list(self.min_gap.values())
        return max(spans, default=timedelta(0))


def _by_voice(channel: Channel, purpose: str) -> bool:
    """Of such calls the rules of recorded voices speak."""
    return channel is Channel.CALL and purpose == "marketing"
