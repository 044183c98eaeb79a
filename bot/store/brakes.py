"""What brakes look at, counted by the database, and the trips that they leave for the move of the campaign."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from bot.domain.brakes import (
    COMPARE_EVERY,
    COUNT_CALLS_EVERY,
    COUNT_EVERY,
    NEWEST,
    NUMBERS_OWN_CODES,
    SPAM_CODES,
    WAITS_ITS_TURN,
    Cause,
    Counted,
    Pull,
)
from bot.domain.refusals import SAID_TO_US
from bot.store import notices

_ANY_MIDNIGHT = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Watched:
    """A running campaign that is due for a look; `judge_calls` and `compare` when it is time for that as well."""

    campaign_id: int
    policy: Mapping[str, Any]
    judge_calls: bool
    compare: bool
    lifted: Mapping[Cause, datetime]  # what came before counts no more: a person has looked at it
    open: frozenset[Cause]  # pulled already


_CLAIM = text(
    """
    WITH due AS (
        SELECT k.id, k.policy, b.counted_at IS NULL OR b.counted_at < :period AS judge_calls,
               b.compared_at IS NULL OR b.compared_at <= :compared_before AS compare
        FROM campaigns k LEFT JOIN brake_looks b ON b.campaign_id = k.id
        WHERE k.status IN ('running', 'draining') AND (b.counted_at IS NULL OR b.counted_at <= :counted_before)
    ), looked AS (
        INSERT INTO brake_looks (campaign_id, counted_at, compared_at)
        SELECT id, :now, :now FROM due ORDER BY id
        ON CONFLICT (campaign_id) DO UPDATE SET counted_at = :now,
            compared_at = CASE WHEN brake_looks.compared_at <= :compared_before THEN :now
                               ELSE brake_looks.compared_at END
            WHERE brake_looks.counted_at <= :counted_before
        RETURNING campaign_id
    )
    SELECT due.id, due.policy, due.judge_calls, due.compare
    FROM due JOIN looked ON looked.campaign_id = due.id ORDER BY due.id
    """
)
# A trip is over when its campaign runs again: only a person lets it.
_LIFT = text(
    """
    UPDATE brake_trips t SET lifted_at = :now FROM campaigns k
    WHERE k.id = t.campaign_id AND k.status IN ('running', 'draining')
      AND t.carried_out_at IS NOT NULL AND t.lifted_at IS NULL
    """
)
_TRIPS = text(
    """
    SELECT campaign_id, cause, max(lifted_at) AS lifted_at, bool_or(lifted_at IS NULL) AS open
    FROM brake_trips WHERE campaign_id = ANY(:campaigns) GROUP BY campaign_id, cause
    """
)


def watch(tx: Session, now: datetime) -> list[Watched]:
    """Running campaigns that nobody has looked at for COUNT_EVERY; only one looker gets each."""
    tx.execute(_LIFT, {"now": now})
    values = {
        "now": now,
        "counted_before": now - COUNT_EVERY,
        "period": now - (now - _ANY_MIDNIGHT) % COUNT_CALLS_EVERY,  # calls are for the first look of each
        "compared_before": now - COMPARE_EVERY,
    }
    rows = tx.execute(_CLAIM, values).all()
    if not rows:
        return []
    lifted: dict[int, dict[Cause, datetime]] = {}
    standing: dict[int, set[Cause]] = {}
    for trip in tx.execute(_TRIPS, {"campaigns": [row.id for row in rows]}):
        if trip.lifted_at is not None:
            lifted.setdefault(trip.campaign_id, {})[Cause(trip.cause)] = trip.lifted_at
        if trip.open:
            standing.setdefault(trip.campaign_id, set()).add(Cause(trip.cause))
    return [
        Watched(
            row.id,
            row.policy,
            row.judge_calls,
            row.compare,
            lifted.get(row.id, {}),
            frozenset(standing.get(row.id, ())),
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class Window:
    campaign_id: int
    cause: Cause
    since: datetime


# The newest of the window, in the order of the index: what is counted has a bound, and so has its time. What a number
# is to blame for itself says nothing of the carrier, neither way. In an outage nothing comes to an end: what the
# carrier did not take, or gave no answer to, counts as long as it stands like that.
_ATTEMPTS = text(
    """
    SELECT w.campaign_id, w.cause, troubled.number + count(a.status) AS "all",
           troubled.number + count(*) FILTER (WHERE CASE w.cause
               WHEN 'spam_filter' THEN a.error_code = ANY(:spam)
               ELSE a.status IN ('failed', 'undelivered') AND coalesce(a.error_code, '') <> ALL(:spam)
               END) AS bad
    FROM unnest(cast(:campaigns AS bigint[]), cast(:causes AS text[]), cast(:sinces AS timestamptz[]))
         AS w(campaign_id, cause, since)
    LEFT JOIN LATERAL (
        SELECT status, error_code FROM attempts
        WHERE campaign_id = w.campaign_id AND settled_at > w.since AND started_at IS NOT NULL
          AND status IN ('delivered', 'undelivered', 'completed', 'busy', 'no_answer', 'failed')
          AND CASE w.cause WHEN 'spam_filter' THEN channel = 'sms'
              ELSE coalesce(error_code, '') <> ALL(:numbers_own) END
        ORDER BY settled_at DESC LIMIT :newest
    ) a ON true
    CROSS JOIN LATERAL (
        SELECT count(*) AS number FROM (
            SELECT FROM attempts
            WHERE campaign_id = w.campaign_id AND w.cause = 'carrier_errors' AND started_at > w.since
              AND status IN ('unconfirmed', 'due') AND error_code IS NOT NULL AND error_code <> ALL(:waits)
            LIMIT :newest
        ) standing
    ) troubled
    GROUP BY w.campaign_id, w.cause, troubled.number
    """
)
# Of the people contacted in the window, those who have refused, or complained, since it began.
_PEOPLE = text(
    """
    SELECT w.campaign_id, w.cause, count(p.customer_id) AS "all",
           count(*) FILTER (WHERE CASE w.cause
               WHEN 'opt_outs' THEN EXISTS (
                   SELECT FROM suppressions s WHERE s.customer_id = p.customer_id AND s.at > w.since
                     AND s.action = 'suppress' AND s.source = ANY(:own))
               ELSE EXISTS (
                   SELECT FROM events v WHERE v.customer_id = p.customer_id AND v.received_at > w.since
                     AND v.kind = 'business.event' AND v.payload ->> 'type' = 'complaint') END) AS bad
    FROM unnest(cast(:campaigns AS bigint[]), cast(:causes AS text[]), cast(:sinces AS timestamptz[]))
         AS w(campaign_id, cause, since)
    LEFT JOIN LATERAL (
        SELECT DISTINCT customer_id FROM (
            SELECT customer_id FROM attempts
            WHERE campaign_id = w.campaign_id AND settled_at > w.since
              AND status IN ('delivered', 'completed', 'undelivered')
            ORDER BY settled_at DESC LIMIT :newest
        ) contacted
    ) p ON true
    GROUP BY w.campaign_id, w.cause
    """
)
_STATEMENTS: Mapping[Cause, TextClause] = {
    Cause.CARRIER_ERRORS: _ATTEMPTS,
    Cause.SPAM_FILTER: _ATTEMPTS,
    Cause.OPT_OUTS: _PEOPLE,
    Cause.COMPLAINTS: _PEOPLE,
}
_ASKED: Mapping[TextClause, Mapping[str, list[str]]] = {
    _ATTEMPTS: {
        "spam": list(SPAM_CODES),
        "numbers_own": list(NUMBERS_OWN_CODES),
        "waits": list(WAITS_ITS_TURN),
    },
    _PEOPLE: {"own": list(SAID_TO_US)},
}


def count(tx: Session, windows: Sequence[Window]) -> dict[tuple[int, Cause], Counted]:
    """Two statements, however many campaigns there are; calls that find nobody are counted in `abandonment`."""
    found: dict[tuple[int, Cause], Counted] = {}
    for statement, more in _ASKED.items():
        asked = [one for one in windows if _STATEMENTS[one.cause] is statement]
        if asked:
            values = {
                "campaigns": [one.campaign_id for one in asked],
                "causes": [one.cause.value for one in asked],
                "sinces": [one.since for one in asked],
                "newest": NEWEST,
            }
            for row in tx.execute(statement, {**values, **more}):
                found[row.campaign_id, Cause(row.cause)] = Counted(row.bad, row.all)
    return found


def imported_at(tx: Session) -> datetime | None:
    """When customers were last read from a file; None where they never were."""
    newest: datetime | None = tx.scalar(text("SELECT max(at) FROM imports WHERE rows_taken > 0"))
    return newest


_PULL = text(
    """
    INSERT INTO brake_trips (campaign_id, cause, details, at)
    VALUES (:campaign_id, :cause, cast(:details AS jsonb), :now)
    ON CONFLICT (campaign_id, cause) WHERE lifted_at IS NULL DO NOTHING RETURNING id
    """
)


def pull(tx: Session, campaign_id: int, pull: Pull, now: datetime) -> bool:
    """Ask for the campaign to be stopped, and tell the operator why; False where that stands already."""
    values = {
        "campaign_id": campaign_id,
        "cause": pull.cause.value,
        "details": json.dumps(dict(pull.details)),
        "now": now,
    }
    trip = tx.execute(_PULL, values).scalar_one_or_none()
    if trip is None:
        return False
    notices.leave(tx, f"brake:{trip}", f"brake.{pull.cause}", campaign_id, pull.details, now)
    return True


@dataclass(frozen=True, slots=True)
class Trip:
    id: int
    campaign_id: int
    cause: Cause


_WAITING = text(
    """
    SELECT id, campaign_id, cause FROM brake_trips WHERE carried_out_at IS NULL AND lifted_at IS NULL
    ORDER BY campaign_id, id LIMIT :limit FOR UPDATE SKIP LOCKED
    """
)
_CARRIED_OUT = text("UPDATE brake_trips SET carried_out_at = :now WHERE id = ANY(:ids)")


def waiting(tx: Session, *, limit: int) -> list[Trip]:
    """Trips whose campaign has not been stopped yet, under this transaction's lock."""
    rows = tx.execute(_WAITING, {"limit": limit})
    return [Trip(row.id, row.campaign_id, Cause(row.cause)) for row in rows]


def carried_out(tx: Session, trips: Sequence[Trip], now: datetime) -> None:
    if trips:
        tx.execute(_CARRIED_OUT, {"ids": [trip.id for trip in trips], "now": now})


def window(cause: Cause, over: timedelta, watched: Watched, now: datetime) -> Window:
    since = now - over
    lifted = watched.lifted.get(cause)
    return Window(watched.campaign_id, cause, max(since, lifted) if lifted is not None else since)
