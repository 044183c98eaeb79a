"""Campaigns: what they promise to whom, and the one statement that moves them along their table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from bot.domain.campaigns import CampaignStatus
from bot.store.models import CampaignRow


@dataclass(frozen=True, slots=True)
class NewCampaign:
    name: str
    flow_revision: str
    priority: int
    on_conflict: str
    risk_list_id: int | None
    condition: str | None
    offer: Mapping[str, Any]
    policy: Mapping[str, Any]
    control_share: Decimal
    salt: str
    bonus_budget: Decimal | None
    starts_at: datetime
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class Campaign:
    id: int
    name: str
    flow_revision: str
    risk_list_id: int | None
    condition: str | None
    status: CampaignStatus
    control_share: Decimal
    salt: str
    starts_at: datetime
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class Standing:
    """A campaign as lists show it, with its enrolments counted."""

    id: int
    name: str
    flow: str
    status: CampaignStatus
    starts_at: datetime
    treatment: int
    control: int
    finished: int
    bonus_budget: Decimal | None
    bonus_committed: Decimal


def add(tx: Session, campaign: NewCampaign, now: datetime) -> int:
    return tx.execute(
        insert(CampaignRow)
        .values(
            name=campaign.name,
            flow_revision=campaign.flow_revision,
            priority=campaign.priority,
            on_conflict=campaign.on_conflict,
            risk_list_id=campaign.risk_list_id,
            condition=campaign.condition,
            offer=dict(campaign.offer),
            policy=dict(campaign.policy),
            control_share=campaign.control_share,
            salt=campaign.salt,
            bonus_budget=campaign.bonus_budget,
            starts_at=campaign.starts_at,
            ends_at=campaign.ends_at,
            created_at=now,
        )
        .returning(CampaignRow.id)
    ).scalar_one()


def id_of(tx: Session, name: str) -> int | None:
    return tx.execute(select(CampaignRow.id).where(CampaignRow.name == name)).scalar_one_or_none()


def names(tx: Session) -> list[str]:
    return list(tx.execute(select(CampaignRow.name).order_by(CampaignRow.name)).scalars())


def get(tx: Session, campaign_id: int) -> Campaign | None:
    row = tx.get(CampaignRow, campaign_id, populate_existing=True)
    if row is None:
        return None
    return Campaign(
        id=row.id,
        name=row.name,
        flow_revision=row.flow_revision,
        risk_list_id=row.risk_list_id,
        condition=row.condition,
        status=CampaignStatus(row.status),
        control_share=row.control_share,
        salt=row.salt,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
    )


_MOVE = text(
    """
    WITH before AS (SELECT id, status FROM campaigns WHERE id = :id FOR UPDATE)
    UPDATE campaigns k SET status = :to,
        started_at = CASE WHEN :to = 'running' THEN coalesce(k.started_at, :now) ELSE k.started_at END,
        finished_at = CASE WHEN :to IN ('finished', 'aborted') THEN cast(:now AS timestamptz) END
    FROM before
    WHERE k.id = before.id AND before.status = ANY(:allowed)
    RETURNING before.status
    """
)


def move(
    tx: Session,
    campaign_id: int,
    to: CampaignStatus,
    *,
    allowed_from: Iterable[CampaignStatus],
    now: datetime,
) -> CampaignStatus | None:
    """The status it had, or None where it may not go there (or does not exist)."""
    moved = tx.execute(
        _MOVE,
        {"id": campaign_id, "to": to.value, "allowed": [one.value for one in allowed_from], "now": now},
    ).scalar_one_or_none()
    return None if moved is None else CampaignStatus(moved)


_STANDINGS = text(
    """
    SELECT k.id, k.name, f.flow, k.status, k.starts_at, k.bonus_budget, k.bonus_committed,
           count(e.id) FILTER (WHERE e.arm = 'treatment') AS treatment,
           count(e.id) FILTER (WHERE e.arm = 'control') AS control,
           count(e.id) FILTER (WHERE e.status = 'finished') AS finished
    FROM campaigns k
    JOIN flow_revisions f ON f.revision = k.flow_revision
    LEFT JOIN enrolments e ON e.campaign_id = k.id
    WHERE cast(:id AS bigint) IS NULL OR k.id = :id
    GROUP BY k.id, f.flow
    ORDER BY k.id
    """
)


def standings(tx: Session, campaign_id: int | None = None) -> list[Standing]:
    """Of all campaigns, or of one."""
    return [
        Standing(**{**row._mapping, "status": CampaignStatus(row.status)})
        for row in tx.execute(_STANDINGS, {"id": campaign_id})
    ]
