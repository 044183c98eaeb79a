"""One event at a time: what it changes of its attempt, and what it means to the flow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from bot.channels.twilio_client import OPTED_OUT
from bot.domain.attempts import AttemptStatus, advance
from bot.flow.happenings import (
    BusinessEvent,
    CallEnded,
    CallOutcome,
    Delivered,
    Denied,
    GrantResult,
    GrantSettled,
    OptedOut,
    Replied,
    Undelivered,
    WorkOrderClosed,
)
from bot.flow.replies import Meaning, understand
from bot.inbound.batch import Batch
from bot.inbound.reports import CALL_OUTCOME, CALL_STATUS, MACHINE, SMS_STATUS, who_answered
from bot.store.attempts import Attempt
from bot.store.events import Event
from bot.store.suppressions import Entry

APPLIED = "applied"
STALE = "ignored:stale"
UNMATCHED = "unmatched"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an event, and whom it turned out to be about."""

    said: str
    enrolment_id: int | None = None
    customer_id: int | None = None


def interpret(batch: Batch, event: Event) -> Outcome:
    meaning = _KINDS.get(event.kind)
    if meaning is None:
        return Outcome("ignored:unknown_kind")
    return meaning(batch, event)


def evidence_of(event: Event) -> dict[str, object]:
    """What proves it: enough to find the raw event and to read it without."""
    fields = ("MessageSid", "CallSid", "Digits", "Body", "amount", "topup_id")
    proof: dict[str, object] = {name: event.payload[name] for name in fields if name in event.payload}
    if "Digits" in proof:
        proof["digits"] = proof.pop("Digits")
    return {"event": event.key, "at": event.received_at.isoformat(), **proof}


def _attempt(batch: Batch, event: Event) -> Attempt | None:
    return batch.attempts.get(event.attempt_id) if event.attempt_id is not None else None


def _about(attempt: Attempt, said: str) -> Outcome:
    return Outcome(said, attempt.enrolment_id, attempt.customer_id)


def _sms_status(batch: Batch, event: Event) -> Outcome:
    attempt = _attempt(batch, event)
    reported = SMS_STATUS.get(event.payload.get("MessageStatus", ""))
    if attempt is None or reported is None:
        return Outcome(UNMATCHED)
    error = event.payload.get("ErrorCode") or None
    status = _adopt(batch, attempt, reported, event.payload.get("MessageSid"), error)
    if status is None:
        return _about(attempt, STALE)
    if error == OPTED_OUT:
        _opt_out(batch, event, attempt.customer_id, source="carrier_21610")
    if status is AttemptStatus.DELIVERED:
        batch.happen(attempt.enrolment_id, Delivered(attempt.visit), evidence_of(event))
    elif status in (AttemptStatus.UNDELIVERED, AttemptStatus.FAILED, AttemptStatus.CANCELED):
        batch.happen(
            attempt.enrolment_id, Undelivered(attempt.visit, error or status.value), evidence_of(event)
        )
    return _about(attempt, APPLIED)


def _adopt(
    batch: Batch, attempt: Attempt, reported: AttemptStatus, sid: str | None, error: str | None
) -> AttemptStatus | None:
    """Move the attempt if the table lets it; a SID that we did not know yet is taken over either way."""
    status = advance(AttemptStatus(attempt.status), reported)
    if status is not None:
        batch.move(attempt, status, sid=sid, error=error)
    elif attempt.carrier_sid is None and sid:
        batch.move(attempt, AttemptStatus(attempt.status), sid=sid)
    return status


def _call_status(batch: Batch, event: Event) -> Outcome:
    attempt = _attempt(batch, event)
    reported = CALL_STATUS.get(event.payload.get("CallStatus", ""))
    if attempt is None or reported is None:
        return Outcome(UNMATCHED)
    status = _adopt(batch, attempt, reported, event.payload.get("CallSid"), None)
    if status is None:
        return _about(attempt, STALE)
    duration = str(event.payload.get("CallDuration", ""))
    if duration.isdecimal() and len(duration) <= 6:
        batch.move(batch.attempts[attempt.id], status, duration_s=int(duration))
    outcome = CALL_OUTCOME.get(status)
    if status is AttemptStatus.COMPLETED:
        outcome = CallOutcome.MACHINE if attempt.answered_by == MACHINE else CallOutcome.ANSWERED
    if outcome is not None:
        batch.happen(attempt.enrolment_id, CallEnded(attempt.visit, outcome), evidence_of(event))
    return _about(attempt, APPLIED)


