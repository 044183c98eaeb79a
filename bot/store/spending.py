"""What campaigns spend: reserved by the claim of each contact, settled by what the carrier reports of it.

`spend_accounts` is the one row that says how much a campaign has used; `spend_lines` are the reservations that are
still open; `campaign_spend` is what each day really came to. Bonuses come in by `bonus_limits`, calls of
managers by `manual_call_spending`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from bot.domain.spend import Account, Amounts, Ceiling, Limits, Prices
from bot.store.spend_opening import open_account


@dataclass(frozen=True, slots=True)
class Line:
    """One contact to be paid for; `post` counts those of its attempt, `price` is of a segment or begun minute."""

    attempt_id: UUID
    post: int
    segments: int
    minutes: int
    price: Decimal

    @property
    def amounts(self) -> Amounts:
        return Amounts(self.segments, self.minutes, self.price * (self.segments + self.minutes))


# All or nothing, by the one row: whoever comes second waits, and then sees what the first has left.
# A worker whose clock is behind midnight counts for the day that the account has come to.
_TODAY = {
    name: f"CASE WHEN day < :day THEN 0 ELSE day_{name} END"
    for name in ("segments", "minutes", "money", "bonuses")
}
TAKE = f"""
    account AS (
        UPDATE spend_accounts SET day = greatest(day, :day),
            segments = segments + :segments, minutes = minutes + :minutes, money = money + :money,
            day_segments = {_TODAY["segments"]} + :segments, day_minutes = {_TODAY["minutes"]} + :minutes,
            day_money = {_TODAY["money"]} + :money, day_bonuses = {_TODAY["bonuses"]}
        WHERE campaign_id = :campaign_id
          AND (cast(:most_segments AS bigint) IS NULL OR segments + :segments <= :most_segments)
          AND (cast(:most_minutes AS bigint) IS NULL OR minutes + :minutes <= :most_minutes)
          AND (cast(:most_money AS numeric) IS NULL OR money + :money <= :most_money)
          AND (cast(:day_segments AS bigint) IS NULL OR {_TODAY["segments"]} + :segments <= :day_segments)
          AND (cast(:day_minutes AS bigint) IS NULL OR {_TODAY["minutes"]} + :minutes <= :day_minutes)
          AND (cast(:day_money AS numeric) IS NULL OR {_TODAY["money"]} + :money <= :day_money)
        RETURNING campaign_id, day
    )
    """
_RESERVE = text(
    f"""
    WITH {TAKE}
    INSERT INTO spend_lines (attempt_id, post, campaign_id, day, segments, minutes, price)
    SELECT l.attempt_id, l.post, account.campaign_id, account.day, l.segments, l.minutes, l.price
    FROM account CROSS JOIN unnest(
        cast(:ids AS uuid[]), cast(:posts AS int[]), cast(:line_segments AS int[]),
        cast(:line_minutes AS int[]), cast(:prices AS numeric[])) AS l(attempt_id, post, segments, minutes, price)
    RETURNING attempt_id
    """
)


def reserve(tx: Session, campaign_id: int, lines: Sequence[Line], limits: Limits, day: date) -> bool:
    """All of them or none, in one statement. False as well where the campaign has no account yet."""
    if not lines:
        return True
    asked = sum((line.amounts for line in lines), Amounts())
    values = {
        **taking(campaign_id, asked, limits, day),
        "ids": [line.attempt_id for line in lines],
        "posts": [line.post for line in lines],
        "line_segments": [line.segments for line in lines],
        "line_minutes": [line.minutes for line in lines],
        "prices": [line.price for line in lines],
    }
    return bool(tx.execute(_RESERVE, values).all())


def taking(campaign_id: int, asked: Amounts, limits: Limits, day: date) -> dict[str, Any]:
    """What `TAKE` is asked with."""
    return {
        "campaign_id": campaign_id,
        "day": day,
        **_figures("", asked),
        **_figures("most_", limits.total),
        **_figures("day_", limits.per_day),
    }


def _figures(prefix: str, of: Amounts | Ceiling) -> dict[str, Any]:
    return {f"{prefix}{name}": getattr(of, name) for name in ("segments", "minutes", "money")}


_LOCK = text("SELECT * FROM spend_accounts WHERE campaign_id = :campaign_id FOR NO KEY UPDATE")
_STILL_OPEN = text(
    """
    WITH contacts AS (
        SELECT coalesce(sum(segments), 0) AS segments, coalesce(sum(minutes), 0) AS minutes,
               coalesce(sum((segments + minutes) * price), 0) AS money,
               coalesce(sum(segments) FILTER (WHERE day = :day), 0) AS day_segments,
               coalesce(sum(minutes) FILTER (WHERE day = :day), 0) AS day_minutes,
               coalesce(sum((segments + minutes) * price) FILTER (WHERE day = :day), 0) AS day_money
        FROM (SELECT day, segments, minutes, price FROM spend_lines WHERE campaign_id = :campaign_id
              UNION ALL
              SELECT day, 0, minutes, price FROM manual_call_lines
              WHERE campaign_id = :campaign_id AND NOT settled AND booked IS NULL) AS lines
    ), asked AS (
        SELECT coalesce(sum(amount), 0) AS bonuses,
               coalesce(sum(amount) FILTER (WHERE counted_on = :day), 0) AS day_bonuses
        FROM grants WHERE campaign_id = :campaign_id AND status IN ('due', 'crediting') AND reserved
    )
    SELECT c.segments, c.minutes, c.money + a.bonuses AS money, a.bonuses,
           c.day_segments, c.day_minutes, c.day_money + a.day_bonuses AS day_money, a.day_bonuses
    FROM contacts c CROSS JOIN asked a
    """
)


def lock(tx: Session, campaign_id: int, day: date, zone: str, prices: Prices) -> tuple[Account, date]:
    """The account under this transaction's lock, opened where there is none; and the day that it stands at."""
    row = tx.execute(_LOCK, {"campaign_id": campaign_id}).first()
    if row is None:
        open_account(tx, campaign_id, day, zone, prices)
        row = tx.execute(_LOCK, {"campaign_id": campaign_id}).one()
    reached = max(row.day, day)
    held = tx.execute(_STILL_OPEN, {"campaign_id": campaign_id, "day": reached}).one()
    return Account(
        total=_amounts(row),
        today=_amounts(row, "day_") if row.day == reached else Amounts(),
        open_total=_amounts(held),
        open_today=_amounts(held, "day_"),
    ), reached


