"""Crediting of grants, around the call to billing: claim, counted in budget and limits, then record what came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from bot.domain.grants import GrantStatus
from bot.domain.offers import Credit, affordable
from bot.domain.policy import PolicyError
from bot.domain.policy.spending import limits_of
from bot.domain.spend import LOOK_AGAIN, Limits
from bot.store import bonus_limits, unreadable
from bot.store.bonus_limits import Bonus, Purse
from bot.store.grants import tell_settled


@dataclass(frozen=True, slots=True)
class Granted:
    grant_id: UUID
    fence: int
    billing_ref: str


@dataclass(frozen=True, slots=True)
class Refusal:
    grant_id: UUID
    fence: int
    reason: str


@dataclass(frozen=True, slots=True)
class Postponed:
    """`taken_by_nobody`: proven, so that it may simply be sent again; else it is asked about first."""

    grant_id: UUID
    fence: int
    reason: str
    due_at: datetime
    taken_by_nobody: bool


_CLAIM = text(
    """
    SELECT g.id, g.fence, g.tries, g.status, g.reserved, g.amount,
           g.campaign_id, g.enrolment_id, g.customer_id, c.msisdn, k.name AS campaign
    FROM grants g
    JOIN customers c ON c.id = g.customer_id
    JOIN campaigns k ON k.id = g.campaign_id
    WHERE g.status IN ('due', 'crediting') AND g.due_at <= :now
    ORDER BY g.due_at, g.id LIMIT :limit
    FOR UPDATE OF g SKIP LOCKED
    """
)
# Locked in one order, so that two claims of several campaigns cannot wait for each other.
_ROOM = text(
    """
    SELECT id, bonus_budget - bonus_committed AS room, policy FROM campaigns
    WHERE id = ANY(:ids) ORDER BY id FOR NO KEY UPDATE
    """
)
_COMMIT_BONUS = text(
    """
    UPDATE campaigns k SET bonus_committed = k.bonus_committed + moved.amount
    FROM unnest(cast(:ids AS bigint[]), cast(:amounts AS numeric[])) AS moved(id, amount)
    WHERE k.id = moved.id
    """
)
_LEASE = text(
    """
    UPDATE grants SET status = 'crediting', reserved = true, fence = fence + 1, tries = tries + 1,
        lease_until = :until, due_at = :until
    WHERE id = ANY(:ids)
    """
)


_WAIT = text(
    """
    UPDATE grants g SET due_at = w.due_at, reason = 'spend_limit'
    FROM unnest(cast(:ids AS uuid[]), cast(:dues AS timestamptz[])) AS w(id, due_at)
    WHERE g.id = w.id
    """
)


def claim(
    tx: Session, now: datetime, *, limit: int, lease: timedelta, purse: Purse
) -> tuple[list[Credit], int]:
    """Take due grants for crediting, counted in budget and limits; also how many these refused or put off.

    A claim that is never recorded falls due again when its lease ends, with its outcome unconfirmed.
    """
    rows = list(tx.execute(_CLAIM, {"now": now, "limit": limit}))
    if not rows:
        return [], 0
    refused, waiting = _reserve(tx, [row for row in rows if not row.reserved], purse, now)
    settle_refused(tx, [Refusal(row.id, row.fence, "budget") for row in rows if row.id in refused], now)
    if waiting:
        tx.execute(_WAIT, {"ids": list(waiting), "dues": list(waiting.values())})
    kept = [row for row in rows if row.id not in refused and row.id not in waiting]
    tx.execute(_LEASE, {"ids": [row.id for row in kept], "until": now + lease})
    credits = [
        Credit(
            grant_id=row.id,
            fence=row.fence + 1,
            tries=row.tries + 1,
            unconfirmed=row.status == GrantStatus.CREDITING,
            campaign_id=row.campaign_id,
            enrolment_id=row.enrolment_id,
            customer_id=row.customer_id,
            msisdn=row.msisdn,
            amount=row.amount,
            reason=row.campaign,
        )
        for row in kept
    ]
    return credits, len(refused) + len(waiting)


def _reserve(
    tx: Session, rows: Sequence[Row[Any]], purse: Purse, now: datetime
) -> tuple[set[UUID], dict[UUID, datetime]]:
    """Commit the campaigns' budgets to these grants; answers for whom nothing is left, and who waits until when."""
    asking: dict[int, list[Bonus]] = {}
    for row in rows:
        asking.setdefault(row.campaign_id, []).append(Bonus(row.id, row.campaign_id, row.amount))
    refused: set[UUID] = set()
    waiting: dict[UUID, datetime] = {}
    committed: dict[int, Decimal] = {}
    campaigns = tx.execute(_ROOM, {"ids": list(asking)}).all()
    limits_of_each = _limits(tx, {row.id: row.policy for row in campaigns}, now)
    for campaign_id, room, _ in campaigns:
        wanting = asking[campaign_id]
        if campaign_id not in limits_of_each:
            waiting |= {one.grant_id: now + LOOK_AGAIN for one in wanting}
            continue
        fits = affordable([one.amount for one in wanting], room)
        refused.update(one.grant_id for one, fit in zip(wanting, fits, strict=True) if not fit)
        within = [one for one, fit in zip(wanting, fits, strict=True) if fit]
        limits = limits_of_each[campaign_id]
        if limits is not None and within:
            held = bonus_limits.hold(tx, campaign_id, within, limits, purse, now)
            refused |= held.refused
            waiting |= held.waiting
            within = held.paid
        committed[campaign_id] = sum((one.amount for one in within), Decimal(0))
    _commit_bonus(tx, committed)
    return refused, waiting


