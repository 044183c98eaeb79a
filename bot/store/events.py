"""Events: what the world told us, and what one stage leaves for the next. Stored once under a unique key."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, text, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from bot.store.models import EventRow


@dataclass(frozen=True, slots=True)
class NewEvent:
    """`key` makes a repeat recognisable; `payload` is the raw form or a later stage's own facts."""

    key: str
    kind: str
    payload: Mapping[str, Any]
    received_at: datetime
    attempt_id: UUID | None = None
    enrolment_id: int | None = None
    customer_id: int | None = None


@dataclass(frozen=True, slots=True)
class Event:
    id: int
    key: str
    kind: str
    payload: Mapping[str, Any]
    received_at: datetime
    attempt_id: UUID | None
    enrolment_id: int | None
    customer_id: int | None


@dataclass(frozen=True, slots=True)
class Processed:
    """What became of an event; the matched ids are kept so that its customer's story can be told."""

    id: int
    outcome: str
    enrolment_id: int | None = field(default=None)
    customer_id: int | None = field(default=None)


_LEAVE = text(
    """
    INSERT INTO events (key, kind, payload, received_at, attempt_id, enrolment_id, customer_id)
    SELECT * FROM unnest(
        cast(:keys AS text[]), cast(:kinds AS text[]), cast(:payloads AS jsonb[]),
        cast(:received AS timestamptz[]), cast(:attempts AS uuid[]),
        cast(:enrolments AS bigint[]), cast(:customers AS bigint[]))
    ON CONFLICT (key) DO NOTHING
    RETURNING key
    """
)


def leave(tx: Session, events: Sequence[NewEvent]) -> set[str]:
    """Store the new ones in one statement; answers the keys that were new."""
    if not events:
        return set()
    rows = tx.execute(
        _LEAVE,
        {
            "keys": [event.key for event in events],
            "kinds": [event.kind for event in events],
            "payloads": [json.dumps(dict(event.payload), ensure_ascii=False) for event in events],
            "received": [event.received_at for event in events],
            "attempts": [event.attempt_id for event in events],
            "enrolments": [event.enrolment_id for event in events],
            "customers": [event.customer_id for event in events],
        },
    )
    return {row.key for row in rows}


_LEAVE_ONE = text(
    """
    INSERT INTO events (key, kind, payload, received_at, attempt_id, enrolment_id, customer_id)
    VALUES (:key, :kind, cast(:payload AS jsonb), :received_at, :attempt_id, :enrolment_id, :customer_id)
    ON CONFLICT (key) DO NOTHING
    RETURNING id
    """
)


def leave_one(tx: Session, event: NewEvent) -> int | None:
    """The id under which it is now stored; None where its key was known."""
    row = {
        "key": event.key,
        "kind": event.kind,
        "payload": json.dumps(dict(event.payload), ensure_ascii=False),
        "received_at": event.received_at,
        "attempt_id": event.attempt_id,
        "enrolment_id": event.enrolment_id,
        "customer_id": event.customer_id,
    }
    return tx.execute(_LEAVE_ONE, row).scalar()


_CLAIM = text(
    """
    SELECT id, key, kind, payload, received_at, attempt_id, enrolment_id, customer_id
    FROM events WHERE processed_at IS NULL
    ORDER BY id LIMIT :limit FOR UPDATE SKIP LOCKED
    """
)


def claim_waiting(tx: Session, limit: int) -> list[Event]:
    """The oldest unprocessed events, locked until this transaction ends; other workers skip them."""
    return [Event(**row._mapping) for row in tx.execute(_CLAIM, {"limit": limit})]


def by_key(tx: Session, key: str) -> Event | None:
    found = tx.query(EventRow).filter_by(key=key).one_or_none()
    if found is None:
        return None
    return Event(
        found.id, found.key, found.kind, found.payload, found.received_at,
        found.attempt_id, found.enrolment_id, found.customer_id,
    )  # fmt: skip


_SETTLE = text(
    """
    UPDATE events e SET processed_at = :now, outcome = p.outcome,
        enrolment_id = coalesce(p.enrolment_id, e.enrolment_id),
        customer_id = coalesce(p.customer_id, e.customer_id)
    FROM unnest(cast(:ids AS bigint[]), cast(:outcomes AS text[]),
                cast(:enrolments AS bigint[]), cast(:customers AS bigint[]))
         AS p(id, outcome, enrolment_id, customer_id)
    WHERE e.id = p.id
    """
)


def mark_processed(tx: Session, processed: Sequence[Processed], now: datetime) -> None:
    if not processed:
        return
    tx.execute(
        _SETTLE,
        {
            "now": now,
            "ids": [one.id for one in processed],
            "outcomes": [one.outcome for one in processed],
            "enrolments": [one.enrolment_id for one in processed],
            "customers": [one.customer_id for one in processed],
        },
    )


def merge_payload(tx: Session, event_id: int, extra: Mapping[str, Any]) -> None:
    """Add what we understood of an event to it; the raw fields stay as they came."""
    tx.execute(
        update(EventRow)
        .where(EventRow.id == event_id)
        .values(payload=EventRow.payload.op("||")(bindparam("extra", dict(extra), type_=JSONB)))
    )


def customer_of_number(tx: Session, msisdn: str) -> int | None:
    """Whose number it is; None for a stranger's."""
    return tx.execute(text("SELECT id FROM customers WHERE msisdn = :msisdn"), {"msisdn": msisdn}).scalar()


def reachable(tx: Session) -> None:
    """Raises where the database does not answer."""
    tx.execute(text("SELECT 1"))
