"""What a move or another policy does to a campaign's runs, in chunks: each a transaction, so a kill loses nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from bot.domain.campaigns import CampaignStatus
from bot.store import deferred

END_ALL = "end_all"
END_UNSTARTED = "end_unstarted"
LENGTHEN = "lengthen"
WEIGH_AGAIN = "weigh_again"

ABORTED = "aborted"  # results of runs that a move of their campaign ended
NOT_STARTED = "not_started"

_REASON = "campaign_not_running"


#: The goals of flow revisions, by revision; only of those asked for, never of all runs of a campaign.
GoalsOf = Callable[[Sequence[str]], Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Effect:
    """An effect under this transaction's lock. `afterwards` is what the campaign becomes when all is done."""

    id: int
    campaign_id: int
    kind: str
    since: datetime | None
    until: datetime | None
    afterwards: str | None
    reached: int
    runs: int


# Another policy does not end what a move has yet to do, and no move ends what the policy has.
_OF_MOVE = f"ended_at IS NULL AND kind <> '{WEIGH_AGAIN}'"
_OF_POLICY = f"ended_at IS NULL AND kind = '{WEIGH_AGAIN}'"

_BEGIN = text(
    """
    INSERT INTO move_effects (campaign_id, kind, since, until, afterwards, begun_at)
    VALUES (:campaign_id, :kind, :since, :until, :afterwards, :now)
    """
)
_DROP = "UPDATE move_effects SET ended_at = :now WHERE campaign_id = :campaign_id AND {which}"
_DROP_OF_MOVE = text(_DROP.format(which=_OF_MOVE))
_DROP_OF_POLICY = text(_DROP.format(which=_OF_POLICY))


def begin(
    tx: Session,
    campaign_id: int,
    kind: str,
    now: datetime,
    *,
    since: datetime | None = None,
    afterwards: str | None = None,
) -> None:
    """Instead of whatever an earlier one has left to do. Runs are made longer by the time `since` then."""
    drop = _DROP_OF_POLICY if kind == WEIGH_AGAIN else _DROP_OF_MOVE
    tx.execute(drop, {"campaign_id": campaign_id, "now": now})
    until = now if since is not None else None
    values = {
        "campaign_id": campaign_id,
        "kind": kind,
        "since": since,
        "until": until,
        "afterwards": afterwards,
    }
    tx.execute(_BEGIN, {**values, "now": now})


def under_way(tx: Session, campaign_id: int) -> Effect | None:
    """What the last move has still to do; locked."""
    row = tx.execute(_OPEN_OF, {"campaign_id": campaign_id}).one_or_none()
    return None if row is None else Effect(**row._mapping)


_COLUMNS = "m.id, m.campaign_id, m.kind, m.since, m.until, m.afterwards, m.reached, m.runs"
_OPEN_OF = text(
    f"SELECT {_COLUMNS} FROM move_effects m WHERE m.campaign_id = :campaign_id AND {_OF_MOVE} FOR UPDATE"
)
_CLAIM = text(
    f"""
    SELECT {_COLUMNS} FROM move_effects m JOIN campaigns k ON k.id = m.campaign_id
    WHERE m.ended_at IS NULL AND m.id > :after AND (cast(:campaign_id AS bigint) IS NULL OR k.id = :campaign_id)
    ORDER BY m.id LIMIT 1 FOR NO KEY UPDATE OF k SKIP LOCKED FOR UPDATE OF m SKIP LOCKED
    """
)


def claim(tx: Session, *, after: int = 0, campaign_id: int | None = None) -> Effect | None:
    """The next one that nobody else is at work on, and its campaign."""
    row = tx.execute(_CLAIM, {"after": after, "campaign_id": campaign_id}).one_or_none()
    return None if row is None else Effect(**row._mapping)


def turn(tx: Session, campaign_id: int, afterwards: CampaignStatus) -> None:
    """The operator has changed their mind about what comes after it."""
    statement = text(
        f"UPDATE move_effects SET afterwards = :afterwards WHERE campaign_id = :id AND {_OF_MOVE}"
    )
    tx.execute(statement, {"id": campaign_id, "afterwards": afterwards.value})


# Found by the unique key of campaign and customer, locked in id order, as everybody does.
_CHUNK = text(
    """
    WITH chunk AS (
        SELECT id, customer_id, status FROM enrolments
        WHERE campaign_id = :campaign_id AND customer_id > :after ORDER BY customer_id LIMIT :limit
    ), locked AS (
        SELECT e.id, e.flow_revision FROM enrolments e
        WHERE e.id IN (SELECT id FROM chunk WHERE status = 'active') AND e.status = 'active'
        ORDER BY e.id FOR UPDATE
    )
    SELECT (SELECT max(customer_id) FROM chunk) AS last, array(SELECT id FROM locked) AS ids,
           array(SELECT DISTINCT flow_revision FROM locked) AS revisions
    """
)
_REACHED = text("UPDATE move_effects SET reached = :reached, runs = runs + :runs WHERE id = :id")


