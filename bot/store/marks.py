"""Which named lists (red, black, flea, complaint ...) customers are on, since when, until when, and by whose word."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Mark:
    """`until` is the first moment at which it holds no more; None: until somebody ends it."""

    customer_id: int
    mark: str
    source: str
    until: datetime | None = None


_ADD = text(
    """
    INSERT INTO customer_marks (customer_id, mark, source, since, until)
    SELECT DISTINCT n.customer_id, n.mark, n.source, cast(:now AS timestamptz), n.until
    FROM unnest(cast(:customers AS bigint[]), cast(:marks AS text[]), cast(:sources AS text[]),
                cast(:untils AS timestamptz[])) AS n(customer_id, mark, source, until)
    WHERE NOT EXISTS (
        SELECT FROM customer_marks m
        WHERE m.customer_id = n.customer_id AND m.mark = n.mark AND m.source = n.source
          AND m.since <= :now AND (m.until IS NULL OR m.until > :now) AND m.until IS NOT DISTINCT FROM n.until)
    ON CONFLICT DO NOTHING
    """
)


def add(tx: Session, marks: Sequence[Mark], now: datetime) -> int:
    """Answers how many were new."""
    if not marks:
        return 0
    values = {
        "now": now,
        "customers": [one.customer_id for one in marks],
        "marks": [one.mark for one in marks],
        "sources": [one.source for one in marks],
        "untils": [one.until for one in marks],
    }
    return int(tx.execute(_ADD, values).rowcount)  # type: ignore[attr-defined]


_END = text(
    """
    UPDATE customer_marks SET until = :now
    WHERE customer_id = ANY(:customers) AND mark = :mark AND source = :source AND (until IS NULL OR until > :now)
    """
)


def end(tx: Session, customers: Sequence[int], *, mark: str, source: str, now: datetime) -> int:
    """Only what the same source said; answers how many held until now."""
    values = {"customers": list(customers), "mark": mark, "source": source, "now": now}
    return int(tx.execute(_END, values).rowcount)  # type: ignore[attr-defined]


_HELD = text(
    """
    SELECT DISTINCT customer_id, mark FROM customer_marks
    WHERE customer_id = ANY(:customers) AND since <= :now AND (until IS NULL OR until > :now)
    """
)


def held(tx: Session, customers: Sequence[int], now: datetime) -> dict[int, frozenset[str]]:
    """In one statement; who is on no list is left out."""
    found: defaultdict[int, set[str]] = defaultdict(set)
    for row in tx.execute(_HELD, {"customers": list(customers), "now": now}):
        found[row.customer_id].add(row.mark)
    return {customer_id: frozenset(marks) for customer_id, marks in found.items()}
