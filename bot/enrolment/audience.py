"""A campaign's audience as a selection of customers: a risk list, or a condition over their factors."""

from __future__ import annotations

from bot.enrolment.errors import CampaignError
from bot.rules.catalogue import FactorCatalogue
from bot.store import enrolling
from bot.store.campaigns import Campaign


def select_audience(campaign: Campaign, catalogue: FactorCatalogue | None) -> enrolling.Audience:
    """Raises CampaignError where the condition no longer fits the catalogue."""
    if campaign.risk_list_id is not None:
        return enrolling.on_risk_list(campaign.risk_list_id)
    raise CampaignError(f"condition {campaign.condition}: {catalogue}")
