"""What calls by hand cost their campaign: both legs counted when the manager clicks, and corrected to what they lasted.

A leg's line is brought to what its call says at that moment, so that reports that are repeated, reordered or late book
each minute once. A conversation is not cut at its bound: what it lasts beyond is added, even above the limits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from bot.domain.manual_calls import Leg
from bot.domain.spend import Amounts, Limits
from bot.store.spending import TAKE, taking


@dataclass(frozen=True, slots=True)
class LegLine:
    leg: Leg
    minutes: int  # at most, as long as nobody knows
    price: Decimal  # of a begun minute

    @property
    def amounts(self) -> Amounts:
        return Amounts(minutes=self.minutes, money=self.price * self.minutes)


_RESERVE = text(
    f"""
    WITH {TAKE}
    INSERT INTO manual_call_lines (call_id, leg, campaign_id, day, minutes, price)
    SELECT cast(:call_id AS uuid), l.leg, account.campaign_id, account.day, l.minutes, l.price
    FROM account CROSS JOIN unnest(cast(:legs AS text[]), cast(:leg_minutes AS int[]), cast(:prices AS numeric[]))
         AS l(leg, minutes, price)
    RETURNING leg
    """
)


def reserve(
    tx: Session, campaign_id: int, call_id: UUID, lines: Sequence[LegLine], limits: Limits, day: date
) -> bool:
    """All of them or none, as `spending.reserve` does it. False as well where the campaign has no account yet."""
    asked = sum((line.amounts for line in lines), Amounts())
    values = {
        **taking(campaign_id, asked, limits, day),
        "call_id": call_id,
        "legs": [line.leg.value for line in lines],
        "leg_minutes": [line.minutes for line in lines],
        "prices": [line.price for line in lines],
    }
    return bool(tx.execute(_RESERVE, values).all())


# Once the manager's leg is over and its length known, so is the customer's, or it follows later. What nobody reports,
# and nobody is asked about any more, counts as the bound. A customer's leg of unknown length was not longer than the
# manager's. The call is locked, so that no length is told in between; whoever has it locked is passed over.
_SETTLE = text(
    """
    WITH over AS (
        SELECT l.call_id, l.leg, l.campaign_id, l.day, l.minutes, l.price, l.booked,
               l.leg = 'customer' AND l.booked IS NULL AND m.taken_at IS NOT NULL AS reached,
               ceil(CASE WHEN m.carrier_sid IS NULL THEN 0
                         WHEN l.leg = 'manager' THEN coalesce(m.manager_s, l.minutes * 60)
                         WHEN m.connected_at IS NULL THEN coalesce(m.duration_s, 0)
                         ELSE coalesce(m.duration_s, m.manager_s, l.minutes * 60) END / 60.0) AS really
        FROM manual_call_lines l JOIN manual_calls m ON m.id = l.call_id
        WHERE NOT l.settled AND m.ended_at IS NOT NULL
          AND (m.manager_s IS NOT NULL OR m.carrier_sid IS NULL OR m.lease_until IS NULL)
        LIMIT :limit FOR NO KEY UPDATE OF m SKIP LOCKED
    ), locked AS MATERIALIZED (
        SELECT campaign_id, day FROM spend_accounts
        WHERE campaign_id IN (SELECT campaign_id FROM over) ORDER BY campaign_id FOR NO KEY UPDATE
    ), closed AS (
        UPDATE manual_call_lines l SET minutes = o.really, booked = o.really, settled = true
        FROM over o JOIN locked ON locked.campaign_id = o.campaign_id
        WHERE l.call_id = o.call_id AND l.leg = o.leg AND NOT l.settled
        RETURNING o.*, locked.day AS account_day, o.really - coalesce(o.booked, 0) AS news
    ), back AS (
        SELECT campaign_id, sum(minutes - really) AS minutes, sum((minutes - really) * price) AS money,
               coalesce(sum(minutes - really) FILTER (WHERE day = account_day), 0) AS day_minutes,
               coalesce(sum((minutes - really) * price) FILTER (WHERE day = account_day), 0) AS day_money
        FROM closed GROUP BY campaign_id
    ), given_back AS (
        UPDATE spend_accounts k SET
            minutes = k.minutes - b.minutes, money = k.money - b.money,
            day_minutes = k.day_minutes - b.day_minutes, day_money = k.day_money - b.day_money
        FROM back b WHERE k.campaign_id = b.campaign_id
    ), days AS (
        INSERT INTO campaign_spend (campaign_id, day, sms, calls, segments, minutes, money, hand_minutes)
        SELECT campaign_id, day, 0, count(*) FILTER (WHERE reached), 0, sum(news), sum(news * price), sum(news)
        FROM closed GROUP BY campaign_id, day
        ON CONFLICT (campaign_id, day) DO UPDATE SET
            calls = campaign_spend.calls + excluded.calls, minutes = campaign_spend.minutes + excluded.minutes,
            money = campaign_spend.money + excluded.money,
            hand_minutes = campaign_spend.hand_minutes + excluded.hand_minutes
    )
    SELECT count(*) FROM closed
    """
)


def settle(tx: Session, *, limit: int) -> int:
    """Bring lines to what is known of their calls; answers how many were brought."""
    return int(tx.execute(_SETTLE, {"limit": limit}).scalar_one())
