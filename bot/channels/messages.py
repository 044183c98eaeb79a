"""What goes into a channel and what comes out: values, no rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from bot.domain.attempts import RINGS_FOR


@dataclass(frozen=True, slots=True)
class OutboundSms:
    attempt_id: UUID
    to: str
    sender: str
    body: str
    valid_for: timedelta


@dataclass(frozen=True, slots=True)
class OutboundCall:
    attempt_id: UUID
    to: str
    sender: str
    ring_for: timedelta = RINGS_FOR
    detect_machine: bool = True
    longest: timedelta | None = None  # the carrier ends it then, whoever speaks
    valid_for: timedelta | None = None  # it is not placed later than this


@dataclass(frozen=True, slots=True)
class CallToManager:
    """The manager's own phone is rung; whom it is about is told when it is picked up."""

    call_id: UUID
    to: str
    sender: str
    ring_for: timedelta


@dataclass(frozen=True, slots=True)
class Accepted:
    sid: str


@dataclass(frozen=True, slots=True)
class Found:
    """An entry of the carrier's own list; `body` only for SMS."""

    sid: str
    status: str
    created_at: datetime | None  # None while the carrier has not dated it yet
    to: str
    body: str | None
    error_code: str | None
    duration_s: int | None