def _amounts(row: Row[Any], prefix: str = "") -> Amounts:
    figures = row._mapping
    return Amounts(
        int(figures[f"{prefix}segments"]),
        int(figures[f"{prefix}minutes"]),
        Decimal(figures[f"{prefix}money"]),
        Decimal(figures[f"{prefix}bonuses"]),
    )


# An SMS is paid for when the carrier has sent it, a call by its length; what was not taken, failed, or was given back
# costs nothing. What the carrier only holds stays reserved: it can be taken back, and sent anew. Without a lease its
# end is asked for no more (the silence is a day old, and nothing is taken back after that): then it counts as sent.
# Where the attempt was posted again, the earlier POST is proven to have taken nothing, or was taken back.
# The accounts are locked before the lines, as the claim does, and in one order.
_SETTLE = text(
    """
    WITH over AS (
        SELECT l.attempt_id, l.post, l.campaign_id, l.day, l.segments, l.minutes, l.price, a.channel,
               CASE WHEN l.post < a.sends OR a.taken_at IS NULL OR a.status IN ('failed', 'canceled') THEN 0
                    ELSE l.segments END AS real_segments,
               CASE WHEN l.post < a.sends OR a.taken_at IS NULL THEN 0
                    WHEN a.channel = 'call' THEN ceil(coalesce(a.duration_s, 0) / 60.0) ELSE 0 END AS real_minutes,
               l.post = a.sends AND a.taken_at IS NOT NULL AND a.status NOT IN ('failed', 'canceled') AS taken
        FROM spend_lines l JOIN attempts a ON a.id = l.attempt_id
        WHERE l.post < a.sends OR a.settled_at IS NOT NULL OR a.status = 'due'
           OR (a.channel = 'sms' AND a.status NOT IN ('sending', 'unconfirmed', 'accepted'))
           OR (a.channel = 'sms' AND a.status = 'accepted' AND a.lease_until IS NULL)
        ORDER BY l.campaign_id LIMIT :limit
    ), locked AS MATERIALIZED (
        SELECT campaign_id, day FROM spend_accounts
        WHERE campaign_id IN (SELECT campaign_id FROM over) ORDER BY campaign_id FOR NO KEY UPDATE
    ), closed AS (
        DELETE FROM spend_lines l USING over o, locked
        WHERE l.attempt_id = o.attempt_id AND l.post = o.post AND locked.campaign_id = o.campaign_id
        RETURNING o.*, locked.day AS account_day
    ), back AS (
        SELECT campaign_id,
               sum(segments - real_segments) AS segments, sum(minutes - real_minutes) AS minutes,
               sum((segments - real_segments + minutes - real_minutes) * price) AS money,
               coalesce(sum(segments - real_segments) FILTER (WHERE day = account_day), 0) AS day_segments,
               coalesce(sum(minutes - real_minutes) FILTER (WHERE day = account_day), 0) AS day_minutes,
               coalesce(sum((segments - real_segments + minutes - real_minutes) * price)
                        FILTER (WHERE day = account_day), 0) AS day_money
        FROM closed GROUP BY campaign_id
    ), given_back AS (
        UPDATE spend_accounts k SET
            segments = k.segments - b.segments, minutes = k.minutes - b.minutes, money = k.money - b.money,
            day_segments = k.day_segments - b.day_segments, day_minutes = k.day_minutes - b.day_minutes,
            day_money = k.day_money - b.day_money
        FROM back b WHERE k.campaign_id = b.campaign_id
    ), days AS (
        INSERT INTO campaign_spend (campaign_id, day, sms, calls, segments, minutes, money)
        SELECT campaign_id, day, count(*) FILTER (WHERE taken AND channel = 'sms'),
               count(*) FILTER (WHERE taken AND channel = 'call'), sum(real_segments), sum(real_minutes),
               sum((real_segments + real_minutes) * price)
        FROM closed GROUP BY campaign_id, day
        ON CONFLICT (campaign_id, day) DO UPDATE SET
            sms = campaign_spend.sms + excluded.sms, calls = campaign_spend.calls + excluded.calls,
            segments = campaign_spend.segments + excluded.segments,
            minutes = campaign_spend.minutes + excluded.minutes, money = campaign_spend.money + excluded.money
    )
    SELECT count(*) FROM closed
    """
)


