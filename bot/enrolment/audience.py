"""A campaign's audience as a selection of customers: a risk list, or a condition over their factors."""

from __future__ import annotations

from bot.enrolment.errors import CampaignError
from bot.rules.catalogue import FactorCatalogue
from bot.rules.parse import ConditionError, parse
from bot.rules.sql import compile_sql, customer_column
from bot.store import enrolling
from bot.store.campaigns import Campaign


def select_audience(campaign: Campaign, catalogue: FactorCatalogue | None) -> enrolling.Audience:
    """Raises CampaignError where the condition no longer fits the catalogue, or there is none to read it by."""
    if campaign.risk_list_id is not None:
        return enrolling.on_risk_list(campaign.risk_list_id)
    if campaign.condition is None or catalogue is None:
        raise CampaignError(f"campaign {campaign.name!r}: a condition needs the factor catalogue")
    try:
        condition = parse(campaign.condition, catalogue)
    except ConditionError as error:
        raise CampaignError(f"campaign {campaign.name!r}: {error}") from None
    return enrolling.where(compile_sql(condition, "postgres", customer_column("c")))
