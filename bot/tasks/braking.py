"""Brakes, worked off by the sweep: spending is settled, and campaigns are looked at.

A brake that is pulled leaves a trip; whoever tends the campaigns carries it out, by the same move as people.
"""

from __future__ import annotations

from datetime import datetime

from bot.brakes.look import look
from bot.published import PublishedFlows
from bot.rulebook import Rulebook
from bot.store import manual_call_spending, spending
from bot.store.transaction import Transaction

SETTLED_AT_ONCE = 5_000


def brake(transaction: Transaction, flows: PublishedFlows, rulebook: Rulebook, now: datetime) -> int:
    """Answers how many brakes are newly pulled."""
    with transaction() as tx:
        spending.settle(tx, limit=SETTLED_AT_ONCE)
        manual_call_spending.settle(tx, limit=SETTLED_AT_ONCE)
    with transaction() as tx:
        return look(tx, flows, rulebook, now)