def settle(tx: Session, *, limit: int) -> int:
    """Turn reservations whose outcome is known into what was really spent; answers how many."""
    return int(tx.execute(_SETTLE, {"limit": limit}).scalar_one())


def forget(tx: Session, campaign_id: int) -> None:
    """A campaign's limits come or go: without any it keeps no account, and with some it opens one from the journal."""
    for table in ("spend_accounts", "spend_lines", "manual_call_lines"):
        tx.execute(text(f"DELETE FROM {table} WHERE campaign_id = :id"), {"id": campaign_id})


@dataclass(frozen=True, slots=True)
class Spent:
    """What one day of a campaign came to."""

    day: date
    sms: int
    calls: int
    segments: int
    minutes: int
    money: Decimal  # bonuses included
    bonuses: Decimal
    hand_minutes: int = 0  # of `minutes`: calls by hand, both legs


_DAYS = text(
    """
    SELECT day, sms, calls, segments, minutes, money, bonuses, hand_minutes FROM campaign_spend
    WHERE campaign_id = :id ORDER BY day
    """
)
_USED = text("SELECT segments, minutes, money, bonuses FROM spend_accounts WHERE campaign_id = :id")


def by_day(tx: Session, campaign_id: int) -> list[Spent]:
    """Settled only; in the order of the days."""
    return [Spent(**row._mapping) for row in tx.execute(_DAYS, {"id": campaign_id})]


def used(tx: Session, campaign_id: int) -> Amounts:
    """All that the campaign has used, reservations included; nothing where it has no limits."""
    row = tx.execute(_USED, {"id": campaign_id}).first()
    return _amounts(row) if row is not None else Amounts()
