"""What the carrier answered, written down under the fences of the claim."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.channels.errors import Rejected, SendError, Unavailable
from bot.channels.messages import Accepted
from bot.channels.twilio_client import OPTED_OUT
from bot.domain.arbiter import ANSWER_WITHIN
from bot.domain.attempts import AttemptStatus
from bot.outreach.outgoing import ASK_AFTER
from bot.outreach.prepare import Ready
from bot.store import answer_timers, events, sending
from bot.store.events import NewEvent
from bot.store.sending import Outcome
from bot.store.transaction import Tx


def record(
    tx: Tx,
    sent: Sequence[Ready],
    answers: Sequence[Accepted | SendError],
    *,
    now: datetime,
    silence: timedelta,
) -> None:
    sending.lock_enrolments(tx, [one.sending.id for one in sent])
    outcomes = [_outcome(one, answer, now, silence) for one, answer in zip(sent, answers, strict=True)]
    written = sending.record_outcomes(tx, outcomes, now)
    # Where a callback was faster, it has started the timer.
    taken = [one.id for one in outcomes if one.status == AttemptStatus.ACCEPTED and one.id in written]
    answer_timers.start(tx, taken, now, answer_within=ANSWER_WITHIN)
    events.leave(
        tx,
        [
            event
            for one, answer in zip(sent, answers, strict=True)
            if isinstance(answer, Rejected) and one.sending.id in written
            for event in _refused(one, answer, now)
        ],
    )


def _outcome(one: Ready, answer: Accepted | SendError, now: datetime, silence: timedelta) -> Outcome:
    attempt_id, fence = one.sending.id, one.fence
    match answer:
        case Accepted(sid):
            return Outcome(attempt_id, fence, AttemptStatus.ACCEPTED, sid, None, None, now + silence)
        case Rejected():
            return Outcome(attempt_id, fence, AttemptStatus.FAILED, None, answer.code, None, None)
        case Unavailable():
            again = now + answer.retry_after
            return Outcome(attempt_id, fence, AttemptStatus.DUE, None, answer.code, again, None)
        case _:
            look_at = now + ASK_AFTER
            return Outcome(attempt_id, fence, AttemptStatus.UNCONFIRMED, None, answer.code, None, look_at)


def _refused(one: Ready, answer: Rejected, now: datetime) -> list[NewEvent]:
    attempt_id = one.sending.id
    failed = NewEvent(
        key=f"attempt:{attempt_id}:failed",
        kind="attempt.failed",
        payload={"reason": answer.code},
        received_at=now,
        attempt_id=attempt_id,
        enrolment_id=one.enrolment_id,
        customer_id=one.customer_id,
    )
    if answer.code != OPTED_OUT:
        return [failed]
    # The carrier knows a refusal that we never saw: the register takes it over.
    refusal = NewEvent(
        key=f"attempt:{attempt_id}:opt_out",
        kind="opt_out",
        payload={"source": "carrier_21610"},
        received_at=now,
        attempt_id=attempt_id,
        enrolment_id=one.enrolment_id,
        customer_id=one.customer_id,  # news about the person: the gate lets nothing pass until it is read
    )
    return [refusal, failed]
