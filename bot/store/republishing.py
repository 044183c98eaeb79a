"""Enrolments moved to another flow revision: counted by step, then moved in chunks, each its own transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

#: What may reach the customer whatever we do now: a call that is on, and a contact that the carrier may be taking.
_IN_FLIGHT = """(a.status IN ('sending', 'unconfirmed')
                 OR (a.channel = 'call' AND a.status IN ('accepted', 'ringing', 'in_progress')))"""


@dataclass(frozen=True, slots=True)
class Standing:
    """How many stand on a step of an older revision; without a step they have not started."""

    revision: str
    step: str | None
    people: int
    queued: int  # with a contact that waits to be made
    in_flight: int


_STANDINGS = text(
    f"""
    SELECT e.flow_revision AS revision, e.step, count(*) AS people,
           count(*) FILTER (WHERE a.queued) AS queued, count(*) FILTER (WHERE a.in_flight) AS in_flight
    FROM enrolments e
    LEFT JOIN (
        SELECT a.enrolment_id, bool_or(a.status = 'due') AS queued, bool_or({_IN_FLIGHT}) AS in_flight
        FROM attempts a
        WHERE a.campaign_id = :campaign_id
          AND a.status IN ('due', 'sending', 'unconfirmed', 'accepted', 'ringing', 'in_progress')
        GROUP BY a.enrolment_id
    ) a ON a.enrolment_id = e.id
    WHERE e.campaign_id = :campaign_id AND e.status = 'active' AND e.flow_revision <> :revision
    GROUP BY e.flow_revision, e.step ORDER BY e.flow_revision, e.step
    """
)


def standings(tx: Session, campaign_id: int, revision: str) -> list[Standing]:
    """Of all that are under way, or waiting to start, on another revision than this."""
    rows = tx.execute(_STANDINGS, {"campaign_id": campaign_id, "revision": revision})
    return [Standing(**row._mapping) for row in rows]


@dataclass(frozen=True, slots=True)
class Manners:
    """How a flow wants its campaigns to behave beside others, where they have no wish of their own."""

    priority: int
    on_conflict: str


_CAMPAIGN = text(
    """
    UPDATE campaigns k SET flow_revision = :revision,
        priority = CASE WHEN k.priority = :old_priority THEN :priority ELSE k.priority END,
        on_conflict = CASE WHEN k.on_conflict = :old_on_conflict THEN :on_conflict ELSE k.on_conflict END
    FROM (SELECT id, flow_revision FROM campaigns WHERE id = :id FOR UPDATE) before
    WHERE k.id = before.id RETURNING before.flow_revision
    """
)


def put_on(tx: Session, campaign_id: int, revision: str, *, old: Manners, new: Manners) -> str:
    """New enrolments of the campaign start on this revision; answers the one before."""
    values = {
        "id": campaign_id,
        "revision": revision,
        "old_priority": old.priority,
        "priority": new.priority,
        "old_on_conflict": old.on_conflict,
        "on_conflict": new.on_conflict,
    }
    return str(tx.execute(_CAMPAIGN, values).scalar_one())


# By the unique key of campaign and customer to find them, in id order to lock them, as everybody does. Their
# contacts are locked after them: what is due then stays due, and what a worker is sending has shown itself.
_CHUNK = text(
    """
    WITH chunk AS (
        SELECT id, customer_id FROM enrolments WHERE campaign_id = :campaign_id AND customer_id > :after
        ORDER BY customer_id LIMIT :limit
    ), locked AS (
        SELECT e.id FROM enrolments e
        WHERE e.id IN (SELECT id FROM chunk) AND e.status = 'active'
          AND (e.step IS NULL OR (:under_way AND e.flow_revision <> :revision))
        ORDER BY e.id FOR UPDATE
    )
    SELECT (SELECT max(customer_id) FROM chunk) AS last, array(SELECT id FROM locked) AS ids
    """
)
_LOCK_ATTEMPTS = text(
    """
    SELECT count(*) FROM (
        SELECT FROM attempts WHERE enrolment_id = ANY(:ids) AND status IN ('due', 'sending', 'unconfirmed')
        ORDER BY id FOR UPDATE
    ) locked
    """
)


@dataclass(frozen=True, slots=True)
class Chunk:
    """Locked enrolments, those to be moved; `last` is the customer to go on after."""

    last: int
    ids: Sequence[int]


def lock_chunk(
    tx: Session, campaign_id: int, *, revision: str, under_way: bool, after: int, limit: int
) -> Chunk | None:
    """Of the campaign's next enrolments those that have not started, and those `under_way` elsewhere.

    None at the end.
    """
    values = {"campaign_id": campaign_id, "revision": revision, "after": after, "limit": limit}
    row = tx.execute(_CHUNK, {**values, "under_way": under_way}).one()
    if row.last is None:
        return None
    if under_way and row.ids:
        tx.execute(_LOCK_ATTEMPTS, {"ids": row.ids})
    return Chunk(row.last, row.ids)


# Whoever was held by an earlier drain, and is not any more, starts at once.
_ADOPT = text(
    """
    UPDATE enrolments e SET flow_revision = :revision,
        due_at = coalesce(cast(:held_until AS timestamptz), least(e.due_at, greatest(k.starts_at, :now))),
        expires_at = coalesce(cast(:held_until AS timestamptz), greatest(k.starts_at, :now)) + :lasts
    FROM campaigns k
    WHERE k.id = e.campaign_id AND e.id = ANY(:ids) AND e.step IS NULL
    """
)


def adopt_unstarted(
    tx: Session,
    ids: Sequence[int],
    *,
    revision: str,
    lasts: timedelta,
    held_until: datetime | None,
    now: datetime,
) -> int:
    """Those of the chunk that have not started will start on the revision, not before `held_until`."""
    values = {"ids": ids, "revision": revision, "lasts": lasts, "held_until": held_until, "now": now}
    return int(tx.execute(_ADOPT, values).rowcount)  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Way:
    """Where whoever stands on a step goes on; `anew`: by entering the target, else as they stand."""

    target: str | None  # None: the run ends
    anew: bool


@dataclass(frozen=True, slots=True)
class Moved:
    as_they_stood: int = 0  # on the new revision, but otherwise as they stood
    anew: int = 0
    ended: int = 0

    @property
    def people(self) -> int:
        return self.as_they_stood + self.anew + self.ended

    def __add__(self, other: Moved) -> Moved:
        return Moved(
            self.as_they_stood + other.as_they_stood, self.anew + other.anew, self.ended + other.ended
        )


# A run that enters its step anew has a visit of its own, so that whatever comes of the old one is stale; the
# event makes the flow enter it. It is not moved while something in flight belongs to a step that is no more as
# it was: the answer to that could not be understood.
_MOVE = text(
    f"""
    WITH way AS (
        SELECT * FROM unnest(cast(:steps AS text[]), cast(:targets AS text[]), cast(:anew AS boolean[]))
                 AS w(step, target, anew)
    ), movable AS (
        SELECT e.id, e.customer_id, e.visit + 1 AS visit, w.step, w.target, w.anew,
               coalesce(w.target <> w.step, true) OR w.anew AS changed
        FROM enrolments e JOIN way w ON w.step = e.step
        WHERE e.id = ANY(:ids) AND e.flow_revision = :before
          AND NOT (w.anew AND coalesce((e.state ->> 'call_visit')::int, 0) > 0)
          AND NOT EXISTS (
              SELECT FROM attempts a
              WHERE a.enrolment_id = e.id AND {_IN_FLIGHT}
                AND NOT EXISTS (SELECT FROM way s WHERE s.step = a.step AND s.target = a.step AND NOT s.anew))
    ), cancelled AS (
        UPDATE attempts a SET status = 'canceled', reason = 'republished', settled_at = :now
        FROM movable m WHERE a.enrolment_id = m.id AND a.status = 'due' AND m.anew
    ), renamed AS (
        UPDATE attempts a SET step = m.target
        FROM movable m WHERE a.enrolment_id = m.id AND a.status = 'due' AND a.step = m.step
                         AND m.changed AND NOT m.anew
    ), resumed AS (
        INSERT INTO events (key, kind, payload, received_at, enrolment_id, customer_id)
        SELECT format(:key, m.id, m.visit), 'enrolment.resumed',
               jsonb_build_object('visit', m.visit, 'from', m.step), :now, m.id, m.customer_id
        FROM movable m WHERE m.anew AND m.target IS NOT NULL
        ON CONFLICT (key) DO NOTHING
    ), freed AS (
        INSERT INTO events (key, kind, payload, received_at, customer_id)
        SELECT format(:freed, m.id, e.holds_until), 'floor.freed', '{{}}', :now, m.customer_id
        FROM movable m JOIN enrolments e ON e.id = m.id WHERE m.target IS NULL AND e.holds_until > :now
        ON CONFLICT (key) DO NOTHING
    ), moved AS (
        UPDATE enrolments e SET flow_revision = CASE WHEN m.target IS NULL THEN e.flow_revision ELSE :after END,
            step = coalesce(m.target, e.step),
            visit = CASE WHEN m.anew AND m.target IS NOT NULL THEN m.visit ELSE e.visit END,
            due_at = CASE WHEN m.target IS NULL THEN NULL WHEN m.anew THEN e.expires_at ELSE e.due_at END,
            holds_until = CASE WHEN m.target IS NOT NULL THEN e.holds_until END,
            status = CASE WHEN m.target IS NULL THEN 'finished' ELSE e.status END,
            finished_at = CASE WHEN m.target IS NULL THEN cast(:now AS timestamptz) END,
            result = CASE WHEN m.target IS NULL THEN ended.result END,
            state = e.state
                || CASE WHEN m.target IS NULL THEN jsonb_build_object('result', ended.result)
                        WHEN m.anew THEN jsonb_build_object('step', m.target, 'visit', m.visit)
                        ELSE jsonb_build_object('step', m.target) END
                || coalesce((SELECT jsonb_object_agg(known.name, w.target)
                             FROM (VALUES ('last_sms'), ('last_call')) known(name)
                             JOIN way w ON w.step = e.state ->> known.name AND w.target IS NOT NULL), '{{}}')
        FROM movable m, LATERAL (
            SELECT CASE WHEN (x.state ->> 'goal_met')::boolean THEN coalesce(:goal, :result) ELSE :result END
                   AS result
            FROM enrolments x WHERE x.id = m.id) ended
        WHERE e.id = m.id
        RETURNING m.anew, m.target
    )
    SELECT count(*) FILTER (WHERE NOT anew) AS as_they_stood,
           count(*) FILTER (WHERE anew AND target IS NOT NULL) AS anew,
           count(*) FILTER (WHERE target IS NULL) AS ended
    FROM moved
    """
)


def move(
    tx: Session,
    ids: Sequence[int],
    ways: Mapping[str, Way],
    *,
    before: str,
    after: str,
    goal: str | None,
    result: str,
    now: datetime,
) -> Moved:
    """Those of the chunk that stand on a step with a way; whoever has none, or is in flight, stays behind.

    A run that ends here ends on the revision it is on, as a `result`, or its goal where it has met it.
    """
    values = {
        "ids": ids,
        "before": before,
        "after": after,
        "goal": goal,
        "result": result,
        "key": "enrolment:%s:visit:%s:resumed",
        "freed": "floor:run:%s:%s",
        "now": now,
        "steps": list(ways),
        "targets": [way.target for way in ways.values()],
        "anew": [way.anew for way in ways.values()],
    }
    return Moved(**tx.execute(_MOVE, values).one()._mapping)
