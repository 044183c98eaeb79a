"""What moves leave to be done with a campaign's runs: worked off in chunks, by whoever looks next, after any kill."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot.domain.campaigns import CampaignStatus
from bot.published import PublishedFlows
from bot.store import campaigns, move_effects
from bot.store.move_effects import Effect
from bot.store.transaction import Transaction, Tx

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
            goals = _goals(tx, effect, flows)
            if move_effects.work_off(tx, effect, goals, now, limit=chunk_size):
                done += 1
            else:
                after = effect.id
                _finish(tx, effect, goals, now)
        progress(effect.runs)
    return done


def _goals(tx: Tx, effect: Effect, flows: PublishedFlows) -> dict[str, str]:
    if effect.kind == move_effects.LENGTHEN:
        return {}
    goals = {name: flows.get(tx, name).goal for name in move_effects.revisions(tx, effect.campaign_id)}
    return {revision: goal for revision, goal in goals.items() if goal is not None}


def _finish(tx: Tx, effect: Effect, goals: dict[str, str], now: datetime) -> None:
    if effect.kind == move_effects.END_ALL and not move_effects.end_answered(tx, effect, goals, now):
        return  # billing has not answered all; looked at again
    if effect.afterwards is not None and effect.afterwards != CampaignStatus.PAUSED:
        campaigns.write(
            tx, effect.campaign_id, CampaignStatus(effect.afterwards), paused_at=None, paused_from=None
        )
    move_effects.finish(tx, effect, now)
