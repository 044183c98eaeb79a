"""In which order a campaign speaks to those whom it has just enrolled: by their marks, then by risk or value."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from bot.domain.campaigns import SendOrder
from bot.domain.marks import ranks_of
from bot.domain.policy.marking import own_marks
from bot.store.campaigns import Campaign

_RANKED = {
    SendOrder.RISK: """
        SELECT e.id, e.customer_id, r.score AS first, NULL::numeric AS second
        FROM enrolments e JOIN campaigns k ON k.id = e.campaign_id
        LEFT JOIN risk_list_entries r ON r.risk_list_id = k.risk_list_id AND r.customer_id = e.customer_id""",
    SendOrder.VALUE: """
        SELECT e.id, e.customer_id, CASE c.tier WHEN 'high' THEN 2 WHEN 'mid' THEN 1 ELSE 0 END AS first,
               CASE WHEN jsonb_typeof(c.factors -> 'arpu') = 'number'
                    THEN (c.factors ->> 'arpu')::numeric END AS second
        FROM enrolments e JOIN customers c ON c.id = e.customer_id""",
}
_FRESH = "e.campaign_id = :campaign_id AND e.enrolled_at = :enrolled_at AND e.due_at IS NOT NULL AND e.step IS NULL"
_MARKED = """
    SELECT m.customer_id, min(r.rank) AS rank
    FROM customer_marks m JOIN unnest(cast(:names AS text[]), cast(:ranks AS int[])) AS r(name, rank) ON r.name = m.mark
    WHERE m.since <= :enrolled_at AND (m.until IS NULL OR m.until > :enrolled_at) GROUP BY m.customer_id
    """
_MOVE_MARKED = text(
    f"""
    UPDATE enrolments e SET due_at = e.due_at + marked.rank * interval '1 microsecond'
    FROM ({_MARKED}) marked WHERE marked.customer_id = e.customer_id AND {_FRESH}
    """
)


def put_in_order(tx: Session, campaign: Campaign, enrolled_at: datetime) -> None:
    """Microseconds between the due moments of those just enrolled, so that the first are served first."""
    ranks = ranks_of(own_marks(campaign.policy))
    ranked = _RANKED.get(campaign.send_order)
    values = {
        "campaign_id": campaign.id,
        "enrolled_at": enrolled_at,
        "names": list(ranks),
        "ranks": list(ranks.values()),
    }
    tx.execute(_MOVE_MARKED if ranked is None else text(_placed(ranked)), values)


def _placed(ranked: str) -> str:
    """All of them one after the other."""
    return f"""
        WITH marked AS ({_MARKED})
        UPDATE enrolments e SET due_at = e.due_at + o.place * interval '1 microsecond'
        FROM (SELECT id, row_number() OVER (ORDER BY coalesce(rank, 0), first DESC NULLS LAST,
                                            second DESC NULLS LAST, id) - 1 AS place
              FROM ({ranked} WHERE {_FRESH}) fresh LEFT JOIN marked USING (customer_id)) o
        WHERE e.id = o.id
        """
