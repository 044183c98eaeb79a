"""What another policy changes, rule by rule: looser, tighter or merely different, in the order of a policy's parts."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from datetime import timedelta
from typing import TypeVar

from bot.domain.marks import Effect
from bot.domain.policy.comparison import (
    DIFFERENT,
    LOOSER,
    TIGHTER,
    Difference,
    Direction,
    differing,
    of_flags,
    of_numbers,
    of_sets,
)
from bot.domain.policy.comparison_campaign import brakes_compared, spend_compared
from bot.domain.policy.comparison_caps import caps_compared
from bot.domain.policy.comparison_conduct import conduct_compared
from bot.domain.policy.comparison_hours import holidays_compared, hours_compared
from bot.domain.policy.comparison_wording import Rule, Word, kinds_told, listed, mark_told, time_told
from bot.domain.policy.model import KINDS, Kind, Policy
from bot.domain.policy.rules import Rules
from bot.domain.sentences import Said, Words, say

_Pair = TypeVar("_Pair", bound=Hashable)


def compare(before: Rules, after: Rules) -> list[Difference]:
    """Nothing for what says the same; the other way round, looser is tighter.

    A rule that is gone counts as looser even where another one happens to forbid the same; of limits only where none
    of the others holds back all that it held back.
    """
    old, new = before.policy, after.policy
    return [
        *_profile(old, new),
        *hours_compared(old, new),
        *caps_compared(old, new),
        *_gaps(old, new),
        *holidays_compared(before, after),
        *_zones(old, new),
        *_consent(old, new),
        *conduct_compared(old.conduct, new.conduct),
        *spend_compared(before, after),
        *brakes_compared(before.brakes, after.brakes),
        *_marks(old, new),
        *_approval(old, new),
    ]


def _profile(before: Policy, after: Policy) -> Iterator[Difference]:
    direction = None if before.profile == after.profile else DIFFERENT
    yield from differing(
        "profile", say(Rule.PROFILE), before.profile, after.profile, direction, lambda one: one or _nothing()
    )


# -- how often ------------------------------------------------------------------------------------------------


def _gaps(before: Policy, after: Policy) -> Iterator[Difference]:
    for (old, new), kinds in _by_pair(lambda kind: (before.min_gap.get(kind), after.min_gap.get(kind))):
        rule = say(Rule.GAP, kinds=kinds_told(kinds))
        yield from differing("min_gap", rule, old, new, of_numbers(old, new, TIGHTER), _gap)


def _gap(gap: timedelta | None) -> Words:
    return _nothing() if gap is None else time_told(gap)


# -- whom -----------------------------------------------------------------------------------------------------


def _zones(before: Policy, after: Policy) -> Iterator[Difference]:
    """Where the zone is in doubt all candidates must permit it; with none named here, those of the number plan."""
    for code in sorted(before.zones.keys() | after.zones.keys()):
        old, new = (frozenset(one.candidate_zones(None, code)) for one in (before, after))
        rule = say(Rule.ZONES, code=code)
        unlike = None if old == new else DIFFERENT
        direction = of_sets(old, new, TIGHTER) if old and new else unlike
        yield from differing("zones", rule, old, new, direction, _candidates)


def _candidates(zones: frozenset[str]) -> Words:
    return listed(sorted(zones)) if zones else say(Word.NUMBER_PLAN)


def _consent(before: Policy, after: Policy) -> Iterator[Difference]:
    for (old, new), kinds in _by_pair(
        lambda kind: (kind in before.needs_consent, kind in after.needs_consent)
    ):
        rule = say(Rule.CONSENT, kinds=kinds_told(kinds))
        yield from differing("needs_consent", rule, old, new, of_flags(old, new, TIGHTER), _asked)


def _asked(asked: bool) -> Words:
    return say(Word.ASKED if asked else Word.NOT_ASKED)


def _marks(before: Policy, after: Policy) -> Iterator[Difference]:
    for name in sorted(before.marks.keys() | after.marks.keys()):
        old, new = (one.marks.get(name, Effect()) for one in (before, after))
        yield from differing(
            "marks",
            say(Rule.MARK, name=mark_told(name)),
            old,
            new,
            _treated(old, new),
            lambda one: _word(one.marketing),
        )
        moved = None if old.priority is new.priority else DIFFERENT
        yield from differing(
            "marks",
            say(Rule.MARK_ORDER, name=mark_told(name)),
            old,
            new,
            moved,
            lambda one: _word(one.priority),
        )


def _treated(before: Effect, after: Effect) -> Direction | None:
    if before.marketing is after.marketing:
        return None
    both = before.marketing.and_also(after.marketing)
    if both is after.marketing:
        return TIGHTER
    return LOOSER if both is before.marketing else DIFFERENT


def _approval(before: Policy, after: Policy) -> Iterator[Difference]:
    old, new = before.needs_approval, after.needs_approval
    yield from differing("approval", say(Rule.APPROVAL), old, new, of_flags(old, new, TIGHTER), _asked)


# -- words ----------------------------------------------------------------------------------------------------


def _by_pair(pair_of: Callable[[Kind], _Pair]) -> list[tuple[_Pair, list[Kind]]]:
    """Kinds with the same change are one line."""
    found: dict[_Pair, list[Kind]] = {}
    for kind in KINDS:
        found.setdefault(pair_of(kind), []).append(kind)
    return list(found.items())


def _word(value: str) -> Said:
    return say(Word[value.upper()])


def _nothing() -> Said:
    return say(Word.NOTHING)
