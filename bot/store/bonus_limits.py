"""Bonuses in the account of a campaign with limits: counted when billing is asked for them, until it refuses."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from bot.domain.spend import LOOK_AGAIN, Amounts, Held, Limits, Prices, fitting
from bot.store import limits_reached, spending


@dataclass(frozen=True, slots=True)
class Bonus:
    """A grant that billing is to be asked for, or was."""

    grant_id: UUID
    campaign_id: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Purse:
    """What limits are reckoned by: prices, for what was spent before a campaign had any, and the house's own zone."""

    prices: Callable[[], Prices]
    zone: str


@dataclass(frozen=True, slots=True)
class Weighed:
    """Who is paid for now, who waits until when, and for whom there is nothing any more."""

    paid: list[Bonus]
    waiting: Mapping[UUID, datetime]
    refused: frozenset[UUID]


def hold(
    tx: Session,
    campaign_id: int,
    asked: Sequence[Bonus],
    limits: Limits,
    purse: Purse,
    now: datetime,
) -> Weighed:
    """First come first served. The account is locked until `tx` ends, after its campaign."""
    prices = purse.prices()
    account, day = spending.lock(
        tx, campaign_id, limits.day(now, purse.zone), limits.zone or purse.zone, prices
    )
    answers = fitting(account, limits, [Amounts.of_bonus(one.amount) for one in asked])
    limits_reached.tell(tx, campaign_id, limits, answers, day, prices.currency, now)
    paid = [one for one, why in zip(asked, answers, strict=True) if why is None]
    _count(tx, campaign_id, paid, day)
    tomorrow = limits.next_day(day, purse.zone)
    return Weighed(
        paid,
        {
            one.grant_id: tomorrow if why is Held.DAY else now + LOOK_AGAIN
            for one, why in zip(asked, answers, strict=True)
            if why in (Held.DAY, Held.IN_THE_AIR)
        },
        frozenset(one.grant_id for one, why in zip(asked, answers, strict=True) if why is Held.TOTAL),
    )


# A worker whose clock is behind midnight counts for the day that the account has come to.
_COUNT = text(
    """
    WITH counted AS (
        UPDATE grants SET counted_on = :day WHERE id = ANY(:ids)
    )
    UPDATE spend_accounts SET day = :day, money = money + :amount, bonuses = bonuses + :amount,
        day_segments = CASE WHEN day < :day THEN 0 ELSE day_segments END,
        day_minutes = CASE WHEN day < :day THEN 0 ELSE day_minutes END,
        day_money = CASE WHEN day < :day THEN 0 ELSE day_money END + :amount,
        day_bonuses = CASE WHEN day < :day THEN 0 ELSE day_bonuses END + :amount
    WHERE campaign_id = :campaign_id
    """
)


def _count(tx: Session, campaign_id: int, paid: Sequence[Bonus], day: date) -> None:
    if paid:
        amount = sum((one.amount for one in paid), Decimal(0))
        ids = [one.grant_id for one in paid]
        tx.execute(_COUNT, {"campaign_id": campaign_id, "day": day, "amount": amount, "ids": ids})


_LOCK = text(
    """
    SELECT campaign_id FROM spend_accounts WHERE campaign_id = ANY(:campaigns)
    ORDER BY campaign_id FOR NO KEY UPDATE
    """
)
_GIVE_BACK = text(
    """
    WITH refused AS (
        SELECT g.campaign_id, sum(g.amount) AS amount,
               coalesce(sum(g.amount) FILTER (WHERE g.counted_on = k.day), 0) AS today
        FROM grants g JOIN spend_accounts k ON k.campaign_id = g.campaign_id
        WHERE g.id = ANY(:ids) GROUP BY g.campaign_id
    ), forgotten AS (
        UPDATE grants SET counted_on = NULL WHERE id = ANY(:ids)
    )
    UPDATE spend_accounts k SET money = k.money - r.amount, bonuses = k.bonuses - r.amount,
        day_money = k.day_money - r.today, day_bonuses = k.day_bonuses - r.today
    FROM refused r WHERE k.campaign_id = r.campaign_id
    """
)


def give_back(tx: Session, refused: Sequence[Bonus]) -> None:
    """Billing will not credit them; those of campaigns without an account were never counted."""
    locked = tx.execute(_LOCK, {"campaigns": [one.campaign_id for one in refused]}).all()
    if locked:
        tx.execute(_GIVE_BACK, {"ids": [one.grant_id for one in refused]})


# One that is just being claimed is weighed by the policy that its claim has read.
_BRING_FORWARD = text(
    """
    UPDATE grants SET due_at = :now
    WHERE id IN (SELECT id FROM grants
                 WHERE campaign_id = :campaign_id AND status = 'due' AND reason = 'spend_limit' AND due_at > :now
                 FOR UPDATE SKIP LOCKED)
    """
)


def bring_forward(tx: Session, campaign_id: int, now: datetime) -> None:
    """Bonuses that wait for the limits of another day are weighed anew."""
    tx.execute(_BRING_FORWARD, {"campaign_id": campaign_id, "now": now})


_CREDITED = text(
    """
    INSERT INTO campaign_spend (campaign_id, day, sms, calls, segments, minutes, money, bonuses)
    SELECT campaign_id, counted_on, 0, 0, 0, 0, sum(amount), sum(amount)
    FROM grants WHERE id = ANY(:ids) AND counted_on IS NOT NULL
    GROUP BY campaign_id, counted_on ORDER BY campaign_id, counted_on
    ON CONFLICT (campaign_id, day) DO UPDATE SET
        money = campaign_spend.money + excluded.money, bonuses = campaign_spend.bonuses + excluded.bonuses
    """
)


def credited(tx: Session, ids: Sequence[UUID]) -> None:
    """Into what the days really came to."""
    if ids:
        tx.execute(_CREDITED, {"ids": list(ids)})
