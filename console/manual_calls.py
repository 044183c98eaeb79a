"""Click-to-call on a work order: the button, the state of the call, and calls made from one's own phone."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user, login_required
from werkzeug.wrappers import Response

from bot.bell import Queue
from bot.domain.contact import Allowed, Decision
from bot.domain.manual_calls import OUTCOMES, ManualCallStatus
from bot.outreach.manual_calls import CallDesk, CannotCall, NoPhone, NotedAlready, OrderClosed, as_stored
from bot.store import audit
from bot.store.transaction import Tx
from bot.store.work_orders import OrderPage
from console import calling, given, language, wiring
from console.labels import word
from console.work_orders import visible

blueprint = Blueprint("manual_calls", __name__, url_prefix="/work-orders")

LONGEST_MINUTES = 600


@blueprint.get("/<id:order_id>/calls")
@login_required
def calls(order_id: int) -> ResponseReturnValue:
    """The part of the page that moves while a call is under way."""
    found = visible(order_id)
    with wiring.wired().transaction() as tx:
        panel = calling.panel(tx, found)
    return render_template("work_orders/calls.html", order=found.order, page=found, calls=panel)


@blueprint.post("/<id:order_id>/calls")
@login_required
def call(order_id: int) -> Response:
    found, now = _callable(order_id), wiring.now()
    try:
        with wiring.wired().transaction() as tx:
            decision = _desk().ask(tx, order_id, current_user.id, now)
            _note(tx, "work_order.call", order_id, decision)
    except CannotCall as refusal:
        flash(_why_not(refusal), "bad")
        return _back_to(order_id)
    if isinstance(decision, Allowed):
        wiring.ring([Queue.CALLS])
        flash(_("Your phone rings in a moment. Press 1 to be put through."), "good")
    else:
        flash(_in_words(decision, found), "bad")
    return _back_to(order_id)


@blueprint.post("/<id:order_id>/own-calls")
@login_required
def own_call(order_id: int) -> Response:
    """It has happened, whether it was permitted or not: it is written down, and the gate's answer is shown."""
    found, now = _callable(order_id), wiring.now()
    if given.form().get("outcome") not in OUTCOMES:
        flash(_("Choose how the call ended."), "bad")
        return _back_to(order_id)
    outcome = ManualCallStatus(given.form()["outcome"])
    minutes = given.form().get("minutes", type=int)
    lasted = timedelta(minutes=max(0, min(minutes, LONGEST_MINUTES))) if minutes is not None else None
    try:
        with wiring.wired().transaction() as tx:
            decision = _desk().note_own(tx, order_id, current_user.id, outcome, lasted, now)
            _note(tx, "work_order.own_call", order_id, decision)
    except NotedAlready:
        flash(_("It is written down already, and counts once."), "good")
        return _back_to(order_id)
    except CannotCall as refusal:
        flash(_why_not(refusal), "bad")
        return _back_to(order_id)
    if isinstance(decision, Allowed):
        flash(_("Written down. It counts like any other call."), "good")
    else:
        words = _in_words(decision, found)
        flash(_("Written down. But it was not permitted. %(why)s", why=words), "bad")
    return _back_to(order_id)


def _desk() -> CallDesk:
    wired = wiring.wired()
    return CallDesk(wired.outgoing, wired.flows)


def _callable(order_id: int) -> OrderPage:
    """403 for whoever may see the order, and is neither its owner nor may settle it."""
    found = visible(order_id)
    if not calling.may_call(found.order):
        abort(403)
    return found


def _in_words(decision: Decision, found: OrderPage) -> str:
    """The gate's answer, and from when on it would be another, on the customer's clock."""
    said = as_stored(decision)
    why = word("reason", said.reason or "")
    if said.until is None:
        return _("This customer may not be called: %(reason)s.", reason=why)
    until = language.moment(said.until, calling.zone_of(found).key)
    return _("Not now: %(reason)s. Permitted from %(until)s on.", reason=why, until=until)


def _why_not(refusal: CannotCall) -> str:
    if isinstance(refusal, NoPhone):
        return _("No phone of yours is on file. An administrator can add it.")
    if isinstance(refusal, OrderClosed):
        return _("The work order is closed.")
    return _("A call is under way already: one at a time, for the customer and for you.")


def _note(tx: Tx, action: str, order_id: int, decision: Decision) -> None:
    said = as_stored(decision)
    after = {"verdict": said.verdict, "reason": said.reason}
    audit.record(tx, current_user.id, action, f"work_order:{order_id}", None, after, wiring.now())


def _back_to(order_id: int) -> Response:
    return redirect(url_for("work_orders.page", order_id=order_id))
