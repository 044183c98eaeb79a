"""Another policy for a campaign, under way or not: in force with its commit, in its history and in the audit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from json import dumps
from typing import Any

from bot.domain.campaigns import LIVE, OVER, CampaignStatus
from bot.domain.policy import DEFAULT, Policy, PolicyError
from bot.domain.policy.compare import compare
from bot.domain.policy.comparison import Difference
from bot.domain.roles import Right, may
from bot.enrolment.errors import CampaignError
from bot.enrolment.move import NOBODY, Mover, needs_approval
from bot.policies import policy_of, rules_of
from bot.store import audit, bonus_limits, campaigns, deferred, move_effects, spending
from bot.store.campaigns import Campaign
from bot.store.transaction import Tx

_UNDER_WAY = LIVE | {CampaignStatus.PAUSED}

#: What was found and agreed was about the campaign with its former policy.
_UNCHECKED: Mapping[str, Any] = {
    "findings": None,
    "checked_at": None,
    "checked_revision": None,
    "approver_id": None,
    "approved_at": None,
}

#: Of these the gate makes until when a contact is put off.
_HOURS = frozenset({"hours", "holidays", "zones"})
_WEIGHED = _HOURS | {"caps", "exempt", "min_gap", "spend", "marks"}


@dataclass(frozen=True, slots=True)
class PolicyChange:
    """What became of the campaign, and the parts that are other now; a part that was or is not given is absent."""

    before: CampaignStatus
    after: CampaignStatus
    changed: tuple[str, ...]
    old: Mapping[str, Any]
    new: Mapping[str, Any]


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference] | None:
    """Rule by rule, looser or tighter; None where the former cannot be read any more. Raises PolicyError."""
    new = rules_of(after, None, None)
    try:
        old = rules_of(before, None, None)
    except PolicyError:
        return None
    return compare(old, new)


def change_policy(
    tx: Tx,
    campaign_id: int,
    policy: Mapping[str, Any],
    now: datetime,
    *,
    by: Mover = NOBODY,
    reason: str | None = None,
) -> PolicyChange:
    """The whole policy in the place of the former. Raises CampaignError or PolicyError; then nothing was changed.

    Under way, the next claim is weighed by it, and what the former had put off is weighed again. Before its start
    the campaign is a draft again: it was checked and approved with the former.
    """
    campaign = campaigns.lock(tx, campaign_id)
    if campaign is None:
        raise CampaignError(f"there is no campaign {campaign_id}")
    parts = permitted_change(campaign, policy, by)
    campaigns.write_policy(tx, campaign.id, policy, now, user_id=by.user_id)
    if campaign.status in _UNDER_WAY:
        status = campaign.status
        _weigh_again(tx, campaign, policy, parts, now)
    else:
        status = CampaignStatus.DRAFT
        campaigns.write(tx, campaign.id, status, **_UNCHECKED)
    change = PolicyChange(
        campaign.status, status, parts, _among(campaign.policy, parts), _among(policy, parts)
    )
    _record(tx, campaign, change, now, by, reason)
    return change


def permitted_change(campaign: Campaign, policy: Mapping[str, Any], by: Mover) -> tuple[str, ...]:
    """The parts that would be other. Raises CampaignError or PolicyError, as the change itself would."""
    _permit(campaign, by)
    wanted = policy_of(policy, None, None)
    parts = changed_parts(campaign.policy, policy)
    if not parts:
        raise CampaignError("campaign {name!r} has this policy already", name=campaign.name)
    _check_persons(campaign, wanted, by)
    return parts


def _weigh_again(
    tx: Tx, campaign: Campaign, policy: Mapping[str, Any], parts: tuple[str, ...], now: datetime
) -> None:
    if _HOURS.intersection(parts):
        deferred.call_back(tx, campaign.id, now)
    if "spend" in parts:
        if not (campaign.policy.get("spend") and policy.get("spend")):
            spending.forget(tx, campaign.id)
        bonus_limits.bring_forward(tx, campaign.id, now)
    if _WEIGHED.intersection(parts):
        move_effects.begin(tx, campaign.id, move_effects.WEIGH_AGAIN, now)


def changed_parts(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, ...]:
    """The top-level parts that are other in effect, in the order of the default; last those that it does not know."""
    old, new = ({**DEFAULT, **one} for one in (before, after))
    parts = (*DEFAULT, *sorted((old.keys() | new.keys()) - DEFAULT.keys()))
    return tuple(part for part in parts if _written(old.get(part)) != _written(new.get(part)))


def _written(part: Any) -> str:
    return dumps(part, sort_keys=True, default=str)


def _among(policy: Mapping[str, Any], parts: tuple[str, ...]) -> dict[str, Any]:
    return {part: policy[part] for part in parts if part in policy}


def _permit(campaign: Campaign, by: Mover) -> None:
    if campaign.status in OVER:
        raise CampaignError(
            "campaign {name!r} is {status}: nothing is done by its policy",
            name=campaign.name,
            status=campaign.status.value,
        )
    if by.role is not None and not may(by.role, Right.PREPARE):
        raise CampaignError(f"{by.role}s may not change a campaign's policy")


def _check_persons(campaign: Campaign, wanted: Policy, by: Mover) -> None:
    """Nobody gets round a second person: neither under way, nor by a policy that asks for none any more."""
    asked = needs_approval(campaign)
    if wanted.needs_approval and campaign.author_id is None:
        raise CampaignError(
            "campaign {name!r}: nobody knows who wrote it, so its policy cannot ask for a second person",
            name=campaign.name,
        )
    given_up = asked and not wanted.needs_approval
    agreed_on = campaign.status in _UNDER_WAY and (asked or wanted.needs_approval)
    if not (given_up or agreed_on):
        return
    if by.user_id is None:
        raise CampaignError(
            "campaign {name!r}: its approval is by a second person, and so is this change: "
            "say whose it is with --as LOGIN",
            name=campaign.name,
        )
    if by.user_id == campaign.author_id:
        raise CampaignError(
            "campaign {name!r} was written by the same person: this change of its policy needs a second one",
            name=campaign.name,
        )


def _record(
    tx: Tx, campaign: Campaign, change: PolicyChange, now: datetime, by: Mover, reason: str | None
) -> None:
    before = {"status": change.before.value, "policy": change.old}
    after = {"status": change.after.value, "policy": change.new, **({"reason": reason} if reason else {})}
    audit.record(tx, by.user_id, "campaign.policy", f"campaign:{campaign.id}", before, after, now)
