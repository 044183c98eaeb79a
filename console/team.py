"""The supervisors' page: what lies on whose desk, and each open work order with a way to give it to somebody else."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from bot.domain.roles import Right, having
from bot.escalation.handling import AlreadyClosed, WorkOrderError
from bot.escalation.supervision import hand_over, settle_complaint
from bot.store import desk, story
from console import given, wiring
from console.campaign_life import LONGEST_REASON
from console.sign_in import only

blueprint = Blueprint("team", __name__, url_prefix="/team")

PAGE = 50


@blueprint.get("/")
@only(*having(Right.SETTLE))
def listing() -> ResponseReturnValue:
    number = given.page()
    with wiring.wired().transaction() as tx:
        loads = desk.loads(tx, wiring.now())
        owner_id = _wanted(loads)
        found = desk.not_closed(tx, owner_id, limit=PAGE + 1, offset=(number - 1) * PAGE)
    return render_template(
        "team/list.html",
        loads=loads,
        owner_id=owner_id,
        orders=found[:PAGE],
        number=number,
        more=len(found) > PAGE,
    )


@blueprint.post("/<id:order_id>/hand-over")
@only(*having(Right.SETTLE))
def give(order_id: int) -> ResponseReturnValue:
    to = given.id_in(given.form().get("to")) or 0  # which is nobody
    reason = given.form().get("reason", "").strip()[:LONGEST_REASON] or None
    try:
        with wiring.wired().transaction() as tx:
            owner = hand_over(tx, order_id, to, int(current_user.id), wiring.now(), reason=reason)
    except WorkOrderError as error:
        closed = isinstance(error, AlreadyClosed)
        flash(
            _("Somebody has closed it already.") if closed else _("Nobody of that name takes work orders."),
            "bad",
        )
    else:
        flash(_("The work order is with %(name)s now.", name=owner.name), "good")
        if owner.id == int(current_user.id):
            return redirect(url_for("work_orders.page", order_id=order_id), 303)
    return redirect(url_for("team.listing", owner=given.form().get("owner") or None), 303)


@blueprint.post("/complaints/<id:customer_id>")
@only(*having(Right.SETTLE))
def settle(customer_id: int) -> ResponseReturnValue:
    with wiring.wired().transaction() as tx:
        subject = story.by_id(tx, customer_id)
        if subject is None:
            abort(404)
        settle_complaint(tx, subject.id, int(current_user.id), wiring.now())
    flash(_("The complaint is settled; marketing may go on in a moment."), "good")
    return redirect(url_for("explain.page", customer_id=customer_id), 303)


def _wanted(loads: list[desk.Load]) -> int | None:
    """Whose orders to show; those of everybody where nobody of the list is asked for."""
    asked = given.id_in(given.query().get("owner"))
    return asked if asked in {one.user_id for one in loads} else None
