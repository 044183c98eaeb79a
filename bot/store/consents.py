"""Consents, line by line with wording and evidence; what holds now also stands in `customers.consents`, for the gate.

A consent to one topic alone is none to the rest: such lines stay out of the customer's array. What an import of
customers brings goes into the array without a line; its evidence is the import's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class ConsentLine:
    customer_id: int
    action: str  # give or withdraw
    channel: str  # as in bot.domain.consents
    purpose: str
    source: str
    evidence: str
    wording: str | None = None
    topic: str = "all"
    user_id: int | None = None


_ADD = text(
    """
    INSERT INTO consents (customer_id, action, channel, purpose, topic, source, evidence, wording, user_id, at)
    SELECT n.customer_id, n.action, n.channel, n.purpose, n.topic, n.source, n.evidence, n.wording, n.user_id,
           cast(:now AS timestamptz)
    FROM unnest(cast(:customers AS bigint[]), cast(:actions AS text[]), cast(:channels AS text[]),
                cast(:purposes AS text[]), cast(:topics AS text[]), cast(:sources AS text[]),
                cast(:evidence AS text[]), cast(:wordings AS text[]), cast(:users AS bigint[]))
         WITH ORDINALITY
         AS n(customer_id, action, channel, purpose, topic, source, evidence, wording, user_id, ordinal)
    ORDER BY n.ordinal
    """
)

# The newest line of each pair decides; pairs that no line is about stay as they are.
_KEEP = text(
    """
    WITH newest AS (
        SELECT DISTINCT ON (customer_id, pair) customer_id, pair, action
        FROM unnest(cast(:customers AS bigint[]), cast(:pairs AS text[]), cast(:actions AS text[]))
             WITH ORDINALITY AS n(customer_id, pair, action, ordinal)
        ORDER BY customer_id, pair, ordinal DESC
    ), changed AS (
        SELECT customer_id, array_agg(pair) AS pairs,
               coalesce(array_agg(pair) FILTER (WHERE action = 'give'), '{}') AS given
        FROM newest GROUP BY customer_id
    )
    UPDATE customers c SET consents = ARRAY(
        SELECT pair FROM unnest(c.consents) AS pair WHERE pair <> ALL (changed.pairs)
        UNION SELECT unnest(changed.given) ORDER BY 1)
    FROM changed WHERE c.id = changed.customer_id
    """
)


def add(tx: Session, lines: Sequence[ConsentLine], now: datetime) -> None:
    if not lines:
        return
    # The customers first: of two transactions about one person the array tells what the later line says.
    _lock(tx, {one.customer_id for one in lines})
    tx.execute(
        _ADD,
        {
            "now": now,
            "customers": [one.customer_id for one in lines],
            "actions": [one.action for one in lines],
            "channels": [one.channel for one in lines],
            "purposes": [one.purpose for one in lines],
            "topics": [one.topic for one in lines],
            "sources": [one.source for one in lines],
            "evidence": [one.evidence for one in lines],
            "wordings": [one.wording for one in lines],
            "users": [one.user_id for one in lines],
        },
    )
    whole = [one for one in lines if one.topic == "all"]
    if whole:
        values = {
            "customers": [one.customer_id for one in whole],
            "pairs": [f"{one.channel}:{one.purpose}" for one in whole],
            "actions": [one.action for one in whole],
        }
        tx.execute(_KEEP, values)


_LOCK = text("SELECT id FROM customers WHERE id = ANY(:ids) ORDER BY id FOR NO KEY UPDATE")


def _lock(tx: Session, ids: set[int]) -> None:
    tx.execute(_LOCK, {"ids": sorted(ids)}).all()


_HOLDS = text(
    """
    SELECT coalesce(
        (SELECT action = 'give' FROM consents
         WHERE customer_id = :customer_id AND channel = :channel AND purpose = :purpose AND topic IN (:topic, 'all')
         ORDER BY id DESC LIMIT 1),
        (SELECT (:channel || ':' || :purpose) = ANY (consents) FROM customers WHERE id = :customer_id),
        false)
    """
)


def holds(tx: Session, customer_id: int, *, channel: str, purpose: str, topic: str) -> bool:
    """For contacts about one topic: its own newest line, or that of all topics; without any, the customer's array."""
    values = {"customer_id": customer_id, "channel": channel, "purpose": purpose, "topic": topic}
    return bool(tx.execute(_HOLDS, values).scalar())


@dataclass(frozen=True, slots=True)
class Told:
    """A line as it is shown, with what proves it."""

    action: str
    channel: str
    purpose: str
    topic: str
    source: str
    wording: str | None
    evidence: str
    at: datetime


_STORY = text(
    """
    SELECT action, channel, purpose, topic, source, wording, evidence, at FROM consents
    WHERE customer_id = :customer_id ORDER BY id
    """
)


def story(tx: Session, customer_id: int) -> list[Told]:
    """Oldest first."""
    return [Told(**row._mapping) for row in tx.execute(_STORY, {"customer_id": customer_id})]
