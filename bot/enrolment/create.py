"""A campaign is written down: flow revision, audience, offer, policy, arms and occasion, each read first."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

from bot.domain.campaigns import SendOrder
from bot.domain.policy import Policy, PolicyError
from bot.domain.unknown_names import there_is_no
from bot.enrolment.errors import CampaignError
from bot.enrolment.occasion import AT_ONCE, Occasion, stored
from bot.enrolment.written import MOST
from bot.flow.model import Flow, OnConflict
from bot.flow.offer import read_offer
from bot.policies import policy_of
from bot.rules.catalogue import FactorCatalogue
from bot.rules.parse import ConditionError, parse
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
    for refusal in refusals(
        tx,
        name=name,
        audience=audience,
        control_share=control_share,
        starts_at=starts_at,
        ends_at=ends_at,
        offer=offer,
        policy=policy,
        bonus_budget=bonus_budget,
        priority=priority,
        occasion=occasion,
        send_order=send_order,
        catalogue=catalogue,
        user_id=user_id,
    ):
        raise refusal
    share, (risk_list_id, condition) = _share(control_share), _audience(tx, audience, catalogue)
    flow_revisions.publish(tx, flow.revision, FlowText(flow.name, flow_source, flow.parts), now)
    new = NewCampaign(
        name=name,
        flow_revision=flow.revision,
        priority=flow.priority if priority is None else priority,
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


def refusals(
    tx: Tx,
    *,
    name: str,
    audience: Audience | None,
    control_share: Decimal | float,
    starts_at: datetime,
    ends_at: datetime | None,
    offer: Mapping[str, Any] | None,
    policy: Mapping[str, Any] | None,
    bonus_budget: Decimal | None,
    priority: int | None,
    occasion: Occasion,
    send_order: SendOrder,
    catalogue: FactorCatalogue | None,
    user_id: int | None,
) -> list[CampaignError]:
    """All that stands against such a campaign; without an audience nothing is said of it."""
    checks: list[Callable[[], object]] = [
        lambda: _share(control_share),
        lambda: _check_name(tx, name),
        lambda: _check_schedule(starts_at, ends_at),
        lambda: _check_budget(bonus_budget),
        *(partial(_check_term, term, value) for term, value in (offer or {}).items()),
        lambda: _check_author(_policy(policy or {}), user_id),
        lambda: _check_priority(priority),
        lambda: stored(tx, occasion),
    ]
    if audience is not None:
        checks += [lambda: _audience(tx, audience, catalogue), lambda: _check_order(send_order, audience)]
    return [refusal for check in checks if (refusal := _refusal(check)) is not None]


def _refusal(check: Callable[[], object]) -> CampaignError | None:
    try:
        check()
    except CampaignError as error:
        return error
    return None


def salt_of(name: str) -> str:
    """From the name alone, so that a campaign made again deals the same arms, and another one other arms."""
    return hashlib.sha256(f"campaign:{name}".encode()).hexdigest()[:16]


def _share(given: Decimal | float) -> Decimal:
    share = Decimal(str(given))
    if not share.is_finite() or not 0 <= share < 1:
        raise CampaignError("must be at least 0 and below 1, not {given}", "control share", given=given)
    return share.quantize(SMALLEST_SHARE)


def _check_priority(given: int | None) -> None:
    if given is not None and not 0 <= given <= 9:
        raise CampaignError("must be from 0 to 9, not {given}", "priority", given=given)


def _check_order(send_order: SendOrder, audience: Audience) -> None:
    if send_order is SendOrder.RISK and not isinstance(audience, RiskListAudience):
        raise CampaignError("only the customers of a risk list have a risk to order them by", "order")


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


def _check_budget(bonus_budget: Decimal | None) -> None:
    if bonus_budget is not None and bonus_budget <= 0:
        raise CampaignError("must be above 0, not {given}", "bonus budget", given=bonus_budget)


def _check_term(name: str, value: object) -> None:
    try:
        term = read_offer({name: value})[name]
    except ValueError as error:
        raise CampaignError(str(error)) from None
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
        raise CampaignError(there_is_no("risk list", audience.name, risk_lists.names(tx)))
    return risk_list_id, None