def _limits(
    tx: Session, policies: Mapping[int, Mapping[str, Any]], now: datetime
) -> dict[int, Limits | None]:
    """By campaign, without those whose limits cannot be read: these are stopped, and their bonuses wait."""
    found: dict[int, Limits | None] = {}
    faults: dict[int, PolicyError] = {}
    for campaign_id, policy in policies.items():
        try:
            found[campaign_id] = limits_of(policy)
        except PolicyError as error:
            faults[campaign_id] = error
    unreadable.stop(tx, faults, now)
    return found


def _commit_bonus(tx: Session, moved: Mapping[int, Decimal]) -> None:
    """Negative amounts give back. The campaigns' rows are already locked, in order, by `_ROOM`."""
    tx.execute(_COMMIT_BONUS, {"ids": list(moved), "amounts": list(moved.values())})


# A claim whose lease ran out and was claimed anew has an old fence: it may no longer write.
_SETTLE_GRANTED = text(
    """
    UPDATE grants g SET status = 'granted', billing_ref = r.billing_ref, granted_at = :now,
        due_at = NULL, lease_until = NULL, reason = NULL
    FROM unnest(cast(:ids AS uuid[]), cast(:fences AS int[]), cast(:refs AS text[]))
         AS r(id, fence, billing_ref)
    WHERE g.id = r.id AND g.fence = r.fence AND g.status = 'crediting'
    RETURNING g.id, g.enrolment_id, g.customer_id, '' AS reason
    """
)
_SETTLE_REFUSED = text(
    """
    UPDATE grants g SET status = 'refused', reason = r.reason, reserved = false,
        due_at = NULL, lease_until = NULL
    FROM unnest(cast(:ids AS uuid[]), cast(:fences AS int[]), cast(:reasons AS text[]))
         AS r(id, fence, reason),
         grants before
    WHERE g.id = r.id AND before.id = g.id AND g.fence = r.fence AND g.status IN ('due', 'crediting')
    RETURNING g.id, g.enrolment_id, g.customer_id, g.campaign_id, g.reason, g.amount,
              before.reserved AS was_reserved
    """
)
_POSTPONE = text(
    """
    UPDATE grants g SET status = r.status, reason = r.reason, due_at = r.due_at, lease_until = NULL
    FROM unnest(cast(:ids AS uuid[]), cast(:fences AS int[]), cast(:reasons AS text[]),
                cast(:dues AS timestamptz[]), cast(:statuses AS text[]))
         AS r(id, fence, reason, due_at, status)
    WHERE g.id = r.id AND g.fence = r.fence AND g.status = 'crediting'
    """
)


def settle_granted(tx: Session, granted: Sequence[Granted], now: datetime) -> None:
    if not granted:
        return
    rows = tx.execute(
        _SETTLE_GRANTED,
        {
            "ids": [one.grant_id for one in granted],
            "fences": [one.fence for one in granted],
            "refs": [one.billing_ref for one in granted],
            "now": now,
        },
    ).all()
    bonus_limits.credited(tx, [row.id for row in rows])
    tell_settled(tx, rows, GrantStatus.GRANTED, now)


def settle_refused(tx: Session, refusals: Sequence[Refusal], now: datetime) -> None:
    """Ends them and gives back to budget and limits what they had reserved."""
    if not refusals:
        return
    rows = tx.execute(
        _SETTLE_REFUSED,
        {
            "ids": [one.grant_id for one in refusals],
            "fences": [one.fence for one in refusals],
            "reasons": [one.reason for one in refusals],
        },
    ).all()
    freed: dict[int, Decimal] = {}
    back = [Bonus(row.id, row.campaign_id, row.amount) for row in rows if row.was_reserved]
    for one in back:
        freed[one.campaign_id] = freed.get(one.campaign_id, Decimal(0)) - one.amount
    if freed:
        tx.execute(_ROOM, {"ids": list(freed)})
        _commit_bonus(tx, freed)
        bonus_limits.give_back(tx, back)
    tell_settled(tx, rows, GrantStatus.REFUSED, now)


def postpone(tx: Session, postponed: Sequence[Postponed]) -> None:
    """Their reservation stays: they are still meant to be credited."""
    if not postponed:
        return
    tx.execute(
        _POSTPONE,
        {
            "ids": [one.grant_id for one in postponed],
            "fences": [one.fence for one in postponed],
            "reasons": [one.reason for one in postponed],
            "dues": [one.due_at for one in postponed],
            "statuses": [
                GrantStatus.DUE.value if one.taken_by_nobody else GrantStatus.CREDITING.value
                for one in postponed
            ],
        },
    )
