"""Which policy a campaign had when, and who gave it that one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bot.store.models import CampaignPolicyRow, UserRow


@dataclass(frozen=True, slots=True)
class PolicyLine:
    since: datetime
    who: str | None  # None is the product itself, or whoever has its machine
    policy: Mapping[str, Any]


def write(
    tx: Session, campaign_id: int, policy: Mapping[str, Any], since: datetime, *, user_id: int | None
) -> None:
    """In force from then on. Of two at the same moment the later one counts: the first was never in force."""
    line = {"policy": dict(policy), "user_id": user_id}
    statement = insert(CampaignPolicyRow).values(campaign_id=campaign_id, since=since, **line)
    tx.execute(statement.on_conflict_do_update(index_elements=["campaign_id", "since"], set_=line))


def history(tx: Session, campaign_id: int) -> list[PolicyLine]:
    """The oldest first."""
    rows = tx.execute(
        select(CampaignPolicyRow.since, UserRow.name, CampaignPolicyRow.policy)
        .outerjoin(UserRow, UserRow.id == CampaignPolicyRow.user_id)
        .where(CampaignPolicyRow.campaign_id == campaign_id)
        .order_by(CampaignPolicyRow.since)
    )
    return [PolicyLine(*row) for row in rows]


def last_writer(tx: Session, campaign_id: int) -> int | None:
    """Whose the policy in force is; None where nobody is known."""
    return tx.execute(
        select(CampaignPolicyRow.user_id)
        .where(CampaignPolicyRow.campaign_id == campaign_id)
        .order_by(CampaignPolicyRow.since.desc())
        .limit(1)
    ).scalar_one_or_none()


# By the audit: it keeps each change in its order, also those of one moment.
_SINCE_APPROVAL = text(
    """
    SELECT DISTINCT user_id FROM audit
    WHERE subject = :subject AND action = 'campaign.policy' AND user_id IS NOT NULL
      AND id > (SELECT coalesce(max(id), 0) FROM audit WHERE subject = :subject AND action = 'campaign.approve')
    ORDER BY user_id
    """
)


def unapproved_writers(tx: Session, campaign_id: int) -> list[int]:
    """Whoever has had a hand in the policy since it was last approved, and whose it is as a whole."""
    found = list(tx.execute(_SINCE_APPROVAL, {"subject": f"campaign:{campaign_id}"}).scalars())
    last = last_writer(tx, campaign_id)
    return found if last is None or last in found else [*found, last]
