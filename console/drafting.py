"""The operators' pages that write a campaign down: first its flow is chosen, then all the rest, each choice checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from bot.domain.campaigns import SendOrder
from bot.domain.roles import Right, having
from bot.enrolment import shelf
from bot.enrolment.audience import value_in_the_way
from bot.enrolment.create import create_campaign, refusals
from bot.enrolment.errors import CampaignError
from bot.enrolment.shelf import OnOffer
from bot.flow.model import BUSINESS_EVENTS
from bot.policies import policy_names
from bot.rules.parse import parse
from bot.rules.sql import compile_sql, customer_column
from bot.store import campaigns, checking, enrolling, risk_lists
from bot.store.audience_reading import UnreadableValueError, reading
from console import draft_form, given, labels, language, wiring
from console.draft_form import Draft
from console.sign_in import only

#: So many are counted while somebody types; a greater audience is "more than".
MOST_COUNTED = 200_000


@dataclass(frozen=True, slots=True)
class Term:
    """A line of the flow's offer."""

    name: str
    usual: str


def install(blueprint: Blueprint) -> None:
    blueprint.get("/new")(choose)
    blueprint.get("/new/<key>")(form)
    blueprint.post("/new/<key>")(create)
    blueprint.post("/new/people")(people)


@only(*having(Right.PREPARE))
def choose() -> ResponseReturnValue:
    with wiring.wired().transaction() as tx:
        found = shelf.on_offer(tx)
    return render_template("campaigns/choose.html", flows=found)


@only(*having(Right.PREPARE))
def form(key: str) -> ResponseReturnValue:
    chosen = _taken(key)
    return render_template("campaigns/new.html", **_shown(chosen, draft_form.empty(chosen.flow)))


@only(*having(Right.PREPARE))
def create(key: str) -> ResponseReturnValue:
    chosen, draft = _taken(key), draft_form.filled_in(given.form())
    built, now = wiring.wired(), wiring.now()
    wanted = draft_form.wanted(draft, chosen.flow, now, zone_name()) | {
        "catalogue": draft_form.factors(),
        "user_id": int(current_user.id),
    }
    with built.transaction() as tx:
        for refusal in refusals(tx, **wanted):
            draft.refuse(refusal)
    if not draft.errors:
        try:
            with built.transaction() as tx:
                campaign_id = create_campaign(
                    tx, flow=chosen.flow, flow_source=chosen.source, now=now, **wanted
                )
            flash(_("The campaign is written down. Next comes its check."), "good")
            return redirect(url_for("campaigns.page", campaign_id=campaign_id), 303)
        except CampaignError as error:  # of the same name, in the same moment
            draft.refuse(error)
    return make_response(render_template("campaigns/new.html", **_shown(chosen, draft)), 422)


@only(*having(Right.PREPARE))
def people() -> ResponseReturnValue:
    """How many a condition holds for just now, or what is wrong with it."""
    text = given.form().get("condition", "").strip()
    problem, found = draft_form.misread(text), None
    if problem is None:
        try:
            found = _counted(text)
        except UnreadableValueError:
            problem = value_in_the_way(parse(text, draft_form.factors())).words(language.selected())
    return render_template("campaigns/people.html", problem=problem, people=found, most=MOST_COUNTED)


def _counted(condition: str) -> int:
    compiled = compile_sql(parse(condition, draft_form.factors()), "postgres", customer_column("c"))
    with wiring.wired().transaction() as tx, reading(tx):
        return checking.people(tx, enrolling.where(compiled), at_most=MOST_COUNTED + 1)


def zone_name() -> str:
    """In which a campaign's rhythm goes, as on the command line."""
    settings = wiring.wired().settings
    return settings.default_time_zone or settings.console_time_zone


def _taken(key: str) -> OnOffer:
    with wiring.wired().transaction() as tx:
        try:
            return shelf.take(tx, key)
        except CampaignError:
            abort(404)


def _shown(chosen: OnOffer, draft: Draft) -> dict[str, Any]:
    with wiring.wired().transaction() as tx:
        lists = risk_lists.summaries(tx)
        others = campaigns.names(tx)
    return {
        "flow": chosen.flow,
        "key": chosen.key,
        "flow_title": language.of(chosen.flow.title) or chosen.flow.name,
        "terms": [Term(name, draft_form.term(value)) for name, value in chosen.flow.offer.terms.items()],
        "draft": draft.form,
        "errors": draft.errors,
        "lists": lists,
        "send_orders": _worded("send_order", [one.value for one in SendOrder]),
        "priorities": [
            ("", _("As the flow says (%(n)s)", n=chosen.flow.priority)),
            *((str(n), str(n)) for n in range(10)),
        ],
        "others": [("", _("Choose ...")), *((name, name) for name in others)] if others else [],
        "policies": [
            ("", labels.word("policy", "default")),
            *_worded("policy", [name for name in policy_names() if name != "default"]),
        ],
        "events": _worded("event", sorted(BUSINESS_EVENTS)),
        "days": draft_form.DAYS,
        "rhythm_zone": zone_name(),
    }


def _worded(kind: str, values: Sequence[str]) -> list[tuple[str, str]]:
    return [(value, labels.word(kind, value)) for value in values]
