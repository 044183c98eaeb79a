"""What moves and policies leave to be done with a campaign's runs: in chunks, by whoever looks next, after any kill."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

from bot.domain.campaigns import CampaignStatus
from bot.published import PublishedFlows
from bot.store import campaigns, move_effects
from bot.store.move_effects import Effect, GoalsOf
from bot.store.transaction import Transaction, Tx

LATE = timedelta(minutes=5)  # working a resume off takes seconds: it is not given back
CHUNK = 2_000  # runs a transaction, so that its locks are held for a fraction of a second


def work_off(
    transaction: Transaction,
    now: datetime,
    *,
    flows: PublishedFlows,
    campaign_id: int | None = None,
    chunks: int | None = None,
    chunk_size: int = CHUNK,
    progress: Callable[[int], None] = lambda runs: None,
) -> int:
    """Of one campaign or of all, at most so many chunks; answers how many of them there were."""
    done = after = 0
    while chunks is None or done < chunks:
        with transaction() as tx:
            effect = move_effects.claim(tx, after=after, campaign_id=campaign_id)
            if effect is None:
                break
            goals_of = partial(_goals, tx, flows)
            if move_effects.work_off(tx, effect, goals_of, now, limit=chunk_size):
                done += 1
            else:
                after = effect.id
                _finish(tx, effect, goals_of, now)
        progress(effect.runs)
    return done


def _goals(tx: Tx, flows: PublishedFlows, revisions: Sequence[str]) -> dict[str, str]:
    goals = {name: flows.get(tx, name).goal for name in revisions}
    return {revision: goal for revision, goal in goals.items() if goal is not None}


def _finish(tx: Tx, effect: Effect, goals_of: GoalsOf, now: datetime) -> None:
    if effect.kind == move_effects.END_ALL and not move_effects.end_answered(tx, effect, goals_of, now):
        return  # billing has not answered all; looked at again
    if effect.kind == move_effects.LENGTHEN and _lengthen_on(tx, effect, now):
        return
    if effect.afterwards is not None and effect.afterwards != CampaignStatus.PAUSED:
        campaigns.write(
            tx, effect.campaign_id, CampaignStatus(effect.afterwards), paused_at=None, paused_from=None
        )
    move_effects.finish(tx, effect, now)


def _lengthen_on(tx: Tx, effect: Effect, now: datetime) -> bool:
    """It was resumed once more meanwhile, or nobody was there to work this off: that time was a pause as well."""
    campaign = campaigns.get(tx, effect.campaign_id)
    if campaign is None or effect.until is None or effect.afterwards == CampaignStatus.PAUSED:
        return False
    until = now if now - effect.until > LATE else campaign.paused_at or effect.until
    if until <= effect.until:
        return False
    campaigns.write(tx, effect.campaign_id, CampaignStatus.PAUSED, paused_at=until)
    move_effects.begin(
        tx, effect.campaign_id, effect.kind, until, since=effect.until, afterwards=effect.afterwards
    )
    return True
