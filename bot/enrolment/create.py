"""A campaign is written down: flow revision, audience, offer, policy, arms and occasion, each read first."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from bot.domain.campaigns import SendOrder
from bot.domain.policy import Policy, PolicyError
from bot.enrolment.errors import CampaignError
from bot.enrolment.occasion import AT_ONCE, Occasion, stored
from bot.enrolment.written import MOST
from bot.flow.model import Flow, OnConflict
from bot.flow.offer import read_offer
from bot.policies import policy_of
from bot.rules.catalogue import FactorCatalogue
from bot.rules.parse import ConditionError, parse
from bot.rules.problems import did_you_mean
from bot.store import audit, campaigns, flow_revisions, risk_lists
from bot.store.campaigns import NewCampaign
from bot.store.flow_revisions import FlowText
from bot.store.transaction import Tx

SMALLEST_SHARE = Decimal("0.0001")
LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class RiskListAudience:
    name: str


@dataclass(frozen=True, slots=True)
class ConditionAudience:
    """A condition over factors, read when the campaign starts."""

    text: str


Audience = RiskListAudience | ConditionAudience


def create_campaign(
    tx: Tx,
    *,
    name: str,
    flow: Flow,
    flow_source: str,
    audience: Audience,
    control_share: Decimal | float,
    starts_at: datetime,
    now: datetime,
    offer: Mapping[str, Any] | None = None,
    policy: Mapping[str, Any] | None = None,
    ends_at: datetime | None = None,
    bonus_budget: Decimal | None = None,
    priority: int | None = None,
    on_conflict: OnConflict | None = None,
    occasion: Occasion = AT_ONCE,
    send_order: SendOrder = SendOrder.AS_IS,
    catalogue: FactorCatalogue | None = None,
    user_id: int | None = None,
) -> int:
    """The new draft's id. Raises CampaignError.

    What is not given of `offer`, `priority` and `on_conflict` is the flow's. Whether all of it may go out, the
    check says.
    """
    share = _share(control_share)
    _check_name(tx, name)
    _check_schedule(starts_at, ends_at)
    _check_terms(offer or {}, bonus_budget)
    _check_author(_policy(policy or {}), user_id)
    risk_list_id, condition = _audience(tx, audience, catalogue)
    if send_order is SendOrder.RISK and risk_list_id is None:
        raise CampaignError("only the customers of a risk list have a risk to order them by", "order")
    flow_revisions.publish(tx, flow.revision, FlowText(flow.name, flow_source, flow.parts), now)
    new = NewCampaign(
        name=name,
        flow_revision=flow.revision,
        priority=_priority(flow.priority if priority is None else priority),
        on_conflict=on_conflict or flow.on_conflict,
        risk_list_id=risk_list_id,
        condition=condition,
        offer=offer or {},
        policy=policy or {},
        control_share=share,
        salt=salt_of(name),
        bonus_budget=bonus_budget,
        starts_at=starts_at,
        ends_at=ends_at,
        author_id=user_id,
        send_order=send_order.value,
        **stored(tx, occasion),
    )
    campaign_id = campaigns.add(tx, new, now)
    after = {"name": name, "flow": flow.name, "revision": flow.revision, "control_share": str(share)}
    audit.record(tx, user_id, "campaign.create", f"campaign:{campaign_id}", None, after, now)
    return campaign_id


def salt_of(name: str) -> str:
    """From the name alone, so that a campaign made again deals the same arms, and another one other arms."""
    return hashlib.sha256(f"campaign:{name}".encode()).hexdigest()[:16]


def _share(given: Decimal | float) -> Decimal:
    share = Decimal(str(given))
    if not share.is_finite() or not 0 <= share < 1:
        raise CampaignError("must be at least 0 and below 1, not {given}", "control share", given=given)
    return share.quantize(SMALLEST_SHARE)


def _priority(given: int) -> int:
    if not 0 <= given <= 9:
        raise CampaignError("must be from 0 to 9, not {given}", "priority", given=given)
    return given


def _check_name(tx: Tx, name: str) -> None:
    if not name.strip():
        raise CampaignError("must not be empty", "name")
    if len(name) > LONGEST_NAME or not name.isprintable():
        raise CampaignError("must be one line of at most {most} characters", "name", most=LONGEST_NAME)
    if campaigns.id_of(tx, name) is not None:
        raise CampaignError("there already is a campaign {name!r}", "name", name=name)


def _check_schedule(starts_at: datetime, ends_at: datetime | None) -> None:
    for field, moment in (("start", starts_at), ("end", ends_at)):
        if moment is not None and moment.tzinfo is None:
            raise CampaignError("needs a time zone", field)
    if ends_at is not None and ends_at <= starts_at:
        raise CampaignError(
            "{end:%Y-%m-%d %H:%M} is not after the start, {start:%Y-%m-%d %H:%M}",
            "end",
            start=starts_at,
            end=ends_at,
        )


def _check_terms(offer: Mapping[str, Any], bonus_budget: Decimal | None) -> None:
    if bonus_budget is not None and bonus_budget <= 0:
        raise CampaignError("must be above 0, not {given}", "bonus budget", given=bonus_budget)
    try:
        terms = read_offer(offer)
    except ValueError as error:
        raise CampaignError(str(error)) from None
    for name, term in terms.items():
        if isinstance(term, Decimal) and term > MOST:
            raise CampaignError("{given} is more than {most:_}", f"offer.{name}", given=term, most=MOST)


def _policy(data: Mapping[str, Any]) -> Policy:
    try:
        return policy_of(data, None, None)
    except PolicyError as error:
        raise CampaignError("{why}", "policy", why=error) from None


def _check_author(policy: Policy, user_id: int | None) -> None:
    if policy.needs_approval and user_id is None:
        raise CampaignError("the policy asks for an approval by a second person: say who the first one is")


def _audience(tx: Tx, audience: Audience, catalogue: FactorCatalogue | None) -> tuple[int | None, str | None]:
    if isinstance(audience, ConditionAudience):
        try:
            parse(audience.text, catalogue)
        except ConditionError as error:
            raise CampaignError(str(error)) from None
        return None, audience.text
    risk_list_id = risk_lists.id_of(tx, audience.name)
    if risk_list_id is None:
        hint = did_you_mean(audience.name, risk_lists.names(tx))
        raise CampaignError(f"there is no risk list {audience.name!r}" + (f"; {hint}" if hint else ""))
    return risk_list_id, None
