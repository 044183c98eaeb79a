"""What other systems tell about customers between two snapshots, as far as the gate asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Change:
    """None leaves a fact as it is."""

    status: str | None = None  # active, left
    complaint_open: bool | None = None

    def then(self, later: Change) -> Change:
        return Change(
            self.status if later.status is None else later.status,
            self.complaint_open if later.complaint_open is None else later.complaint_open,
        )


_CHANGE = text(
    """
    UPDATE customers c SET status = coalesce(n.status, c.status),
        complaint_open = coalesce(n.complaint_open, c.complaint_open)
    FROM unnest(cast(:ids AS bigint[]), cast(:statuses AS text[]), cast(:complaints AS boolean[]))
         AS n(id, status, complaint_open)
    WHERE c.id = n.id AND c.id IN (SELECT id FROM customers WHERE id = ANY(:ids) FOR NO KEY UPDATE SKIP LOCKED)
    RETURNING c.id
    """
)


def change(tx: Session, changes: Mapping[int, Change]) -> frozenset[int]:
    """Answers whom it could be written for at once.

    Nobody waits here for a customer whom an import or the gate has in hand: replies would wait behind it.
    """
    if not changes:
        return frozenset()
    values = {
        "ids": list(changes),
        "statuses": [one.status for one in changes.values()],
        "complaints": [one.complaint_open for one in changes.values()],
    }
    return frozenset(tx.execute(_CHANGE, values).scalars())
