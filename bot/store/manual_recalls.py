"""Calls by hand that have not reached the customer yet, and what the carrier was asked to drop of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from bot.domain.manual_calls import STOPPABLE, Leg
from bot.store.manual_calls import ManualCall


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A call that the customer has not picked up, with what the gate weighs about them."""

    id: UUID
    purpose: str
    order_open: bool
    customer_id: int
    msisdn: str
    time_zone: str | None
    region: str | None
    active: bool
    complaint_open: bool
    consents: Sequence[str]


_UNANSWERED = text(
    """
    SELECT m.id, m.purpose, o.status <> 'closed' AS order_open, m.customer_id, c.msisdn, c.time_zone, c.region,
           c.status = 'active' AS active, c.complaint_open, c.consents
    FROM manual_calls m JOIN work_orders o ON o.id = m.work_order_id JOIN customers c ON c.id = m.customer_id
    LEFT JOIN recalls r ON r.manual_call_id = m.id
    WHERE m.ended_at IS NULL AND m.status = ANY(:stoppable) AND r.manual_call_id IS NULL
    """
)


def unanswered(tx: Session) -> list[Unanswered]:
    """Of which nobody has asked the carrier to drop them; as many as managers are calling at this moment."""
    values = {"stoppable": sorted(STOPPABLE)}
    return [Unanswered(**row._mapping) for row in tx.execute(_UNANSWERED, values)]


_ASK = text(
    """
    INSERT INTO recalls (carrier_sid, manual_call_id, cause, reason, asked_at, tries)
    VALUES (:sid, :id, 'refused', :reason, :now, 0) ON CONFLICT DO NOTHING
    """
)


def ask_back(tx: Session, call: ManualCall, reason: str, now: datetime) -> None:
    """By the SID of the manager's leg; without one the carrier has nothing."""
    if call.carrier_sid is not None:
        tx.execute(_ASK, {"sid": call.carrier_sid, "id": call.id, "reason": reason, "now": now})


@dataclass(frozen=True, slots=True)
class Drop:
    """A leg that the carrier is to be asked to drop."""

    leg: Leg
    carrier_sid: str  # its own
    recall_sid: str  # by which the request is known


# The customer's leg is dropped where it is known to ring. As long as it is not, the manager is only being told who is
# called, and there is no other leg than theirs.
_CLAIM = text(
    """
    WITH wanted AS (
        SELECT r.carrier_sid FROM recalls r JOIN manual_calls m ON m.id = r.manual_call_id
        WHERE r.manual_call_id IS NOT NULL AND r.answer IS NULL AND r.tries < :most
          AND (r.tries = 0 OR r.asked_at <= :again) AND m.manager_s IS NULL
          AND (m.status = 'dialling' OR (m.status = 'taken_back' AND m.taken_at IS NULL))
        FOR UPDATE OF r SKIP LOCKED
    )
    UPDATE recalls r SET tries = r.tries + 1, asked_at = :now
    FROM wanted w, manual_calls m
    WHERE r.carrier_sid = w.carrier_sid AND m.id = r.manual_call_id
    RETURNING CASE WHEN m.status = 'dialling' AND m.customer_sid IS NOT NULL THEN 'customer' ELSE 'manager' END AS leg,
              CASE WHEN m.status = 'dialling' THEN coalesce(m.customer_sid, r.carrier_sid)
                   ELSE r.carrier_sid END AS carrier_sid, r.carrier_sid AS recall_sid
    """
)


def claim(tx: Session, *, now: datetime, again_after: timedelta, most_tries: int) -> list[Drop]:
    """Of two askers one has each."""
    values: dict[str, Any] = {"now": now, "again": now - again_after, "most": most_tries}
    rows = tx.execute(_CLAIM, values)
    return [Drop(Leg(row.leg), row.carrier_sid, row.recall_sid) for row in rows]


_ANSWERED = text(
    """
    UPDATE recalls r SET answer = n.answer
    FROM unnest(cast(:sids AS text[]), cast(:answers AS text[])) AS n(sid, answer) WHERE r.carrier_sid = n.sid
    """
)


def record(tx: Session, answers: Mapping[str, str]) -> None:
    """By the request's SID: `asked`, or the code of the carrier's refusal."""
    if answers:
        tx.execute(_ANSWERED, {"sids": list(answers), "answers": list(answers.values())})
