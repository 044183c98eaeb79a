"""What refusals mean to an import of customers: they follow to new numbers, and no file gives back what was refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from bot.domain.consents import channel_of
from bot.domain.refusals import Refusal
from bot.store import changed_numbers, suppressions

CHUNK = 5_000

_MOVING = text(
    """
    SELECT c.id, c.msisdn AS leaving, s.msisdn AS arriving
    FROM staged s JOIN customers c ON c.external_id = s.external_id AND c.msisdn <> s.msisdn
    """
)


def carry(tx: Session, now: datetime) -> None:
    """A customer who said no and now has another number has still said no; before the customers' rows change."""
    moving = tx.execute(_MOVING).all()
    changed_numbers.take_along(
        tx, {row.id: row.leaving for row in moving}, {row.id: row.arriving for row in moving}, now
    )


# Only those about whom the register, or a pattern, may say anything at all. After an erasure that is everybody.
_CONCERNED = text(
    """
    SELECT s.row_number, s.msisdn, c.id AS customer_id, s.consents, coalesce(c.consents, '{}') AS known
    FROM staged s LEFT JOIN customers c ON c.external_id = s.external_id
    WHERE s.consents <> '{}' AND (
        EXISTS (SELECT FROM suppressions l WHERE l.msisdn = s.msisdn)
        OR EXISTS (SELECT FROM suppressions l WHERE l.customer_id = c.id)
        OR EXISTS (SELECT FROM suppressions l WHERE l.msisdn LIKE '#%')
        OR EXISTS (SELECT FROM suppression_patterns p WHERE p.ended_at IS NULL AND starts_with(s.msisdn, p.prefix)))
    ORDER BY s.row_number
    """
).execution_options(yield_per=CHUNK)
_HOLD = text(
    """
    UPDATE staged s SET consents = string_to_array(n.consents, ',')
    FROM unnest(cast(:rows AS bigint[]), cast(:consents AS text[])) AS n(row_number, consents)
    WHERE s.row_number = n.row_number
    """
)


def hold_consents(tx: Session) -> None:
    """A file cannot give a consent back to a number or customer that has refused it; what was there before stays."""
    kept: dict[int, str] = {}
    for rows in tx.execute(_CONCERNED).partitions():
        refusals = suppressions.refusals_of(
            tx, [row.msisdn for row in rows], [row.customer_id for row in rows]
        )
        for row in rows:
            against = refusals.get(row.msisdn, ())
            pairs = [pair for pair in row.consents if pair in row.known or not _refused(pair, against)]
            if len(pairs) < len(row.consents):
                kept[row.row_number] = ",".join(pairs)
    _write(tx, kept)


def _refused(pair: str, against: Sequence[Refusal]) -> bool:
    purpose = pair.partition(":")[2]
    return any(refusal.covers(channel_of(pair), purpose) for refusal in against)


def _write(tx: Session, kept: Mapping[int, str]) -> None:
    if kept:
        tx.execute(_HOLD, {"rows": list(kept), "consents": list(kept.values())})
