"""Second stage of the path: an audience becomes enrolments, each with its arm and its first due moment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.domain.arms import BUCKETS
from bot.enrolment.audience import reading, select_audience
from bot.enrolment.errors import CampaignError
from bot.enrolment.global_control import group_in_force, markets
from bot.flow.load import FlowError
from bot.flow.model import Flow, Reach
from bot.published import PublishedFlows
from bot.rules.catalogue import FactorCatalogue
from bot.store import campaigns, drains, enrolling
from bot.store.campaigns import Campaign
from bot.store.enrolling import Audience, Dealt, Placed
from bot.store.send_order import in_order
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
    """Enrol whoever is not enrolled yet, all at once; once more changes nothing. Raises CampaignError.

    For a few: a whole audience comes in by an intake. `narrowed` makes the campaign's audience smaller, to those
    whom an event is about.
    """
    campaign = campaigns.get(tx, campaign_id)
    if campaign is None:
        raise CampaignError(f"there is no campaign {campaign_id}")
    flow = flow_of(tx, campaign, PublishedFlows())
    people = in_order(narrowed(select_audience(campaign, catalogue)), campaign, now)
    with reading(tx, campaign, catalogue):
        dealt = deal(tx, campaign, flow, people, now, enrolled_at=now)
    enrolled = dealt.treatment + dealt.control
    return EnrolReport(
        enrolled, dealt.treatment, dealt.control, dealt.audience - enrolled, dealt.global_control
    )


def deal(
    tx: Tx,
    campaign: Campaign,
    flow: Flow,
    people: Placed,
    now: datetime,
    *,
    enrolled_at: datetime,
    before: int = 0,
) -> Dealt:
    """Into the arms. The flow's time counts from the campaign's start, or from now where that has passed.

    While runs on an older revision drain, nobody new starts.
    """
    starts_at = max(campaign.starts_at, drains.held_until(tx, campaign.id) or campaign.starts_at)
    return enrolling.enrol(
        tx,
        campaign.id,
        people,
        flow_revision=campaign.flow_revision,
        salt=campaign.salt,
        control_below=round(float(campaign.control_share) * BUCKETS),
        global_control=group_in_force(tx, now) if markets(flow) else None,
        status=whom(flow),
        due_at=starts_at,
        expires_at=max(starts_at, now) + flow.expires,
        enrolled_at=enrolled_at,
        before=before,
    )


def flow_of(tx: Tx, campaign: Campaign, flows: PublishedFlows) -> Flow:
    """Raises CampaignError where it was published by a version that could read more, or less."""
    try:
        return flows.get(tx, campaign.flow_revision)
    except FlowError as error:
        raise CampaignError(
            f"campaign {campaign.name!r}: its flow cannot be read: {error.problems[0]}"
        ) from None


def whom(flow: Flow) -> str:
    """The status of those whom it is for."""
    return "active" if flow.to is Reach.CUSTOMERS else "left"
