"""The global control group: a share of all customers whom no campaign markets to, dealt anew each period.

A campaign's own control arm shows what that campaign is worth. It does not show what all of them together are
worth, because its customers are contacted by the other campaigns. The global control group does.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum

from bot.domain.arms import BUCKETS, bucket

#: With more, the operator gives up half of what campaigns bring in to know what they bring in.
MOST = Decimal("0.5")


class Period(StrEnum):
    """How long a group stands; calendar periods, counted in UTC."""

    MONTH = "month"
    QUARTER = "quarter"
    HALF_YEAR = "half_year"
    YEAR = "year"


_MONTHS = {Period.MONTH: 1, Period.QUARTER: 3, Period.HALF_YEAR: 6, Period.YEAR: 12}
_LETTERS = {Period.MONTH: "M", Period.QUARTER: "Q", Period.HALF_YEAR: "H"}


@dataclass(frozen=True, slots=True)
class ControlGroup:
    """The group of one period. It is a function of the customer, so nothing has to be stored to know it."""

    name: str  # 2026-Q4; the salt of the hash, so that each period's group is independent of the last
    share: Decimal
    since: datetime
    until: datetime

    @property
    def salt(self) -> str:
        return f"global-control:{self.name}"

    @property
    def below(self) -> int:
        return round(self.share * BUCKETS)

    def holds(self, customer_id: int) -> bool:
        return bucket(self.salt, customer_id) < self.below


@dataclass(frozen=True, slots=True)
class GlobalControl:
    """The operator's setting, in force from a moment on."""

    share: Decimal
    period: Period
    in_force_from: datetime

    def group_at(self, now: datetime) -> ControlGroup | None:
        """None where nobody is held out."""
        if now < self.in_force_from or not self.share:
            return None
        name, since, until = _span(self.period, now)
        return ControlGroup(name, self.share, max(since, self.in_force_from), until)

    def next_change_at(self, now: datetime) -> datetime:
        """When another setting may come into force: a group that stands is kept until its period is over."""
        group = self.group_at(now)
        return group.until if group else now


def _span(period: Period, now: datetime) -> tuple[str, datetime, datetime]:
    months, at = _MONTHS[period], now.astimezone(UTC)
    number = (at.month - 1) // months
    first = number * months
    since = datetime(at.year, first + 1, 1, tzinfo=UTC)
    end = at.year * 12 + first + months
    until = datetime(end // 12, end % 12 + 1, 1, tzinfo=UTC)
    letter = _LETTERS.get(period)
    return f"{at.year}-{letter}{number + 1}" if letter else str(at.year), since, until
