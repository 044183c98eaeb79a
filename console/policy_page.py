"""A campaign's rules of contact on a page: as they are, how they came to be, and the operators' form for others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, abort, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from bot.domain.campaigns import OVER
from bot.domain.policy import DEFAULT, PolicyError
from bot.domain.roles import Right, having
from bot.enrolment.policy_change import changed_parts
from bot.policies import policy_names, policy_of, policy_text
from bot.store import campaign_policies, campaigns
from bot.store.campaign_policies import PolicyLine
from bot.store.campaigns import Campaign
from console import given, policy_change, policy_words, wiring
from console.campaign_life import LONGEST_REASON
from console.sign_in import only


@dataclass(frozen=True, slots=True)
class Change:
    """A line of its history; what the first policy brought is no change."""

    since: datetime
    who: str | None
    changed: str


def install(blueprint: Blueprint) -> None:
    blueprint.get("/<id:campaign_id>/policy", endpoint="policy")(page)
    blueprint.post("/<id:campaign_id>/policy", endpoint="change_policy")(change)


@only(*having(Right.WATCH))
def page(campaign_id: int) -> ResponseReturnValue:
    campaign = _campaign(campaign_id)
    written = policy_text(campaign.policy or {part: value for part, value in DEFAULT.items() if value})
    return render_template("campaigns/policy.html", **_shown(campaign, written, []))


@only(*having(Right.PREPARE))
def change(campaign_id: int) -> ResponseReturnValue:
    """First what it would change, rule by rule; in force once that was seen and sent back."""
    campaign = _campaign(campaign_id)
    written = given.form().get("policy", "").replace("\r\n", "\n")
    reason = given.form().get("reason", "").strip()[:LONGEST_REASON]
    try:
        wanted = policy_change.read(written)
        comparison = policy_change.compared(campaign, wanted)
        if given.form().get("agreed") == comparison.agreed:
            policy_change.put_in_force(campaign, wanted, reason or None)
            return redirect(url_for("campaigns.policy", campaign_id=campaign.id), 303)
    except policy_change.Refused as error:
        shown = _shown(campaign, written, error.problems, reason=reason)
        return make_response(render_template("campaigns/policy.html", **shown), 422)
    shown = _shown(campaign, written, [], reason=reason, comparison=comparison)
    return render_template("campaigns/policy.html", **shown)


def _campaign(campaign_id: int) -> Campaign:
    with wiring.wired().transaction() as tx:
        campaign = campaigns.get(tx, campaign_id)
    if campaign is None:
        abort(404)
    return campaign


def _shown(campaign: Campaign, written: str, problems: Sequence[str], **more: object) -> dict[str, Any]:
    with wiring.wired().transaction() as tx:
        history = campaign_policies.history(tx, campaign.id)
    return {
        "campaign": campaign,
        **_told(campaign),
        "history": _history(history),
        "written": written,
        "problems": problems,
        "names": policy_names(),
        "may_change": current_user.may(Right.PREPARE) and campaign.status not in OVER,
        **more,
    }


def _told(campaign: Campaign) -> dict[str, Any]:
    """Rules that an older version took, and this one cannot read, can still be replaced on their page."""
    try:
        policy = policy_of(campaign.policy, None, None)
    except PolicyError as error:
        return {"unreadable": policy_change.unreadable(error), "weeks": [], "tables": []}
    tables = [
        (_("How often"), policy_words.limits(policy)),
        (_("Consent and approval"), policy_words.consent(policy)),
        (_("Money"), policy_words.money(campaign.policy)),
        (_("Brakes: it stops by itself"), policy_words.brakes(campaign.policy)),
        (_("Customers on lists"), policy_words.marks(policy)),
    ]
    return {"unreadable": None, "weeks": policy_words.weeks(policy), "tables": tables}


def _history(lines: Sequence[PolicyLine]) -> list[Change]:
    """The newest first."""
    pairs = zip([None, *lines], lines, strict=False)
    changes = [
        Change(
            one.since,
            one.who,
            policy_words.parts(changed_parts(before.policy, one.policy))
            if before
            else _("as it was written down"),
        )
        for before, one in pairs
    ]
    return changes[::-1]
