"""Courtesies: what was answered at once to a refusal, a return or a call for help; at most one for each event."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from bot.domain.courtesies import Answered, Courtesy


@dataclass(frozen=True, slots=True)
class Addressee:
    customer_id: int
    language: str
    region: str | None


@dataclass(frozen=True, slots=True)
class NewCourtesy:
    """`text` is None where the carrier has answered by itself, in words of its own."""

    event_key: str
    customer_id: int | None
    msisdn: str
    kind: Courtesy
    language: str
    text: str | None


_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:msisdn, 0))")
_WHO = text("SELECT id AS customer_id, language, region FROM customers WHERE msisdn = :msisdn")
_LATELY = text("SELECT kind, at FROM courtesies WHERE msisdn = :msisdn AND at > :since ORDER BY at, id")
_KEEP = text(
    """
    INSERT INTO courtesies (event_id, customer_id, msisdn, kind, language, text, at)
    SELECT id, cast(:customer_id AS bigint), :msisdn, :kind, :language, cast(:text AS text),
           cast(:now AS timestamptz)
    FROM events WHERE key = :event_key
    ON CONFLICT (event_id) DO NOTHING RETURNING id
    """
)


def one_at_a_time(tx: Session, msisdn: str) -> None:
    """Two messages of one person are answered one after the other, whichever process got them."""
    tx.execute(_LOCK, {"msisdn": msisdn})


def addressee(tx: Session, msisdn: str) -> Addressee | None:
    """None for a stranger."""
    row = tx.execute(_WHO, {"msisdn": msisdn}).one_or_none()
    return Addressee(**row._mapping) if row is not None else None


def lately(tx: Session, msisdn: str, since: datetime) -> list[Answered]:
    """Oldest first."""
    rows = tx.execute(_LATELY, {"msisdn": msisdn, "since": since})
    return [Answered(Courtesy(row.kind), row.at) for row in rows]


def keep(tx: Session, new: NewCourtesy, now: datetime) -> bool:
    """False where the event has been answered already, or was never stored."""
    values = {
        "event_key": new.event_key,
        "customer_id": new.customer_id,
        "msisdn": new.msisdn,
        "kind": new.kind.value,
        "language": new.language,
        "text": new.text,
        "now": now,
    }
    return tx.execute(_KEEP, values).first() is not None
