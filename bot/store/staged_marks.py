"""The named lists that an import puts its customers on, and takes them off: one statement, however many they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Changed:
    """How many customers were new on each list, and how many are on it no more."""

    on: Mapping[str, int]
    off: Mapping[str, int]


# Of one source the newest word holds: a file says "until somebody ends it", whatever end was named before. Only what
# the source said of customers of this file, whose cells could be read, is taken back.
_CHANGE = text(
    """
    WITH said AS MATERIALIZED (
        SELECT c.id AS customer_id, m.mark
        FROM staged s JOIN customers c ON c.external_id = s.external_id, unnest(s.marks) AS m(mark)
        WHERE s.marks IS NOT NULL
    ), restated AS (
        UPDATE customer_marks k SET until = :now FROM said n
        WHERE k.customer_id = n.customer_id AND k.mark = n.mark AND k.source = :source
          AND k.since <= :now AND k.until > :now
    ), added AS (
        INSERT INTO customer_marks (customer_id, mark, source, since)
        SELECT n.customer_id, n.mark, :source, cast(:now AS timestamptz) FROM said n
        WHERE NOT EXISTS (SELECT FROM customer_marks k WHERE k.customer_id = n.customer_id AND k.mark = n.mark
                          AND k.source = :source AND k.until IS NULL)
        ON CONFLICT DO NOTHING RETURNING mark
    ), lifted AS (
        UPDATE customer_marks k SET until = :now
        FROM staged s JOIN customers c ON c.external_id = s.external_id
        WHERE :lifting AND k.customer_id = c.id AND k.source = :source AND k.mark = ANY(:told)
          AND k.mark <> ALL(coalesce(s.marks, '{}')) AND k.mark <> ALL(coalesce(s.marks_unread, '{}'))
          AND k.since <= :now AND (k.until IS NULL OR k.until > :now)
        RETURNING k.mark
    )
    SELECT mark, count(*) AS customers, true AS is_on FROM added GROUP BY mark
    UNION ALL
    SELECT mark, count(*), false FROM lifted GROUP BY mark
    ORDER BY mark
    """
)


def change(tx: Session, *, source: str, told: Sequence[str], lift_missing: bool, now: datetime) -> Changed:
    """Of the staged, who are customers by now. `told` are the lists of which the file can tell."""
    values = {"source": source, "told": list(told), "lifting": lift_missing, "now": now}
    rows = tx.execute(_CHANGE, values).all()
    return Changed(
        on={row.mark: row.customers for row in rows if row.is_on},
        off={row.mark: row.customers for row in rows if not row.is_on},
    )
