"""What is waiting: is anything due at this moment, is anything in flight, and when is the next thing due?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Pending:
    """`now_due` counts rows that a worker should be busy with; `next_at` is the next deadline of any kind."""

    now_due: int
    next_at: datetime | None

    @property
    def idle(self) -> bool:
        return self.now_due == 0


# Only running campaigns have due rows; each branch reads one end of a partial index.
_PENDING = text(
    """
    WITH deadlines AS (
        SELECT (SELECT min(a.due_at) FROM attempts a WHERE a.campaign_id = k.id AND a.channel = 'sms'
                AND a.status = 'due') AS at
        FROM campaigns k WHERE k.status = 'running'
        UNION ALL
        SELECT (SELECT min(a.due_at) FROM attempts a WHERE a.campaign_id = k.id AND a.channel = 'call'
                AND a.status = 'due')
        FROM campaigns k WHERE k.status = 'running'
        UNION ALL
        SELECT (SELECT e.due_at FROM enrolments e JOIN campaigns k ON k.id = e.campaign_id AND k.status = 'running'
                WHERE e.due_at IS NOT NULL ORDER BY e.due_at LIMIT 1)
        UNION ALL
        SELECT (SELECT min(lease_until) FROM attempts WHERE lease_until IS NOT NULL)
        UNION ALL
        SELECT (SELECT min(due_at) FROM grants WHERE status IN ('due', 'crediting'))
    )
    SELECT (SELECT count(*) FROM (SELECT 1 FROM events WHERE processed_at IS NULL LIMIT 1000) waiting)
         + (SELECT count(*) FROM attempts WHERE status = 'sending' AND lease_until IS NOT NULL)
         + (SELECT count(*) FROM grants WHERE status = 'crediting' AND lease_until IS NOT NULL)
         + (SELECT count(*) FROM attempts WHERE voicemail IN ('due', 'leaving') AND settled_at IS NULL)
         + (SELECT count(*) FROM deadlines WHERE at <= :now) AS now_due,
           (SELECT min(at) FROM deadlines WHERE at > :now) AS next_at
    """
)


def pending(tx: Session, now: datetime) -> Pending:
    row = tx.execute(_PENDING, {"now": now}).one()
    return Pending(row.now_due, row.next_at)
