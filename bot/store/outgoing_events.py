"""Outgoing events: what flows tell other systems, kept in the order in which they may be fetched."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from bot.store import locks


@dataclass(frozen=True, slots=True)
class NewOutgoing:
    enrolment_id: int
    customer_id: int
    campaign_id: int
    name: str
    details: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Outgoing:
    id: int
    name: str
    at: datetime
    customer: str  # as the operator's own systems call the customer
    details: Mapping[str, Any]


_IN_ORDER = text("SELECT pg_advisory_xact_lock(:key)")
_LEAVE = text(
    """
    INSERT INTO outgoing_events (enrolment_id, customer_id, campaign_id, name, details, at)
    SELECT o.*, cast(:now AS timestamptz) FROM unnest(
        cast(:enrolments AS bigint[]), cast(:customers AS bigint[]), cast(:campaigns AS bigint[]),
        cast(:names AS text[]), cast(:details AS jsonb[])) AS o
    """
)


def leave(tx: Session, told: Sequence[NewOutgoing], now: datetime) -> None:
    """The last thing that a transaction does: until it commits no other can get a later id.

    Otherwise a reader could see a later id first, and its cursor would pass over the earlier one for ever.
    """
    if not told:
        return
    tx.execute(_IN_ORDER, {"key": locks.OUTGOING_EVENTS})
    tx.execute(
        _LEAVE,
        {
            "now": now,
            "enrolments": [one.enrolment_id for one in told],
            "customers": [one.customer_id for one in told],
            "campaigns": [one.campaign_id for one in told],
            "names": [one.name for one in told],
            "details": [json.dumps(dict(one.details), ensure_ascii=False) for one in told],
        },
    )


_AFTER = text(
    """
    SELECT o.id, o.name, o.at, c.external_id AS customer, o.details
    FROM outgoing_events o JOIN customers c ON c.id = o.customer_id
    WHERE o.id > :after ORDER BY o.id LIMIT :limit
    """
)


def after(tx: Session, cursor: int, limit: int) -> list[Outgoing]:
    """The next ones behind the cursor, in order; asking once more answers the same."""
    return [Outgoing(**row._mapping) for row in tx.execute(_AFTER, {"after": cursor, "limit": limit})]
