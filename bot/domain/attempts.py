"""The life of one attempt: its statuses, and the one table along which they move.

Carriers report late, twice, out of order or not at all. All of that is in the table: `advance` answers None
for a report that must not move the attempt, and the event is kept all the same.
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

#: How long the telephone of every customer rings, and with the carrier's own delay a little longer.
RINGS_FOR = timedelta(seconds=25)


class Channel(StrEnum):
    SMS = "sms"
    CALL = "call"


class AttemptStatus(StrEnum):
    DUE = "due"  # waits for its time, the gate and a worker
    SENDING = "sending"  # claimed; the carrier may or may not have it
    UNCONFIRMED = "unconfirmed"  # the carrier may have it: ask, never resend blindly
    ACCEPTED = "accepted"  # the carrier has it: queued or being sent
    SENT = "sent"  # SMS handed to the network
    RINGING = "ringing"
    IN_PROGRESS = "in_progress"  # the call was picked up
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    COMPLETED = "completed"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    FAILED = "failed"
    CANCELED = "canceled"
    DENIED = "denied"  # the gate said no
    EXPIRED = "expired"  # its time passed before it could be sent


class RecallCause(StrEnum):
    """Why the carrier is asked to take a message or call back."""

    REFUSED = "refused"  # its customer said no: for good
    STOPPED = "stopped"  # its campaign was paused (made again when it goes on) or aborted
    CLOSED = "closed"  # a call waited at the carrier until the hours were over: made again in the next ones


_BEFORE_CARRIER = frozenset({AttemptStatus.SENDING, AttemptStatus.UNCONFIRMED})
_SMS_END = frozenset({AttemptStatus.DELIVERED, AttemptStatus.UNDELIVERED, AttemptStatus.FAILED})
_CALL_END = frozenset(
    {AttemptStatus.COMPLETED, AttemptStatus.BUSY, AttemptStatus.NO_ANSWER, AttemptStatus.FAILED}
)
_REPORTED = (
    frozenset({AttemptStatus.ACCEPTED, AttemptStatus.SENT, AttemptStatus.CANCELED})
    | frozenset({AttemptStatus.RINGING, AttemptStatus.IN_PROGRESS})
    | _SMS_END
    | _CALL_END
)

TRANSITIONS: dict[AttemptStatus, frozenset[AttemptStatus]] = {
    # A report on what is due again: the carrier's list lagged, and our proof of absence was wrong.
    AttemptStatus.DUE: _REPORTED | {AttemptStatus.SENDING, AttemptStatus.DENIED, AttemptStatus.EXPIRED},
    # A callback can overtake the answer to our POST, so every report is possible from here.
    AttemptStatus.SENDING: _REPORTED | {AttemptStatus.UNCONFIRMED, AttemptStatus.DUE},
    # DUE only after the carrier's own list has proved that it never took it.
    AttemptStatus.UNCONFIRMED: _REPORTED | {AttemptStatus.DUE},
    # DUE where a pause, or the end of its hours, had it taken back before it was sent.
    AttemptStatus.ACCEPTED: _REPORTED - {AttemptStatus.ACCEPTED} | {AttemptStatus.DUE},
    AttemptStatus.SENT: _SMS_END,
    AttemptStatus.RINGING: frozenset({AttemptStatus.IN_PROGRESS, AttemptStatus.CANCELED}) | _CALL_END,
    AttemptStatus.IN_PROGRESS: frozenset({AttemptStatus.COMPLETED, AttemptStatus.FAILED}),
    AttemptStatus.DELIVERED: frozenset(),
    # A handset that was off may still be reached: the network's last word is "delivered".
    AttemptStatus.UNDELIVERED: frozenset({AttemptStatus.DELIVERED}),
    AttemptStatus.COMPLETED: frozenset(),
    AttemptStatus.BUSY: frozenset(),
    AttemptStatus.NO_ANSWER: frozenset(),
    AttemptStatus.FAILED: frozenset(),
    AttemptStatus.CANCELED: frozenset(),
    AttemptStatus.DENIED: frozenset(),
    AttemptStatus.EXPIRED: frozenset(),
}

#: What the carrier must have accepted to be here: these are compared with the carrier's own ledger.
TAKEN_BY_CARRIER = frozenset(
    {AttemptStatus.ACCEPTED, AttemptStatus.SENT, AttemptStatus.RINGING, AttemptStatus.IN_PROGRESS}
    | {AttemptStatus.DELIVERED, AttemptStatus.UNDELIVERED, AttemptStatus.COMPLETED}
    | {AttemptStatus.BUSY, AttemptStatus.NO_ANSWER}
)

#: Outcome unknown or still open: the books cannot be closed while one is here.
IN_FLIGHT = frozenset(
    _BEFORE_CARRIER
    | {AttemptStatus.ACCEPTED, AttemptStatus.SENT, AttemptStatus.RINGING, AttemptStatus.IN_PROGRESS}
)


def advance(current: AttemptStatus, reported: AttemptStatus) -> AttemptStatus | None:
    """The status after a report, or None where the report must not move the attempt."""
    return reported if reported in TRANSITIONS[current] else None
