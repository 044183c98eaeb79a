"""Calls that the carrier has not put through yet, and which of them it was asked to drop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class OpenCall:
    attempt_id: UUID
    carrier_sid: str
    purpose: str
    msisdn: str
    customer_id: int


#: No call waits or rings for so long: its end was lost, and the reconciler asks for it.
_LOST_AFTER = timedelta(minutes=15)

_OPEN = text(
    """
    SELECT a.id AS attempt_id, a.carrier_sid, a.purpose, coalesce(a.to_number, c.msisdn) AS msisdn, a.customer_id
    FROM campaigns k
    JOIN attempts a ON a.campaign_id = k.id AND a.status IN ('accepted', 'ringing')
    JOIN customers c ON c.id = a.customer_id
    LEFT JOIN recalls r ON r.attempt_id = a.id
    WHERE k.status <> 'draft' AND a.channel = 'call' AND a.carrier_sid IS NOT NULL AND a.taken_at > :since
      AND (r.attempt_id IS NULL OR (r.answer IS NULL AND r.tries < :most AND r.asked_at <= :again))
    """
)


def open_calls(tx: Session, *, now: datetime, again_after: timedelta, most_tries: int) -> list[OpenCall]:
    """Those that nobody has asked the carrier to drop, or asked in vain."""
    values = {"since": now - _LOST_AFTER, "again": now - again_after, "most": most_tries}
    return [OpenCall(**row._mapping) for row in tx.execute(_OPEN, values)]


_CLAIM = text(
    """
    INSERT INTO recalls (attempt_id, asked_at, tries)
    SELECT id, :now, 1 FROM unnest(cast(:ids AS uuid[])) AS id ORDER BY id
    ON CONFLICT (attempt_id) DO UPDATE SET asked_at = :now, tries = recalls.tries + 1
        WHERE recalls.answer IS NULL AND recalls.asked_at <= :again
    RETURNING attempt_id
    """
)


def claim(tx: Session, ids: Sequence[UUID], *, now: datetime, again_after: timedelta) -> set[UUID]:
    """Answers those that are ours to ask about: of two askers one has each."""
    values = {"ids": list(ids), "now": now, "again": now - again_after}
    return set(tx.execute(_CLAIM, values).scalars())


_ANSWERED = text(
    """
    UPDATE recalls r SET answer = n.answer
    FROM unnest(cast(:ids AS uuid[]), cast(:answers AS text[])) AS n(id, answer) WHERE r.attempt_id = n.id
    """
)


def record(tx: Session, answers: Mapping[UUID, str]) -> None:
    if answers:
        tx.execute(_ANSWERED, {"ids": list(answers), "answers": list(answers.values())})
