"""Campaigns whose time has come: to start, to look at their audience again, to enrol those who had their event."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from bot.store import campaign_policies
from bot.store.campaigns import Campaign
from bot.store.enrolling import Audience

_DUE_START = text(
    """
    SELECT id FROM campaigns
    WHERE status = 'scheduled' AND starts_at <= :now AND (after_id IS NULL OR id = ANY(:ripe))
      AND NOT id = ANY(:besides)
    ORDER BY id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED
    """
)
_RIPE = text(
    """
    WITH looked AS (
        UPDATE campaigns SET next_round_at = :look_again
        WHERE status = 'scheduled' AND after_id IS NOT NULL AND starts_at <= :now
          AND coalesce(next_round_at, :now) <= :now
        RETURNING id, after_id, after_share
    )
    SELECT k.id FROM looked k JOIN campaigns b ON b.id = k.after_id
    WHERE b.status = 'finished'
       OR (b.status <> 'aborted' AND b.started_at IS NOT NULL
           AND EXISTS (SELECT FROM enrolments e WHERE e.campaign_id = b.id)
           AND NOT EXISTS (SELECT FROM intakes i WHERE i.campaign_id = b.id AND i.phase IN ('listing', 'enrolling'))
           AND (SELECT count(DISTINCT a.enrolment_id) FROM attempts a
                WHERE a.campaign_id = b.id AND a.taken_at IS NOT NULL)
               >= k.after_share * (SELECT count(*) FROM enrolments e
                                   WHERE e.campaign_id = b.id AND e.arm = 'treatment'))
    """
)


def ripe(tx: Session, now: datetime, *, look_again: datetime) -> list[int]:
    """Scheduled campaigns whose predecessor has reached enough people, or all it could; counting costs, so seldom.

    One that is aborted has reached nothing that another may build on.
    """
    return list(tx.execute(_RIPE, {"now": now, "look_again": look_again}).scalars())


@dataclass(frozen=True, slots=True)
class Orphan:
    campaign_id: int
    after_id: int
    after: str

    @property
    def key(self) -> str:
        """Of the notice that says so."""
        return f"orphan:{self.campaign_id}:{self.after_id}"


_ORPHANS = text(
    """
    SELECT k.id AS campaign_id, b.id AS after_id, b.name AS after FROM campaigns k JOIN campaigns b ON b.id = k.after_id
    WHERE k.status = 'scheduled' AND b.status = 'aborted'
      AND NOT EXISTS (SELECT FROM notices n WHERE n.key = 'orphan:' || k.id || ':' || b.id)
    """
)


def orphans(tx: Session) -> list[Orphan]:
    """Scheduled campaigns that wait for one that was aborted, as far as nobody has been told."""
    return [Orphan(**row._mapping) for row in tx.execute(_ORPHANS)]


def claim_start(
    tx: Session, now: datetime, *, ripe: Sequence[int] = (), besides: Sequence[int] = ()
) -> int | None:
    """A scheduled campaign whose moment has come; one that follows another only if it is `ripe`."""
    values = {"now": now, "ripe": list(ripe), "besides": list(besides)}
    return tx.execute(_DUE_START, values).scalar_one_or_none()


_DUE_ROUND = text(
    """
    SELECT k.id FROM campaigns k WHERE k.status = 'running' AND k.next_round_at <= :now
      AND NOT EXISTS (SELECT FROM intakes i WHERE i.campaign_id = k.id AND i.phase IN ('listing', 'enrolling'))
    ORDER BY k.next_round_at LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED
    """
)


def claim_due(tx: Session, now: datetime) -> int | None:
    """A campaign whose next round has come, and whose last one is over."""
    return tx.execute(_DUE_ROUND, {"now": now}).scalar_one_or_none()


# Asked by one row each, so that the index of active runs answers: a join would read all that have ended.
OVER = text(
    """
    SELECT k.id FROM campaigns k
    WHERE k.status IN ('running', 'draining') AND k.starts_at <= :now
      AND (SELECT true FROM enrolments e WHERE e.campaign_id = k.id AND e.status = 'active'
           ORDER BY e.due_at LIMIT 1) IS NULL
      AND (k.status = 'draining' OR (k.rhythm IS NULL AND k.on_event IS NULL
           AND (SELECT true FROM enrolments e WHERE e.campaign_id = k.id ORDER BY e.customer_id LIMIT 1)
           AND NOT EXISTS (SELECT FROM intakes i WHERE i.campaign_id = k.id AND i.phase IN ('listing', 'enrolling'))))
    """
)
_CLOSED = text("SELECT id FROM campaigns WHERE status = 'running' AND ends_at <= :now")


def over(tx: Session, now: datetime) -> list[int]:
    """Campaigns that have nobody left under way, and wait for nobody."""
    return list(tx.execute(OVER, {"now": now}).scalars())


def closed(tx: Session, now: datetime) -> list[int]:
    """Campaigns whose end has come: nobody new may start."""
    return list(tx.execute(_CLOSED, {"now": now}).scalars())


# -- those who had an event -------------------------------------------------------------------------------------

_CALL = text(
    """
    INSERT INTO trigger_calls (campaign_id, event_id, customer_id, at)
    SELECT k.id, e.id, e.customer_id, :now
    FROM unnest(cast(:ids AS bigint[]), cast(:customers AS bigint[]), cast(:names AS text[]))
         AS e(id, customer_id, name)
    JOIN campaigns k ON k.on_event = e.name AND k.status IN ('running', 'paused') AND k.starts_at <= :now
    ON CONFLICT DO NOTHING
    """
)


@dataclass(frozen=True, slots=True)
class Occurred:
    """A business event of a known customer, as stored."""

    event_id: int
    customer_id: int
    name: str


def call(tx: Session, occurred: Sequence[Occurred], now: datetime) -> None:
    """Leave a line for every campaign that waits for such an event."""
    if occurred:
        values = {
            "ids": [one.event_id for one in occurred],
            "customers": [one.customer_id for one in occurred],
            "names": [one.name for one in occurred],
        }
        tx.execute(_CALL, {**values, "now": now})


@dataclass(frozen=True, slots=True)
class Called:
    campaign_id: int
    customers: Sequence[int]


_CLAIM_CALLS = text(
    """
    WITH campaign AS (
        SELECT k.id FROM campaigns k
        WHERE k.on_event IS NOT NULL AND k.status = 'running'
          AND EXISTS (SELECT FROM trigger_calls t WHERE t.campaign_id = k.id)
        ORDER BY k.id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED
    ), taken AS (
        SELECT t.campaign_id, t.event_id FROM trigger_calls t JOIN campaign ON campaign.id = t.campaign_id
        ORDER BY t.event_id LIMIT :limit FOR UPDATE OF t SKIP LOCKED
    )
    DELETE FROM trigger_calls t USING taken
    WHERE t.campaign_id = taken.campaign_id AND t.event_id = taken.event_id
    RETURNING t.campaign_id, t.customer_id
    """
)


def claim_calls(tx: Session, *, limit: int) -> Called | None:
    """Of one campaign; gone with this transaction."""
    rows = tx.execute(_CLAIM_CALLS, {"limit": limit}).all()
    return Called(rows[0].campaign_id, sorted({row.customer_id for row in rows})) if rows else None


def hand_over_calls(tx: Session, campaign_id: int, to: int) -> None:
    statement = text("UPDATE trigger_calls SET campaign_id = :to WHERE campaign_id = :id")
    tx.execute(statement, {"id": campaign_id, "to": to})


# -- the audience of a round ------------------------------------------------------------------------------------


def among(audience: Audience, customers: Sequence[int]) -> Audience:
    return replace(
        audience,
        select=f"SELECT n.id, n.status FROM ({audience.select}) n WHERE n.id = ANY(:among)",
        parameters={**audience.parameters, "among": list(customers)},
    )


def without_recent(audience: Audience, campaign: Campaign, now: datetime) -> Audience:
    """Without those who were enrolled in any edition of its series, unless that is long enough ago."""
    if campaign.again_after is None:
        return audience
    return replace(
        audience,
        select=f"""
        SELECT n.id, n.status FROM ({audience.select}) n
        WHERE (SELECT true FROM enrolments p JOIN campaigns s ON s.id = p.campaign_id
               WHERE p.customer_id = n.id AND p.enrolled_at > :lately
                 AND (s.id = :series_id OR s.series_id = :series_id) LIMIT 1) IS NULL
        """,
        parameters={
            **audience.parameters,
            "series_id": campaign.series_id or campaign.id,
            "lately": now - campaign.again_after,
        },
    )


# -- editions -----------------------------------------------------------------------------------------------------

_NEXT_EDITION = text(
    """
    INSERT INTO campaigns (name, flow_revision, risk_list_id, condition, offer, policy, status, control_share, salt,
        priority, on_conflict, bonus_budget, bonus_committed, starts_at, ends_at, rhythm, rhythm_zone, again_after,
        series_id, on_event, send_order, author_id, findings, checked_at, checked_revision, approver_id, approved_at,
        created_at, started_at)
    SELECT coalesce(f.name, k.name) || ' (' || cast(:number AS int) || ')',
        k.flow_revision, k.risk_list_id, k.condition, k.offer, k.policy, 'running', k.control_share, k.salt,
        k.priority, k.on_conflict, k.bonus_budget - k.bonus_committed, 0, k.starts_at, k.ends_at, k.rhythm,
        k.rhythm_zone, k.again_after, :series_id, k.on_event, k.send_order, k.author_id, k.findings, k.checked_at,
        k.checked_revision, k.approver_id, k.approved_at, :now, :now
    FROM campaigns k LEFT JOIN campaigns f ON f.id = :series_id WHERE k.id = :id
    ON CONFLICT (name) DO NOTHING RETURNING id
    """
)
_EDITIONS = text("SELECT count(*) FROM campaigns WHERE series_id = :series_id")


def next_edition(tx: Session, campaign: Campaign, now: datetime) -> int:
    """With the same terms and arms, and what is left of the budget; running, under the next name that is free."""
    values = {"id": campaign.id, "series_id": campaign.series_id or campaign.id, "now": now}
    numbers = itertools.count(tx.execute(_EDITIONS, values).scalar_one() + 2)
    edition_id: int | None = None
    while edition_id is None:
        edition_id = tx.execute(_NEXT_EDITION, {**values, "number": next(numbers)}).scalar_one_or_none()
    writer = campaign_policies.last_writer(tx, campaign.id)
    campaign_policies.write(tx, edition_id, campaign.policy, now, user_id=writer)
    return edition_id
