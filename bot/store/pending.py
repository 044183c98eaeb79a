"""What is waiting: which kinds of work are due at this moment or in flight, and when is the next thing due?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from bot.store.grants import STALE


@dataclass(frozen=True, slots=True)
class Pending:
    """`due` names the kinds that a worker should be busy with, `in_flight` those under way at another system."""

    due: frozenset[str]  # the names of `bot.tasks.names.QUEUE_OF_PENDING`
    in_flight: bool
    next_at: datetime | None

    @property
    def idle(self) -> bool:
        return not self.due and not self.in_flight


# Each branch reads one end of a partial index; by campaign first: what is due in one that stands still is never read.
_DEADLINES = text(
    """
    SELECT CASE channel WHEN 'sms' THEN 'sms' ELSE 'calls' END AS kind,
           (SELECT min(a.due_at) FROM attempts a
            WHERE a.campaign_id = k.id AND a.channel = c.channel AND a.status = 'due') AS at
    FROM campaigns k CROSS JOIN (VALUES ('sms'), ('call')) c(channel)
    WHERE k.status IN ('running', 'draining')
    UNION ALL
    SELECT 'timers', (SELECT min(e.due_at) FROM enrolments e WHERE e.campaign_id = k.id AND e.status = 'active')
    FROM campaigns k WHERE k.status IN ('running', 'draining')
    UNION ALL
    SELECT 'campaigns', (SELECT min(CASE status WHEN 'scheduled' THEN starts_at ELSE least(next_round_at, ends_at) END)
                         FROM campaigns WHERE status = 'running' OR (status = 'scheduled' AND after_id IS NULL))
    UNION ALL
    SELECT 'campaigns', (SELECT min(begun_at) FROM move_effects
                         WHERE ended_at IS NULL AND kind IN ('lengthen', 'weigh_again'))
    UNION ALL
    SELECT 'intakes', (SELECT min(i.begun_at) FROM intakes i JOIN campaigns k ON k.id = i.campaign_id
                       WHERE i.phase <> 'over' AND (i.phase = 'clearing' OR k.status = 'running'))
    UNION ALL
    SELECT 'silence', (SELECT min(lease_until) FROM attempts WHERE lease_until IS NOT NULL AND status <> 'sending')
    UNION ALL
    SELECT 'silence', (SELECT min(lease_until) FROM manual_calls WHERE lease_until IS NOT NULL AND status <> 'sending')
    UNION ALL
    SELECT 'manual_calls', (SELECT min(due_at) FROM manual_calls WHERE status = 'due')
    UNION ALL
    SELECT 'grants', (SELECT min(due_at) FROM grants WHERE status IN ('due', 'crediting') AND lease_until IS NULL)
    """
)
_NOW = text(
    f"""
    SELECT EXISTS (SELECT 1 FROM events
                   WHERE processed_at IS NULL AND (retry_at IS NULL OR retry_at <= :now)) AS events,
           (SELECT min(retry_at) FROM events WHERE processed_at IS NULL AND retry_at > :now) AS put_off,
           EXISTS (SELECT 1 FROM {STALE}) AS stale_grants,
           EXISTS (SELECT 1 FROM attempts WHERE voicemail IN ('due', 'leaving') AND settled_at IS NULL) AS voicemails,
           (SELECT min(lease_until) FROM attempts WHERE status = 'sending') AS sending,
           (SELECT min(lease_until) FROM manual_calls WHERE status = 'sending') AS ringing,
           (SELECT min(lease_until) FROM grants WHERE status = 'crediting') AS crediting
    """
)


def pending(tx: Session, now: datetime) -> Pending:
    """A lease that has run out counts as silence: whoever held it is gone. A grant's is simply due again."""
    state = tx.execute(_NOW, {"now": now}).one()
    deadlines = [(row.kind, row.at) for row in tx.execute(_DEADLINES) if row.at is not None]
    lost = [lease for lease in (state.sending, state.ringing) if lease is not None and lease <= now]
    leases = [lease for lease in (state.sending, state.ringing, state.crediting) if lease is not None]
    due = {kind for kind, at in deadlines if at <= now}
    due |= {kind for kind in ("events", "voicemails", "stale_grants") if getattr(state, kind)}
    if lost:
        due.add("silence")
    if state.crediting is not None and state.crediting <= now:
        due.add("grants")
    later = [at for _, at in deadlines if at > now] + [lease for lease in leases if lease > now]
    if state.put_off is not None:
        later.append(state.put_off)
    return Pending(frozenset(due), any(lease > now for lease in leases), min(later, default=None))
