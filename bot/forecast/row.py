"""One person's line of a dry run."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from bot.domain.campaigns import Arm
from bot.domain.numbers import masked
from bot.domain.wall_clock import zone
from bot.forecast.opening import Wish
from bot.forecast.verdicts import Answer
from bot.forecast.wording import Length
from bot.store.forecasting import Candidate


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


def told(
    one: Candidate,
    dealt: Arm,
    standing: Standing,
    found: Answer,
    wish: Wish | None = None,
    length: Length | None = None,
    zones: tuple[str, ...] = (),
) -> Forecast:
    """`zones` are those that the gate weighed; nobody who was not weighed needs one."""
    here = zones[0] if zones else one.time_zone
    return Forecast(
        one.customer_id,
        one.external_id,
        masked(one.msisdn),
        dealt,
        standing,
        wish.step if wish else None,
        wish.channel if wish else None,
        wish.purpose if wish else None,
        one.language,
        length.characters if length else None,
        length.segments if length else None,
        wish.at if wish else None,
        found.verdict,
        found.reason,
        found.at,
        local(found.at, here) if found.at is not None and here is not None else None,
        here,
        here is not None and here == one.time_zone,
    )


@lru_cache(maxsize=1 << 14)
def local(moment: datetime, zone_name: str) -> str:
    return moment.astimezone(zone(zone_name)).isoformat(timespec="minutes")
