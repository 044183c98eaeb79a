"""What import and synthesis share: staged customers are taken, those with a cause go on the list."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.audience.report import ImportReport, Progress
from bot.store import customers, imports, risk_lists, staged_refusals, staging
from bot.store.customers import Taken
from bot.store.transaction import Tx


@dataclass(frozen=True, slots=True)
class Outcome:
    customers: Taken
    risk_list_id: int | None
    risk_list_size: int


def take(
    tx: Tx,
    fields: Collection[str],
    risk_list: str | None,
    source: str,
    now: datetime,
    progress: Progress,
) -> Outcome:
    """`fields` are those that a known customer is updated in."""
    staged_refusals.carry(tx, now)
    staged_refusals.hold_consents(tx)
    expected = staging.count(tx)
    taken = Taken()
    for chunk in customers.take_staged(tx, fields, now):
        taken += chunk
        progress("store", taken.total, expected)
    if risk_list is None:
        return Outcome(taken, None, 0)
    list_id = risk_lists.find_or_create(tx, risk_list, source, now)
    return Outcome(taken, list_id, risk_lists.hold_exactly_staged(tx, list_id, now))


@dataclass(frozen=True, slots=True)
class Lists:
    """What an import did to named lists."""

    marked: int = 0
    unmarked: int = 0
    set_aside: int = 0
    first_set_aside: tuple[str, ...] = ()


def conclude(
    tx: Tx,
    import_id: int,
    rows_read: int,
    outcome: Outcome,
    reject_path: Path | None,
    lists: Lists = Lists(),
) -> ImportReport:
    """The import's row gets its figures, the caller the same as a report. After it comes the commit."""
    rejected = rows_read - outcome.customers.total
    imports.finish(
        tx,
        import_id,
        rows_read=rows_read,
        rows_taken=outcome.customers.total,
        rows_rejected=rejected,
        risk_list_id=outcome.risk_list_id,
    )
    customers.take_numbers(tx)
    return ImportReport(
        import_id=import_id,
        rows_read=rows_read,
        new=outcome.customers.new,
        updated=outcome.customers.updated,
        unchanged=outcome.customers.unchanged,
        rejected=rejected,
        reject_path=reject_path,
        risk_list_id=outcome.risk_list_id,
        risk_list_size=outcome.risk_list_size,
        marked=lists.marked,
        unmarked=lists.unmarked,
        set_aside=lists.set_aside,
        first_set_aside=lists.first_set_aside,
    )
