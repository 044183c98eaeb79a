"""A call that a manager makes from a work order: its statuses, and the one table along which they move.

The carrier rings the manager's own phone first and the customer's only when the manager has pressed a key. Two legs
report, late and out of order: `advance` answers None for a report that must not move the call.
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

RING_FOR = timedelta(seconds=25)  # either phone: shorter than most voicemails wait
LONGEST = timedelta(hours=1)  # that two people talk
STALE = timedelta(minutes=2)  # after that nobody waits beside the phone any more


class Way(StrEnum):
    BRIDGED = "bridged"  # by us: the manager's phone, then the customer's
    OWN_PHONE = "own_phone"  # without us, written down afterwards


class Leg(StrEnum):
    """One of the two connections that a bridged call is made of; each is paid for."""

    MANAGER = "manager"
    CUSTOMER = "customer"


class ManualCallStatus(StrEnum):
    REFUSED = "refused"  # the gate said no, or not yet
    DUE = "due"
    SENDING = "sending"  # claimed; the carrier may or may not have it
    UNCONFIRMED = "unconfirmed"  # the carrier may have it: ask, never call again blindly
    RINGING = "ringing"  # the carrier has it: the manager's phone rings
    ANSWERED = "answered"  # the manager has picked up, and is asked for a key
    DIALLING = "dialling"  # the customer's phone rings
    CONNECTED = "connected"
    COMPLETED = "completed"  # the customer picked up
    BUSY = "busy"  # the customer's phone was, and so below
    NO_ANSWER = "no_answer"
    FAILED = "failed"
    CANCELED = "canceled"  # the manager hung up before the customer picked up
    AWAY = "away"  # the manager did not pick up, or pressed no key
    TAKEN_BACK = "taken_back"  # the customer had picked up nothing yet when the gate's yes became a no


_OF_THE_CUSTOMER = frozenset(
    {
        ManualCallStatus.COMPLETED,
        ManualCallStatus.BUSY,
        ManualCallStatus.NO_ANSWER,
        ManualCallStatus.FAILED,
    }
)
_TAKEN = frozenset({ManualCallStatus.ANSWERED, ManualCallStatus.AWAY, ManualCallStatus.FAILED})

TRANSITIONS: dict[ManualCallStatus, frozenset[ManualCallStatus]] = {
    ManualCallStatus.REFUSED: frozenset(),
    ManualCallStatus.DUE: frozenset(
        {
            ManualCallStatus.SENDING,
            ManualCallStatus.FAILED,
            ManualCallStatus.REFUSED,
            ManualCallStatus.TAKEN_BACK,
        }
    ),
    # The manager may have picked up before the answer to our request is here.
    ManualCallStatus.SENDING: _TAKEN
    | {ManualCallStatus.DUE, ManualCallStatus.UNCONFIRMED, ManualCallStatus.RINGING},
    ManualCallStatus.UNCONFIRMED: _TAKEN | {ManualCallStatus.RINGING},
    ManualCallStatus.RINGING: _TAKEN | {ManualCallStatus.TAKEN_BACK},
    ManualCallStatus.ANSWERED: frozenset(
        {
            ManualCallStatus.DIALLING,
            ManualCallStatus.REFUSED,
            ManualCallStatus.TAKEN_BACK,
            ManualCallStatus.AWAY,
            ManualCallStatus.FAILED,
        }
    ),
    ManualCallStatus.DIALLING: _OF_THE_CUSTOMER
    | {ManualCallStatus.CONNECTED, ManualCallStatus.CANCELED, ManualCallStatus.TAKEN_BACK},
    ManualCallStatus.CONNECTED: frozenset({ManualCallStatus.COMPLETED, ManualCallStatus.FAILED}),
    # The end of the manager's leg overtook what the carrier says of the customer's.
    ManualCallStatus.CANCELED: _OF_THE_CUSTOMER,
    ManualCallStatus.TAKEN_BACK: _OF_THE_CUSTOMER,
    ManualCallStatus.COMPLETED: frozenset(),
    ManualCallStatus.BUSY: frozenset(),
    ManualCallStatus.NO_ANSWER: frozenset(),
    ManualCallStatus.FAILED: frozenset(),
    ManualCallStatus.AWAY: frozenset(),
}

#: Where a refusal still comes in time, and somebody is to be asked to drop what is in the air. What the carrier may or
#: may not have (sending, unconfirmed) has no SID to ask for yet; a conversation that has begun is not cut, because the
#: customer who has refused all calls is speaking with a person at this very moment and can say so, and hanging up on
#: them would be the greater rudeness.
STOPPABLE = frozenset(
    {
        ManualCallStatus.DUE,
        ManualCallStatus.RINGING,
        ManualCallStatus.ANSWERED,
        ManualCallStatus.DIALLING,
    }
)

#: What may be written down of a call from one's own phone.
OUTCOMES = (ManualCallStatus.COMPLETED, ManualCallStatus.NO_ANSWER, ManualCallStatus.BUSY)

#: What the carrier says of the customer's leg.
OF_DIAL = {
    "completed": ManualCallStatus.COMPLETED,
    "answered": ManualCallStatus.COMPLETED,
    "busy": ManualCallStatus.BUSY,
    "no-answer": ManualCallStatus.NO_ANSWER,
    "failed": ManualCallStatus.FAILED,
    "canceled": ManualCallStatus.CANCELED,
}

#: What the end of the manager's leg means, wherever the call stands.
_LEG_IS_OVER = frozenset({"completed", "busy", "no-answer", "failed", "canceled"})
_MEANS = {
    ManualCallStatus.SENDING: ManualCallStatus.AWAY,
    ManualCallStatus.UNCONFIRMED: ManualCallStatus.AWAY,
    ManualCallStatus.RINGING: ManualCallStatus.AWAY,
    ManualCallStatus.ANSWERED: ManualCallStatus.AWAY,
    ManualCallStatus.DIALLING: ManualCallStatus.CANCELED,
    ManualCallStatus.CONNECTED: ManualCallStatus.COMPLETED,
}
_ASKED_FOR_IT = frozenset({"reply", "key", "unanswered", "asked_for_manager", "complaint", "late_reply"})


def advance(current: ManualCallStatus, reported: ManualCallStatus) -> ManualCallStatus | None:
    """The status after a report, or None where the report must not move the call."""
    return reported if reported in TRANSITIONS[current] else None


def ended_by(current: ManualCallStatus, carriers_word: str) -> ManualCallStatus | None:
    """What the end of the manager's own leg means where the call stands; None where it is no end, or is known."""
    return _MEANS.get(current) if is_over(carriers_word) else None


def is_over(carriers_word: str) -> bool:
    """Whether that is the end of a leg, of either."""
    return carriers_word in _LEG_IS_OVER


def purpose_of(order_reason: str, flow_purpose: str) -> str:
    """Who wrote, pressed a key or complained is answered: a service. Else it is what the order's flow is for."""
    first, _, _ = order_reason.partition(" ")
    return "service" if first in _ASKED_FOR_IT else flow_purpose
