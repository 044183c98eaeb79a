"""Whoever comes into a campaign beside its start: newcomers by its rhythm, and those who have its event.

Nobody is in a campaign twice. One that may take the same customer `again_after` a time goes on in editions: when
that time is over, the next edition takes over, with the same terms and the same control customers.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bot.domain.campaigns import CampaignStatus
from bot.domain.rhythm import read_rhythm
from bot.enrolment import intake
from bot.enrolment.enrol import enrol
from bot.rules.catalogue import FactorCatalogue
from bot.store import audit, campaigns, intakes, move_effects, rounds
from bot.store.campaigns import Campaign
from bot.store.enrolling import Audience
from bot.store.rounds import Called
from bot.store.transaction import Tx


def first_round(tx: Tx, campaign: Campaign, now: datetime, catalogue: FactorCatalogue | None) -> None:
    """At the start: its whole audience is to come in, unless it waits for an event. Raises CampaignError."""
    if campaign.on_event is None:
        intake.begin(tx, campaign, now, catalogue)


def next_round_at(campaign: Campaign, now: datetime) -> datetime | None:
    if campaign.rhythm is None or campaign.rhythm_zone is None:
        return None
    return read_rhythm(campaign.rhythm, campaign.rhythm_zone).after(max(now, campaign.starts_at))


def next_round(tx: Tx, campaign_id: int, now: datetime, catalogue: FactorCatalogue | None) -> None:
    """A campaign whose time has come is to look at its audience again. One that was missed is not made up twice.

    The campaign is locked. Raises CampaignError.
    """
    campaign = campaigns.get(tx, campaign_id)
    assert campaign is not None
    upcoming = next_round_at(campaign, now)
    edition = _edition(tx, campaign, now)
    if edition.id != campaign.id:
        _give_way(tx, campaign, now, next_round_at=None)
    campaigns.write(tx, edition.id, edition.status, next_round_at=upcoming)
    intake.begin(tx, edition, now, catalogue)


def take_called(tx: Tx, called: Called, now: datetime, catalogue: FactorCatalogue | None) -> None:
    """Customers who had a campaign's event are enrolled if they are in its audience. Raises CampaignError."""
    campaign = campaigns.get(tx, called.campaign_id)
    assert campaign is not None
    edition = _edition(tx, campaign, now)
    if edition.id != campaign.id:
        _give_way(tx, campaign, now)
        rounds.hand_over_calls(tx, campaign.id, edition.id)

    def narrowed(audience: Audience) -> Audience:
        return rounds.without_recent(rounds.among(audience, called.customers), edition, now)

    enrol(tx, edition.id, now, catalogue=catalogue, narrowed=narrowed)


# -- editions ---------------------------------------------------------------------------------------------------


def _give_way(tx: Tx, campaign: Campaign, now: datetime, **changes: Any) -> None:
    campaigns.write(tx, campaign.id, CampaignStatus.DRAINING, **changes)
    move_effects.begin(tx, campaign.id, move_effects.END_UNSTARTED, now)
    intakes.end(tx, campaign.id, now)


def _edition(tx: Tx, campaign: Campaign, now: datetime) -> Campaign:
    """The campaign itself, or the next edition of its series, just begun."""
    begun = campaign.started_at or now
    if campaign.again_after is None or now < begun + campaign.again_after:
        return campaign
    edition_id = rounds.next_edition(tx, campaign, now)
    said = {"edition_of": campaign.series_id or campaign.id}
    audit.record(tx, None, "campaign.edition", f"campaign:{edition_id}", None, said, now)
    edition = campaigns.get(tx, edition_id)
    assert edition is not None
    return edition
