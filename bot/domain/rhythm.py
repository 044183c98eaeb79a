"""When a recurring campaign looks at its audience again: on these weekdays at that time, in a named zone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from bot.domain.wall_clock import is_zone, zone

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WRITTEN = re.compile(r"(daily|[a-z,]+)@([0-9]{2}):([0-9]{2})")


class RhythmError(ValueError):
    """The message says what a rhythm looks like."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    days: frozenset[int]  # 0 is Monday
    at: time
    zone: str

    def after(self, moment: datetime) -> datetime:
        """The first such time later than that. One that a clock change leaves out comes when the clock has gone on."""
        local = moment.astimezone(zone(self.zone))
        for ahead in range(9):
            day = local.date() + timedelta(days=ahead)
            if day.weekday() in self.days:
                found = datetime.combine(day, self.at, zone(self.zone)).astimezone(UTC)
                if found > moment:
                    return found
        raise AssertionError("a rhythm has a day in every week")


def read_rhythm(text: str, zone_name: str) -> Rhythm:
    """`daily@02:00` or `mon,thu@09:30`. Raises RhythmError."""
    written = _WRITTEN.fullmatch(text.strip().lower())
    names = list(_DAYS) if written and written[1] == "daily" else written[1].split(",") if written else []
    if written is None or not set(names) <= set(_DAYS) or int(written[2]) > 23 or int(written[3]) > 59:
        raise RhythmError(f"{text!r} is not a rhythm such as daily@02:00 or mon,thu@09:30")
    if not is_zone(zone_name):
        raise RhythmError(f"{zone_name!r} is not a known time zone")
    return Rhythm(
        frozenset(_DAYS.index(name) for name in names), time(int(written[2]), int(written[3])), zone_name
    )
