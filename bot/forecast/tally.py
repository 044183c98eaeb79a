"""A dry run in figures: what would become of how many, and when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from bot.domain.attempts import Channel
from bot.domain.contact import Reason
from bot.forecast.row import Forecast
from bot.forecast.verdicts import Verdict

#: Their moment is when the contact is made; after the others somebody only looks again.
_TIMED = frozenset({Reason.QUIET_HOURS, Reason.CAP, Reason.MIN_GAP})

Answered = tuple[str, str | None]


@dataclass(slots=True)
class Tally:
    people: int = 0
    answers: Counter[Answered] = field(default_factory=Counter)  # by verdict and reason
    segments: int = 0
    hours: Counter[tuple[str, int]] = field(default_factory=Counter)  # by channel and local hour

    def add(self, forecasts: Iterable[Forecast]) -> None:
        for one in forecasts:
            self.people += 1
            self.answers[one.verdict, one.reason] += 1
            if one.contact_at is not None and (one.verdict == Verdict.ALLOWED or one.reason in _TIMED):
                self._contacted(one)

    def take(self, other: Tally) -> None:
        self.people += other.people
        self.answers += other.answers
        self.segments += other.segments
        self.hours += other.hours

    def _contacted(self, one: Forecast) -> None:
        self.segments += one.segments or 0
        if one.channel is not None and one.contact_local is not None:
            self.hours[one.channel, int(one.contact_local[11:13])] += 1

    def by_reason(self, verdict: Verdict) -> dict[str, int]:
        """The most frequent first."""
        found = Counter({reason or "": n for (said, reason), n in self.answers.items() if said == verdict})
        return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))

    def of(self, verdict: Verdict) -> int:
        return sum(self.by_reason(verdict).values())

    def by_hour(self, channel: Channel) -> dict[int, int]:
        return {hour: n for (way, hour), n in sorted(self.hours.items()) if way == channel}
