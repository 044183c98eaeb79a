"""What a campaign would typically cost, simulated with customers of its own audience."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.domain.contact import Refusal
from bot.domain.spend import Prices
from bot.enrolment.audience import reading, select_audience
from bot.flow.model import Flow, Reach
from bot.flow.simulation.people import Known
from bot.flow.simulation.typical import Drawn, Typical, typical
from bot.number_plan import zones_of
from bot.policies import policy_of
from bot.prices import load_prices
from bot.rules.catalogue import FactorCatalogue
from bot.store import shapes, suppressions
from bot.store.campaigns import Campaign
from bot.store.shapes import Sampled
from bot.store.transaction import Tx

PEOPLE = 300


def typical_cost(
    tx: Tx,
    campaign: Campaign,
    flow: Flow,
    catalogue: FactorCatalogue,
    now: datetime,
    *,
    prices: Prices | None = None,
    people: int = PEOPLE,
) -> Typical:
    """Without the control share, and no more bonuses than its budget. Raises CampaignError, PolicyError, PriceError."""
    audience = select_audience(campaign, catalogue)
    status = "left" if flow.to is Reach.FORMER else "active"
    with reading(tx, campaign, catalogue):
        size = shapes.size(tx, audience, status)
        drawn = shapes.draw(tx, audience, status, salt=campaign.salt, limit=people)
    refusals = suppressions.refusals_of(tx, [one.msisdn for one in drawn], [one.customer_id for one in drawn])
    found = typical(
        flow,
        policy_of(campaign.policy, None, None),
        [_drawn(one, number, refusals.get(one.msisdn, ())) for number, one in enumerate(drawn)],
        round(size * (1 - campaign.control_share)),
        prices or load_prices(),
        catalogue,
        max(campaign.starts_at, now),
    )
    over = found.bonuses - campaign.bonus_budget if campaign.bonus_budget is not None else 0
    return replace(found, bonuses=found.bonuses - over, money=found.money - over) if over > 0 else found


def _drawn(one: Sampled, number: int, refusals: tuple[Refusal, ...]) -> Drawn:
    known = Known(
        number=number,
        msisdn=one.msisdn,
        name=one.name or "",
        language=one.language,
        region=one.region or "",
        time_zone=one.time_zone or next(iter(zones_of(one.msisdn)), None),
        tier=one.tier,
        complaint_open=one.complaint_open,
        factors=one.factors,
    )
    return Drawn(known, frozenset(one.consents), refusals)
