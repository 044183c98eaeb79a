"""All that a stored policy says: for the gate, for the campaign's money and brakes, and the holidays as written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from bot.domain.brakes import Brakes
from bot.domain.holidays import CalendarSource
from bot.domain.policy.braking import read_brakes
from bot.domain.policy.default import DEFAULT
from bot.domain.policy.fields import Field
from bot.domain.policy.model import Policy
from bot.domain.policy.read import read_policy
from bot.domain.policy.spending import longest_call_of, read_spend
from bot.domain.spend import Limits


@dataclass(frozen=True, slots=True)
class WrittenHolidays:
    """By name: which days a calendar has, another year may say otherwise."""

    calendars: frozenset[str]
    dates: frozenset[date]
    workdays: frozenset[date]

    @property
    def given(self) -> bool:
        return bool(self.calendars or self.dates)


@dataclass(frozen=True, slots=True)
class Rules:
    policy: Policy
    holidays: WrittenHolidays
    spend: Limits
    longest_call: timedelta | None
    brakes: Brakes


def read_rules(data: Mapping[str, Any], calendars: CalendarSource | None = None) -> Rules:
    """Raises PolicyError with everything that is wrong."""
    policy = read_policy(data, calendars)
    fields = Field({**DEFAULT, **data}, (), [])  # its mistakes would have been told just above
    return Rules(
        policy=policy,
        holidays=_written(fields.at("holidays")),
        spend=read_spend(fields.at("spend")),
        longest_call=longest_call_of(data),
        brakes=read_brakes(fields.at("brakes"), fields.at("voice")),
    )


def _written(holidays: Field) -> WrittenHolidays:
    if not isinstance(holidays.value, Mapping):
        return WrittenHolidays(frozenset(), _days(holidays), frozenset())
    calendars, dates, workdays = (holidays.at(name) for name in ("calendars", "dates", "workdays"))
    named = frozenset(str(one.value) for one in calendars.items()) if calendars.given else frozenset()
    return WrittenHolidays(named, _days(dates), _days(workdays))


def _days(field: Field) -> frozenset[date]:
    return frozenset(day for one in field.items() if (day := one.day())) if field.given else frozenset()
