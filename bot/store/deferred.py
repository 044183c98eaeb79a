"""Contacts that wait for their time: how many, why, and until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class PutOff:
    channel: str
    reason: str | None  # the gate's last; None where the flow planned it so
    contacts: int
    first: datetime
    last: datetime


_PUT_OFF = text(
    """
    SELECT a.channel, d.reason, count(*) AS contacts, min(a.due_at) AS first, max(a.due_at) AS last
    FROM attempts a
    LEFT JOIN LATERAL (
        SELECT CASE WHEN verdict = 'deferred' THEN reason END AS reason FROM decisions
        WHERE attempt_id = a.id ORDER BY id DESC LIMIT 1
    ) d ON true
    WHERE a.campaign_id = :campaign_id AND a.status = 'due' AND a.due_at > :now
    GROUP BY a.channel, d.reason ORDER BY contacts DESC, a.channel, d.reason
    """
)


def put_off(tx: Session, campaign_id: int, now: datetime) -> list[PutOff]:
    rows = tx.execute(_PUT_OFF, {"campaign_id": campaign_id, "now": now})
    return [PutOff(**row._mapping) for row in rows]
