"""What goes into a channel and what comes out: values, no rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID


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
    ring_for: timedelta = timedelta(seconds=25)
    detect_machine: bool = True


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
