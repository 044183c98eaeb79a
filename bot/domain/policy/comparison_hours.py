"""When two policies permit contact, side by side: hours by weekday, and what counts as a holiday."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import reduce
from itertools import chain

from bot.domain.policy.comparison import (
    DIFFERENT,
    LOOSER,
    TIGHTER,
    Difference,
    Direction,
    differing,
    of_sets,
)
from bot.domain.policy.comparison_wording import Rule, Word, days_told, kinds_told, listed
from bot.domain.policy.model import KINDS, Kind, Policy
from bot.domain.policy.rules import Rules, WrittenHolidays
from bot.domain.quiet_hours import EVERY_DAY, Spans, Timetable
from bot.domain.sentences import Words, say

Minutes = frozenset[int]
_WEEKEND = (5, 6)


def hours_compared(before: Policy, after: Policy) -> Iterator[Difference]:
    """Kinds and days with the same change are one line."""
    days: dict[tuple[Kind, Minutes, Minutes], list[int]] = {}
    for kind in KINDS:
        for day in sorted(EVERY_DAY):
            was, is_ = (_open(one, kind, day) for one in (before, after))
            days.setdefault((kind, was, is_), []).append(day)
    kinds: dict[tuple[tuple[int, ...], Minutes, Minutes], list[Kind]] = {}
    for (kind, was, is_), same in days.items():
        kinds.setdefault((tuple(same), was, is_), []).append(kind)
    for (on, old, new), of in kinds.items():
        rule = say(Rule.HOURS, kinds=kinds_told(of), days=days_told(on))
        yield from differing("hours", rule, old, new, of_sets(old, new, LOOSER), _told)


def holidays_compared(before: Rules, after: Rules) -> Iterator[Difference]:
    if before.holidays.given and after.holidays.given:
        yield from _hours_on_holidays(before.policy, after.policy)
    rest, work = _meaning_of_rest(before, after), _meaning_of_work(before, after)
    sides: tuple[tuple[Rule, Callable[[WrittenHolidays], frozenset[object]], Direction], ...] = (
        (Rule.CALENDARS, lambda one: frozenset(one.calendars), rest),
        (Rule.DATES, lambda one: frozenset(one.dates), rest),
        (Rule.WORKDAYS, lambda one: frozenset(one.workdays), work),
    )
    for what, get, more in sides:
        given, wanted = get(before.holidays), get(after.holidays)
        yield from differing("holidays", say(what), given, wanted, of_sets(given, wanted, more), _named)


def _hours_on_holidays(before: Policy, after: Policy) -> Iterator[Difference]:
    kinds: dict[tuple[Minutes, Minutes], list[Kind]] = {}
    for kind in KINDS:
        old, new = (_open(one, kind, None) for one in (before, after))
        kinds.setdefault((old, new), []).append(kind)
    for (old, new), of in kinds.items():
        rule = say(Rule.HOLIDAY_HOURS, kinds=kinds_told(of))
        yield from differing("holidays", rule, old, new, of_sets(old, new, LOOSER), _told)


def _meaning_of_rest(before: Rules, after: Rules) -> Direction:
    """One more holiday permits less, unless holidays have hours that another day has not."""
    tables = list(_tables(before, after))
    fewer = all(_minutes(table.holiday) <= _minutes(day) for table in tables for day in table.week)
    return TIGHTER if fewer else DIFFERENT


def _meaning_of_work(before: Rules, after: Rules) -> Direction:
    """A worked day has the hours that all weekdays share, in the place of a holiday's or a weekend's."""
    more = all(
        _minutes(instead) <= _minutes(table.worked)
        for table in _tables(before, after)
        for instead in (table.holiday, *(table.week[day] for day in _WEEKEND))
    )
    return LOOSER if more else DIFFERENT


def _tables(before: Rules, after: Rules) -> Iterator[Timetable]:
    for one in (before, after):
        yield from chain.from_iterable(one.policy.timetables.values())


def _open(policy: Policy, kind: Kind, day: int | None) -> Minutes:
    """On a weekday, or on a holiday (None); all of a policy's timetables must permit it."""
    tables = policy.timetables[kind]
    spans = (table.holiday if day is None else table.week[day] for table in tables)
    return reduce(frozenset.__and__, (_minutes(one) for one in spans))


def _minutes(spans: Spans) -> Minutes:
    return frozenset(chain.from_iterable(range(opens // 60, closes // 60) for opens, closes in spans))


def _told(minutes: Minutes) -> Words:
    if not minutes:
        return say(Word.CLOSED)
    begins = sorted(one for one in minutes if one - 1 not in minutes)
    ends = sorted(one + 1 for one in minutes if one + 1 not in minutes)
    return listed(f"{_clock(opens)}-{_clock(closes)}" for opens, closes in zip(begins, ends, strict=True))


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _named(names: frozenset[object]) -> Words:
    return listed(sorted(str(one) for one in names)) if names else say(Word.NOTHING)
