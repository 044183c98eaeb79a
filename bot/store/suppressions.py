"""The register of refusals: lines are only ever added, with their evidence; the newest line holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from bot.domain.contact import Refusal


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the register. Without `msisdn` it is the customer's own; one of the two is always given."""

    customer_id: int | None
    action: str  # suppress or restore
    source: str
    evidence: str
    msisdn: str | None = None
    wording: str | None = None
    channel: str = "all"
    purpose: str = "all"


_ADD = text(
    """
    INSERT INTO suppressions (msisdn, customer_id, channel, purpose, action, source, wording, evidence, at)
    SELECT coalesce(n.msisdn, c.msisdn), n.customer_id, n.channel, n.purpose, n.action, n.source, n.wording,
           n.evidence, cast(:now AS timestamptz)
    FROM unnest(cast(:numbers AS text[]), cast(:customers AS bigint[]), cast(:channels AS text[]),
                cast(:purposes AS text[]), cast(:actions AS text[]), cast(:sources AS text[]),
                cast(:wordings AS text[]), cast(:evidence AS text[]))
         WITH ORDINALITY
         AS n(msisdn, customer_id, channel, purpose, action, source, wording, evidence, ordinal)
    LEFT JOIN customers c ON c.id = n.customer_id
    ORDER BY n.ordinal
    """
)


def add(tx: Session, entries: Sequence[Entry], now: datetime) -> None:
    if not entries:
        return
    tx.execute(
        _ADD,
        {
            "now": now,
            "numbers": [one.msisdn for one in entries],
            "customers": [one.customer_id for one in entries],
            "channels": [one.channel for one in entries],
            "purposes": [one.purpose for one in entries],
            "actions": [one.action for one in entries],
            "sources": [one.source for one in entries],
            "wordings": [one.wording for one in entries],
            "evidence": [one.evidence for one in entries],
        },
    )


_HELD = text(
    """
    SELECT channel, purpose FROM (
        SELECT DISTINCT ON (channel, purpose) channel, purpose, action
        FROM suppressions WHERE msisdn = :msisdn ORDER BY channel, purpose, id DESC
    ) newest WHERE action = 'suppress'
    """
)


def held_against(tx: Session, msisdn: str) -> tuple[Refusal, ...]:
    return tuple(Refusal(row.channel, row.purpose) for row in tx.execute(_HELD, {"msisdn": msisdn}))


def refused(tx: Session, msisdn: str, *, channel: str, purpose: str) -> bool:
    """Whether the number may not be contacted on this channel for this purpose."""
    return any(refusal.covers(channel, purpose) for refusal in held_against(tx, msisdn))
