"""Number patterns: whole ranges that are not contacted (`+86170*`), each with its reason; ended, never deleted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

#: Every gate's batch reads them all. Whoever needs more has a list of numbers, not of patterns.
MOST = 500


class TooMany(Exception):
    def __init__(self) -> None:
        super().__init__(f"there are {MOST} patterns already: import the numbers as a list instead")


@dataclass(frozen=True, slots=True)
class Pattern:
    prefix: str
    channel: str
    purpose: str
    reason: str
    at: datetime


_ADD = text(
    """
    INSERT INTO suppression_patterns (prefix, channel, purpose, reason, user_id, at)
    SELECT :prefix, :channel, :purpose, :reason, :user_id, :now
    WHERE (SELECT count(*) FROM suppression_patterns WHERE ended_at IS NULL) < :most
    ON CONFLICT (prefix, channel, purpose) WHERE ended_at IS NULL DO UPDATE SET reason = EXCLUDED.reason
    RETURNING id
    """
)


def add(
    tx: Session, prefix: str, *, channel: str, purpose: str, reason: str, user_id: int | None, now: datetime
) -> int:
    """Its id; of one that is there already only the reason changes. Raises TooMany."""
    values = {
        "prefix": prefix,
        "channel": channel,
        "purpose": purpose,
        "reason": reason,
        "user_id": user_id,
        "now": now,
        "most": MOST,
    }
    found = tx.execute(_ADD, values).scalar_one_or_none()
    if found is None:
        raise TooMany
    return int(found)


_END = text(
    """
    UPDATE suppression_patterns SET ended_at = :now, ended_by = :user_id
    WHERE prefix = :prefix AND ended_at IS NULL
    """
)


def end(tx: Session, prefix: str, *, user_id: int | None, now: datetime) -> int:
    """Answers how many there were: one for each scope."""
    values = {"prefix": prefix, "user_id": user_id, "now": now}
    return int(tx.execute(_END, values).rowcount)  # type: ignore[attr-defined]


_LISTING = text(
    """
    SELECT prefix, channel, purpose, reason, at FROM suppression_patterns WHERE ended_at IS NULL
    ORDER BY prefix, channel, purpose
    """
)


def listing(tx: Session) -> list[Pattern]:
    return [Pattern(**row._mapping) for row in tx.execute(_LISTING)]


_UNDER_WAY = text(
    """
    SELECT c.id FROM customers c
    WHERE starts_with(c.msisdn, :prefix) AND c.id IN (SELECT customer_id FROM enrolments WHERE status = 'active')
    ORDER BY c.id
    """
)


def customers_under_way(tx: Session, prefix: str) -> list[int]:
    """Those of such a number whose runs must end."""
    return list(tx.execute(_UNDER_WAY, {"prefix": prefix}).scalars())
