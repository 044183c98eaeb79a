"""A campaign's moves by hand: start (which enrols), pause, resume, abort; each in the audit."""

from __future__ import annotations

from datetime import datetime

from bot.domain.campaigns import CAMPAIGN_MOVES, CampaignStatus
from bot.enrolment.enrol import EnrolReport, enrol
from bot.enrolment.errors import CampaignError
from bot.rules.catalogue import FactorCatalogue
from bot.rules.problems import did_you_mean
from bot.store import audit, campaigns
from bot.store.transaction import Tx


def start_campaign(
    tx: Tx,
    campaign_id: int,
    now: datetime,
    *,
    catalogue: FactorCatalogue | None = None,
    user_id: int | None = None,
) -> EnrolReport:
    """Enrol the audience as it is now and let the campaign run. Raises CampaignError."""
    move_campaign(
        tx, campaign_id, CampaignStatus.RUNNING, now, only_from=CampaignStatus.DRAFT, user_id=user_id
    )
    return enrol(tx, campaign_id, now, catalogue=catalogue)


def move_campaign(
    tx: Tx,
    campaign_id: int,
    to: CampaignStatus,
    now: datetime,
    *,
    only_from: CampaignStatus | None = None,
    user_id: int | None = None,
) -> None:
    """Along CAMPAIGN_MOVES only. Raises CampaignError with what the campaign is instead."""
    allowed = [
        status for status, targets in CAMPAIGN_MOVES.items() if to in targets and only_from in (None, status)
    ]
    before = campaigns.move(tx, campaign_id, to, allowed_from=allowed, now=now)
    if before is None:
        campaign = campaigns.get(tx, campaign_id)
        if campaign is None:
            raise CampaignError(f"there is no campaign {campaign_id}")
        wanted = " or ".join(allowed)
        raise CampaignError(
            f"campaign {campaign.name!r} is {campaign.status}; only {wanted} ones can become {to}"
        )
    audit.record(
        tx, user_id, "campaign.move", f"campaign:{campaign_id}", {"status": before}, {"status": to}, now
    )


def find_campaign(tx: Tx, name_or_id: str) -> int:
    """By name, else by number. Raises CampaignError with a near name."""
    found = campaigns.id_of(tx, name_or_id)
    if found is None and name_or_id.isdecimal() and campaigns.get(tx, int(name_or_id)) is not None:
        found = int(name_or_id)
    if found is None:
        hint = did_you_mean(name_or_id, campaigns.names(tx))
        raise CampaignError(f"there is no campaign {name_or_id!r}" + (f"; {hint}" if hint else ""))
    return found