def work_off(tx: Session, effect: Effect, goals_of: GoalsOf, now: datetime, *, limit: int) -> bool:
    """The next chunk of its runs; whether there was one."""
    values = {"campaign_id": effect.campaign_id, "after": effect.reached, "limit": limit}
    chunk = tx.execute(_CHUNK, values).one()
    if chunk.last is None:
        return False
    runs = _carry_out(tx, effect, list(chunk.ids), lambda: goals_of(chunk.revisions), now)
    tx.execute(_REACHED, {"id": effect.id, "reached": chunk.last, "runs": runs})
    return True


def _carry_out(
    tx: Session, effect: Effect, ids: list[int], goals: Callable[[], Mapping[str, str]], now: datetime
) -> int:
    if not ids:
        return 0
    if effect.kind == WEIGH_AGAIN:
        return deferred.bring_forward(tx, ids, now)
    if effect.kind == LENGTHEN:
        return _lengthen(tx, effect, ids)
    return end_runs(
        tx,
        ids,
        goals(),
        result=ABORTED if effect.kind == END_ALL else NOT_STARTED,
        unstarted_only=effect.kind == END_UNSTARTED,
        now=now,
    )


# Whoever is to wake at the very end of their time only, wakes at its new end. Other deadlines were promised to the
# customer, who knows of no pause.
_LENGTHEN = text(
    """
    UPDATE enrolments e SET
        due_at = CASE WHEN e.due_at = e.expires_at AND e.step IS NOT NULL THEN e.due_at + l.by ELSE e.due_at END,
        expires_at = e.expires_at + l.by
    FROM (SELECT id, cast(:until AS timestamptz) - greatest(cast(:since AS timestamptz), enrolled_at) AS by
          FROM enrolments WHERE id = ANY(:ids)) l
    WHERE e.id = l.id AND l.by > interval '0'
    """
)
_LENGTHEN_ATTEMPTS = text(
    """
    UPDATE attempts a SET expires_at = a.expires_at
        + (cast(:until AS timestamptz) - greatest(cast(:since AS timestamptz), a.created_at))
    WHERE a.enrolment_id = ANY(:ids) AND a.status = 'due' AND a.created_at < :until
    """
)


def _lengthen(tx: Session, effect: Effect, ids: list[int]) -> int:
    values = {"ids": ids, "since": effect.since, "until": effect.until}
    lengthened = int(tx.execute(_LENGTHEN, values).rowcount)  # type: ignore[attr-defined]
    tx.execute(_LENGTHEN_ATTEMPTS, values)
    return lengthened


# A bonus on its way is billing's to answer: such a run ends when it has (`end_answered`).
_END = text(
    """
    WITH ended AS (
        SELECT e.id, CASE WHEN (e.state ->> 'goal_met')::boolean THEN coalesce(g.goal, :result)
                          ELSE :result END AS result
        FROM enrolments e
        LEFT JOIN unnest(cast(:revisions AS text[]), cast(:goals AS text[])) AS g(revision, goal)
               ON g.revision = e.flow_revision
        WHERE e.id = ANY(:ids) AND e.status = 'active' AND (e.step IS NULL OR NOT :unstarted_only)
          AND NOT EXISTS (SELECT FROM grants b WHERE b.enrolment_id = e.id AND b.status IN ('due', 'crediting'))
    ), cancelled AS (
        UPDATE attempts a SET status = 'canceled', reason = :reason, settled_at = :now
        FROM ended WHERE a.enrolment_id = ended.id AND a.status = 'due'
    )
    UPDATE enrolments e SET status = 'finished', result = ended.result, due_at = NULL, holds_until = NULL,
        finished_at = :now, state = e.state || jsonb_build_object('result', ended.result)
    FROM ended WHERE e.id = ended.id
    """
)


def end_runs(
    tx: Session,
    ids: list[int],
    goals: Mapping[str, str],
    *,
    result: str,
    unstarted_only: bool,
    now: datetime,
) -> int:
    """Locked runs, and what is queued for them; one that has reached its flow's goal ends with it."""
    values = {
        "ids": ids,
        "revisions": list(goals),
        "goals": list(goals.values()),
        "result": result,
        "unstarted_only": unstarted_only,
        "reason": _REASON,
        "now": now,
    }
    return int(tx.execute(_END, values).rowcount)  # type: ignore[attr-defined]


_WITH_GRANTS = text(
    """
    SELECT e.id, e.flow_revision FROM enrolments e
    WHERE e.status = 'active' AND e.id IN (SELECT enrolment_id FROM grants WHERE campaign_id = :campaign_id)
    ORDER BY e.id FOR UPDATE
    """
)


def end_answered(tx: Session, effect: Effect, goals_of: GoalsOf, now: datetime) -> bool:
    """End the runs that billing has answered since; whether nobody waits for it any more."""
    waiting = tx.execute(_WITH_GRANTS, {"campaign_id": effect.campaign_id}).all()
    goals = goals_of(sorted({row.flow_revision for row in waiting}))
    ids = [row.id for row in waiting]
    return len(ids) == end_runs(tx, ids, goals, result=ABORTED, unstarted_only=False, now=now)


def finish(tx: Session, effect: Effect, now: datetime) -> None:
    tx.execute(text("UPDATE move_effects SET ended_at = :now WHERE id = :id"), {"id": effect.id, "now": now})
