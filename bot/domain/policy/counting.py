"""When caps and gaps let a person be contacted again, counted from the journal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.domain.attempts import Channel
from bot.domain.policy.model import Cap, Per, Policy
from bot.domain.wall_clock import start_of_day, zone


@dataclass(frozen=True, slots=True)
class Past:
    """One earlier contact of this person, from the journal."""

    at: datetime
    channel: Channel
    purpose: str
    same_campaign: bool


@dataclass(frozen=True, slots=True)
class Held:
    """Until when, and whether it is only the gap between two contacts that is missing."""

    until: datetime
    by_gap: bool


def held_back(
    policy: Policy,
    channel: Channel,
    purpose: str,
    past: Sequence[Past],
    zones: Sequence[str],
    now: datetime,
) -> Held | None:
    """The latest of the moments at which each cap and gap lets such a contact through; None: all do now."""
    if not past:
        return None
    latest = _gap(policy.min_gap.get((channel, purpose)), channel, past, now)
    for cap in policy.caps:
        if not cap.binds(channel, purpose):
            continue
        free_at = _free_at(cap, past, zones, now)
        if free_at is not None and (latest is None or free_at > latest.until):
            latest = Held(free_at, by_gap=False)
    return latest


def _gap(gap: timedelta | None, channel: Channel, past: Sequence[Past], now: datetime) -> Held | None:
    if gap is None:
        return None
    last = max((one.at for one in past if one.channel is channel), default=None)
    return Held(last + gap, by_gap=True) if last is not None and last + gap > now else None


def _free_at(cap: Cap, past: Sequence[Past], zones: Sequence[str], now: datetime) -> datetime | None:
    counted = [
        one.at
        for one in past
        if (cap.everywhere or one.same_campaign)
        and cap.channel in (None, one.channel)
        and cap.purpose in (None, one.purpose)
    ]
    if len(counted) < cap.limit:
        return None
    if isinstance(cap.period, Per):
        return _free_by_calendar(cap.limit, cap.period, counted, zones, now)
    since = now - cap.period
    recent = sorted(at for at in counted if at > since)
    return recent[len(recent) - cap.limit] + cap.period if len(recent) >= cap.limit else None


def _free_by_calendar(
    limit: int, per: Per, counted: Iterable[datetime], zones: Sequence[str], now: datetime
) -> datetime | None:
    """Where the zone is in doubt, the cap holds as long as it holds in any of the candidates."""
    ends = [
        start_of_day(name, next_)
        for name in zones
        for first, next_ in (_PERIODS[per](now.astimezone(zone(name)).date()),)
        if sum(at >= start_of_day(name, first) for at in counted) >= limit
    ]
    return max(ends, default=None)


def _day(day: date) -> tuple[date, date]:
    return day, day + timedelta(days=1)


def _week(day: date) -> tuple[date, date]:
    monday = day - timedelta(days=day.weekday())
    return monday, monday + timedelta(days=7)


def _month(day: date) -> tuple[date, date]:
    first = day.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1)


_PERIODS: dict[Per, Callable[[date], tuple[date, date]]] = {Per.DAY: _day, Per.WEEK: _week, Per.MONTH: _month}
