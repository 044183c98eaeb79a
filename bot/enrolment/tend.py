"""What campaigns do by themselves, looked at each second: start, enrol, close, finish, and what moves have left."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.domain.campaigns import CampaignMove
from bot.enrolment.check import Ground
from bot.enrolment.effects import work_off
from bot.enrolment.errors import CampaignError
from bot.enrolment.move import move_campaign
from bot.enrolment.rounds import due_calls, due_round
from bot.published import PublishedFlows
from bot.store import brakes, rounds
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
    _start_scheduled(transaction, ground, now)
    _take_newcomers(transaction, ground, now)
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
    transaction: Transaction, campaign: int, move: CampaignMove, now: datetime, reason: str | None = None
) -> bool:
    """Somebody may have been faster: then it is not ours to move any more."""
    try:
        with transaction() as tx:
            move_campaign(tx, campaign, move, now, reason=reason)
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
            with transaction() as tx:
                move_campaign(tx, campaign, CampaignMove.CHECK, now, ground=ground, reason=str(error))


def _take_newcomers(transaction: Transaction, ground: Ground, now: datetime) -> None:
    while True:
        with transaction() as tx:
            if not due_round(tx, now, ground.catalogue):
                break
    while True:
        with transaction() as tx:
            if due_calls(tx, now, ground.catalogue, limit=CALLS_AT_ONCE) < CALLS_AT_ONCE:
                break
