"""The managers' pages: the list of work orders, and one order with all that its customer said and did."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user, login_required
from werkzeug.wrappers import Response

from bot.domain.work_orders import Disposition, WorkOrderStatus
from bot.escalation import handling
from bot.escalation.handling import AlreadyClosed, WorkOrderError
from bot.store import audit, desk, work_orders
from bot.store.conversation import conversation
from bot.store.desk import Filter, Viewer
from bot.store.spoken import spoken
from bot.store.transaction import Tx
from bot.store.work_orders import OrderPage
from console import briefing, calling, given, language, talk, wiring
from console.sign_in import OPERATORS

blueprint = Blueprint("work_orders", __name__, url_prefix="/work-orders")

PAGE = 50
LONGEST_NOTE = 2000
TABS = (
    ("open", _l("Open")),
    ("in_progress", _l("In progress")),
    ("closed", _l("Closed")),
    ("all", _l("All")),
)


@dataclass(frozen=True, slots=True)
class May:
    """Which buttons this person gets on this order; the stage that does it checks again."""

    take: bool
    release: bool
    close: bool
    reveal: bool


@blueprint.get("/")
@login_required
def listing() -> ResponseReturnValue:
    status = given.query().get("status", "open")
    if status not in dict(TABS):
        abort(404)
    mine = given.query().get("mine") == "1"
    chosen = Filter(
        status=None if status == "all" else WorkOrderStatus(status),
        queue=given.query().get("queue") or None,
        mine=mine,
    )
    number = given.page()
    with wiring.wired().transaction() as tx:
        found = desk.orders(tx, _viewer(), chosen, limit=PAGE + 1, offset=(number - 1) * PAGE)
        counts = desk.counts(tx, _viewer(), wiring.now(), mine=mine)
    return render_template(
        "work_orders/list.html",
        orders=found[:PAGE],
        more=len(found) > PAGE,
        number=number,
        counts=counts,
        summary=_summary(counts),
        status=status,
        chosen=chosen,
        tabs=TABS,
    )


@blueprint.get("/<id:order_id>")
@login_required
def page(order_id: int) -> ResponseReturnValue:
    found = visible(order_id)
    built = wiring.wired()
    with built.transaction() as tx:
        entries = conversation(tx, customer_id=found.order.customer_id)
        lines = spoken(tx, found.order.customer_id)
        flow = built.flows.get(tx, found.flow_revision, found.offer)
        calls = calling.panel(tx, found)
    zone = calling.zone_of(found)
    titles = {name: language.of(step.title) or name for name, step in flow.steps.items()}
    return render_template(
        "work_orders/page.html",
        page=found,
        order=found.order,
        may=_may(found),
        calls=calls,
        rule=briefing.rule(flow, found.order.reason),
        script=briefing.script(found.script),
        offer=briefing.offer(flow.offer),
        facts=briefing.facts(found.factors),
        talk=talk.days(entries, lines, titles, zone),
        zone=zone.key,
        dispositions=list(Disposition),
        longest_note=LONGEST_NOTE,
    )


@blueprint.post("/<id:order_id>/number")
@login_required
def reveal(order_id: int) -> ResponseReturnValue:
    """The whole telephone number, once, to the order's owner; that it was looked at is written down."""
    found, now = visible(order_id), wiring.now()
    with wiring.wired().transaction() as tx:
        number = desk.number(tx, order_id, current_user.id)
        if number is None:
            abort(403)
        audit.record(
            tx,
            current_user.id,
            "number.show",
            f"work_order:{order_id}",
            None,
            {"number": found.order.number},
            now,
        )
    return render_template("work_orders/number.html", number=number)


@blueprint.post("/<id:order_id>/take")
@login_required
def take(order_id: int) -> Response:
    before, now = visible(order_id), wiring.now()
    with wiring.wired().transaction() as tx:
        handling.take(tx, order_id, current_user.id, now)
        _note(tx, "work_order.take", before, {"status": "in_progress"})
    flash(_("It is yours."), "good")
    return _back_to(order_id)


@blueprint.post("/<id:order_id>/release")
@login_required
def release(order_id: int) -> Response:
    before, now = visible(order_id), wiring.now()
    with wiring.wired().transaction() as tx:
        handling.release(tx, order_id, current_user.id, now)
        _note(tx, "work_order.release", before, {"status": "open"})
    flash(_("It is back in the queue."), "good")
    return redirect(url_for("work_orders.listing"))


@blueprint.post("/<id:order_id>/close")
@login_required
def close(order_id: int) -> Response:
    before, now = visible(order_id), wiring.now()
    if given.form().get("disposition") not in set(Disposition):
        flash(_("Choose how it ended."), "bad")
        return _back_to(order_id)
    disposition = Disposition(given.form()["disposition"])
    note = given.form().get("note", "")[:LONGEST_NOTE]
    with wiring.wired().transaction() as tx:
        handling.close(tx, order_id, current_user.id, disposition, note, now)
        _note(tx, "work_order.close", before, {"status": "closed", "disposition": disposition})
    flash(_("The work order is closed."), "good")
    return _back_to(order_id)


def _viewer() -> Viewer:
    return Viewer(current_user.id, current_user.tiers, current_user.role in OPERATORS)


def visible(order_id: int) -> OrderPage:
    """404 also for one that is not this person's to see: whether it exists is not theirs to know."""
    with wiring.wired().transaction() as tx:
        found = work_orders.page(tx, order_id)
    if found is None or not _viewer().may_see(found.order):
        abort(404)
    return found


def _may(found: OrderPage) -> May:
    order = found.order
    mine, nobodys = order.owner_id == current_user.id, order.owner_id is None
    is_open = order.status is not WorkOrderStatus.CLOSED
    return May(
        take=order.status is WorkOrderStatus.OPEN and (mine or nobodys),
        release=is_open and mine,
        close=is_open and mine,
        reveal=is_open and mine,
    )


def _summary(counts: desk.Counts) -> str:
    waiting = sum(n for status, n in counts.by_status.items() if status is not WorkOrderStatus.CLOSED)
    said = _("%(n)s to be done", n=language.count(waiting))
    if not counts.overdue:
        return said
    return said + _(", ") + _("%(n)s overdue", n=language.count(counts.overdue))


def _note(tx: Tx, action: str, before: OrderPage, after: dict[str, str]) -> None:
    was = {"status": str(before.order.status), "owner_id": before.order.owner_id}
    audit.record(tx, current_user.id, action, f"work_order:{before.order.id}", was, after, wiring.now())


@blueprint.errorhandler(WorkOrderError)
def refused(refusal: WorkOrderError) -> Response:
    """Whichever button it was: somebody else was faster, and nothing has been changed."""
    gone = isinstance(refusal, AlreadyClosed)
    flash(_("Somebody has closed it already.") if gone else _("Somebody else has it now."), "bad")
    return redirect(url_for("work_orders.listing"))


def _back_to(order_id: int) -> Response:
    return redirect(url_for("work_orders.page", order_id=order_id))
