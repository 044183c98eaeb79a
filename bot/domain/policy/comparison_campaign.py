"""What two policies let a campaign spend, and what stops it by itself, side by side."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from bot.domain import brakes
from bot.domain.brakes import Brakes, Cause
from bot.domain.policy.comparison import (
    DIFFERENT,
    LOOSER,
    TIGHTER,
    Difference,
    Direction,
    differing,
    of_flags,
    of_numbers,
    together,
)
from bot.domain.policy.comparison_wording import Rule, Word, share_told, time_told
from bot.domain.policy.rules import Rules
from bot.domain.sentences import Said, Words, say
from bot.domain.spend import Ceiling

_Amount = int | Decimal | None


def spend_compared(before: Rules, after: Rules) -> Iterator[Difference]:
    old, new = before.spend, after.spend
    yield from _ceiling(Rule.SPENT, old.total, new.total)
    yield from _ceiling(Rule.SPENT_A_DAY, old.per_day, new.per_day)
    longest = before.longest_call, after.longest_call
    yield from differing("spend", say(Rule.LONGEST_CALL), *longest, of_numbers(*longest, LOOSER), _longest)
    zones = old.zone, new.zone
    moved = None if old.zone == new.zone else DIFFERENT
    yield from differing("spend", say(Rule.SPEND_ZONE), *zones, moved, _zone)


def _ceiling(rule: Rule, before: Ceiling, after: Ceiling) -> Iterator[Difference]:
    counts = (
        (Word.SEGMENTS, before.segments, after.segments),
        (Word.CALL_MINUTES, before.minutes, after.minutes),
    )
    sums = ((Word.MONEY, before.money, after.money), (Word.BONUSES, before.bonuses, after.bonuses))
    for what, most, most_now in counts:
        direction = of_numbers(most, most_now, LOOSER)
        yield from differing("spend", say(rule, what=say(what)), most, most_now, direction, _amount)
    for what, sum_, sum_now in sums:
        direction = of_numbers(sum_, sum_now, LOOSER)
        yield from differing("spend", say(rule, what=say(what)), sum_, sum_now, direction, _amount)


def brakes_compared(before: Brakes, after: Brakes) -> Iterator[Difference]:
    for cause in sorted(before.rates.keys() | after.rates.keys()):
        rules = before.rates.get(cause), after.rates.get(cause)
        yield from differing("brakes", _brake(cause), *rules, _rated(*rules), _rate)
    places = before.by_place, after.by_place
    rule = say(Rule.BRAKE_OF_PLACE, cause=say(Word.ABANDONMENT))
    yield from differing("brakes", rule, *places, of_flags(*places, TIGHTER), _yes)
    stale = before.stale_after, after.stale_after
    yield from differing("brakes", _brake(Cause.STALE_DATA), *stale, of_numbers(*stale, LOOSER), _stale)
    harm = before.harm_sample, after.harm_sample
    yield from differing("brakes", _brake(Cause.HARM), *harm, of_numbers(*harm, LOOSER), _harm)


def _rated(before: brakes.Rule | None, after: brakes.Rule | None) -> Direction | None:
    """A greater share and a greater sample trip later; a longer time is neither looser nor tighter."""
    if before is None or after is None:
        return of_flags(before is None, after is None, LOOSER)
    return together(
        iter(
            (
                of_numbers(before.above, after.above, LOOSER),
                of_numbers(before.sample, after.sample, LOOSER),
                None if before.over == after.over else DIFFERENT,
            )
        )
    )


def _yes(one: bool) -> Words:
    return say(Word.YES if one else Word.NO)


def _brake(cause: Cause) -> Said:
    return say(Rule.BRAKE, cause=say(Word[cause.name]))


def _rate(rule: brakes.Rule | None) -> Words:
    if rule is None:
        return say(Word.NO_BRAKE)
    return say(
        Word.MORE_THAN, share=share_told(rule.above), time=time_told(rule.over), sample=f"{rule.sample:,}"
    )


def _stale(after: timedelta | None) -> Words:
    return say(Word.NO_BRAKE) if after is None else say(Word.OLDER_THAN, time=time_told(after))


def _harm(sample: int | None) -> Words:
    return say(Word.NO_BRAKE) if sample is None else say(Word.BEYOND_CHANCE, sample=f"{sample:,}")


def _amount(amount: _Amount) -> Words:
    return say(Word.NOT_BOUND) if amount is None else f"{amount:,}"


def _longest(span: timedelta | None) -> Words:
    return say(Word.NOT_BOUND) if span is None else time_told(span)


def _zone(zone: str | None) -> Words:
    return zone or say(Word.INSTALLATION)
