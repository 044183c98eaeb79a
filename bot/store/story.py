"""All that is stored about what campaigns did to one customer, by kinds; the forecast stage puts it in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Subject:
    """The customer as known now."""

    id: int
    external_id: str
    msisdn: str
    language: str
    time_zone: str | None
    region: str | None
    tier: str
    status: str
    complaint_open: bool
    consents: Sequence[str]


_SUBJECT = """
    SELECT id, external_id, msisdn, language, time_zone, region, tier, status, complaint_open, consents
    FROM customers WHERE {column} = :value
    """
_BY_ID, _BY_EXTERNAL_ID, _BY_NUMBER = (
    text(_SUBJECT.format(column=column)) for column in ("id", "external_id", "msisdn")
)


def by_id(tx: Session, customer_id: int) -> Subject | None:
    row = tx.execute(_BY_ID, {"value": customer_id}).one_or_none()
    return Subject(**row._mapping) if row is not None else None


def by_external_id(tx: Session, external_id: str) -> Subject | None:
    row = tx.execute(_BY_EXTERNAL_ID, {"value": external_id}).one_or_none()
    return Subject(**row._mapping) if row is not None else None


def by_number(tx: Session, msisdn: str) -> Subject | None:
    row = tx.execute(_BY_NUMBER, {"value": msisdn}).one_or_none()
    return Subject(**row._mapping) if row is not None else None


@dataclass(frozen=True, slots=True)
class Run:
    """An enrolment, with what its campaign says of arms now."""

    id: int
    campaign_id: int
    campaign: str
    campaign_status: str
    flow: str
    revision: str
    arm: str
    globally_until: datetime | None  # held out by the global control group
    salt: str
    control_share: Decimal
    status: str
    step: str | None
    result: str | None
    enrolled_at: datetime
    due_at: datetime | None
    expires_at: datetime | None
    finished_at: datetime | None


_RUNS = text(
    """
    SELECT e.id, e.campaign_id, k.name AS campaign, k.status AS campaign_status, f.flow,
           e.flow_revision AS revision, e.arm, e.global_control_until AS globally_until, k.salt, k.control_share,
           e.status, e.step, e.result, e.enrolled_at, e.due_at, e.expires_at, e.finished_at
    FROM enrolments e JOIN campaigns k ON k.id = e.campaign_id JOIN flow_revisions f ON f.revision = e.flow_revision
    WHERE e.customer_id = :customer_id ORDER BY e.enrolled_at, e.id
    """
)


def runs(tx: Session, customer_id: int) -> list[Run]:
    return [Run(**row._mapping) for row in tx.execute(_RUNS, {"customer_id": customer_id})]


@dataclass(frozen=True, slots=True)
class Missed:
    """A campaign on whose risk list the customer is, and which has not enrolled them."""

    campaign_id: int
    campaign: str
    campaign_status: str
    started_at: datetime | None


_MISSED = text(
    """
    SELECT k.id AS campaign_id, k.name AS campaign, k.status AS campaign_status, k.started_at
    FROM risk_list_entries r JOIN campaigns k ON k.risk_list_id = r.risk_list_id
    WHERE r.customer_id = :customer_id
      AND NOT EXISTS (SELECT FROM enrolments e WHERE e.campaign_id = k.id AND e.customer_id = r.customer_id)
    ORDER BY k.id
    """
)


def missed(tx: Session, customer_id: int) -> list[Missed]:
    return [Missed(**row._mapping) for row in tx.execute(_MISSED, {"customer_id": customer_id})]


@dataclass(frozen=True, slots=True)
class Attempt:
    id: UUID
    run_id: int
    channel: str
    purpose: str
    step: str
    try_no: int
    status: str
    created_at: datetime
    due_at: datetime
    taken_at: datetime | None
    settled_at: datetime | None
    body: str | None
    segments: int | None
    carrier_sid: str | None
    answered_by: str | None
    duration_s: int | None
    voicemail: str | None
    error_code: str | None
    reason: str | None


_ATTEMPTS = text(
    """
    SELECT id, enrolment_id AS run_id, channel, purpose, step, try_no, status, created_at, due_at, taken_at,
           settled_at, body, segments, carrier_sid, answered_by, duration_s, voicemail, error_code, reason
    FROM attempts WHERE enrolment_id = ANY(:runs) ORDER BY created_at, id
    """
)


def attempts(tx: Session, run_ids: Sequence[int]) -> list[Attempt]:
    return [Attempt(**row._mapping) for row in tx.execute(_ATTEMPTS, {"runs": list(run_ids)})]


@dataclass(frozen=True, slots=True)
class Decision:
    attempt_id: UUID
    at: datetime
    verdict: str
    reason: str | None
    until: datetime | None


_DECISIONS = text(
    """
    SELECT attempt_id, at, verdict, reason, until FROM decisions
    WHERE attempt_id = ANY(SELECT id FROM attempts WHERE enrolment_id = ANY(:runs)) ORDER BY id
    """
)


def decisions(tx: Session, run_ids: Sequence[int]) -> list[Decision]:
    return [Decision(**row._mapping) for row in tx.execute(_DECISIONS, {"runs": list(run_ids)})]


@dataclass(frozen=True, slots=True)
class Heard:
    """What the customer or another system told us; `run_id` where it was meant for one run."""

    at: datetime
    kind: str
    payload: Mapping[str, Any]
    outcome: str | None
    run_id: int | None


_HEARD = text(
    """
    SELECT received_at AS at, kind, payload, outcome, enrolment_id AS run_id FROM events
    WHERE (customer_id = :customer_id OR enrolment_id = ANY(:runs))
      AND kind IN ('sms.inbound', 'call.key', 'billing.topup', 'business.event', 'run.interrupt', 'grant.settled')
    ORDER BY id
    """
)


def heard(tx: Session, customer_id: int, run_ids: Sequence[int]) -> list[Heard]:
    rows = tx.execute(_HEARD, {"customer_id": customer_id, "runs": list(run_ids)})
    return [Heard(**row._mapping) for row in rows]


@dataclass(frozen=True, slots=True)
class Grant:
    run_id: int
    status: str
    amount: Decimal | None
    accepted_at: datetime | None
    qualified_at: datetime | None
    granted_at: datetime | None
    reason: str | None


_GRANTS = text(
    """
    SELECT enrolment_id AS run_id, status, amount, accepted_at, qualified_at, granted_at, reason
    FROM grants WHERE enrolment_id = ANY(:runs)
    """
)


def grants(tx: Session, run_ids: Sequence[int]) -> list[Grant]:
    return [Grant(**row._mapping) for row in tx.execute(_GRANTS, {"runs": list(run_ids)})]


@dataclass(frozen=True, slots=True)
class OrderMove:
    run_id: int
    order_id: int
    at: datetime
    what: str
    note: str | None
    by: str | None
    queue: str
    disposition: str | None


_ORDER_MOVES = text(
    """
    SELECT o.enrolment_id AS run_id, o.id AS order_id, m.at, m.what, m.note, u.login AS by, o.queue, o.disposition
    FROM work_orders o JOIN work_order_moves m ON m.work_order_id = o.id LEFT JOIN users u ON u.id = m.user_id
    WHERE o.enrolment_id = ANY(:runs) ORDER BY m.id
    """
)


def order_moves(tx: Session, run_ids: Sequence[int]) -> list[OrderMove]:
    return [OrderMove(**row._mapping) for row in tx.execute(_ORDER_MOVES, {"runs": list(run_ids)})]


@dataclass(frozen=True, slots=True)
class Marked:
    mark: str
    source: str
    since: datetime
    until: datetime | None


_MARKS = text(
    "SELECT mark, source, since, until FROM customer_marks WHERE customer_id = :customer_id ORDER BY id"
)


def marks(tx: Session, customer_id: int) -> list[Marked]:
    return [Marked(**row._mapping) for row in tx.execute(_MARKS, {"customer_id": customer_id})]


@dataclass(frozen=True, slots=True)
class Told:
    """What a run told other systems."""

    run_id: int
    name: str
    at: datetime


_TOLD = text(
    "SELECT enrolment_id AS run_id, name, at FROM outgoing_events WHERE enrolment_id = ANY(:runs) ORDER BY id"
)


def told(tx: Session, run_ids: Sequence[int]) -> list[Told]:
    return [Told(**row._mapping) for row in tx.execute(_TOLD, {"runs": list(run_ids)})]
