"""A whole audience comes into its campaign: listed, then enrolled in the order of sending, chunk by chunk.

Each chunk is a transaction that asks the campaign's status anew: whoever dies leaves the rest to the next, and a
pause waits for one chunk at most. Arms are dealt by hash, so it does not matter who is enrolled with whom.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot.enrolment.audience import reading, select_audience
from bot.enrolment.enrol import EnrolReport, deal, flow_of, whom
from bot.flow.model import Flow
from bot.published import PublishedFlows
from bot.rules.catalogue import FactorCatalogue
from bot.store import campaigns, intakes, rounds
from bot.store.campaigns import Campaign
from bot.store.enrolling import Audience
from bot.store.intakes import Intake
from bot.store.send_order import in_order, one_by_one
from bot.store.transaction import Transaction, Tx

CHUNK = 2_000  # enrolled in a transaction, so that a pause waits for a fraction of a second
LOOKED_AT_ONCE = 10_000  # of the audience; noting somebody costs a fraction of enrolling them

NOBODY = EnrolReport(0, 0, 0, 0)


def begin(tx: Tx, campaign: Campaign, now: datetime, catalogue: FactorCatalogue | None) -> None:
    """Raises CampaignError, before anything is written, where its audience cannot be read."""
    select_audience(campaign, catalogue)
    intakes.begin(tx, campaign.id, now)


def take_in(
    transaction: Transaction,
    campaign_id: int,
    now: datetime,
    *,
    flows: PublishedFlows,
    catalogue: FactorCatalogue | None,
    progress: Callable[[Intake], None] = lambda intake: None,
    chunk_size: int = CHUNK,
) -> EnrolReport:
    """All of one campaign's audience, as long as the campaign runs; answers how far that has come.

    Raises CampaignError.
    """
    while True:
        with transaction() as tx:
            intake = intakes.claim(tx, campaign_id)
            if intake is None:
                return _report(tx, campaign_id)
            take_chunk(tx, intake, now, flows=flows, catalogue=catalogue, chunk_size=chunk_size)
        progress(intake)


def take_in_at_once(
    tx: Tx, campaign_id: int, now: datetime, catalogue: FactorCatalogue | None
) -> EnrolReport:
    """The same in the caller's transaction, for small audiences."""
    flows = PublishedFlows()
    while (intake := intakes.claim(tx, campaign_id)) is not None:
        take_chunk(tx, intake, now, flows=flows, catalogue=catalogue)
    return _report(tx, campaign_id)


def take_chunk(
    tx: Tx,
    intake: Intake,
    now: datetime,
    *,
    flows: PublishedFlows,
    catalogue: FactorCatalogue | None,
    chunk_size: int = CHUNK,
) -> None:
    """Of a claimed intake. Raises CampaignError where the audience or the flow cannot be read (any more)."""
    if intake.phase == intakes.CLEARING:
        if not intakes.clear(tx, intake, limit=LOOKED_AT_ONCE):
            intakes.finish(tx, intake)
        return
    campaign = campaigns.get(tx, intake.campaign_id)
    assert campaign is not None
    flow = flow_of(tx, campaign, flows)
    if intake.phase == intakes.LISTING:
        audience = select_audience(campaign, catalogue)
        with reading(tx, campaign, catalogue):
            _list(tx, intake, campaign, flow, audience)
    else:
        _enrol(tx, intake, campaign, flow, now, chunk_size)


def _list(tx: Tx, intake: Intake, campaign: Campaign, flow: Flow, audience: Audience) -> None:
    last = intakes.up_to(tx, intake, audience, limit=LOOKED_AT_ONCE)
    if last is None:
        intakes.all_listed(tx, intake)
        return
    piece = intakes.between(rounds.without_recent(audience, campaign, intake.begun_at), intake, last)
    people = in_order(piece, campaign, intake.begun_at)
    intakes.note(tx, intake, people, status=whom(flow), last=last)


def _enrol(tx: Tx, intake: Intake, campaign: Campaign, flow: Flow, now: datetime, chunk_size: int) -> None:
    piece = intakes.next_piece(tx, intake, limit=chunk_size)
    if piece is None:
        intakes.end(tx, campaign.id, now, complete=True)
        return
    people = piece.people(one_by_one=one_by_one(campaign))
    # All of them when the audience was looked at, so that the next round weighs them alike.
    dealt = deal(tx, campaign, flow, people, now, enrolled_at=intake.begun_at, before=intake.enrolled)
    intakes.count(tx, piece, dealt)


def _report(tx: Tx, campaign_id: int) -> EnrolReport:
    intake = intakes.newest(tx, campaign_id)
    if intake is None:
        return NOBODY
    skipped = intake.found - intake.listed
    return EnrolReport(intake.enrolled, intake.treatment, intake.control, skipped, intake.global_control)
