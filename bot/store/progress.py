"""How far campaigns are, for lists, the drawn flow and the chart of days; aggregates, fit to be polled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import text
from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Progress:
    campaign_id: int
    name: str
    status: str
    enrolled: int
    treatment: int
    control: int
    waiting: int  # enrolments whose flow still runs
    finished: int
    contacted: int  # customers


_PROGRESS = text(
    """
    SELECT k.id AS campaign_id, k.name, k.status,
           coalesce(e.enrolled, 0) AS enrolled, coalesce(e.treatment, 0) AS treatment,
           coalesce(e.control, 0) AS control, coalesce(e.waiting, 0) AS waiting,
           coalesce(e.finished, 0) AS finished, coalesce(a.contacted, 0) AS contacted
    FROM campaigns k
    LEFT JOIN (
        SELECT campaign_id, count(*) AS enrolled,
               count(*) FILTER (WHERE arm = 'treatment') AS treatment,
               count(*) FILTER (WHERE arm = 'control') AS control,
               count(*) FILTER (WHERE status = 'active') AS waiting,
               count(*) FILTER (WHERE status = 'finished') AS finished
        FROM enrolments WHERE cast(:ids AS bigint[]) IS NULL OR campaign_id = ANY(:ids) GROUP BY campaign_id
    ) e ON e.campaign_id = k.id
    LEFT JOIN (
        SELECT campaign_id, count(*) AS contacted FROM (
            SELECT campaign_id, enrolment_id FROM attempts
            WHERE taken_at IS NOT NULL AND (cast(:ids AS bigint[]) IS NULL OR campaign_id = ANY(:ids))
            GROUP BY campaign_id, enrolment_id
        ) reached GROUP BY campaign_id
    ) a ON a.campaign_id = k.id
    WHERE cast(:ids AS bigint[]) IS NULL OR k.id = ANY(:ids)
    ORDER BY k.created_at DESC, k.id DESC
    """
)


def progress(tx: Session, campaign_ids: Sequence[int] | None = None) -> list[Progress]:
    """Of these campaigns, else of all; the newest first."""
    ids = None if campaign_ids is None else list(campaign_ids)
    return [Progress(**row._mapping) for row in tx.execute(_PROGRESS, {"ids": ids})]


def standing(tx: Session) -> tuple[tuple[int, str], ...]:
    """Each campaign with its status: when it is the same as before, no campaign has been moved."""
    return tuple(
        (row.id, row.status) for row in tx.execute(text("SELECT id, status FROM campaigns ORDER BY id"))
    )


@dataclass(frozen=True, slots=True)
class StepCount:
    waiting: int  # enrolments that stand there now
    passed: int  # enrolments that were contacted, or had a work order opened, there


# A work order knows its visit, not its step: that is known while the enrolment still stands on the visit.
_STEPS = text(
    """
    WITH passed AS (
        SELECT step, enrolment_id FROM attempts WHERE campaign_id = :campaign_id AND taken_at IS NOT NULL
        UNION
        SELECT e.step, e.id
        FROM work_orders o JOIN enrolments e ON e.id = o.enrolment_id AND e.visit = o.visit
        WHERE o.campaign_id = :campaign_id AND e.step IS NOT NULL
    ), counted AS (
        SELECT step, 0 AS waiting, count(*) AS passed FROM passed GROUP BY step
        UNION ALL
        SELECT step, count(*), 0 FROM enrolments
        WHERE campaign_id = :campaign_id AND status = 'active' AND step IS NOT NULL GROUP BY step
    )
    SELECT step, sum(waiting) AS waiting, sum(passed) AS passed FROM counted GROUP BY step ORDER BY step
    """
)


def step_counts(tx: Session, campaign_id: int) -> dict[str, StepCount]:
    """Steps on which nobody waits and nothing was sent are left out."""
    rows = tx.execute(_STEPS, {"campaign_id": campaign_id})
    return {row.step: StepCount(int(row.waiting), int(row.passed)) for row in rows}


@dataclass(frozen=True, slots=True)
class Day:
    day: date
    contacts: int
    replies: int
    grants: int


_TIMELINE = text(
    """
    WITH happened AS (
        SELECT taken_at AS at, 1 AS contact, 0 AS reply, 0 AS granted
        FROM attempts WHERE campaign_id = :campaign_id AND taken_at IS NOT NULL
        UNION ALL
        SELECT v.received_at, 0, 1, 0 FROM events v JOIN enrolments e ON e.id = v.enrolment_id
        WHERE e.campaign_id = :campaign_id
          AND (v.kind = 'sms.inbound'
               OR (v.kind = 'call.key' AND coalesce(v.payload ->> 'digits', v.payload ->> 'Digits') <> ''))
        UNION ALL
        SELECT granted_at, 0, 0, 1 FROM grants WHERE campaign_id = :campaign_id AND granted_at IS NOT NULL
    )
    SELECT cast(at AT TIME ZONE :zone AS date) AS day,
           sum(contact) AS contacts, sum(reply) AS replies, sum(granted) AS grants
    FROM happened GROUP BY 1 ORDER BY 1
    """
)


def timeline(tx: Session, campaign_id: int, *, zone: str = "UTC") -> list[Day]:
    """Days of that zone on which anything happened: contacts, replies with keypresses, grants."""
    rows = tx.execute(_TIMELINE, {"campaign_id": campaign_id, "zone": zone})
    return [Day(row.day, int(row.contacts), int(row.replies), int(row.grants)) for row in rows]
