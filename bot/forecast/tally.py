"""A dry run in figures: what would become of how many, and when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.attempts import Channel
from bot.domain.contact import Reason
from bot.forecast.row import Forecast
from bot.forecast.verdicts import Verdict

#: Their moment is when the contact is made; after the others somebody only looks again.
_TIMED = frozenset({Reason.QUIET_HOURS, Reason.CAP, Reason.MIN_GAP})

Answered = tuple[str, str | None]

#: What a verdict of DEFERRED is called where the contact is sure to be made, only later.
LATER = "later"
OUTCOMES: tuple[str, ...] = (Verdict.ALLOWED, LATER, *(one for one in Verdict if one != Verdict.ALLOWED))


def outcome(verdict: str, reason: str | None) -> str:
    """What it comes to for the reader: one of OUTCOMES."""
    return LATER if verdict == Verdict.DEFERRED and reason in _TIMED else verdict


@dataclass(slots=True)
class Tally:
    people: int = 0
    answers: Counter[Answered] = field(default_factory=Counter)  # by verdict and reason
    segments: int = 0
    hours: Counter[tuple[str, int]] = field(default_factory=Counter)  # by channel and local hour
    moments: dict[str, tuple[datetime, datetime]] = field(default_factory=dict)  # first and last, by outcome

    def add(self, forecasts: Iterable[Forecast]) -> None:
        for one in forecasts:
            self.people += 1
            self.answers[one.verdict, one.reason] += 1
            came_to = outcome(one.verdict, one.reason)
            if one.contact_at is not None and came_to in (Verdict.ALLOWED, LATER):
                self._contacted(one)
                self._made(came_to, one.contact_at, one.contact_at)

    def take(self, other: Tally) -> None:
        self.people += other.people
        self.answers += other.answers
        self.segments += other.segments
        self.hours += other.hours
        for came_to, (first, last) in other.moments.items():
            self._made(came_to, first, last)

    def _contacted(self, one: Forecast) -> None:
        self.segments += one.segments or 0
        if one.channel is not None and one.contact_local is not None:
            self.hours[one.channel, int(one.contact_local[11:13])] += 1

    def _made(self, came_to: str, first: datetime, last: datetime) -> None:
        earliest, latest = self.moments.get(came_to, (first, last))
        self.moments[came_to] = min(earliest, first), max(latest, last)

    def by_reason(self, verdict: Verdict) -> dict[str, int]:
        """The most frequent first."""
        found = Counter({reason or "": n for (said, reason), n in self.answers.items() if said == verdict})
        return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))

    def of(self, verdict: Verdict) -> int:
        return sum(self.by_reason(verdict).values())

    def came_to(self, wanted: str) -> int:
        """People of one of OUTCOMES."""
        return sum(n for (verdict, reason), n in self.answers.items() if outcome(verdict, reason) == wanted)

    @property
    def to_be_contacted(self) -> int:
        return self.came_to(Verdict.ALLOWED) + self.came_to(LATER)

    def by_hour(self, channel: Channel) -> dict[int, int]:
        return {hour: n for (way, hour), n in sorted(self.hours.items()) if way == channel}
