"""The global control group: its settings over time (append-only, the newest for a moment holds), and how it fares."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, text

from bot.domain.global_control import ControlGroup, GlobalControl, Period
from bot.store.enrolling import bucket_sql
from bot.store.models import GlobalControlRow
from bot.store.transaction import Tx

_IN_FORCE = text(
    """
    SELECT share, period, in_force_from FROM global_controls WHERE in_force_from <= :at
    ORDER BY in_force_from DESC, id DESC LIMIT 1
    """
)


def in_force(tx: Tx, at: datetime) -> GlobalControl | None:
    row = tx.execute(_IN_FORCE, {"at": at}).first()
    return None if row is None else GlobalControl(row.share, Period(row.period), row.in_force_from)


def add(tx: Tx, control: GlobalControl, now: datetime) -> None:
    tx.execute(
        insert(GlobalControlRow).values(
            share=control.share,
            period=control.period.value,
            in_force_from=control.in_force_from,
            set_at=now,
        )
    )


@dataclass(frozen=True, slots=True)
class Standing:
    """The active customers of one side, and what became of them in the period."""

    customers: int
    recharged: int
    served: int  # contacted, but not for marketing
    marketed: int
    carried_over: int  # marketed to, but only by campaigns that had enrolled them before the period


_STANDINGS = text(
    f"""
    WITH people AS (
        SELECT id, {bucket_sql("salt", "id")} < :below AS held FROM customers WHERE status = 'active'
    ), contacted AS (
        SELECT a.customer_id, bool_or(a.purpose = 'marketing') AS marketed,
               bool_or(a.purpose = 'marketing' AND e.enrolled_at >= :since) AS afresh
        FROM attempts a JOIN enrolments e ON e.id = a.enrolment_id
        WHERE a.taken_at >= :since AND a.taken_at < :until GROUP BY a.customer_id
    ), recharged AS (
        SELECT DISTINCT customer_id FROM events
        WHERE kind = 'billing.topup' AND received_at >= :since AND received_at < :until
          AND coalesce(payload ->> 'status', '') NOT IN ('failed', 'cancelled')
    )
    SELECT p.held, count(*) AS customers, count(r.customer_id) AS recharged,
           count(*) FILTER (WHERE NOT c.marketed) AS served,
           count(*) FILTER (WHERE c.marketed) AS marketed,
           count(*) FILTER (WHERE c.marketed AND NOT c.afresh) AS carried_over
    FROM people p LEFT JOIN contacted c ON c.customer_id = p.id LEFT JOIN recharged r ON r.customer_id = p.id
    GROUP BY p.held
    """
)


def standings(tx: Tx, group: ControlGroup, until: datetime) -> tuple[Standing, Standing]:
    """Of the group and of everybody else, from the group's beginning on; in one pass over all customers."""
    values = {"salt": group.salt, "below": group.below, "since": group.since, "until": until}
    found = {row.held: row._mapping for row in tx.execute(_STANDINGS, values)}
    held, others = (
        Standing(**{name: value for name, value in found[side].items() if name != "held"})
        if side in found
        else Standing(0, 0, 0, 0, 0)
        for side in (True, False)
    )
    return held, others
