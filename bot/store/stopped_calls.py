"""Calls that the carrier has, but nobody has answered, of campaigns that were stopped meanwhile."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from bot.store.recalls import OpenCall

#: No call waits or rings for so long: its end was lost, and the reconciler asks for it.
_LOST_AFTER = timedelta(minutes=15)

_OPEN = text(
    """
    SELECT a.id AS attempt_id, a.carrier_sid, a.purpose, a.to_number AS msisdn, a.customer_id
    FROM campaigns k
    JOIN attempts a ON a.campaign_id = k.id AND a.status IN ('accepted', 'ringing')
    LEFT JOIN recalls r ON r.attempt_id = a.id
    WHERE k.status IN ('paused', 'aborted') AND a.channel = 'call' AND a.carrier_sid IS NOT NULL
      AND a.taken_at > :since
      AND (r.attempt_id IS NULL OR (r.answer IS NULL AND r.tries < :most AND r.asked_at <= :again))
    """
)


def open_calls(tx: Session, *, now: datetime, again_after: timedelta, most_tries: int) -> list[OpenCall]:
    """Those that nobody has asked the carrier to drop, or asked in vain."""
    values = {"since": now - _LOST_AFTER, "again": now - again_after, "most": most_tries}
    return [OpenCall(**row._mapping) for row in tx.execute(_OPEN, values)]
