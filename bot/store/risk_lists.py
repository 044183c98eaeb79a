"""Risk lists: named sets of customers, each with the cause and the score that put it there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from bot.store.models import RiskListEntryRow, RiskListRow


@dataclass(frozen=True, slots=True)
class RiskList:
    id: int
    name: str
    source: str
    customers: int


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


def hold_exactly_staged(tx: Session, risk_list_id: int) -> int:
    """Afterwards the list is what was staged with a cause, no more and no less; answers how many that is."""
    tx.execute(_ENTER, {"id": risk_list_id})
    tx.execute(_DROP_OTHERS, {"id": risk_list_id})
    return size(tx, risk_list_id)


def size(tx: Session, risk_list_id: int) -> int:
    return tx.execute(select(func.count()).where(RiskListEntryRow.risk_list_id == risk_list_id)).scalar_one()


def id_of(tx: Session, name: str) -> int | None:
    return tx.execute(select(RiskListRow.id).where(RiskListRow.name == name)).scalar_one_or_none()


def names(tx: Session) -> list[str]:
    return list(tx.execute(select(RiskListRow.name).order_by(RiskListRow.name)).scalars())


def all_lists(tx: Session) -> list[RiskList]:
    rows = tx.execute(
        select(RiskListRow.id, RiskListRow.name, RiskListRow.source, func.count(RiskListEntryRow.customer_id))
        .outerjoin(RiskListEntryRow, RiskListEntryRow.risk_list_id == RiskListRow.id)
        .group_by(RiskListRow.id)
        .order_by(RiskListRow.name)
    )
    return [RiskList(*row) for row in rows]
