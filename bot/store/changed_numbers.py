"""Refusals when a number changes hands: a person's word goes with the person, and the next owner is not bound by it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from bot.domain.refusals import Action, Refusal, Source, held
from bot.store.suppressions import Entry, add, line_of

# All that binds customers on whose numbers something was said before anybody knew whose they are.
_BINDING = text(
    """
    SELECT s.id, s.msisdn, s.customer_id, s.channel, s.purpose, s.topic, s.action, s.source, s.list_id,
           s.wording, s.evidence, w.customer_id AS owner
    FROM unnest(cast(:numbers AS text[]), cast(:customers AS bigint[])) AS w(msisdn, customer_id)
    JOIN suppressions s ON s.customer_id = w.customer_id OR s.msisdn = w.msisdn
    WHERE EXISTS (
        SELECT FROM suppressions n WHERE n.msisdn = w.msisdn AND n.customer_id IS NULL AND n.list_id IS NULL)
    ORDER BY w.customer_id, s.id
    """
)


def take_along(tx: Session, leaving: Mapping[int, str], arriving: Mapping[int, str], now: datetime) -> None:
    """Customers who leave a number keep what it said before it was known to be theirs; their own word follows anyway.

    `{customer: number}`, the number that they leave and the one that they come to, where it is known.
    """
    if not leaving:
        return
    lines: defaultdict[int, list[Row[Any]]] = defaultdict(list)
    for row in tx.execute(_BINDING, {"numbers": list(leaving.values()), "customers": list(leaving)}):
        lines[row.owner].append(row)
    entries = []
    for customer_id, rows in lines.items():
        number = arriving.get(customer_id, leaving[customer_id])
        for one in held(line_of(row, customer_id) for row in rows):
            row = rows[one.number]
            if row.customer_id is None and row.list_id is None:
                entries += _as_theirs(customer_id, number, row, one.refusal)
    add(tx, entries, now)


def _as_theirs(customer_id: int, number: str, row: Row[Any], refusal: Refusal) -> list[Entry]:
    return [
        Entry(
            customer_id,
            Action.SUPPRESS,
            Source.NUMBER_CHANGED,
            row.evidence,
            msisdn=number,
            wording=row.wording,
            channel=scope.channel,
            purpose=scope.purpose,
            topic=scope.topic,
        )
        for scope in refusal.pieces()
    ]


@dataclass(frozen=True, slots=True)
class Change:
    """Somebody told that this customer's number is not theirs any more."""

    customer_id: int
    at: datetime
    evidence: str


# Where the customers' books are newer than the news, the number in them is the new one already.
_LEAVING = text(
    """
    SELECT c.id, c.msisdn, n.evidence
    FROM unnest(cast(:customers AS bigint[]), cast(:moments AS timestamptz[]), cast(:evidence AS text[]))
         AS n(id, at, evidence)
    JOIN customers c ON c.id = n.id AND c.snapshot_at <= n.at
    """
)


def release(tx: Session, changes: Sequence[Change], now: datetime) -> None:
    """These customers' numbers are, or will be, somebody else's.

    What they refused stays with them, what the bare number said goes with them, and neither binds its next owner. A
    do-not-call list speaks of the number: it goes on to bind whoever has it.
    """
    if not changes:
        return
    values = {
        "customers": [one.customer_id for one in changes],
        "moments": [one.at for one in changes],
        "evidence": [one.evidence for one in changes],
    }
    rows = tx.execute(_LEAVING, values).all()
    take_along(tx, {row.id: row.msisdn for row in rows}, {}, now)
    freed = [Entry(None, Action.RESTORE, Source.NUMBER_CHANGED, row.evidence, row.msisdn) for row in rows]
    add(tx, freed, now)
