"""Second stage of the path: an audience becomes enrolments, each with its arm and its first due moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain.arms import BUCKETS
from bot.enrolment.audience import select_audience
from bot.enrolment.errors import CampaignError
from bot.flow.load import load_flow
from bot.rules.catalogue import FactorCatalogue
from bot.store import campaigns, enrolling, flow_revisions
from bot.store.transaction import Tx


@dataclass(frozen=True, slots=True)
class EnrolReport:
    """`skipped` have left the network or were enrolled before."""

    enrolled: int
    treatment: int
    control: int
    skipped: int


def enrol(
    tx: Tx, campaign_id: int, now: datetime, *, catalogue: FactorCatalogue | None = None
) -> EnrolReport:
    """Enrol whoever is not enrolled yet; once more changes nothing. Raises CampaignError.

    The flow's time counts from the campaign's start, or from now where that has passed.
    """
    campaign = campaigns.get(tx, campaign_id)
    if campaign is None:
        raise CampaignError(f"there is no campaign {campaign_id}")
    name, source = flow_revisions.source(tx, campaign.flow_revision)
    flow = load_flow(source, name=name)
    dealt = enrolling.enrol(
        tx,
        campaign_id,
        select_audience(campaign, catalogue),
        flow_revision=campaign.flow_revision,
        salt=campaign.salt,
        control_below=round(float(campaign.control_share) * BUCKETS),
        due_at=campaign.starts_at,
        expires_at=max(campaign.starts_at, now) + flow.expires,
        now=now,
    )
    enrolled = dealt.treatment + dealt.control
    return EnrolReport(enrolled, dealt.treatment, dealt.control, dealt.audience - enrolled)
