"""Events: what the world told us, and what one stage leaves for the next. Stored once under a unique key."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from bot.store.models import ECHOES
from bot.store.transaction import Connection


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


_LEAVE_ONE = """
    INSERT INTO events (key, kind, payload, received_at, attempt_id, enrolment_id, customer_id)
    VALUES (%s, %s, %s::jsonb, %s, %s, %s, %s) ON CONFLICT (key) DO NOTHING
    """


def leave_one(connection: Connection, event: NewEvent) -> bool:
    """Store it at once, in no transaction but its own; answers whether its key was new."""
    payload = json.dumps(dict(event.payload), ensure_ascii=False)
    row = (
        event.key, event.kind, payload, event.received_at,
        event.attempt_id, event.enrolment_id, event.customer_id,
    )  # fmt: skip
    return connection.execute(_LEAVE_ONE, row).rowcount == 1


def _claim(which: str) -> TextClause:
    return text(
        f"""
        SELECT id, key, kind, payload, received_at, attempt_id, enrolment_id, customer_id
        FROM events WHERE processed_at IS NULL AND (retry_at IS NULL OR retry_at <= :now) AND kind {which} ({ECHOES})
        ORDER BY id LIMIT :limit FOR UPDATE SKIP LOCKED
        """
    )


_BESIDE = 20  # echoes in a batch with others: these wait for no large one, and the echoes not for ever
_CLAIM_PROMPT, _CLAIM_ECHOES = _claim("NOT IN"), _claim("IN")
_CLAIM_ONE = text(
    """
    SELECT id, key, kind, payload, received_at, attempt_id, enrolment_id, customer_id
    FROM events WHERE processed_at IS NULL AND id = :id FOR UPDATE SKIP LOCKED
    """
)
_PUT_OFF = text(
    """
    UPDATE events SET tries = tries + 1, retry_at = cast(:now AS timestamptz)
        + least(interval '1 hour', interval '30 seconds' * power(2, tries))
    WHERE id = :id AND processed_at IS NULL RETURNING tries
    """
)


def claim_waiting(tx: Session, limit: int, *, now: datetime) -> list[Event]:
    """The oldest unprocessed events, locked until this transaction ends; other workers skip them.

    What people and other systems say comes before the echoes of our own contacts, of which a campaign brings many.
    """
    prompt = _claimed(tx, _CLAIM_PROMPT, limit, now)
    room = limit - len(prompt)
    return prompt + _claimed(tx, _CLAIM_ECHOES, min(room, _BESIDE) if prompt else room, now)


def _claimed(tx: Session, statement: TextClause, limit: int, now: datetime) -> list[Event]:
    rows = tx.execute(statement, {"limit": limit, "now": now}) if limit > 0 else ()
    return [Event(**row._mapping) for row in rows]


def claim_one(tx: Session, event_id: int) -> Event | None:
    row = tx.execute(_CLAIM_ONE, {"id": event_id}).one_or_none()
    return Event(**row._mapping) if row is not None else None


def put_off(tx: Session, event_id: int, now: datetime) -> int | None:
    """It could not be applied: tried again later, never dropped.

    Answers how often it has failed; None where somebody else has applied it meanwhile.
    """
    return tx.execute(_PUT_OFF, {"id": event_id, "now": now}).scalar_one_or_none()


_WAIT = text("UPDATE events SET retry_at = :until WHERE id = ANY(:ids)")


def wait(tx: Session, event_ids: Sequence[int], until: datetime) -> None:
    """Claimed, but not now: nothing is wrong with them."""
    if event_ids:
        tx.execute(_WAIT, {"ids": list(event_ids), "until": until})


_TAKE = text(
    """
    INSERT INTO events (key, kind, payload, received_at, attempt_id)
    VALUES (:key, :kind, cast(:payload AS jsonb), :received_at, :attempt_id)
    ON CONFLICT (key) DO NOTHING RETURNING id
    """
)
_BY_KEY = text(
    """
    SELECT id, key, kind, payload, received_at, attempt_id, enrolment_id, customer_id
    FROM events WHERE key = :key
    """
)


def take(tx: Session, new: NewEvent) -> Event:
    """Store it, or read what was stored under its key: a repeat waits here until the first has been answered."""
    row = {
        "key": new.key,
        "kind": new.kind,
        "payload": json.dumps(dict(new.payload), ensure_ascii=False),
        "received_at": new.received_at,
        "attempt_id": new.attempt_id,
    }
    event_id = tx.execute(_TAKE, row).scalar()
    if event_id is None:
        return Event(**tx.execute(_BY_KEY, {"key": new.key}).one()._mapping)
    return Event(
        event_id, new.key, new.kind, new.payload, new.received_at,
        new.attempt_id, new.enrolment_id, new.customer_id,
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


_ANSWERED = text(
    """
    UPDATE events SET processed_at = :now, outcome = :outcome, payload = payload || cast(:answer AS jsonb),
        enrolment_id = coalesce(:enrolment_id, enrolment_id), customer_id = coalesce(:customer_id, customer_id)
    WHERE id = :id
    """
)


def mark_answered(tx: Session, processed: Processed, answer: Mapping[str, Any], now: datetime) -> None:
    """Processed at once, with what was answered added to it; the raw fields stay as they came."""
    tx.execute(
        _ANSWERED,
        {
            "now": now,
            "answer": json.dumps(answer, ensure_ascii=False),
            "id": processed.id,
            "outcome": processed.outcome,
            "enrolment_id": processed.enrolment_id,
            "customer_id": processed.customer_id,
        },
    )


def customer_of_number(tx: Session, msisdn: str) -> int | None:
    """Whose number it is; None for a stranger's."""
    return tx.execute(text("SELECT id FROM customers WHERE msisdn = :msisdn"), {"msisdn": msisdn}).scalar()


def customer_called(tx: Session, external_id: str) -> int | None:
    """By the name that the operator's own systems have for the customer."""
    return tx.execute(text("SELECT id FROM customers WHERE external_id = :id"), {"id": external_id}).scalar()


def reachable(tx: Session) -> None:
    """Raises where the database does not answer."""
    tx.execute(text("SELECT 1"))
