"""What a launch would cost at worst, as a point of the check: beside the campaign's own limits where it has some."""

from __future__ import annotations

from bot.domain.checks import Finding, Point, Verdict
from bot.domain.policy import PolicyError
from bot.domain.policy.fields import Fault, Field
from bot.domain.policy.spending import read_spend
from bot.domain.spend import Limits, Prices
from bot.enrolment.check import Estimate
from bot.flow.estimate import AudienceShape, Group, estimate
from bot.flow.model import Flow, Reach
from bot.policies import policy_of
from bot.rules.catalogue import FactorCatalogue
from bot.store import shapes
from bot.store.campaigns import Campaign
from bot.store.enrolling import Audience
from bot.store.shapes import Shape
from bot.store.transaction import Tx


def at_these(prices: Prices, catalogue: FactorCatalogue | None) -> Estimate:
    def worst_case(tx: Tx, campaign: Campaign, flow: Flow, audience: Audience) -> Finding | None:
        try:
            policy = policy_of(campaign.policy, None, None)
        except PolicyError:
            return None  # a point of its own says so
        status = "left" if flow.to is Reach.FORMER else "active"
        groups = tuple(_group(one) for one in shapes.shapes(tx, audience, prices.prefixes, status))
        limits = _limits(campaign)
        found = estimate(flow, policy, AudienceShape(groups), prices, catalogue=catalogue, limits=limits)
        amount = f"{found.worst:,.2f} {found.currency}"
        cap = limits.total.money
        if cap is not None and found.worst > cap:
            # It stops by itself there: whether that is meant, the operator knows.
            details = {"amount": amount, "cap": f"{cap:,.2f} {found.currency}"}
            return Finding(Point.SPEND_TOO_MUCH, Verdict.WARNING, details)
        return Finding(Point.SPEND, Verdict.OK, {"amount": amount})

    return worst_case


def _group(one: Shape) -> Group:
    """A name of that length, in the widest letters of its kind."""
    widest = ("M" if one.plain else "国") * one.longest_name
    return Group(one.language, one.prefix, one.customers, {"name": widest} if widest else {})


def _limits(campaign: Campaign) -> Limits:
    faults: list[Fault] = []
    return read_spend(Field(campaign.policy.get("spend") or {}, ("spend",), faults))
