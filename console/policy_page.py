"""A campaign's rules of contact on a page: as they are, how they came to be, and the operators' form for others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, abort, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from bot.domain.campaigns import OVER
from bot.domain.policy import DEFAULT, PolicyError
from bot.domain.roles import Right, having
from bot.enrolment import effects
from bot.enrolment.errors import CampaignError
from bot.enrolment.move import Mover
from bot.enrolment.policy_change import change_policy, changed_parts
from bot.policies import PolicyFileError, policy_data_of, policy_names, policy_of, policy_text
from bot.store import campaign_policies, campaigns
from bot.store.campaign_policies import PolicyLine
from bot.store.campaigns import Campaign
from console import given, policy_words, wiring
from console.campaign_life import CHUNKS_AT_ONCE, LONGEST_REASON
from console.sign_in import only

LONGEST_POLICY = 20_000


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
    """In force with its commit; what the former had put off is weighed again at once, or by the sweep."""
    campaign = _campaign(campaign_id)
    written = given.form().get("policy", "").replace("\r\n", "\n")
    reason = given.form().get("reason", "").strip()[:LONGEST_REASON] or None
    try:
        wanted = _read(written)
        problems = _refused(campaign.id, wanted, reason)
    except PolicyFileError as error:
        problems = [
            _("Line %(line)s, column %(col)s: ", line=one.line, col=one.col)
            + one.message
            + (f" ({one.hint})" if one.hint else "")
            for one in error.problems
        ]
    if problems:
        return make_response(
            render_template("campaigns/policy.html", **_shown(campaign, written, problems)), 422
        )
    return redirect(url_for("campaigns.policy", campaign_id=campaign.id), 303)


def _read(written: str) -> Mapping[str, Any]:
    if len(written) > LONGEST_POLICY:
        abort(413)
    return policy_data_of(written) if written.strip() else {}


def _refused(campaign_id: int, wanted: Mapping[str, Any], reason: str | None) -> list[str]:
    """What stands against it; empty where it is done."""
    built, now = wiring.wired(), wiring.now()
    by = Mover(int(current_user.id), current_user.role)
    try:
        with built.transaction() as tx:
            done = change_policy(tx, campaign_id, wanted, now, by=by, reason=reason)
    except (CampaignError, PolicyError) as error:
        return [str(error)]
    effects.work_off(
        built.transaction, now, flows=built.flows, campaign_id=campaign_id, chunks=CHUNKS_AT_ONCE
    )
    again = (
        _("It must be checked again before it starts.")
        if done.after is not done.before
        else _("They hold from now on.")
    )
    flash(_("Changed: %(parts)s.", parts=policy_words.parts(done.changed)) + " " + again, "good")
    return []


def _campaign(campaign_id: int) -> Campaign:
    with wiring.wired().transaction() as tx:
        campaign = campaigns.get(tx, campaign_id)
    if campaign is None:
        abort(404)
    return campaign


def _shown(campaign: Campaign, written: str, problems: Sequence[str]) -> dict[str, Any]:
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
    }


def _told(campaign: Campaign) -> dict[str, Any]:
    """Rules that an older version took, and this one cannot read, can still be replaced on their page."""
    try:
        policy = policy_of(campaign.policy, None, None)
    except PolicyError as error:
        return {"unreadable": str(error), "weeks": [], "tables": []}
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
