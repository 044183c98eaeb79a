"""Campaigns: what they promise to whom, how they stand, and what a move writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import insert, select, text, update
from sqlalchemy.orm import Session

from bot.domain.campaigns import CampaignStatus, SendOrder
from bot.store import campaign_policies
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
    author_id: int | None = None
    send_order: str = SendOrder.AS_IS.value
    rhythm: str | None = None
    rhythm_zone: str | None = None
    again_after: timedelta | None = None
    on_event: str | None = None
    after_id: int | None = None
    after_share: Decimal | None = None


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
    offer: Mapping[str, Any]
    policy: Mapping[str, Any]
    bonus_budget: Decimal | None
    starts_at: datetime
    ends_at: datetime | None
    started_at: datetime | None
    rhythm: str | None
    rhythm_zone: str | None
    next_round_at: datetime | None
    again_after: timedelta | None
    series_id: int | None
    on_event: str | None
    after_id: int | None
    after_share: Decimal | None
    send_order: SendOrder
    author_id: int | None
    findings: Sequence[Mapping[str, Any]] | None
    checked_at: datetime | None
    checked_revision: str | None
    approver_id: int | None
    approved_at: datetime | None
    paused_at: datetime | None
    paused_from: str | None


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
    values = {one.name: getattr(campaign, one.name) for one in fields(campaign)}
    values |= {"offer": dict(campaign.offer), "policy": dict(campaign.policy), "created_at": now}
    campaign_id = tx.execute(insert(CampaignRow).values(**values).returning(CampaignRow.id)).scalar_one()
    campaign_policies.write(tx, campaign_id, campaign.policy, now, user_id=campaign.author_id)
    return campaign_id


def id_of(tx: Session, name: str) -> int | None:
    return tx.execute(select(CampaignRow.id).where(CampaignRow.name == name)).scalar_one_or_none()


def names(tx: Session) -> list[str]:
    return list(tx.execute(select(CampaignRow.name).order_by(CampaignRow.name)).scalars())


def get(tx: Session, campaign_id: int) -> Campaign | None:
    row = tx.get(CampaignRow, campaign_id, populate_existing=True)
    return None if row is None else _campaign(row)


def lock(tx: Session, campaign_id: int) -> Campaign | None:
    """Nobody else moves it until this transaction ends; attempts and grants of it are still written."""
    row = tx.get(CampaignRow, campaign_id, populate_existing=True, with_for_update={"key_share": True})
    return None if row is None else _campaign(row)


def _campaign(row: CampaignRow) -> Campaign:
    values = {one.name: getattr(row, one.name) for one in fields(Campaign)}
    return Campaign(
        **(values | {"status": CampaignStatus(row.status), "send_order": SendOrder(row.send_order)})
    )


def write(tx: Session, campaign_id: int, status: CampaignStatus, **changes: Any) -> None:
    """A move that the table of moves lets through, with what it brings; the row is locked already."""
    tx.execute(
        update(CampaignRow).where(CampaignRow.id == campaign_id).values(status=status.value, **changes)
    )


def write_policy(
    tx: Session, campaign_id: int, policy: Mapping[str, Any], now: datetime, *, user_id: int | None
) -> None:
    """What the next claim is weighed by, and the line of history that says since when; the row is locked already."""
    tx.execute(update(CampaignRow).where(CampaignRow.id == campaign_id).values(policy=dict(policy)))
    campaign_policies.write(tx, campaign_id, policy, now, user_id=user_id)


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
