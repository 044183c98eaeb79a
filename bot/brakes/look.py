"""Looks at what campaigns do to customers and carrier, and pulls the brake: a trip that the next one carries out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from bot.brakes.abandonment import too_many_abandoned
from bot.domain.brakes import Brakes, Cause, Pull, harmful, too_many, too_old
from bot.domain.campaigns import Arm
from bot.domain.policy.braking import read_brakes
from bot.domain.policy.fields import Fault, Field
from bot.domain.uplift import ArmOutcome
from bot.published import PublishedFlows
from bot.rulebook import Rulebook
from bot.store import brakes, evaluation
from bot.store.brakes import Watched
from bot.store.transaction import Tx

TOLD_AGAIN = timedelta(days=1)


def look(tx: Tx, flows: PublishedFlows, rulebook: Rulebook, now: datetime) -> int:
    """One look at each running campaign whose turn it is; answers how many brakes were pulled."""
    watched = brakes.watch(tx, now)
    if not watched:
        return 0
    rules = {one.campaign_id: _brakes(one) for one in watched}
    pulls = [
        *_by_rate(tx, watched, rules, now),
        *too_many_abandoned(tx, watched, rules, rulebook, now),
        *_by_age(tx, watched, rules, now),
        *_by_harm(tx, watched, rules, flows, now),
    ]
    return sum(brakes.pull(tx, campaign_id, pull, now) for campaign_id, pull in pulls)


def _brakes(one: Watched) -> Brakes:
    """It was checked when the campaign was written; what a later version no longer knows is left out."""
    faults: list[Fault] = []
    written = Field(one.policy, (), faults)
    return read_brakes(Field(one.policy.get("brakes") or {}, ("brakes",), faults), written.at("voice"))


def _by_rate(
    tx: Tx, watched: Sequence[Watched], rules: dict[int, Brakes], now: datetime
) -> Iterator[tuple[int, Pull]]:
    windows = [
        brakes.window(cause, rule.over, one, now)
        for one in watched
        for cause, rule in rules[one.campaign_id].rates.items()
        if cause not in one.open and cause is not Cause.ABANDONMENT
    ]
    for (campaign_id, cause), counted in brakes.count(tx, windows).items():
        pull = too_many(cause, rules[campaign_id].rates[cause], counted)
        if pull is not None:
            yield campaign_id, pull


def _by_age(
    tx: Tx, watched: Sequence[Watched], rules: dict[int, Brakes], now: datetime
) -> Iterator[tuple[int, Pull]]:
    """Who lets the campaign run on old data has so much time again to mend the feed."""
    asking = [
        one for one in watched if rules[one.campaign_id].stale_after and Cause.STALE_DATA not in one.open
    ]
    imported_at = brakes.imported_at(tx) if asking else None
    for one in asking:
        seen = one.lifted.get(Cause.STALE_DATA)
        newest = max(filter(None, (imported_at, seen)), default=None) if imported_at else None
        pull = too_old(rules[one.campaign_id].stale_after, newest, now)
        if pull is not None:
            yield one.campaign_id, pull


def _by_harm(
    tx: Tx, watched: Sequence[Watched], rules: dict[int, Brakes], flows: PublishedFlows, now: datetime
) -> Iterator[tuple[int, Pull]]:
    """By intention to treat, over the campaign's whole life; who lets it run all the same is told again in a day."""
    for one in watched:
        sample = rules[one.campaign_id].harm_sample
        seen = one.lifted.get(Cause.HARM)
        if not one.compare or sample is None or Cause.HARM in one.open or (seen and now - seen < TOLD_AGAIN):
            continue
        facts = evaluation.campaign(tx, one.campaign_id)
        if min(facts.treatment, facts.control) < sample:
            continue
        minimum = flows.get(tx, facts.flow_revision, facts.offer).offer.min_recharge or Decimal(0)
        recharged = evaluation.recharged(tx, facts, minimum)
        pull = harmful(
            sample,
            ArmOutcome(facts.treatment, recharged[Arm.TREATMENT]),
            ArmOutcome(facts.control, recharged[Arm.CONTROL]),
        )
        if pull is not None:
            yield one.campaign_id, pull