def _call_amd(batch: Batch, event: Event) -> Outcome:
    """A key press has proved a person already: then detection's verdict is only kept as an event."""
    attempt = _attempt(batch, event)
    if attempt is None:
        return Outcome(UNMATCHED)
    if attempt.answered_by is not None:
        return _about(attempt, "ignored:known_already")
    verdict = event.payload.get("AnsweredBy", "")
    who = who_answered(verdict)
    live = AttemptStatus(attempt.status) not in CALL_OUTCOME and attempt.status != AttemptStatus.COMPLETED
    leave_message = who == MACHINE and verdict.startswith("machine") and live
    batch.move(
        attempt,
        AttemptStatus(attempt.status),
        sid=event.payload.get("CallSid"),
        answered_by=who,
        voicemail="due" if leave_message else None,
    )
    return _about(attempt, APPLIED)


def _unsent(batch: Batch, event: Event) -> Outcome:
    """Denied, expired or refused by the carrier before it was ever sent."""
    attempt = _attempt(batch, event)
    if attempt is None:
        return Outcome(UNMATCHED)
    reason = str(event.payload.get("reason", ""))
    happening = (
        Denied(attempt.visit, reason)
        if event.kind == "attempt.denied"
        else Undelivered(attempt.visit, reason)
    )
    batch.happen(attempt.enrolment_id, happening, evidence_of(event))
    return _about(attempt, APPLIED)


def _sms_inbound(batch: Batch, event: Event) -> Outcome:
    if event.customer_id is None and not event.payload.get("From"):
        return Outcome("unmatched:number")  # there is nobody whose wish it could be
    understood = understand(event.payload.get("Body", ""))
    match understood.meaning:
        case Meaning.OPT_OUT:  # from a number that nobody knows, too
            _opt_out(batch, event, event.customer_id, source="sms_reply")
            return Outcome("opt_out", customer_id=event.customer_id)
        case Meaning.OPT_IN:
            _opt_in(batch, event, event.customer_id)
            return Outcome("opt_in", customer_id=event.customer_id)
        case Meaning.HELP:
            return Outcome("help", customer_id=event.customer_id)
    if event.customer_id is None:
        return Outcome("unmatched:number")
    run = _asked_last(batch, event.customer_id)
    if run is None:
        return Outcome("ignored:nobody_asked", customer_id=event.customer_id)
    batch.happen(run, Replied(understood.key, event.key), evidence_of(event))
    said = f"key:{understood.key}" if understood.key else "unclear"
    return Outcome(said, run, event.customer_id)


def _asked_last(batch: Batch, customer_id: int) -> int | None:
    """Among the runs that ever sent an SMS that asks: the one that stands on such a step, else the newest."""
    runs = [batch.runs[id_] for id_ in batch.active_of.get(customer_id, ()) if id_ in batch.runs]
    asking = [run for run in runs if run.state.last_sms is not None]
    standing = [run for run in asking if run.state.step == run.state.last_sms]
    best = max(standing or asking, key=lambda run: run.enrolment.id, default=None)
    return best.enrolment.id if best is not None else None


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
    attempt = _attempt(batch, event)
    customer_id = event.customer_id or (attempt.customer_id if attempt else None)
    if customer_id is None:
        return Outcome(UNMATCHED)
    source = str(event.payload.get("source", "unknown"))
    _opt_out(batch, event, customer_id, source=source, registered=bool(event.payload.get("registered")))
    return Outcome(APPLIED, event.enrolment_id, customer_id)


def _opt_out(
    batch: Batch, event: Event, customer_id: int | None, *, source: str, registered: bool = False
) -> None:
    """One refusal is for everything: the register, and every run of this customer."""
    if not registered:
        batch.refuse(_line(event, customer_id, "suppress", source))
    for run in batch.active_of.get(customer_id, ()) if customer_id is not None else ():
        batch.happen(run, OptedOut(event.key), evidence_of(event))


def _line(event: Event, customer_id: int | None, action: str, source: str) -> Entry:
    return Entry(
        customer_id=customer_id,
        msisdn=event.payload.get("From") if event.kind == "sms.inbound" else None,
        action=action,
        source=source,
        evidence=event.key,
        wording=event.payload.get("Body"),
    )


def _opt_in(batch: Batch, event: Event, customer_id: int | None) -> None:
    batch.refuse(_line(event, customer_id, "restore", "sms_reply"))


_KINDS: dict[str, Callable[[Batch, Event], Outcome]] = {
    "sms.status": _sms_status,
    "sms.inbound": _sms_inbound,
    "call.status": _call_status,
    "call.amd": _call_amd,
    "attempt.denied": _unsent,
    "attempt.expired": _unsent,
    "attempt.failed": _unsent,
    "billing.topup": _topup,
    "grant.settled": _grant_settled,
    "work_order.closed": _work_order_closed,
    "opt_out": _opt_out_event,
}
