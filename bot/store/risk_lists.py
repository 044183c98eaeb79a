"""Risk lists: named sets of customers, each with the cause and the score that put it there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from bot.store import audit
from bot.store.models import RiskListRow

_CREATE = text(
    """
    INSERT INTO risk_lists (name, source, created_at) VALUES (:name, :source, :now)
    ON CONFLICT (name) DO UPDATE SET source = EXCLUDED.source
    RETURNING id
    """
)


def find_or_create(tx: Session, name: str, source: str, now: datetime) -> int:
    return int(tx.execute(_CREATE, {"name": name, "source": source, "now": now}).scalar_one())


_ENTER = text(
    """
    INSERT INTO risk_list_entries AS e (risk_list_id, customer_id, cause, score)
    SELECT :id, c.id, s.cause, s.score
    FROM staged s JOIN customers c ON c.external_id = s.external_id
    WHERE s.cause IS NOT NULL
    ON CONFLICT (risk_list_id, customer_id) DO UPDATE SET cause = EXCLUDED.cause, score = EXCLUDED.score
    WHERE (e.cause, e.score) IS DISTINCT FROM (EXCLUDED.cause, EXCLUDED.score)
    """
)
_DROP_OTHERS = text(
    """
    DELETE FROM risk_list_entries e
    USING customers c
    WHERE e.risk_list_id = :id AND c.id = e.customer_id AND NOT EXISTS (
        SELECT 1 FROM staged s WHERE s.external_id = c.external_id AND s.cause IS NOT NULL)
    """
)


def hold_exactly_staged(tx: Session, risk_list_id: int, now: datetime) -> int:
    """Afterwards the list is what was staged with a cause, no more and no less; answers how many that is.

    What it holds is told to the audit: nothing else ever changes a list, so that `summaries` need not count it again.
    """
    tx.execute(_ENTER, {"id": risk_list_id})
    tx.execute(_DROP_OTHERS, {"id": risk_list_id})
    holding = _holdings(tx, [risk_list_id]).get(risk_list_id, _NOBODY)
    audit.record(tx, None, _FILLED, f"risk_list:{risk_list_id}", None, holding, now)
    return int(holding["customers"])


def id_of(tx: Session, name: str) -> int | None:
    return tx.execute(select(RiskListRow.id).where(RiskListRow.name == name)).scalar_one_or_none()


def names(tx: Session) -> list[str]:
    return list(tx.execute(select(RiskListRow.name).order_by(RiskListRow.name)).scalars())


@dataclass(frozen=True, slots=True)
class Cause:
    name: str
    customers: int


@dataclass(frozen=True, slots=True)
class Summary:
    """What is on a list: `causes` are the commonest of all `different_causes`, the scores those of its customers."""

    id: int
    name: str
    source: str
    created_at: datetime
    filled_at: datetime | None  # by the last import that held it
    filled_from: str | None
    customers: int
    lowest_score: float | None
    highest_score: float | None
    different_causes: int
    causes: tuple[Cause, ...]


_FILLED = "risk_list.filled"
_MOST_CAUSES = 5
_NOBODY: Mapping[str, Any] = {"customers": 0, "lowest": None, "highest": None, "different": 0, "causes": []}
#: No index holds causes and scores: one pass over the entries, which PostgreSQL shares between its processes.
_HOLDINGS = text(
    """
    WITH by_cause AS (
        SELECT risk_list_id, cause, count(*) AS customers, min(score) AS lowest, max(score) AS highest
        FROM risk_list_entries WHERE risk_list_id = ANY(:ids) GROUP BY risk_list_id, cause
    ), placed AS (
        SELECT *, row_number() OVER (PARTITION BY risk_list_id ORDER BY customers DESC, cause) AS place
        FROM by_cause
    )
    SELECT risk_list_id, cast(sum(customers) AS bigint) AS customers, min(lowest) AS lowest,
           max(highest) AS highest, count(*) AS different,
           jsonb_agg(jsonb_build_array(cause, customers) ORDER BY place) FILTER (WHERE place <= :most) AS causes
    FROM placed GROUP BY risk_list_id
    """
)


def _holdings(tx: Session, ids: Sequence[int]) -> dict[int, Mapping[str, Any]]:
    """As the audit keeps them, of those lists that anybody is on."""
    if not ids:
        return {}
    rows = tx.execute(_HOLDINGS, {"ids": list(ids), "most": _MOST_CAUSES})
    return {row.risk_list_id: {name: row._mapping[name] for name in _NOBODY} for row in rows}


_SUMMARIES = text(
    """
    WITH filled AS (
        SELECT DISTINCT ON (risk_list_id) risk_list_id AS id, at, file_name FROM imports
        WHERE risk_list_id IS NOT NULL ORDER BY risk_list_id, imports.id DESC
    ), told AS (
        SELECT DISTINCT ON (subject) subject, after FROM audit WHERE action = :filled
        ORDER BY subject, audit.id DESC
    )
    SELECT l.id, l.name, l.source, l.created_at, f.at AS filled_at, f.file_name AS filled_from, t.after AS told
    FROM risk_lists l
    LEFT JOIN filled f ON f.id = l.id
    LEFT JOIN told t ON t.subject = 'risk_list:' || l.id
    ORDER BY l.name
    """
)


def summaries(tx: Session) -> list[Summary]:
    """All lists by name; only those that an older version has filled are counted now."""
    rows = tx.execute(_SUMMARIES, {"filled": _FILLED}).all()
    counted = _holdings(tx, [row.id for row in rows if row.told is None])
    return [
        Summary(
            id=row.id,
            name=row.name,
            source=row.source,
            created_at=row.created_at,
            filled_at=row.filled_at,
            filled_from=row.filled_from,
            customers=holding["customers"],
            lowest_score=holding["lowest"],
            highest_score=holding["highest"],
            different_causes=holding["different"],
            causes=tuple(Cause(name, customers) for name, customers in holding["causes"]),
        )
        for row in rows
        for holding in [row.told or counted.get(row.id, _NOBODY)]
    ]
