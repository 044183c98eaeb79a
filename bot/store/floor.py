"""Who waits for the floor: contacts put off while another run awaits the same customer's answer."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

# One that is due may be under the gate at this very moment, and about to be put off for what is free again.
_WAITING = "status = 'due' AND (waiting OR due_at <= :now)"

# In two steps, so that the planner goes by the customer or the enrolment, and never through all that is due.
_WHO_WAITS = text(
    f"""
    WITH theirs AS MATERIALIZED (
        SELECT customer_id, enrolment_id, status, waiting, due_at FROM attempts
        WHERE customer_id = ANY(:customers)
    )
    SELECT DISTINCT customer_id FROM theirs WHERE enrolment_id <> ALL(:freed_by) AND {_WAITING}
    """
)
_RELEASE = text(
    f"""
    UPDATE attempts SET due_at = least(due_at, :due_at), waiting = false
    WHERE id = ANY(ARRAY(SELECT id FROM attempts WHERE enrolment_id = ANY(:enrolments))) AND {_WAITING}
    """
)


def who_waits(
    tx: Session, customers: Collection[int], *, freed_by: Collection[int], now: datetime
) -> frozenset[int]:
    """Those of the customers whom other runs than these want to speak to."""
    values = {"customers": list(customers), "freed_by": list(freed_by), "now": now}
    return frozenset(tx.execute(_WHO_WAITS, values).scalars()) if customers else frozenset()


def release(tx: Session, enrolment_ids: Collection[int], due_at: datetime, *, now: datetime) -> None:
    """Their contacts that waited are due at `due_at`; the enrolments are locked already.

    It waits for a gate that is just deciding about one of them, so that its answer is not the last word.
    """
    if enrolment_ids:
        tx.execute(_RELEASE, {"enrolments": list(enrolment_ids), "due_at": due_at, "now": now})
