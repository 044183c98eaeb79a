"""Reports of what the carrier was asked to give back: the contact is due again, or over for good."""

from __future__ import annotations

from bot.domain.attempts import TRANSITIONS, AttemptStatus, Channel
from bot.inbound.batch import Batch
from bot.inbound.outcome import STALE, Outcome, about
from bot.store import recalls
from bot.store.attempts import Attempt
from bot.store.events import Event

PUT_BACK = "put_back"

#: It went out all the same, whatever the carrier said before: then it is not sent a second time.
_WENT_OUT = frozenset(
    {AttemptStatus.SENT, AttemptStatus.DELIVERED, AttemptStatus.IN_PROGRESS, AttemptStatus.COMPLETED}
)


def given_back(batch: Batch, event: Event, attempt: Attempt, reported: AttemptStatus) -> Outcome | None:
    """None where it is a report like any other."""
    sid = event.payload.get("MessageSid") or event.payload.get("CallSid")
    was_sent_before = attempt.fence > 1 and sid != attempt.carrier_sid
    if sid is None or not (reported is AttemptStatus.CANCELED or was_sent_before):
        return None
    recalled = recalls.of(batch.tx, sid)
    if recalled is None:
        return None
    if recalled.put_back or batch.was_given_back(sid):
        return None if reported in _WENT_OUT else about(attempt, STALE)
    if reported is not AttemptStatus.CANCELED or not recalled.again:
        return None
    if not (_unheard(event, attempt) and _standing(batch, attempt)):
        return None
    batch.put_back(attempt, sid)
    return about(attempt, PUT_BACK)


def _unheard(event: Event, attempt: Attempt) -> bool:
    """The carrier reports a canceled call of its own accord only if the phone rang: that was a try."""
    mine = AttemptStatus.DUE in TRANSITIONS[AttemptStatus(attempt.status)]
    return mine and (attempt.channel == Channel.SMS or event.payload.get("source") == "asked")


def _standing(batch: Batch, attempt: Attempt) -> bool:
    run = batch.runs.get(attempt.enrolment_id)
    return run is not None and not run.over and run.state.visit == attempt.visit
