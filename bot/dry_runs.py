"""A dry run put together, for the command and the console: the campaign, its audience, and all that holds here."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from bot.domain.global_control import ControlGroup
from bot.enrolment.audience import reading, select_audience
from bot.enrolment.errors import CampaignError
from bot.enrolment.global_control import group_in_force, markets
from bot.forecast.dry_run import Installation, Oracle
from bot.rules.catalogue import FactorCatalogue
from bot.store import campaigns, forecasting
from bot.store.enrolling import Audience
from bot.store.forecasting import Terms
from bot.store.transaction import Tx


@dataclass(frozen=True, slots=True)
class DryRun:
    campaign: Terms
    audience: Audience
    held_out: ControlGroup | None  # the global control group, where the campaign leaves it in peace
    oracle: Oracle
    reading: Callable[[Tx], AbstractContextManager[None]]  # of the audience; raises CampaignError


def prepare(tx: Tx, campaign_id: int, at: Installation, catalogue: FactorCatalogue, now: datetime) -> DryRun:
    """The transaction should be a frozen one. Raises CampaignError, and ForecastError for a campaign that is over."""
    campaign = campaigns.get(tx, campaign_id)
    if campaign is None:
        raise CampaignError(f"there is no campaign {campaign_id}")
    terms = forecasting.terms(tx, campaign_id)
    flow = at.flows.get(tx, terms.flow_revision, terms.offer)
    held_out = group_in_force(tx, now) if markets(flow) else None
    oracle = Oracle(tx, terms, at, now, held_out=held_out)
    return DryRun(
        terms,
        select_audience(campaign, catalogue),
        held_out,
        oracle,
        partial(reading, campaign=campaign, catalogue=catalogue),
    )
