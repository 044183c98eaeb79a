"""Which named lists (red, black, flea, complaint ...) customers are on, since when, until when, and by whose word."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from bot.domain.marks import Marked
from bot.store.arrays import ids_literal


@dataclass(frozen=True, slots=True)
class Mark:
    """`until` is the first moment at which it holds no more; None: until somebody ends it."""

    customer_id: int
    mark: str
    source: str
    until: datetime | None = None


# Of one source the newest word holds: another end takes the place of the earlier one.
_RESTATE = text(
    """
    UPDATE customer_marks m SET until = :now
    FROM unnest(cast(:customers AS bigint[]), cast(:marks AS text[]), cast(:sources AS text[]),
                cast(:untils AS timestamptz[])) AS n(customer_id, mark, source, until)
    WHERE n.customer_id = m.customer_id AND n.mark = m.mark AND n.source = m.source
      AND m.since <= :now AND (m.until IS NULL OR m.until > :now) AND m.until IS DISTINCT FROM n.until
    """
)
_ADD = text(
    """
    INSERT INTO customer_marks (customer_id, mark, source, since, until)
    SELECT DISTINCT n.customer_id, n.mark, n.source, cast(:now AS timestamptz), n.until
    FROM unnest(cast(:customers AS bigint[]), cast(:marks AS text[]), cast(:sources AS text[]),
                cast(:untils AS timestamptz[])) AS n(customer_id, mark, source, until)
    WHERE NOT EXISTS (
        SELECT FROM customer_marks m
        WHERE m.customer_id = n.customer_id AND m.mark = n.mark AND m.source = n.source
          AND m.since <= :now AND (m.until IS NULL OR m.until > :now) AND m.until IS NOT DISTINCT FROM n.until)
    ON CONFLICT DO NOTHING
    """
)


def add(tx: Session, marks: Sequence[Mark], now: datetime) -> int:
    """Answers how many were new."""
    if not marks:
        return 0
    values = {
        "now": now,
        "customers": [one.customer_id for one in marks],
        "marks": [one.mark for one in marks],
        "sources": [one.source for one in marks],
        "untils": [one.until for one in marks],
    }
    tx.execute(_RESTATE, values)
    return int(tx.execute(_ADD, values).rowcount)  # type: ignore[attr-defined]


_END = """
    UPDATE customer_marks SET until = :now
    WHERE mark = :mark AND (until IS NULL OR until > :now)
      AND (cast(:source AS text) IS NULL OR source = :source) AND {whose}
    """
_END_THEIRS = text(_END.format(whose="customer_id = ANY(cast(:customers AS bigint[]))"))
_END_OTHERS = text(_END.format(whose="customer_id <> ALL(cast(:customers AS bigint[]))"))


def end(tx: Session, customers: Sequence[int], *, mark: str, source: str | None, now: datetime) -> int:
    """What this source said, or whoever said it; answers how many held until now."""
    values = {"customers": ids_literal(customers), "mark": mark, "source": source, "now": now}
    return int(tx.execute(_END_THEIRS, values).rowcount)  # type: ignore[attr-defined]


def end_others(tx: Session, customers: Sequence[int], *, mark: str, source: str, now: datetime) -> int:
    """Of everybody else whom the source put on it; answers how many held until now."""
    values = {"customers": ids_literal(customers), "mark": mark, "source": source, "now": now}
    return int(tx.execute(_END_OTHERS, values).rowcount)  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Standing:
    """How a customer of a campaign stands when somebody is to look after them, and what says by whose rules."""

    enrolment_id: int
    marks: frozenset[str]
    complaint_open: bool
    policy: Mapping[str, Any]  # the campaign's own
    msisdn: str
    region: str | None


_STANDINGS = text(
    """
    SELECT e.id AS enrolment_id, ARRAY(
               SELECT mark FROM customer_marks WHERE customer_id = c.id AND since <= :now
               AND (until IS NULL OR until > :now)) AS marks,
           c.complaint_open, k.policy, c.msisdn, c.region
    FROM enrolments e JOIN customers c ON c.id = e.customer_id JOIN campaigns k ON k.id = e.campaign_id
    WHERE e.id = ANY(:enrolments)
    """
)


def standings(tx: Session, enrolments: Sequence[int], now: datetime) -> list[Standing]:
    """In one statement."""
    rows = tx.execute(_STANDINGS, {"enrolments": ids_literal(enrolments), "now": now})
    return [Standing(**{**row._mapping, "marks": frozenset(row.marks)}) for row in rows]


_HELD = text(
    """
    SELECT customer_id, mark, until FROM customer_marks
    WHERE customer_id = ANY(:customers) AND since <= :now AND (until IS NULL OR until > :now)
    ORDER BY id
    """
)


def held(tx: Session, customers: Sequence[int], now: datetime) -> dict[int, tuple[Marked, ...]]:
    """In one statement; who is on no list is left out. A list that two put somebody on is told twice."""
    found: defaultdict[int, list[Marked]] = defaultdict(list)
    for row in tx.execute(_HELD, {"customers": ids_literal(customers), "now": now}):
        found[row.customer_id].append(Marked(row.mark, row.until))
    return {customer_id: tuple(marks) for customer_id, marks in found.items()}


@dataclass(frozen=True, slots=True)
class HeldMark:
    """A mark that holds, and how it came to; without `until`, until somebody ends it."""

    mark: str
    source: str
    since: datetime
    until: datetime | None


_HOLDS = "since <= :now AND (until IS NULL OR until > :now)"
_HELD_BY = text(
    f"SELECT mark, source, since, until FROM customer_marks WHERE customer_id = :customer_id AND {_HOLDS} ORDER BY id"
)


def held_by(tx: Session, customer_id: int, now: datetime) -> list[HeldMark]:
    """Oldest first."""
    rows = tx.execute(_HELD_BY, {"customer_id": customer_id, "now": now})
    return [HeldMark(**row._mapping) for row in rows]


@dataclass(frozen=True, slots=True)
class Counted:
    mark: str
    source: str
    customers: int


_COUNTED = text(
    f"""
    SELECT mark, source, count(DISTINCT customer_id) AS customers FROM customer_marks WHERE {_HOLDS}
    GROUP BY mark, source ORDER BY mark, source
    """
)


def counted(tx: Session, now: datetime) -> list[Counted]:
    return [Counted(**row._mapping) for row in tx.execute(_COUNTED, {"now": now})]


@dataclass(frozen=True, slots=True)
class Listed:
    """Somebody on a list."""

    external_id: str
    msisdn: str
    source: str
    since: datetime
    until: datetime | None


_LISTED = text(
    f"""
    SELECT c.external_id, c.msisdn, m.source, m.since, m.until
    FROM customer_marks m JOIN customers c ON c.id = m.customer_id
    WHERE m.mark = :mark AND {_HOLDS} ORDER BY m.id DESC LIMIT :limit
    """
)


def on_list(tx: Session, mark: str, now: datetime, *, limit: int) -> list[Listed]:
    """The newest first."""
    rows = tx.execute(_LISTED, {"mark": mark, "now": now, "limit": limit})
    return [Listed(**row._mapping) for row in rows]


_MEANT = text(
    """
    SELECT DISTINCT jsonb_object_keys(policy -> 'marks') FROM campaigns
    WHERE jsonb_typeof(policy -> 'marks') = 'object'
    """
)


def meant_by_campaigns(tx: Session) -> set[str]:
    """The lists to which the policy of any campaign gives a meaning."""
    return set(tx.execute(_MEANT).scalars())
