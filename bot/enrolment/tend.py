"""What campaigns do by themselves, looked at each second: start, enrol, close, finish, and what moves have left.

What one campaign cannot do holds up no other: it is stopped, and the operator is told.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.domain.campaigns import CampaignMove
from bot.domain.notices import CANNOT_ENROL, PREDECESSOR_ABORTED
from bot.enrolment.audience import fault
from bot.enrolment.check import Ground
from bot.enrolment.effects import work_off
from bot.enrolment.errors import CampaignError
from bot.enrolment.intake import CHUNK, take_chunk
from bot.enrolment.move import move_campaign
from bot.enrolment.rounds import next_round, take_called
from bot.published import PublishedFlows
from bot.store import brakes, intakes, notices, rounds
from bot.store.brakes import Trip
from bot.store.transaction import Transaction

log = logging.getLogger(__name__)

CHUNKS_AT_ONCE = 10
CALLS_AT_ONCE = 1_000
BRAKES_AT_ONCE = 100
#: The reasons of the product's own moves, as the audit keeps them.
ITS_END_HAS_COME = "its end has come"
BRAKE = "brake: "
COUNT_AGAIN = timedelta(seconds=30)  # how far the campaign is that another one waits for


def tend_campaigns(transaction: Transaction, flows: PublishedFlows, ground: Ground, now: datetime) -> None:
    """Each deed is a transaction of its own: whatever a kill leaves undone, the next look does."""
    pull_brakes(transaction, now)
    work_off(transaction, now, flows=flows, chunks=CHUNKS_AT_ONCE)
    _tell_of_orphans(transaction, now)
    _start_scheduled(transaction, ground, now)
    _begin_rounds(transaction, ground, now)
    _take_called(transaction, ground, now)
    _close(transaction, now)
    finish_campaigns(transaction, now)


def finish_campaigns(transaction: Transaction, now: datetime) -> int:
    """Campaigns that have nobody left under way are finished; answers how many."""
    with transaction() as tx:
        found = rounds.over(tx, now)
    return sum(_moved(transaction, campaign, CampaignMove.FINISH, now) for campaign in found)


def _close(transaction: Transaction, now: datetime) -> None:
    with transaction() as tx:
        found = rounds.closed(tx, now)
    for campaign in found:
        _moved(transaction, campaign, CampaignMove.DRAIN, now, reason=ITS_END_HAS_COME)


def _moved(
    transaction: Transaction,
    campaign: int,
    move: CampaignMove,
    now: datetime,
    *,
    reason: str | None = None,
    ground: Ground | None = None,
) -> bool:
    """Somebody may have been faster: then it is not ours to move any more."""
    try:
        with transaction() as tx:
            move_campaign(tx, campaign, move, now, reason=reason, ground=ground)
    except CampaignError as error:
        log.info("campaign %d not moved: %s", campaign, error)
        return False
    return True


def pull_brakes(transaction: Transaction, now: datetime) -> None:
    """A brake that was pulled stops its campaign; only a person lets it go on."""
    with transaction() as tx:
        trips = brakes.waiting(tx, limit=BRAKES_AT_ONCE)
        for campaign, causes in _by_campaign(trips).items():
            try:
                move_campaign(tx, campaign, CampaignMove.PAUSE, now, reason=f"{BRAKE}{', '.join(causes)}")
            except CampaignError as error:
                log.info("campaign %d stands already: %s", campaign, error)
        brakes.carried_out(tx, trips, now)


def _by_campaign(trips: Sequence[Trip]) -> dict[int, list[str]]:
    causes: dict[int, list[str]] = {}
    for trip in trips:
        causes.setdefault(trip.campaign_id, []).append(trip.cause.value)
    return causes


def _start_scheduled(transaction: Transaction, ground: Ground, now: datetime) -> None:
    unfit: list[int] = []
    with transaction() as tx:
        ripe = rounds.ripe(tx, now, look_again=now + COUNT_AGAIN)
    while True:
        campaign = None
        try:
            with transaction() as tx:
                campaign = rounds.claim_start(tx, now, ripe=ripe, besides=unfit)
                if campaign is None:
                    return
                move_campaign(tx, campaign, CampaignMove.START, now, ground=ground)
        except CampaignError as error:
            if campaign is None:
                raise
            log.warning("campaign %d not started, checked again: %s", campaign, error)
            unfit.append(campaign)
            _moved(transaction, campaign, CampaignMove.CHECK, now, ground=ground, reason=str(error))


def _tell_of_orphans(transaction: Transaction, now: datetime) -> None:
    """Whoever waits for a campaign that was aborted waits for a person."""
    with transaction() as tx:
        for one in rounds.orphans(tx):
            notices.leave(tx, one.key, PREDECESSOR_ABORTED, one.campaign_id, {"after": one.after}, now)


# -- who comes in -------------------------------------------------------------------------------------------------


def _begin_rounds(transaction: Transaction, ground: Ground, now: datetime) -> None:
    while True:
        campaign = None
        try:
            with transaction() as tx:
                campaign = rounds.claim_due(tx, now)
                if campaign is None:
                    return
                next_round(tx, campaign, now, ground.catalogue)
        except CampaignError as error:
            if campaign is None:
                raise
            _stop(transaction, campaign, error, now)


def _take_called(transaction: Transaction, ground: Ground, now: datetime) -> None:
    while True:
        called = None
        try:
            with transaction() as tx:
                called = rounds.claim_calls(tx, limit=CALLS_AT_ONCE)
                if called is None:
                    return
                take_called(tx, called, now, ground.catalogue)
        except CampaignError as error:
            if called is None:
                raise
            _stop(transaction, called.campaign_id, error, now)


def take_in_waiting(
    transaction: Transaction,
    flows: PublishedFlows,
    ground: Ground,
    now: datetime,
    *,
    chunks: int,
    chunk_size: int = CHUNK,
) -> int:
    """Audiences on their way into any campaign, at most so many chunks; answers how many there were."""
    for done in range(chunks):
        intake = None
        try:
            with transaction() as tx:
                intake = intakes.claim(tx)
                if intake is None:
                    return done
                take_chunk(tx, intake, now, flows=flows, catalogue=ground.catalogue, chunk_size=chunk_size)
        except CampaignError as error:
            if intake is None:
                raise
            _stop(transaction, intake.campaign_id, error, now)
    return chunks


def _stop(transaction: Transaction, campaign: int, error: CampaignError, now: datetime) -> None:
    """Its audience or its flow cannot be read any more; only a person lets it go on."""
    log.warning("campaign %d stopped: %s", campaign, error)
    if _moved(transaction, campaign, CampaignMove.PAUSE, now, reason=str(error)):
        key = f"{CANNOT_ENROL}:{campaign}:{now.isoformat()}"
        with transaction() as tx:
            notices.leave(tx, key, CANNOT_ENROL, campaign, {"fault": fault(error)}, now)
