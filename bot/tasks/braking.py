"""Brakes, worked off by the sweep: spending is settled, campaigns are looked at, and stopped where one was pulled."""

from __future__ import annotations

import logging
from datetime import datetime

from bot.brakes.look import look
from bot.domain.campaigns import CampaignMove
from bot.enrolment.errors import CampaignError
from bot.enrolment.move import move_campaign
from bot.published import PublishedFlows
from bot.store import brakes, spending
from bot.store.transaction import Transaction

log = logging.getLogger(__name__)

SETTLED_AT_ONCE = 5_000
STOPPED_AT_ONCE = 50


def brake(transaction: Transaction, flows: PublishedFlows, now: datetime) -> int:
    """Answers how many brakes are newly pulled."""
    with transaction() as tx:
        spending.settle(tx, limit=SETTLED_AT_ONCE)
    with transaction() as tx:
        pulled = look(tx, flows, now)
    with transaction() as tx:
        trips = brakes.waiting(tx, limit=STOPPED_AT_ONCE)
        for trip in trips:
            try:
                move_campaign(tx, trip.campaign_id, CampaignMove.PAUSE, now, reason=f"brake: {trip.cause}")
            except CampaignError as error:
                # Somebody was faster: it is paused, or over.
                log.info("brake trip=%s campaign=%s not stopped: %s", trip.id, trip.campaign_id, error)
        brakes.carried_out(tx, trips, now)
    return pulled
