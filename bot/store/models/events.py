"""What others have told us, and what we tell others."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Index,
    SmallInteger,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from bot.domain.courtesies import Courtesy
from bot.store.models.row import Row, one_of, surrogate

#: Kinds of events that a campaign brings about itself, several for each contact: they wait for all others.
ECHOES = "'sms.status', 'call.status', 'call.amd', 'attempt.denied', 'attempt.expired', 'attempt.failed'"


class EventRow(Row):
    """Something a carrier, billing, a person or a later stage told us; stored raw, once, under `key`."""

    __tablename__ = "events"
    __table_args__ = (
        Index("ix_events_waiting", "id", postgresql_where=text("processed_at IS NULL")),
        Index(
            "ix_events_prompt",
            "id",
            postgresql_where=text(f"processed_at IS NULL AND kind NOT IN ({ECHOES})"),
        ),
        Index("ix_events_news", "customer_id", postgresql_where=text("processed_at IS NULL")),
        Index(
            "ix_events_retry",
            "retry_at",
            postgresql_where=text("processed_at IS NULL AND retry_at IS NOT NULL"),
        ),
        Index("ix_events_customer", "customer_id", "received_at"),
        {"postgresql_with": {"fillfactor": 90, "autovacuum_vacuum_scale_factor": 0.05}},
    )

    id: Mapped[int] = surrogate()
    key: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    attempt_id: Mapped[uuid.UUID | None]
    enrolment_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    customer_id: Mapped[int | None] = mapped_column(BigInteger)
    payload: Mapped[dict[str, Any]]
    received_at: Mapped[datetime]
    processed_at: Mapped[datetime | None]
    outcome: Mapped[str | None]  # applied, ignored:<why>, unmatched
    tries: Mapped[int] = mapped_column(SmallInteger, server_default="0")  # that ended in an error of ours
    retry_at: Mapped[datetime | None]


class CourtesyRow(Row):
    """What was answered in place to a message, once for each; `text` is NULL where the carrier did it by itself."""

    __tablename__ = "courtesies"
    __table_args__ = (one_of("kind", Courtesy), Index("ix_courtesies_msisdn", "msisdn", "at"))

    id: Mapped[int] = surrogate()
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"), unique=True)
    customer_id: Mapped[int | None] = mapped_column(
        ForeignKey("customers.id", ondelete="SET NULL"), index=True
    )
    msisdn: Mapped[str]
    kind: Mapped[str]
    language: Mapped[str]
    text: Mapped[str | None]
    at: Mapped[datetime]


class OutgoingEventRow(Row):
    """What a flow told other systems, kept until they fetch it; ids grow in the order of commits."""

    __tablename__ = "outgoing_events"

    id: Mapped[int] = surrogate()
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolments.id"))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), index=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    name: Mapped[str]
    details: Mapped[dict[str, Any]]
    at: Mapped[datetime]
