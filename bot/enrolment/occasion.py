"""What brings people into a campaign beside its start: a rhythm, an event, or how far another campaign is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from bot.domain.rhythm import RhythmError, read_rhythm
from bot.domain.unknown_names import there_is_no
from bot.enrolment.errors import CampaignError
from bot.flow.model import BUSINESS_EVENTS
from bot.store import campaigns
from bot.store.transaction import Tx

_LONGEST_ID = 18  # digits that fit into a bigint


@dataclass(frozen=True, slots=True)
class Once:
    """Its audience as it is when it starts."""


@dataclass(frozen=True, slots=True)
class Repeated:
    """Whoever has come into its audience since is enrolled by that rhythm; the same person again `again_after`."""

    rhythm: str  # daily@02:00
    zone: str
    again_after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class OnEvent:
    """Whoever has the event is enrolled at once, if in the audience; the same person again `again_after`."""

    event: str
    again_after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class After:
    """It starts by itself once another campaign has reached that share of its people."""

    campaign: str
    reached: Decimal


Occasion = Once | Repeated | OnEvent | After
AT_ONCE = Once()


def stored(tx: Tx, occasion: Occasion) -> dict[str, Any]:
    """As columns of the campaign. Raises CampaignError."""
    match occasion:
        case Repeated(rhythm, zone, again_after):
            try:
                read_rhythm(rhythm, zone)
            except RhythmError as error:
                raise CampaignError("{why}", "repeat", why=error) from None
            return {"rhythm": rhythm, "rhythm_zone": zone, "again_after": _again(again_after)}
        case OnEvent(event, again_after):
            if event not in BUSINESS_EVENTS:
                raise CampaignError(f"on: {there_is_no('event', event, BUSINESS_EVENTS)}")
            return {"on_event": event, "again_after": _again(again_after)}
        case After(name, reached):
            return {"after_id": find_campaign(tx, name), "after_share": _share(reached)}
    return {}


def find_campaign(tx: Tx, name_or_id: str) -> int:
    """By name, else by number. Raises CampaignError with a near name."""
    found = campaigns.id_of(tx, name_or_id)
    number = int(name_or_id) if name_or_id.isdecimal() and len(name_or_id) <= _LONGEST_ID else None
    if found is None and number is not None and campaigns.get(tx, number) is not None:
        found = number
    if found is None:
        raise CampaignError(there_is_no("campaign", name_or_id, campaigns.names(tx)))
    return found


def _again(after: timedelta | None) -> timedelta | None:
    if after is not None and after < timedelta(days=1):
        raise CampaignError("must be at least a day", "again after")
    return after


def _share(reached: Decimal) -> Decimal:
    if not 0 < reached <= 1:
        raise CampaignError(
            "must be above 0% and at most 100%, not {given:f}%", "reached", given=reached * 100
        )
    return reached
