"""The operators' pages: all campaigns with their progress, and one campaign with what came of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, abort, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from markupsafe import Markup
from werkzeug.wrappers import Response

from bot.domain.campaigns import CAMPAIGN_MOVES, CampaignStatus
from bot.enrolment.errors import CampaignError
from bot.enrolment.move import move_campaign
from bot.evaluation.report import report
from bot.flow.model import Flow
from bot.flow.svg import STYLE, to_svg
from bot.store import campaigns as stored
from bot.store import progress as journal
from bot.store.campaigns import Campaign
from bot.store.progress import Day, Progress
from console import language, results, wiring
from console.sign_in import OPERATORS, only

blueprint = Blueprint("campaigns", __name__, url_prefix="/campaigns")

#: What a button may do. A draft is started from the command line, where its audience is enrolled.
MOVES = (CampaignStatus.PAUSED, CampaignStatus.RUNNING)


_SIZE = re.compile(r'viewBox="0 0 (\d+) (\d+)"')


@dataclass(frozen=True, slots=True)
class Listed:
    progress: Progress
    flow: str
    starts_at: datetime


@blueprint.get("/")
@only(*OPERATORS)
def listing() -> ResponseReturnValue:
    return render_template("campaigns/list.html", **_listed())


@blueprint.get("/progress")
@only(*OPERATORS)
def progress() -> ResponseReturnValue:
    return render_template("campaigns/progress.html", **_listed())


@blueprint.get("/<int:campaign_id>")
@only(*OPERATORS)
def page(campaign_id: int) -> ResponseReturnValue:
    return render_template("campaigns/page.html", **_shown(campaign_id))


@blueprint.get("/<int:campaign_id>/live")
@only(*OPERATORS)
def live(campaign_id: int) -> ResponseReturnValue:
    return render_template("campaigns/live.html", **_shown(campaign_id))


@blueprint.get("/drawing.css")
def drawing() -> ResponseReturnValue:
    """The style sheet of the flow's drawing as a file: the content security policy refuses it inline."""
    answer = make_response(STYLE)
    answer.mimetype = "text/css"
    answer.headers["Cache-Control"] = "public, max-age=3600"
    return answer


@blueprint.post("/<int:campaign_id>/move")
@only(*OPERATORS)
def move(campaign_id: int) -> Response:
    """Pause or resume; the move and its line in the audit trail are one transaction."""
    if request.form.get("to") not in MOVES:
        abort(400)
    to, now = CampaignStatus(request.form["to"]), wiring.now()
    campaign = _campaign(campaign_id)
    try:
        if to not in _moves(campaign):
            raise CampaignError(f"campaign {campaign.name!r} is {campaign.status}")
        with wiring.wired().transaction() as tx:
            move_campaign(tx, campaign_id, to, now, only_from=campaign.status, user_id=current_user.id)
    except CampaignError:
        flash(_("That is no longer possible: the campaign has moved on."), "bad")
    else:
        said = {
            CampaignStatus.PAUSED: _("The campaign is paused: nobody new is contacted."),
            CampaignStatus.RUNNING: _("The campaign runs again."),
        }
        flash(said[to], "good")
    return redirect(url_for("campaigns.page", campaign_id=campaign_id))


def _listed() -> dict[str, Any]:
    built = wiring.wired()
    found = []
    with built.transaction() as tx:
        for one in journal.progress(tx):
            campaign = stored.get(tx, one.campaign_id)
            if campaign is not None:
                flow = built.flows.get(tx, campaign.flow_revision)
                found.append(Listed(one, language.of(flow.title) or flow.name, campaign.starts_at))
    return {"campaigns": found, "live": any(_is_live(one.progress.status) for one in found)}


def _shown(campaign_id: int) -> dict[str, Any]:
    built = wiring.wired()
    campaign = _campaign(campaign_id)
    with built.transaction() as tx:
        flow = built.flows.get(tx, campaign.flow_revision)
        found = report(tx, campaign_id, built.flows)
        steps = journal.step_counts(tx, campaign_id)
        days = journal.timeline(tx, campaign_id, zone=language.zone().key)
    counts = {name: count.passed for name, count in steps.items()}
    return {
        "campaign": campaign,
        "live": _is_live(campaign.status),
        "moves": [to for to in MOVES if to in _moves(campaign)],
        "flow_title": language.of(flow.title) or flow.name,
        "report": found,
        "figures": results.figures(found),
        "verdict": results.verdict(found),
        "doubts": results.doubts(found),
        "intervals": [asdict(one) for one in results.intervals(found)],
        "funnel": results.funnel(found),
        "days": _days(days, found.until),
        "graph": _graph(flow, counts),
        "drops": results.drops(found),
        "ends": results.ends(found),
        "costs": results.costs(found),
    }


def _campaign(campaign_id: int) -> Campaign:
    with wiring.wired().transaction() as tx:
        campaign = stored.get(tx, campaign_id)
    if campaign is None:
        abort(404)
    return campaign


def _graph(flow: Flow, counts: Mapping[str, int]) -> Markup:
    """The flow's drawing, inline so that it takes the page's colours; its texts are escaped where it is drawn."""
    svg = to_svg(flow, counts, language.selected()).replace(f"<style>{STYLE}</style>", "", 1)
    return Markup(_SIZE.sub(r'\g<0> width="\g<1>" height="\g<2>"', svg, count=1))


def _is_live(status: str) -> bool:
    return status == CampaignStatus.RUNNING


def _moves(campaign: Campaign) -> frozenset[CampaignStatus]:
    if campaign.status is CampaignStatus.DRAFT:
        return frozenset()
    return CAMPAIGN_MOVES[campaign.status]


def _days(days: Sequence[Day], until: datetime | None) -> dict[str, Any] | None:
    """For the chart: every day from the first to the campaign's last, the quiet ones too."""
    if not days:
        return None
    by_day = {one.day: one for one in days}
    last = max(days[-1].day, min(until or wiring.now(), wiring.now()).astimezone(language.zone()).date())
    span = [days[0].day + timedelta(n) for n in range((last - days[0].day).days + 1)]
    rows = [by_day.get(day, Day(day, 0, 0, 0)) for day in span]
    return {
        "labels": [language.short_day(day) for day in span],
        "series": [
            {"name": _("SMS and calls"), "values": [row.contacts for row in rows]},
            {"name": _("Replies and key presses"), "values": [row.replies for row in rows]},
            {"name": _("Bonuses credited"), "values": [row.grants for row in rows], "line": True},
        ],
    }
