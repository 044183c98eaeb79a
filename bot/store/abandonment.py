"""Calls that a person picked up and found nobody, counted by where the called are: rules differ by place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from bot.domain.brakes import NOBODY_CAME, Counted

#: The most calls of a campaign that are counted, the newest first: of every place, and over a month.
NEWEST = 20_000


@dataclass(frozen=True, slots=True)
class Span:
    """Of a campaign's calls those since a moment, so long ago as some rule says or later."""

    campaign_id: int
    over: timedelta
    since: datetime


@dataclass(frozen=True, slots=True)
class Called:
    """The calls of one span to people whose numbers begin alike, in one region: all are of one place."""

    campaign_id: int
    over: timedelta
    msisdn: str  # one of them
    region: str | None
    counted: Counted


# Abandoned are those where nothing was said, or nobody came who was asked for. Each call is judged once, however many
# spans it is in. Numbers that share four digits are of one country: calling code and, in America, area code.
_CALLED = text(
    r"""
    WITH spans AS MATERIALIZED (
        SELECT * FROM unnest(cast(:campaigns AS bigint[]), cast(:seconds AS int[]), cast(:sinces AS timestamptz[]))
                      AS s(campaign_id, seconds, since)
    ), calls AS MATERIALIZED (
        SELECT w.campaign_id, a.customer_id, a.settled_at,
               NOT EXISTS (SELECT FROM events v WHERE v.key = 'call:' || a.carrier_sid || '\:answer'
                           AND v.payload ->> 'twiml' ~ '<(Say|Play)')
               OR EXISTS (SELECT FROM events v WHERE v.key = 'call:' || a.carrier_sid || '\:dialed'
                          AND v.payload ->> 'DialCallStatus' = ANY(:nobody)) AS abandoned
        FROM (SELECT campaign_id, min(since) AS since FROM spans GROUP BY campaign_id) w
        CROSS JOIN LATERAL (
            SELECT customer_id, carrier_sid, settled_at FROM attempts
            WHERE campaign_id = w.campaign_id AND settled_at > w.since AND channel = 'call'
              AND status = 'completed' AND answered_by IS DISTINCT FROM 'machine' AND carrier_sid IS NOT NULL
            ORDER BY settled_at DESC LIMIT :newest
        ) a
    )
    SELECT s.campaign_id, s.seconds, min(c.msisdn) AS msisdn, c.region,
           count(*) AS "all", count(*) FILTER (WHERE calls.abandoned) AS bad
    FROM calls JOIN customers c ON c.id = calls.customer_id
    JOIN spans s ON s.campaign_id = calls.campaign_id AND calls.settled_at > s.since
    GROUP BY s.campaign_id, s.seconds, left(c.msisdn, 5), c.region
    ORDER BY s.campaign_id, s.seconds, msisdn, c.region
    """
)


def called(tx: Session, spans: Sequence[Span]) -> list[Called]:
    """In one statement, however many campaigns, spans and places there are."""
    if not spans:
        return []
    values = {
        "campaigns": [one.campaign_id for one in spans],
        "seconds": [one.over // timedelta(seconds=1) for one in spans],
        "sinces": [one.since for one in spans],
        "nobody": list(NOBODY_CAME),
        "newest": NEWEST,
    }
    return [
        Called(
            row.campaign_id,
            timedelta(seconds=row.seconds),
            row.msisdn,
            row.region,
            Counted(row.bad, row.all),
        )
        for row in tx.execute(_CALLED, values)
    ]
