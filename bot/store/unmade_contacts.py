"""Due contacts that the gate does not let through now: put off, or closed for good."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Later:
    """When a due attempt is weighed again, and what of; `waiting` is for another run's answer only."""

    due_at: datetime
    reason: str
    waiting: bool


_PUT_OFF = text(
    """
    UPDATE attempts a SET due_at = p.due_at, reason = p.reason, waiting = p.waiting
    FROM unnest(cast(:ids AS uuid[]), cast(:due AS timestamptz[]), cast(:reasons AS text[]),
                cast(:waiting AS boolean[])) AS p(id, due_at, reason, waiting)
    WHERE a.id = p.id AND a.status = 'due'
    """
)


def put_off(tx: Session, later: Mapping[UUID, Later]) -> None:
    """Those that wait for an answer `floor.release` makes due at once."""
    if later:
        values = {
            "ids": list(later),
            "due": [one.due_at for one in later.values()],
            "reasons": [one.reason for one in later.values()],
            "waiting": [one.waiting for one in later.values()],
        }
        tx.execute(_PUT_OFF, values)


_CLOSE = text(
    """
    UPDATE attempts a SET status = c.status, reason = c.reason, settled_at = :now
    FROM unnest(cast(:ids AS uuid[]), cast(:statuses AS text[]), cast(:reasons AS text[]))
         AS c(id, status, reason)
    WHERE a.id = c.id AND a.status = 'due'
    """
)


def close(tx: Session, closed: Mapping[UUID, tuple[str, str]], now: datetime) -> None:
    """Due attempts that will never be sent: `{id: (denied | expired | canceled, reason)}`."""
    if closed:
        tx.execute(
            _CLOSE,
            {
                "now": now,
                "ids": list(closed),
                "statuses": [status for status, _ in closed.values()],
                "reasons": [reason for _, reason in closed.values()],
            },
        )
