"""The operators' page of one customer: what all campaigns did, and why they made contact or did not."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, abort, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from bot.domain.numbers import masked
from bot.domain.policy import KINDS
from bot.forecast.errors import ForecastError
from bot.forecast.explain import Story, explain, find
from bot.forecast.step_titles import step_titles
from bot.forecast.story_words import Line, Teller, zone_of
from bot.register.errors import RegisterError
from bot.register.record import read_number
from bot.store import audit, forecasting, marks, story
from console import given, language, wiring
from console.policy_words import kinds_of
from console.sign_in import OPERATORS, only

blueprint = Blueprint("explain", __name__, url_prefix="/customers")

_ICONS = {
    "enrolled": ("user-check", ""),
    "planned": ("calendar", "soft"),
    "allowed": ("check", "soft"),
    "deferred": ("clock", ""),
    "denied": ("ban", ""),
    "sent": ("message", ""),
    "on_its_way": ("message", "soft"),
    "ended": ("flag", "soft"),
    "not_made": ("x", ""),
    "reply": ("message-reply", ""),
    "key": ("dialpad", ""),
    "recharge": ("wallet", ""),
    "grant": ("gift", ""),
    "work_order": ("clipboard-list", ""),
    "hand_call": ("phone-outgoing", ""),
    "own_call": ("phone-outgoing", ""),
    "hand_deferred": ("clock", ""),
    "hand_denied": ("ban", ""),
    "register": ("hand-stop", ""),
    "consent": ("user-check", ""),
    "marked": ("flag", ""),
    "unmarked": ("flag", "soft"),
    "finished": ("flag", ""),
}
_STANDING = {"status": "user-check", "complaint": "flag", "consents": "check", "refusals": "hand-stop"}
_OTHER = ("info-circle", "")


@dataclass(frozen=True, slots=True)
class Told:
    """A line of the story as the page shows it."""

    line: Line
    moment: str
    icon: str
    tone: str


@blueprint.get("/")
@only(*OPERATORS)
def form() -> ResponseReturnValue:
    return render_template("explain/find.html")


@blueprint.post("/")
@only(*OPERATORS)
def search() -> ResponseReturnValue:
    """By POST: a telephone number must not stand in an address, which others keep."""
    written = given.form().get("who", "").strip()
    try:
        with wiring.wired().transaction() as tx:
            found = find(tx, written, _as_number(written))
    except ForecastError:
        problem = _("There is no such customer, or several could be meant.")
        return make_response(render_template("explain/find.html", problem=problem), 404)
    return redirect(url_for("explain.page", customer_id=found.id), 303)


@blueprint.get("/<id:customer_id>")
@only(*OPERATORS)
def page(customer_id: int) -> ResponseReturnValue:
    """Personal data: who has looked at whom is written down, and never by which number."""
    built, now = wiring.wired(), wiring.now()
    with built.transaction() as tx:
        forecasting.freeze(tx)
        subject = story.by_id(tx, customer_id)
        if subject is None:
            abort(404)
        found = explain(tx, subject, now)
        steps = step_titles(tx, found, built.flows, language.selected())
        held = marks.held(tx, [subject.id], now).get(subject.id, ())
    with built.transaction() as tx:
        audit.record(tx, int(current_user.id), "customer.viewed", f"customer:{subject.id}", None, None, now)
    zone = zone_of(found) or language.zone()
    teller = Teller(language.selected(), zone, steps)
    return render_template(
        "explain/page.html",
        subject=subject,
        number=masked(subject.msisdn),
        standing=[(_STANDING[name], words) for name, words in _standing(teller, found).items()],
        marks=list(dict.fromkeys(held)),
        chapters=[(one, teller.conclusion(one)) for one in found.chapters],
        told=[_told(line, teller) for line in teller.lines(found)],
        zone=str(zone),
        zone_known=zone_of(found) is not None,
    )


def _standing(teller: Teller, found: Story) -> dict[str, str]:
    """As the story tells it; consents in the console's words for channels and purposes."""
    known = {f"{channel}:{purpose}": (channel, purpose) for channel, purpose in KINDS}
    agreed = [known[one] for one in found.subject.consents if one in known]
    consents = _("Agrees to: %(what)s", what=kinds_of(agreed) if agreed else _("Nothing"))
    return {**teller.standing(found), "consents": consents}


def _told(line: Line, teller: Teller) -> Told:
    icon, tone = _ICONS.get(line.kind, _OTHER)
    return Told(line, teller.moment(line.at), icon, tone)


def _as_number(written: str) -> str | None:
    try:
        return read_number(written, wiring.wired().settings.default_region)
    except RegisterError:
        return None
