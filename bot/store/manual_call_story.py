"""Calls by hand as they are told: on the page of their order, and in the story of their customer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from bot.domain.manual_calls import ManualCallStatus, Way


@dataclass(frozen=True, slots=True)
class Shown:
    """One call as the page of its order shows it."""

    at: datetime
    by: str
    user_id: int
    way: Way
    status: ManualCallStatus
    verdict: str
    reason: str | None
    until: datetime | None
    connected_at: datetime | None
    duration_s: int | None
    ended_at: datetime | None
    error_code: str | None

    @property
    def open(self) -> bool:
        return self.ended_at is None


_OF_ORDER = text(
    """
    SELECT m.asked_at AS at, u.name AS by, m.user_id, m.way, m.status, m.verdict, m.reason, m.until, m.connected_at,
           m.duration_s, m.ended_at, m.error_code
    FROM manual_calls m JOIN users u ON u.id = m.user_id WHERE m.work_order_id = :id ORDER BY m.asked_at DESC, m.id DESC
    """
)


def of_order(tx: Session, order_id: int) -> list[Shown]:
    """The latest first."""
    return [
        Shown(**{**row._mapping, "way": Way(row.way), "status": ManualCallStatus(row.status)})
        for row in tx.execute(_OF_ORDER, {"id": order_id})
    ]


@dataclass(frozen=True, slots=True)
class CallByHand:
    """Of a manager, who was refused it, or has rung the customer's phone."""

    run_id: int
    at: datetime
    by: str
    way: str
    purpose: str
    status: str
    reason: str | None
    until: datetime | None
    duration_s: int | None


_CALLS_BY_HAND = text(
    """
    SELECT m.enrolment_id AS run_id, coalesce(m.taken_at, m.ended_at) AS at, u.login AS by, m.way, m.purpose, m.status,
           m.reason, m.until, m.duration_s
    FROM manual_calls m JOIN users u ON u.id = m.user_id
    WHERE m.enrolment_id = ANY(:runs) AND (m.taken_at IS NOT NULL OR m.status IN ('refused', 'taken_back'))
    ORDER BY m.id
    """
)


def calls_by_hand(tx: Session, run_ids: Sequence[int]) -> list[CallByHand]:
    return [CallByHand(**row._mapping) for row in tx.execute(_CALLS_BY_HAND, {"runs": list(run_ids)})]
