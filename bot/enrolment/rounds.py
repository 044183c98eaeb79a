"""Whoever comes into a campaign beside its start: newcomers by its rhythm, and those who have its event.

Nobody is in a campaign twice. One that may take the same customer `again_after` a time goes on in editions: when
that time is over, the next edition takes over, with the same terms and the same control customers.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial

from bot.domain.campaigns import CampaignStatus
from bot.domain.rhythm import read_rhythm
from bot.enrolment.enrol import EnrolReport, enrol
from bot.rules.catalogue import FactorCatalogue
from bot.store import audit, campaigns, move_effects, rounds
from bot.store.campaigns import Campaign
from bot.store.enrolling import Audience
from bot.store.send_order import put_in_order
from bot.store.transaction import Tx

NOBODY = EnrolReport(0, 0, 0, 0)


def first_round(tx: Tx, campaign: Campaign, now: datetime, catalogue: FactorCatalogue | None) -> EnrolReport:
    """At the start: its whole audience, unless it waits for an event."""
    return NOBODY if campaign.on_event is not None else _round(tx, campaign, now, catalogue)


def next_round_at(campaign: Campaign, now: datetime) -> datetime | None:
    if campaign.rhythm is None or campaign.rhythm_zone is None:
        return None
    return read_rhythm(campaign.rhythm, campaign.rhythm_zone).after(max(now, campaign.starts_at))


def due_round(tx: Tx, now: datetime, catalogue: FactorCatalogue | None) -> bool:
    """One campaign whose time has come looks at its audience again. A round that was missed is not made up twice."""
    campaign = campaigns.get(tx, rounds.claim_due(tx, now) or 0)
    if campaign is None:
        return False
    upcoming = next_round_at(campaign, now)
    edition = _edition(tx, campaign, now)
    if edition.id != campaign.id:
        campaigns.write(tx, campaign.id, CampaignStatus.DRAINING, next_round_at=None)
    campaigns.write(tx, edition.id, edition.status, next_round_at=upcoming)
    report = _round(tx, edition, now, catalogue)
    said = {"enrolled": report.enrolled, "control": report.control}
    audit.record(tx, None, "campaign.round", f"campaign:{edition.id}", None, said, now)
    return True


def due_calls(tx: Tx, now: datetime, catalogue: FactorCatalogue | None, *, limit: int) -> int:
    """Of one campaign, customers who had its event are enrolled if they are in its audience; answers how many."""
    called = rounds.claim_calls(tx, limit=limit)
    campaign = campaigns.get(tx, called.campaign_id) if called is not None else None
    if called is None or campaign is None:
        return 0
    edition = _edition(tx, campaign, now)
    if edition.id != campaign.id:
        campaigns.write(tx, campaign.id, CampaignStatus.DRAINING)
        rounds.hand_over_calls(tx, campaign.id, edition.id)
    among = partial(rounds.among, customers=called.customers)
    _round(tx, edition, now, catalogue, among=among)
    return len(called.customers)


def _round(
    tx: Tx,
    campaign: Campaign,
    now: datetime,
    catalogue: FactorCatalogue | None,
    among: partial[Audience] | None = None,
) -> EnrolReport:
    def narrowed(audience: Audience) -> Audience:
        audience = among(audience) if among is not None else audience
        if campaign.again_after is None:
            return audience
        return rounds.not_lately(
            audience, campaign.series_id or campaign.id, since=now - campaign.again_after
        )

    report = enrol(tx, campaign.id, now, catalogue=catalogue, narrowed=narrowed)
    put_in_order(tx, campaign, now)
    return report


# -- editions ---------------------------------------------------------------------------------------------------


def _edition(tx: Tx, campaign: Campaign, now: datetime) -> Campaign:
    """The campaign itself, or the next edition of its series, just begun."""
    begun = campaign.started_at or now
    if campaign.again_after is None or now < begun + campaign.again_after:
        return campaign
    edition_id = rounds.next_edition(tx, campaign, now)
    move_effects.begin(tx, campaign.id, move_effects.END_UNSTARTED, now)
    said = {"edition_of": campaign.series_id or campaign.id}
    audit.record(tx, None, "campaign.edition", f"campaign:{edition_id}", None, said, now)
    edition = campaigns.get(tx, edition_id)
    assert edition is not None
    return edition
