"""What import and synthesis share: staged customers are taken, those with a cause go on the list."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from bot.audience.report import Progress
from bot.store import customers, risk_lists, staging
from bot.store.customers import Taken


@dataclass(frozen=True, slots=True)
class Outcome:
    customers: Taken
    risk_list_id: int | None
    risk_list_size: int


def take(
    tx: Session,
    fields: Collection[str],
    risk_list: str | None,
    source: str,
    now: datetime,
    progress: Progress,
) -> Outcome:
    """`fields` are those that a known customer is updated in."""
    staging.carry_refusals(tx, now)
    staging.hold_consents(tx)
    expected = staging.count(tx)
    taken = Taken()
    for chunk in customers.take_staged(tx, fields, now):
        taken += chunk
        progress("store", taken.total, expected)
    if risk_list is None:
        return Outcome(taken, None, 0)
    list_id = risk_lists.find_or_create(tx, risk_list, source, now)
    return Outcome(taken, list_id, risk_lists.hold_exactly_staged(tx, list_id))
