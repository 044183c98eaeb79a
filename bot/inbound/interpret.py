"""One event at a time: what it means to the customer's runs."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, InvalidOperation

from bot.domain.refusals import ALL
from bot.flow.happenings import BusinessEvent, GrantResult, GrantSettled, Replied, Resumed, WorkOrderClosed
from bot.flow.replies import Meaning, understand
from bot.inbound import business, contacts
from bot.inbound.batch import FLOOR_FREED, Batch
from bot.inbound.outcome import APPLIED, STALE, UNMATCHED, Outcome, attempt_of
from bot.inbound.outcome import evidence_of as evidence_of
from bot.inbound.questions import is_late
from bot.inbound.refusals import opt_in, opt_out
from bot.inbound.run import INTERRUPTED
from bot.store.events import Event


def interpret(batch: Batch, event: Event) -> Outcome:
    meaning = _KINDS.get(event.kind)
    if meaning is None:
        return Outcome("ignored:unknown_kind")
    return meaning(batch, event)


def _sms_inbound(batch: Batch, event: Event) -> Outcome:
    if event.customer_id is None and not event.payload.get("From"):
        return Outcome("unmatched:number")  # there is nobody whose wish it could be
    understood = understand(event.payload.get("Body", ""))
    match understood.meaning:
        case Meaning.OPT_OUT:  # from a number that nobody knows, too
            opt_out(batch, event, event.customer_id, source="sms_reply")
            return Outcome("opt_out", customer_id=event.customer_id)
        case Meaning.OPT_IN:
            opt_in(batch, event, event.customer_id)
            return Outcome("opt_in", customer_id=event.customer_id)
        case Meaning.HELP:
            return Outcome("help", customer_id=event.customer_id)
    if event.customer_id is None:
        return Outcome("unmatched:number")
    run = batch.answered_by(event.customer_id)
    if run is None:
        return Outcome("ignored:nobody_asked", customer_id=event.customer_id)
    said = f"key:{understood.key}" if understood.key else "unclear"
    if run.over:
        if is_late(run, batch.now):
            batch.look_into(run)
        return Outcome(f"late:{said}", run.enrolment.id, event.customer_id)
    reply = Replied(understood.key, event.key, text=event.payload.get("Body", ""))
    batch.happen(run.enrolment.id, reply, evidence_of(event))
    return Outcome(said, run.enrolment.id, event.customer_id)


def _topup(batch: Batch, event: Event) -> Outcome:
    if event.customer_id is None:
        return Outcome("unmatched:number")
    try:
        amount = Decimal(str(event.payload.get("amount")))
    except InvalidOperation:
        return Outcome("unmatched:amount", customer_id=event.customer_id)
    if event.payload.get("status") not in ("completed", "created"):
        return Outcome("ignored:not_completed", customer_id=event.customer_id)
    runs = batch.active_of.get(event.customer_id, [])
    for run in runs:
        recharge = BusinessEvent("recharge", event.key, event.received_at, amount)
        batch.happen(run, recharge, evidence_of(event))
    return Outcome(APPLIED, runs[0] if len(runs) == 1 else None, event.customer_id)


def _business(batch: Batch, event: Event) -> Outcome:
    """What it changes of the customer has been written already; here the flows hear of it."""
    if event.customer_id is None:
        return Outcome("unmatched:customer")
    told = business.happening(event)
    if told is None:
        return Outcome(APPLIED, customer_id=event.customer_id)
    runs = batch.active_of.get(event.customer_id, [])
    for run in runs:
        batch.happen(run, told, evidence_of(event))
    return Outcome(APPLIED, runs[0] if len(runs) == 1 else None, event.customer_id)


def _interrupt(batch: Batch, event: Event) -> Outcome:
    """A run of higher priority wants to speak; meanwhile this one may have got its answer, or a promise."""
    run = batch.runs.get(event.enrolment_id) if event.enrolment_id is not None else None
    if run is None or run.over:
        return Outcome("ignored:over", event.enrolment_id, event.customer_id)
    if run.holds_until is None or run.holds_until <= batch.now or run.state.accepted_by is not None:
        return Outcome("ignored:not_interruptible", event.enrolment_id, event.customer_id)
    run.end(INTERRUPTED, batch.now)
    return Outcome(APPLIED, event.enrolment_id, event.customer_id)


def _resumed(batch: Batch, event: Event) -> Outcome:
    """The run was put on another revision, and enters its step there; unless it has gone on since."""
    run = batch.runs.get(event.enrolment_id) if event.enrolment_id is not None else None
    if run is None or run.over or run.state.visit != event.payload.get("visit"):
        return Outcome(STALE, event.enrolment_id, event.customer_id)
    batch.happen(run.enrolment.id, Resumed(), evidence_of(event))
    return Outcome(APPLIED, event.enrolment_id, event.customer_id)


def _floor_freed(batch: Batch, event: Event) -> Outcome:
    if event.customer_id is not None:
        batch.release(event.customer_id)
    return Outcome(APPLIED, customer_id=event.customer_id)


def _grant_settled(batch: Batch, event: Event) -> Outcome:
    result = GrantResult(event.payload["result"])
    settled = GrantSettled(result, str(event.payload.get("reason", "")))
    batch.happen(event.enrolment_id, settled, evidence_of(event))
    return Outcome(APPLIED, event.enrolment_id, event.customer_id)


def _work_order_closed(batch: Batch, event: Event) -> Outcome:
    closed = WorkOrderClosed(str(event.payload.get("disposition", "")))
    batch.happen(event.enrolment_id, closed, evidence_of(event))
    return Outcome(APPLIED, event.enrolment_id, event.customer_id)


def _opt_out_event(batch: Batch, event: Event) -> Outcome:
    attempt = attempt_of(batch, event)
    customer_id = event.customer_id or (attempt.customer_id if attempt else None)
    if customer_id is None:
        return Outcome(UNMATCHED)
    source = str(event.payload.get("source", "unknown"))
    opt_out(
        batch,
        event,
        customer_id,
        source=source,
        registered=bool(event.payload.get("registered")),
        purpose=str(event.payload.get("purpose", ALL)),
    )
    return Outcome(APPLIED, event.enrolment_id, customer_id)


_KINDS: dict[str, Callable[[Batch, Event], Outcome]] = {
    "sms.status": contacts.sms_status,
    "sms.inbound": _sms_inbound,
    "call.status": contacts.call_status,
    "call.amd": contacts.call_amd,
    "attempt.denied": contacts.unsent,
    "attempt.expired": contacts.unsent,
    "attempt.failed": contacts.unsent,
    "billing.topup": _topup,
    "grant.settled": _grant_settled,
    "work_order.closed": _work_order_closed,
    "opt_out": _opt_out_event,
    business.KIND: _business,
    "run.interrupt": _interrupt,
    "enrolment.resumed": _resumed,
    FLOOR_FREED: _floor_freed,
}
