"""Attempts that the carrier has been silent about: suspected, asked about, and proven to be taken or not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from bot.store.attempts import COLUMNS, Attempt

_LEASE_LOST = text(
    """
    UPDATE attempts SET status = 'unconfirmed', lease_until = :look_at
    WHERE id IN (SELECT id FROM attempts WHERE status = 'sending' AND lease_until <= :now
                 LIMIT 1000 FOR UPDATE SKIP LOCKED)
    """
)


def suspect_lost_leases(tx: Session, *, now: datetime, look_at: datetime) -> int:
    """A worker died between claim and record: what it was sending is unconfirmed, never simply due again."""
    return int(tx.execute(_LEASE_LOST, {"now": now, "look_at": look_at}).rowcount)  # type: ignore[attr-defined]


_TO_ASK = text(
    f"""
    UPDATE attempts SET fence = fence + 1,
        lease_until = CASE WHEN carrier_sid IS NULL THEN :ask_soon ELSE cast(:ask_later AS timestamptz) END
    WHERE id IN (SELECT id FROM attempts WHERE lease_until <= :now AND status <> 'sending'
                 ORDER BY lease_until LIMIT :limit FOR UPDATE SKIP LOCKED)
    RETURNING {COLUMNS}
    """
)


def claim_to_ask(
    tx: Session, *, now: datetime, ask_soon: datetime, ask_later: datetime, limit: int
) -> list[Attempt]:
    """Attempts that the carrier has been silent about for too long; put off so that nobody asks twice.

    What may never have been taken is asked about again soon, should there be no answer; the rest can wait.
    """
    values = {"now": now, "ask_soon": ask_soon, "ask_later": ask_later, "limit": limit}
    rows = tx.execute(_TO_ASK, values)
    return [Attempt(**row._mapping) for row in rows]


_NOT_TAKEN = text(
    """
    UPDATE attempts SET status = CASE WHEN sends < :most_sends THEN 'due' ELSE 'failed' END,
        error_code = 'not_taken', taken_at = NULL, lease_until = NULL, due_at = :now,
        settled_at = CASE WHEN sends < :most_sends THEN NULL ELSE cast(:now AS timestamptz) END
    WHERE id = :id AND fence = :fence AND status = 'unconfirmed' AND carrier_sid IS NULL
    RETURNING status
    """
)


def prove_not_taken(tx: Session, attempt: Attempt, *, most_sends: int, now: datetime) -> str | None:
    """The carrier's list does not have it: due again, or failed after `most_sends`. None: somebody was faster."""
    return tx.execute(
        _NOT_TAKEN, {"id": attempt.id, "fence": attempt.fence, "most_sends": most_sends, "now": now}
    ).scalar()


_LINKED = text(
    """
    SELECT carrier_sid FROM attempts WHERE carrier_sid = ANY(:sids)
    UNION SELECT carrier_sid FROM recalls WHERE put_back AND carrier_sid = ANY(:sids)
    """
)


def linked_sids(tx: Session, sids: Iterable[str]) -> set[str]:
    """Which of the carrier's SIDs already belong to an attempt, or did until the carrier gave it back."""
    rows = tx.execute(_LINKED, {"sids": list(sids)})
    return {row.carrier_sid for row in rows}


# Whoever holds a lock here holds the enrolment's too; waiting for it without that one could deadlock.
_STOP_ASKING = text(
    """
    UPDATE attempts SET lease_until = NULL
    WHERE id IN (SELECT id FROM attempts WHERE id = ANY(:ids) FOR UPDATE SKIP LOCKED)
    """
)


def stop_asking(tx: Session, ids: Sequence[UUID]) -> None:
    if ids:
        tx.execute(_STOP_ASKING, {"ids": list(ids)})
