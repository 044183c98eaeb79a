"""How often two policies let a customer be contacted, side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta

from bot.domain.policy.comparison import LOOSER, Difference, differing, of_numbers, of_sets
from bot.domain.policy.comparison_wording import Rule, Word, kinds_told, period_told, purposes_told
from bot.domain.policy.model import KINDS, Cap, Per, Policy
from bot.domain.sentences import Said, Words, say

_Key = tuple[str, str, timedelta | Per, bool]

#: The shortest and the longest of a calendar period, clock changes included.
_SHORTEST = {
    Per.DAY: timedelta(hours=22),
    Per.WEEK: timedelta(days=6, hours=22),
    Per.MONTH: timedelta(days=27),
}
_WITHIN = {Per.DAY: (Per.DAY, Per.WEEK, Per.MONTH), Per.WEEK: (Per.WEEK,), Per.MONTH: (Per.MONTH,)}


def caps_compared(before: Policy, after: Policy) -> Iterator[Difference]:
    old, new = _by_key(before), _by_key(after)
    for key in sorted(old.keys() | new.keys(), key=_order):
        was, is_ = old.get(key), new.get(key)
        if _held_anyway(was, new.values()) and _held_anyway(is_, old.values()):
            continue  # each policy's other limits hold back as much
        limit, limit_now = (None if one is None else one.limit for one in (was, is_))
        direction = of_numbers(limit, limit_now, LOOSER)
        yield from differing("caps", _told(key), limit, limit_now, direction, _at_most)
    yield from _exempt(before, after)


def _by_key(policy: Policy) -> dict[_Key, Cap]:
    """Of several limits on the same the smallest binds."""
    found: dict[_Key, Cap] = {}
    for cap in policy.caps:
        key = (cap.channel or "", cap.purpose or "", cap.period, cap.everywhere)
        found[key] = replace(cap, limit=min(cap.limit, found.get(key, cap).limit))
    return found


def _order(key: _Key) -> tuple[str, str, timedelta, str, bool]:
    channel, purpose, period, everywhere = key
    return channel, purpose, _longest(period), str(period), everywhere


def _told(key: _Key) -> Said:
    channel, purpose, period, everywhere = key
    kinds = (kind for kind in KINDS if channel in ("", kind[0]) and purpose in ("", kind[1]))
    where = Word.EVERYWHERE if everywhere else Word.THIS_CAMPAIGN
    return say(Rule.CAP, kinds=kinds_told(kinds), period=period_told(period), where=say(where))


def _held_anyway(cap: Cap | None, others: Iterable[Cap]) -> bool:
    """Whether another limit holds back whatever this one does; no limit holds nothing back."""
    return cap is None or any(_implied(cap, other) for other in others if not _same(cap, other))


def _same(one: Cap, other: Cap) -> bool:
    return (one.channel, one.purpose, one.period, one.everywhere) == (
        other.channel,
        other.purpose,
        other.period,
        other.everywhere,
    )


def _implied(cap: Cap, by: Cap) -> bool:
    counts_all = (
        by.channel in (None, cap.channel)
        and by.purpose in (None, cap.purpose)
        and (by.everywhere or not cap.everywhere)
    )
    binds_all = all(by.binds(*kind) for kind in KINDS if cap.binds(*kind))
    return counts_all and binds_all and by.limit * _periods(by.period, cap.period) <= cap.limit


def _periods(of: timedelta | Per, in_: timedelta | Per) -> int:
    """How many of the one a time as long as the other may touch."""
    if isinstance(of, Per):
        if isinstance(in_, Per) and of in _WITHIN[in_]:
            return 1
        return -(-_longest(in_) // _SHORTEST[of]) + 1
    return -(-_longest(in_) // of)


def _longest(period: timedelta | Per) -> timedelta:
    return Cap(1, period, None, None, everywhere=True).memory


def _at_most(limit: int | None) -> Words:
    return say(Word.NO_LIMIT_OF_ITS_OWN) if limit is None else say(Word.AT_MOST, most=limit)


def _exempt(before: Policy, after: Policy) -> Iterator[Difference]:
    """Exceptions from general limits, where both policies have such limits."""
    general = [[cap.exempt for cap in one.caps if cap.purpose is None] for one in (before, after)]
    if not all(general):
        return
    old, new = (frozenset[str]().union(*one) for one in general)
    yield from differing("exempt", say(Rule.EXEMPT), old, new, of_sets(old, new, LOOSER), purposes_told)
