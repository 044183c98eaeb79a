"""One person's line of a dry run."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple


class Standing(StrEnum):
    """Where the person is in the campaign already."""

    NEW = "new"  # not enrolled yet
    WAITING = "waiting"  # enrolled, not started
    QUEUED = "queued"  # a contact waits to be made
    UNDER_WAY = "under_way"  # the run is past its first contact, and wants none now
    FINISHED = "finished"
    HELD_OUT = "held_out"


class Forecast(NamedTuple):
    """`step` to `planned_at` tell of the contact that the flow wants; `contact_at` is what the gate makes of it.

    Where the zone is not known, `time_zone` and `contact_local` are those of the first that it may be.
    """

    customer_id: int
    external_id: str
    number: str  # masked
    arm: str
    standing: str
    step: str | None
    channel: str | None
    purpose: str | None
    language: str
    characters: int | None
    segments: int | None
    planned_at: datetime | None
    verdict: str
    reason: str | None
    contact_at: datetime | None
    contact_local: str | None
    time_zone: str | None
    zone_known: bool
