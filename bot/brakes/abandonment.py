"""Calls that find nobody, against the rule of each place that a campaign calls and against its own, if it has one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from bot.domain.brakes import Brakes, Cause, Counted, Pull, Rule, too_many
from bot.domain.policy.braking import abandonment_rule
from bot.rulebook import Rulebook
from bot.store import abandonment, brakes
from bot.store.abandonment import Called, Span
from bot.store.brakes import Watched
from bot.store.transaction import Tx

CAUSE = Cause.ABANDONMENT


def too_many_abandoned(
    tx: Tx, watched: Sequence[Watched], rules: Mapping[int, Brakes], rulebook: Rulebook, now: datetime
) -> Iterator[tuple[int, Pull]]:
    """One pull a campaign: that of its own rule, else of the first place whose rule is broken."""
    looking = [
        one
        for one in watched
        if one.judge_calls and rules[one.campaign_id].by_place and CAUSE not in one.open
    ]
    if not looking:
        return
    of_place = {
        name: rule for name, policy in rulebook.profiles.items() if (rule := abandonment_rule(policy))
    }
    called: defaultdict[int, list[Called]] = defaultdict(list)
    for some in abandonment.called(tx, list(_spans(looking, rules, of_place, now))):
        called[some.campaign_id].append(some)
    for one in looking:
        own = rules[one.campaign_id].rates.get(CAUSE)
        pulls = _pulls(called[one.campaign_id], own, of_place, rulebook)
        if (pull := next(pulls, None)) is not None:
            yield one.campaign_id, pull


def _spans(
    looking: Sequence[Watched], rules: Mapping[int, Brakes], of_place: Mapping[str, Rule], now: datetime
) -> Iterator[Span]:
    """Where a campaign calls is not known before its calls are counted: all the times that any place asks for."""
    everywhere = {rule.over for rule in of_place.values()}
    for one in looking:
        own = rules[one.campaign_id].rates.get(CAUSE)
        for over in sorted(everywhere | ({own.over} if own is not None else set())):
            yield Span(one.campaign_id, over, brakes.window(CAUSE, over, one, now).since)


def _pulls(
    called: Sequence[Called], own: Rule | None, of_place: Mapping[str, Rule], rulebook: Rulebook
) -> Iterator[Pull]:
    everywhere: defaultdict[timedelta, Counted] = defaultdict(lambda: Counted(0, 0))
    by_place: defaultdict[str, Counted] = defaultdict(lambda: Counted(0, 0))
    for some in called:
        everywhere[some.over] += some.counted
        place = rulebook.profile_of(some.msisdn, some.region)
        if place in of_place and of_place[place].over == some.over:
            by_place[place] += some.counted
    found = [too_many(CAUSE, own, everywhere[own.over])] if own is not None else []
    found += [too_many(CAUSE, of_place[place], counted, place) for place, counted in by_place.items()]
    yield from filter(None, found)
