"""Second stage of the path: an audience becomes enrolments, each with its arm and its first due moment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.domain.arms import BUCKETS
from bot.enrolment.audience import select_audience
from bot.enrolment.errors import CampaignError
from bot.enrolment.global_control import group_in_force, markets
from bot.flow.model import Reach
from bot.published import PublishedFlows
from bot.rules.catalogue import FactorCatalogue
from bot.store import campaigns, drains, enrolling
from bot.store.enrolling import Audience
from bot.store.transaction import Tx


@dataclass(frozen=True, slots=True)
class EnrolReport:
    """`skipped` are not of those whom the flow is for (customers, or former ones), or were enrolled before.

    Of the `control`, `global_control` are held out of all marketing, not of this campaign alone.
    """

    enrolled: int
    treatment: int
    control: int
    skipped: int
    global_control: int = 0


def enrol(
    tx: Tx,
    campaign_id: int,
    now: datetime,
    *,
    catalogue: FactorCatalogue | None = None,
    narrowed: Callable[[Audience], Audience] = lambda audience: audience,
) -> EnrolReport:
    """Enrol whoever is not enrolled yet; once more changes nothing. Raises CampaignError.

    `narrowed` makes the campaign's audience smaller, to those whom an event or a round is about.

    The flow's time counts from the campaign's start, or from now where that has passed; while runs on an older
    revision drain, nobody new starts.
    """
    campaign = campaigns.get(tx, campaign_id)
    if campaign is None:
        raise CampaignError(f"there is no campaign {campaign_id}")
    flow = PublishedFlows().get(tx, campaign.flow_revision)
    starts_at = max(campaign.starts_at, drains.held_until(tx, campaign_id) or campaign.starts_at)
    dealt = enrolling.enrol(
        tx,
        campaign_id,
        narrowed(select_audience(campaign, catalogue)),
        flow_revision=campaign.flow_revision,
        salt=campaign.salt,
        control_below=round(float(campaign.control_share) * BUCKETS),
        global_control=group_in_force(tx, now) if markets(flow) else None,
        status="active" if flow.to is Reach.CUSTOMERS else "left",
        due_at=starts_at,
        expires_at=max(starts_at, now) + flow.expires,
        now=now,
    )
    enrolled = dealt.treatment + dealt.control
    return EnrolReport(
        enrolled, dealt.treatment, dealt.control, dealt.audience - enrolled, dealt.global_control
    )
