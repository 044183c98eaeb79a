"""What can happen to an enrolment: the inputs of `step()`.

A happening that an attempt brought about carries the visit of the step that made the attempt. The engine
ignores one whose visit is over, so a late or repeated callback can never move a customer twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


class CallOutcome(StrEnum):
    """Why a call ended, as the flow's `retry:` and `unreached` see it."""

    ANSWERED = "answered"  # a person listened; whatever was pressed came before as `Pressed`
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    MACHINE = "machine"  # voicemail or fax; a key press makes it a person (`Pressed` wins)
    FAILED = "failed"


class GrantResult(StrEnum):
    GRANTED = "granted"
    REFUSED = "refused"  # billing said no, or the budget is spent
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Started:
    """The enrolment's first moment: it stands on no step yet."""


@dataclass(frozen=True, slots=True)
class Resumed:
    """The run was moved to another revision: it enters the step that it stands on anew."""


@dataclass(frozen=True, slots=True)
class Delivered:
    visit: int


@dataclass(frozen=True, slots=True)
class Undelivered:
    """The carrier gave the SMS up, refused it, or it expired before it could be sent."""

    visit: int
    cause: str


@dataclass(frozen=True, slots=True)
class Replied:
    """An SMS from the customer, already understood: `key` is '1', '2' ... or None when it is unclear.

    Opt-out, start and help words never arrive here: the register takes them first. `text` is what was
    written, for the steps that want the customer's own words.
    """

    key: str | None
    evidence: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Answered:
    """The carrier asks what to say: the call was picked up. `machine` when detection has already said so."""

    visit: int
    machine: bool = False


@dataclass(frozen=True, slots=True)
class Pressed:
    """Keys in answer to prompt number `turn` of the call; empty digits mean that nothing was pressed."""

    visit: int
    turn: int
    digits: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Transferred:
    """The leg to the human is over."""

    visit: int
    connected: bool


@dataclass(frozen=True, slots=True)
class CallEnded:
    visit: int
    outcome: CallOutcome


@dataclass(frozen=True, slots=True)
class BusinessEvent:
    """Something billing or CRM told us: `recharge`, `complaint`, `port_out` ...

    `details` are its other fields; conditions read all of them as `event.<name>`.
    """

    name: str
    evidence: str
    at: datetime
    amount: Decimal | None = None
    details: Mapping[str, str | int | Decimal | bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TimedOut:
    """The deadline that the step had asked for has passed."""

    visit: int


@dataclass(frozen=True, slots=True)
class Denied:
    """The gate refused the contact; also a deferral, where the step does not want to wait."""

    visit: int
    reason: str


@dataclass(frozen=True, slots=True)
class GrantSettled:
    result: GrantResult
    reason: str = ""


@dataclass(frozen=True, slots=True)
class WorkOrderClosed:
    disposition: str


@dataclass(frozen=True, slots=True)
class OptedOut:
    """The register took a refusal for this customer and purpose, wherever it came from."""

    evidence: str = field(default="")


Happening = (
    Started
    | Resumed
    | Delivered
    | Undelivered
    | Replied
    | Answered
    | Pressed
    | Transferred
    | CallEnded
    | BusinessEvent
    | TimedOut
    | Denied
    | GrantSettled
    | WorkOrderClosed
    | OptedOut
)
