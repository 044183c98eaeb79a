"""A campaign gets its limits while it runs: its account is opened with what the journal says that it has spent."""

from __future__ import annotations

from datetime import date

from sqlalchemy import text
from sqlalchemy.orm import Session

from bot.domain.policy import PolicyError
from bot.domain.policy.spending import limits_of
from bot.domain.spend import Limits, Prices, begun_minutes

# A campaign that gets its limits while it runs has spent something already: the journal tells how much. Bonuses are
# counted from when billing is asked for them; those that it may yet refuse note the day, to be given back to it. Who
# holds such a bonus now may be waiting for this very account: it is passed over. Calls by hand whose length is still to
# be told get the lines that they would have had, for as long as they may last.
_OPEN = text(
    """
    WITH made AS (
        SELECT channel, to_number, coalesce(segments, 0) AS segments, duration_s, taken_at AS at,
               NULL::uuid AS live, NULL AS leg
        FROM attempts
        WHERE campaign_id = :campaign_id AND taken_at IS NOT NULL AND status NOT IN ('failed', 'canceled')
        UNION ALL
        SELECT 'call', leg.number, 0, CASE WHEN told.live IS NULL THEN leg.seconds ELSE :bound_s END, m.asked_at,
               told.live, leg.name
        FROM manual_calls m JOIN customers c ON c.id = m.customer_id
        CROSS JOIN LATERAL (SELECT CASE WHEN m.ended_at IS NULL OR (m.manager_s IS NULL AND m.carrier_sid IS NOT NULL
                                                                    AND m.lease_until IS NOT NULL)
                                        THEN m.id END AS live) AS told
        CROSS JOIN LATERAL (VALUES ('manager', m.to_number, m.manager_s), ('customer', c.msisdn, m.duration_s))
                   AS leg(name, number, seconds)
        WHERE m.campaign_id = :campaign_id AND m.way = 'bridged' AND m.started_at IS NOT NULL
    ), taken AS (
        SELECT a.segments, coalesce(ceil(a.duration_s / 60.0), 0) AS minutes, p.price,
               (a.at AT TIME ZONE :zone)::date AS day, (a.at AT TIME ZONE :zone)::date = :day AS today,
               a.live, a.leg
        FROM made a
        CROSS JOIN LATERAL (
            SELECT p.price FROM unnest(cast(:channels AS text[]), cast(:prefixes AS text[]),
                                       cast(:prices AS numeric[])) AS p(channel, prefix, price)
            WHERE p.channel = a.channel AND starts_with(a.to_number, p.prefix)
            ORDER BY length(p.prefix) DESC LIMIT 1
        ) p
    ), given AS (
        SELECT coalesce(sum(amount), 0) AS bonuses,
               coalesce(sum(amount) FILTER (
                   WHERE granted_at IS NULL OR (granted_at AT TIME ZONE :zone)::date = :day), 0) AS day_bonuses
        FROM grants WHERE campaign_id = :campaign_id AND reserved
    ), opened AS (
        INSERT INTO spend_accounts (campaign_id, day, segments, minutes, money, day_segments, day_minutes,
                                    day_money, bonuses, day_bonuses)
        SELECT :campaign_id, :day,
               coalesce(sum(segments), 0), coalesce(sum(minutes), 0),
               coalesce(sum((segments + minutes) * price), 0) + (SELECT bonuses FROM given),
               coalesce(sum(segments) FILTER (WHERE today), 0), coalesce(sum(minutes) FILTER (WHERE today), 0),
               coalesce(sum((segments + minutes) * price) FILTER (WHERE today), 0)
                   + (SELECT day_bonuses FROM given),
               (SELECT bonuses FROM given), (SELECT day_bonuses FROM given)
        FROM taken
        ON CONFLICT (campaign_id) DO NOTHING RETURNING campaign_id
    ), lines AS (
        INSERT INTO manual_call_lines (call_id, leg, campaign_id, day, minutes, price)
        SELECT t.live, t.leg, o.campaign_id, t.day, t.minutes, t.price
        FROM taken t CROSS JOIN opened o WHERE t.live IS NOT NULL
    )
    UPDATE grants SET counted_on = :day
    WHERE id IN (SELECT id FROM grants
                 WHERE campaign_id IN (SELECT campaign_id FROM opened) AND reserved AND granted_at IS NULL
                 FOR UPDATE SKIP LOCKED)
    """
)


def open_account(tx: Session, campaign_id: int, day: date, zone: str, prices: Prices) -> None:
    """Nothing where it is open already."""
    by_prefix = [
        (channel, prefix, price)
        for channel, prices_ in prices.by_prefix.items()
        for prefix, price in prices_.items()
    ]
    tx.execute(
        _OPEN,
        {
            "campaign_id": campaign_id,
            "day": day,
            "zone": zone,
            "bound_s": 60 * _bound(tx, campaign_id),
            "channels": [channel.value for channel, _, _ in by_prefix],
            "prefixes": [prefix for _, prefix, _ in by_prefix],
            "prices": [price for _, _, price in by_prefix],
        },
    )


def _bound(tx: Session, campaign_id: int) -> int:
    """The minutes that a leg of its calls may last; what is usual where its policy cannot say so any more."""
    policy = tx.execute(text("SELECT policy FROM campaigns WHERE id = :id"), {"id": campaign_id}).scalar_one()
    try:
        limits = limits_of(policy)
    except PolicyError:
        limits = None
    return begun_minutes((limits or Limits()).longest_call)
