"""Gives ownerless work orders to managers, so that each has someone who answers for its deadline."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.domain.routing import choose_owner
from bot.store import assignment
from bot.store.transaction import Tx

BATCH = 500


def assign(tx: Tx, now: datetime, *, limit: int = BATCH) -> int:
    """The most urgent first; answers how many found an owner. The rest stay where every manager sees them."""
    waiting = assignment.ownerless(tx, limit=limit)
    if not waiting:
        return 0
    on_duty = {one.id: one for one in assignment.managers_on_duty(tx)}
    owners: dict[int, int] = {}
    for order_id, case in waiting:
        owner = choose_owner(case, on_duty.values())
        if owner is not None:
            owners[order_id] = owner
            on_duty[owner] = replace(on_duty[owner], open_orders=on_duty[owner].open_orders + 1)
    assignment.give(tx, owners, now)
    return len(owners)
