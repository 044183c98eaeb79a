"""What the engine asks its host to do: the outputs of `step()`, to be carried out in one transaction.

The engine does none of it. A host (the store, the simulator, a golden conversation) carries each action out
or, for the spoken ones, renders it at once as the answer to the carrier.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from bot.flow.state import Plain


class OnDenied(StrEnum):
    """What a contact does when the gate defers or denies it, in the flow author's words."""

    WAIT = "wait"  # a deferral waits for its time; a denial ends the flow (or takes the `denied` exit)
    SKIP = "skip"  # both go on by the step's fallback exit
    EXIT = "exit"  # both end the flow


@dataclass(frozen=True, slots=True)
class Send:
    """Make an SMS attempt due. Its text is rendered from the flow when it is sent, not before.

    `answer_within` is the step's `after`: the host starts it when the carrier takes the message, so that a
    night's deferral does not eat the customer's time to answer. Then it gives `TimedOut(visit)`.
    """

    step: str
    visit: int
    try_no: int
    not_before: datetime
    expires_at: datetime
    answer_within: timedelta | None
    on_denied: OnDenied
    text: str = "sms"  # which of the step's texts: its own, or the built-in "ask_again"


@dataclass(frozen=True, slots=True)
class Call:
    """Make a call attempt due; its end comes back as `CallEnded`."""

    step: str
    visit: int
    try_no: int
    not_before: datetime
    expires_at: datetime
    on_denied: OnDenied


@dataclass(frozen=True, slots=True)
class WaitUntil:
    """Give `TimedOut(visit)` at `at`; replaces any earlier deadline of the enrolment."""

    visit: int
    at: datetime


@dataclass(frozen=True, slots=True)
class CancelQueued:
    """Cancel whatever of this enrolment has not been sent yet, and its deadline."""


@dataclass(frozen=True, slots=True)
class Accept:
    """The customer said yes to the offer. `evidence` names the event that proves it."""

    evidence: str
    step: str


@dataclass(frozen=True, slots=True)
class Qualify:
    """The customer did what the offer asks for (recharged at least the minimum, in time)."""

    evidence: str
    amount: Decimal | None


@dataclass(frozen=True, slots=True)
class Grant:
    """Credit the bonus, once; `GrantSettled` tells how it ended."""

    amount: Decimal


@dataclass(frozen=True, slots=True)
class OpenWorkOrder:
    queue: str
    due: timedelta
    script: str
    reason: str


@dataclass(frozen=True, slots=True)
class Emit:
    """Tell other systems: an outgoing event of this name, kept until they have fetched it."""

    event: str
    details: Mapping[str, Plain]


@dataclass(frozen=True, slots=True)
class OptOut:
    """The customer refused by keypad: put it in the register."""

    evidence: str
    channel_of_refusal: str  # "call"


@dataclass(frozen=True, slots=True)
class Prompt:
    """Speak texts of the step and gather keys; the answer comes back as `Pressed(visit, turn, ...)`.

    `text` names them: "say", "confirm", a built-in one ("wrong_key"), "play" for a recording, or several
    in their order ("wrong_key+say"). With `speech` the customer may also say it, where the carrier listens.
    """

    step: str
    visit: int
    turn: int
    text: str
    digits: int
    speech: bool = False


@dataclass(frozen=True, slots=True)
class Voicemail:
    """Leave the step's voicemail text and hang up."""

    step: str
    visit: int


@dataclass(frozen=True, slots=True)
class Dial:
    """Connect the caller to a human of `queue`; the end of that leg comes back as `Transferred`."""

    queue: str
    visit: int
    timeout: timedelta
    step: str = ""  # whose words introduce the human


@dataclass(frozen=True, slots=True)
class Hangup:
    """Say a closing text ("goodbye", "opted_out", "accepted", a step's own) and hang up."""

    step: str
    text: str


@dataclass(frozen=True, slots=True)
class Finish:
    """The run is over; `result` names the end: "granted", "declined", "unreached", "opted_out" ..."""

    result: str


Action = (
    Send
    | Call
    | WaitUntil
    | CancelQueued
    | Accept
    | Qualify
    | Grant
    | OpenWorkOrder
    | Emit
    | OptOut
    | Prompt
    | Voicemail
    | Dial
    | Hangup
    | Finish
)
