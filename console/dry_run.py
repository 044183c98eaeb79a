"""A campaign before it runs, for its operators: whom it would contact when, and whom not and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from json import dumps
from pathlib import Path
from shlex import quote
from tempfile import TemporaryDirectory
from typing import Any

from flask import Blueprint, Response, abort, current_app, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from bot.domain.attempts import Channel
from bot.domain.people import Brand
from bot.domain.roles import Right, having
from bot.dry_runs import prepare
from bot.enrolment.errors import CampaignError
from bot.flow.graph import graph
from bot.forecast.dry_run import Installation
from bot.forecast.errors import ForecastError
from bot.forecast.row import Forecast
from bot.forecast.table_file import record_batch, table_file
from bot.forecast.tally import LATER, OUTCOMES, Tally, outcome
from bot.forecast.verdicts import Verdict
from bot.forecast.words import why
from bot.store import audit, campaigns, checking, forecasting
from bot.store.campaigns import Campaign
from console import draft_form, given, labels, language, wiring
from console.kept import Kept
from console.results import Figure
from console.sign_in import only

#: So many are foretold in a request, drawn by a hash: the same ones each time. For all there is the command.
MOST = 2_000
PAGE = 25
KEPT_SECONDS = 60.0
_KEY = "keepline_dry_runs"
_MIME = {"csv": "text/csv", "parquet": "application/vnd.apache.parquet"}


@dataclass(frozen=True, slots=True)
class Foretold:
    """`problem` says why there is nothing to tell."""

    at: datetime
    audience: int
    tally: Tally
    lines: Sequence[Forecast]
    problem: str | None = None

    @property
    def whole(self) -> bool:
        return len(self.lines) == self.audience


@dataclass(frozen=True, slots=True)
class Because:
    """A line of the summary."""

    verdict: str
    words: str
    people: int
    share: str


def install(blueprint: Blueprint) -> None:
    blueprint.get("/<id:campaign_id>/dry-run", endpoint="dry_run")(page)
    blueprint.post("/<id:campaign_id>/dry-run.<any(csv, parquet):kind>")(download)


@only(*having(Right.WATCH))
def page(campaign_id: int) -> ResponseReturnValue:
    campaign = _campaign(campaign_id)
    found = _foretold(campaign)
    verdict = given.query().get("verdict", "")
    if verdict and verdict not in OUTCOMES:
        abort(404)
    number = given.page()
    lines = [one for one in found.lines if not verdict or outcome(one.verdict, one.reason) == verdict]
    return render_template(
        "campaigns/dry_run.html",
        campaign=campaign,
        found=found,
        figures=_figures(found),
        steps=_steps(campaign),
        because=_because(found.tally),
        hours=_hours(found.tally),
        tabs=[
            ("", _("All")),
            *((one, labels.word("forecast", one)) for one in OUTCOMES if found.tally.came_to(one)),
        ],
        verdict=verdict,
        lines=lines[(number - 1) * PAGE : number * PAGE],
        number=number,
        more=len(lines) > number * PAGE,
        outcome=outcome,
        why=lambda reason: why(reason, language.selected()),
        command=f"scripts/keepline campaign dry-run {quote(campaign.name)} --out people.parquet",
    )


@only(*having(Right.PREPARE))
def download(campaign_id: int, kind: str) -> ResponseReturnValue:
    """The people of the page as a file; that somebody has taken them away is written down."""
    campaign = _campaign(campaign_id)
    found = _foretold(campaign)
    if found.problem:
        abort(404)
    with TemporaryDirectory() as folder:
        path = Path(folder, f"people.{kind}")
        with table_file(path) as file:
            file.write_batch(record_batch(found.lines))
        content = path.read_bytes()
    said = {"people": len(found.lines), "kind": kind}
    with wiring.wired().transaction() as tx:
        audit.record(
            tx, int(current_user.id), "campaign.dry_run", f"campaign:{campaign.id}", None, said, wiring.now()
        )
    name = f"dry-run-{campaign.id}.{kind}"
    return Response(
        content, mimetype=_MIME[kind], headers={"Content-Disposition": f"attachment; filename={name}"}
    )


def _campaign(campaign_id: int) -> Campaign:
    with wiring.wired().transaction() as tx:
        campaign = campaigns.get(tx, campaign_id)
    if campaign is None:
        abort(404)
    return campaign


def _foretold(campaign: Campaign) -> Foretold:
    """Of a moment ago, but of the campaign as it is."""
    kept: Kept[Foretold] = current_app.extensions.setdefault(_KEY, Kept(KEPT_SECONDS))
    terms = dumps([campaign.offer, campaign.policy], sort_keys=True)
    return kept.get(
        (campaign.id, campaign.status, campaign.flow_revision, terms), lambda: _foretell(campaign)
    )


def _foretell(campaign: Campaign) -> Foretold:
    built, now, tally = wiring.wired(), wiring.now(), Tally()
    try:
        with built.transaction() as tx:
            forecasting.freeze(tx)
            asked = prepare(tx, campaign.id, _installation(), draft_form.factors(), now)
            with asked.reading(tx):
                people = checking.people(tx, asked.audience)
            if people > MOST:
                asked = replace(asked, audience=forecasting.sampled(tx, asked.campaign, asked.audience, MOST))
            lines: list[Forecast] = []
            for part in forecasting.slices(tx, asked.audience, MOST):
                lines += asked.oracle.forecasts(tx, asked.audience, part)
    except (CampaignError, ForecastError) as error:
        return Foretold(now, 0, tally, (), str(error))
    tally.add(lines)
    return Foretold(now, people, tally, lines)


def _installation() -> Installation:
    built = wiring.wired()
    settings = built.settings
    brand = Brand(settings.brand_zh, settings.brand_en)
    return Installation(built.flows, built.rulebook, brand, settings.guest_list, settings.default_time_zone)


def _steps(campaign: Campaign) -> dict[str, str]:
    """What the drawing of the flow calls its steps."""
    built = wiring.wired()
    with built.transaction() as tx:
        flow = built.flows.get(tx, campaign.flow_revision)
    return {node.id: node.title for node in graph(flow, language.selected()).nodes}


def _figures(found: Foretold) -> list[Figure]:
    """The sum of those who are contacted first: later is not never."""
    tally = found.tally
    if not tally.people:
        return []
    contacted = tally.to_be_contacted
    return [
        Figure(_("Will be contacted"), language.count(contacted), language.share(contacted / tally.people)),
        *(
            Figure(labels.word("forecast", one), language.count(people), _under(tally, one, people))
            for one in OUTCOMES
            if (people := tally.came_to(one))
        ),
    ]


def _under(tally: Tally, came_to: str, people: int) -> str:
    if came_to != LATER:
        return language.share(people / tally.people)
    first, last = (language.moment(one) for one in tally.moments[came_to])
    if first == last:
        return _("when hours and limits permit: %(first)s", first=first)
    return _("when hours and limits permit: %(first)s to %(last)s", first=first, last=last)


def _because(tally: Tally) -> list[Because]:
    return [
        Because(
            outcome(verdict, reason),
            why(reason, language.selected()) if reason else "",
            people,
            language.share(people / tally.people),
        )
        for verdict in Verdict
        for reason, people in tally.by_reason(verdict).items()
    ]


def _hours(tally: Tally) -> dict[str, Any] | None:
    """For the chart: when the first contacts would be, by the customers' own clocks."""
    if not tally.hours:
        return None
    return {
        "labels": [f"{hour:02}:00" for hour in range(24)],
        "series": [
            {"name": labels.word("channel", channel), "values": [counts.get(hour, 0) for hour in range(24)]}
            for channel in Channel
            if (counts := tally.by_hour(channel))
        ],
    }
