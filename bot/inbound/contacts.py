"""What the carrier or the gate tells of an attempt: its status moves, and the flow hears what matters to it."""

from __future__ import annotations

from bot.channels.twilio_client import OPTED_OUT
from bot.domain.attempts import AttemptStatus, advance
from bot.flow.happenings import CallEnded, CallOutcome, Delivered, Denied, Happening, Undelivered
from bot.flow.steps.asking import ASK_AGAIN
from bot.inbound.batch import Batch
from bot.inbound.given_back import given_back
from bot.inbound.outcome import APPLIED, STALE, UNMATCHED, Outcome, about, attempt_of, evidence_of
from bot.inbound.refusals import opt_out
from bot.inbound.reports import CALL_OUTCOME, CALL_STATUS, MACHINE, SMS_STATUS, who_answered, why_failed
from bot.store.attempts import Attempt
from bot.store.events import Event


def sms_status(batch: Batch, event: Event) -> Outcome:
    attempt = attempt_of(batch, event)
    reported = SMS_STATUS.get(event.payload.get("MessageStatus", ""))
    if attempt is None or reported is None:
        return Outcome(UNMATCHED)
    if (back := given_back(batch, event, attempt, reported)) is not None:
        return back
    error = event.payload.get("ErrorCode") or None
    status = _adopt(batch, attempt, reported, event.payload.get("MessageSid"), error)
    if status is None:
        return about(attempt, STALE)
    if error == OPTED_OUT:
        opt_out(batch, event, attempt.customer_id, source="carrier_21610")
    if status is AttemptStatus.DELIVERED:
        _tell(batch, event, attempt, Delivered(attempt.visit))
    elif status in (AttemptStatus.UNDELIVERED, AttemptStatus.FAILED, AttemptStatus.CANCELED):
        _tell(batch, event, attempt, Undelivered(attempt.visit, error or status.value))
    return about(attempt, APPLIED)


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


def call_status(batch: Batch, event: Event) -> Outcome:
    attempt = attempt_of(batch, event)
    reported = CALL_STATUS.get(event.payload.get("CallStatus", ""))
    if attempt is None or reported is None:
        return Outcome(UNMATCHED)
    if (back := given_back(batch, event, attempt, reported)) is not None:
        return back
    error = why_failed(event.payload)
    status = _adopt(batch, attempt, reported, event.payload.get("CallSid"), error)
    if status is None:
        return about(attempt, STALE)
    duration = str(event.payload.get("CallDuration", ""))
    if duration.isdecimal() and len(duration) <= 6:
        batch.move(batch.attempts[attempt.id], status, duration_s=int(duration))
    outcome = CALL_OUTCOME.get(status)
    if status is AttemptStatus.COMPLETED:
        outcome = CallOutcome.MACHINE if attempt.answered_by == MACHINE else CallOutcome.ANSWERED
    if outcome is not None:
        _tell(batch, event, attempt, CallEnded(attempt.visit, outcome))
    return about(attempt, APPLIED)


def call_amd(batch: Batch, event: Event) -> Outcome:
    """A key press has proved a person already: then detection's verdict is only kept as an event."""
    attempt = attempt_of(batch, event)
    if attempt is None:
        return Outcome(UNMATCHED)
    if attempt.answered_by is not None:
        return about(attempt, "ignored:known_already")
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
    return about(attempt, APPLIED)


def unsent(batch: Batch, event: Event) -> Outcome:
    """Denied, expired or refused by the carrier before it was ever sent."""
    attempt = attempt_of(batch, event)
    if attempt is None:
        return Outcome(UNMATCHED)
    reason = str(event.payload.get("reason", ""))
    happening = (
        Denied(attempt.visit, reason)
        if event.kind == "attempt.denied"
        else Undelivered(attempt.visit, reason)
    )
    _tell(batch, event, attempt, happening)
    return about(attempt, APPLIED)


def _tell(batch: Batch, event: Event, attempt: Attempt, happening: Happening) -> None:
    """A question that is put again is extra: the run stands on the first, whatever becomes of the second."""
    if attempt.text != ASK_AGAIN:
        batch.happen(attempt.enrolment_id, happening, evidence_of(event))
