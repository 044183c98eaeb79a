"""The operators' pages: all campaigns with their progress, and one campaign with what came of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, abort, make_response, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup

from bot.domain.campaigns import LIVE
from bot.flow.model import Flow
from bot.flow.svg import STYLE, to_svg
from bot.store import campaigns as stored
from bot.store.campaigns import Campaign
from bot.store.progress import Day, Progress
from console import campaign_life, drafting, dry_run, experiments, language, policy_page, results, wiring
from console.counting import counted, counted_all, waiting
from console.sign_in import OPERATORS, only

blueprint = Blueprint("campaigns", __name__, url_prefix="/campaigns")
campaign_life.install(blueprint)
drafting.install(blueprint)
dry_run.install(blueprint)
policy_page.install(blueprint)

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


@blueprint.get("/<id:campaign_id>")
@only(*OPERATORS)
def page(campaign_id: int) -> ResponseReturnValue:
    shown = _shown(campaign_id)
    return render_template("campaigns/page.html", **shown, waiting=waiting(shown["campaign"]))


@blueprint.get("/<id:campaign_id>/live")
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


def _listed() -> dict[str, Any]:
    built = wiring.wired()
    found = []
    progressed = counted_all()
    with built.transaction() as tx:
        for one in progressed:
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
        life = campaign_life.life_of(tx, campaign)
    seen = counted(campaign)
    found = seen.report
    counts = {name: count.passed for name, count in seen.steps.items()}
    return {
        "campaign": campaign,
        "live": _is_live(campaign.status),
        "life": life,
        "taken_back": seen.taken_back,
        "flow_title": language.of(flow.title) or flow.name,
        "report": found,
        "figures": results.figures(found),
        "verdict": results.verdict(found),
        "doubts": results.doubts(found),
        "intervals": [asdict(one) for one in results.intervals(found)],
        "experiments": experiments.experiments(found),
        "crossings": experiments.crossings(found),
        "funnel": results.funnel(found),
        "days": _days(seen.days, found.until),
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
    return status in LIVE


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
