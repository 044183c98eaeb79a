"""Attempts on their way out: claimed for the gate, marked as sending, recorded after the carrier."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from bot.store import attempts, shares
from bot.store.shares import SHARE, TURN, sharing


@dataclass(frozen=True, slots=True)
class Claimed:
    """A due attempt under this transaction's lock, with what the gate and the texts need."""

    id: UUID
    enrolment_id: int
    campaign_id: int
    customer_id: int
    purpose: str
    step: str
    visit: int
    due_at: datetime
    expires_at: datetime
    on_denied: str
    text: str
    asks: bool
    sends: int
    fence: int
    arm: str
    standing: bool  # the enrolment still stands on the visit that asked for this attempt
    facts: Mapping[str, Any]  # what the run itself has noted
    flow_revision: str
    priority: int
    on_conflict: str
    policy: Mapping[str, Any]
    offer: Mapping[str, Any]
    msisdn: str
    name: str | None
    language: str
    time_zone: str | None
    region: str | None
    tier: str
    active: bool
    complaint_open: bool
    consents: Sequence[str]
    factors: Mapping[str, Any]


_ATTEMPT = (
    "a.id, a.enrolment_id, a.campaign_id, a.customer_id, a.purpose, a.step, a.visit, a.due_at, a.expires_at, "
    "a.on_denied, a.text, a.asks, a.sends, a.fence"
)


# Each campaign gives its oldest due rows, as many as are its share.
# The customer's row is locked too, so that two workers never weigh the same person's caps and runs at once; of it the
# locked version is read: what was written while we waited for it must not be missed.
# A campaign's policy and offer come with the first of its rows only: they are long, and the same for all.
# A share is no constant, and the planner takes it for a tenth of all that is due: the limit below it, and the one in
# place of a join, keep it from reading whole tables.
def _claim(lane: str) -> TextClause:
    mine = f"a.channel = :channel AND a.status = 'due' AND {lane}"
    first_due = f"SELECT min(a.due_at) FROM attempts a WHERE a.campaign_id = campaigns.id AND {mine}"
    return text(
        f"""
        SELECT {_ATTEMPT}, e.arm, (e.status = 'active' AND e.visit = a.visit) AS standing, e.flow_revision,
               coalesce(e.state -> 'facts', '{{}}') AS facts, k.priority, k.on_conflict,
               CASE WHEN row_number() OVER in_turn = 1 THEN k.policy END AS policy,
               CASE WHEN row_number() OVER in_turn = 1 THEN k.offer END AS offer,
               a.msisdn, a.name, a.spoken AS language, a.time_zone, a.region, a.tier, a.active,
               a.complaint_open, a.consents, a.factors, {SHARE} AS share
        FROM ({sharing(first_due)}) k
        CROSS JOIN LATERAL (
            SELECT * FROM (
                SELECT {_ATTEMPT}, c.msisdn, c.name, c.language AS spoken, c.time_zone, c.region, c.tier,
                       c.status = 'active' AS active, c.complaint_open, c.consents, c.factors
                FROM attempts a JOIN customers c ON c.id = a.customer_id
                WHERE a.campaign_id = k.id AND a.due_at <= :now AND {mine}
                  AND a.id <> ALL(cast(:taken AS uuid[]))
                ORDER BY a.due_at LIMIT :limit
                FOR UPDATE OF a SKIP LOCKED FOR NO KEY UPDATE OF c SKIP LOCKED
            ) oldest LIMIT {SHARE}
        ) a
        CROSS JOIN LATERAL (SELECT * FROM enrolments WHERE id = a.enrolment_id LIMIT 1) e
        WINDOW in_turn AS (PARTITION BY a.campaign_id ORDER BY a.due_at)
        ORDER BY {TURN}
        LIMIT :limit
        """
    )


_BESIDE = 20  # others in a batch with answers: these wait for no large one, and nobody for the last of them
_CLAIM_ANSWERS, _CLAIM_OTHERS = _claim("a.answers"), _claim("NOT a.answers")


def claim_due(tx: Session, *, channel: str, limit: int, now: datetime) -> list[Claimed]:
    """Lock due attempts of running campaigns, at most `limit`; whoever comes second skips them.

    First answers to what a customer has just said; then the earliest due, the highest priority, the oldest.
    """
    answers = _claimed(tx, _CLAIM_ANSWERS, channel, limit, now)
    room = limit - len(answers)
    return answers + _claimed(tx, _CLAIM_OTHERS, channel, min(room, _BESIDE) if answers else room, now)


def _claimed(tx: Session, statement: TextClause, channel: str, limit: int, now: datetime) -> list[Claimed]:
    values = {"channel": channel, "now": now, "turn": now.isoformat()}
    rows = shares.claim(tx, statement, values, limit=limit)
    terms = {
        row["campaign_id"]: {"policy": row["policy"], "offer": row["offer"]}
        for row in rows
        if row["policy"] is not None
    }
    claimed = [Claimed(**{**row, **terms[row["campaign_id"]]}) for row in rows]
    return sorted(claimed, key=lambda one: (one.due_at, -one.priority, one.enrolment_id))


@dataclass(frozen=True, slots=True)
class Sending:
    """What is written of an allowed attempt before its POST."""

    id: UUID
    to: str
    sender: str
    body: str | None
    language: str
    segments: int | None


_START = text(
    """
    UPDATE attempts a SET status = 'sending', waiting = false, reason = NULL, fence = a.fence + 1, sends = a.sends + 1,
        started_at = :now, taken_at = :now, lease_until = :lease_until,
        to_number = s.to_number, sender = s.sender, body = s.body,
        language = s.language, segments = s.segments, closes_at = s.closes_at
    FROM unnest(cast(:ids AS uuid[]), cast(:numbers AS text[]), cast(:senders AS text[]),
                cast(:bodies AS text[]), cast(:languages AS text[]), cast(:segments AS smallint[]),
                cast(:closing AS timestamptz[]))
         AS s(id, to_number, sender, body, language, segments, closes_at)
    WHERE a.id = s.id
    """
)


def start_sending(
    tx: Session,
    sending: Sequence[Sending],
    *,
    closing: Mapping[UUID, datetime],
    now: datetime,
    lease_until: datetime,
) -> None:
    """`closing`: until when a call may ring, for the carrier's queue can delay it.

    All in one statement: a row that is written twice in a transaction has its foreign keys checked, which would
    lock enrolments after attempts.
    """
    if not sending:
        return
    tx.execute(
        _START,
        {
            "now": now,
            "lease_until": lease_until,
            "ids": [one.id for one in sending],
            "numbers": [one.to for one in sending],
            "senders": [one.sender for one in sending],
            "bodies": [one.body for one in sending],
            "languages": [one.language for one in sending],
            "segments": [one.segments for one in sending],
            "closing": [closing.get(one.id) for one in sending],
        },
    )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one POST, under the fence of its claim."""

    id: UUID
    fence: int
    status: str  # accepted, failed, due, unconfirmed
    carrier_sid: str | None
    error_code: str | None
    due_at: datetime | None  # only for due
    look_at: datetime | None  # when to ask the carrier about it


# A callback may have been here first: then the status has moved on and only the SID is ours to add. A SID that
# another attempt has stays with it: one odd answer must not undo the whole batch.
_RECORD = text(
    """
    UPDATE attempts a SET
        carrier_sid = coalesce(a.carrier_sid, (
            SELECT o.carrier_sid WHERE NOT EXISTS (SELECT FROM attempts t WHERE t.carrier_sid = o.carrier_sid))),
        status = CASE WHEN a.status = 'sending' THEN o.status ELSE a.status END,
        error_code = CASE WHEN a.status = 'sending' THEN o.error_code ELSE a.error_code END,
        due_at = CASE WHEN a.status = 'sending' AND o.status = 'due' THEN o.due_at ELSE a.due_at END,
        lease_until = CASE WHEN a.status = 'sending' THEN o.look_at ELSE a.lease_until END,
        taken_at = CASE WHEN a.status = 'sending' AND o.status IN ('due', 'failed') THEN NULL ELSE a.taken_at END,
        settled_at = CASE WHEN a.status = 'sending' AND o.status = 'failed' THEN :now ELSE a.settled_at END
    FROM attempts before,
         unnest(cast(:ids AS uuid[]), cast(:fences AS int[]), cast(:statuses AS text[]), cast(:sids AS text[]),
                cast(:errors AS text[]), cast(:due AS timestamptz[]), cast(:look_at AS timestamptz[]))
         AS o(id, fence, status, carrier_sid, error_code, due_at, look_at)
    WHERE a.id = o.id AND before.id = o.id AND a.fence = o.fence
    RETURNING a.id, before.status = 'sending' AND a.status = o.status AS written
    """
)


def record_outcomes(tx: Session, outcomes: Sequence[Outcome], now: datetime) -> set[UUID]:
    """Write them under their fences; answers those whose status is now the outcome's because of it.

    The others had lost their lease, or had been moved on by a callback that was faster than the answer.
    """
    if not outcomes:
        return set()
    rows = attempts.adopting(
        tx,
        _RECORD,
        {
            "now": now,
            "ids": [one.id for one in outcomes],
            "fences": [one.fence for one in outcomes],
            "statuses": [one.status for one in outcomes],
            "sids": [one.carrier_sid for one in outcomes],
            "errors": [one.error_code for one in outcomes],
            "due": [one.due_at for one in outcomes],
            "look_at": [one.look_at for one in outcomes],
        },
    )
    return {row.id for row in rows if row.written}


_LOCK_ENROLMENTS = text(
    """
    SELECT e.id FROM enrolments e
    WHERE e.id IN (SELECT enrolment_id FROM attempts WHERE id = ANY(:ids)) ORDER BY e.id FOR UPDATE
    """
)


def lock_enrolments(tx: Session, attempt_ids: Sequence[UUID]) -> None:
    """Enrolments before attempts, in id order: everybody locks in this order, so nobody deadlocks."""
    tx.execute(_LOCK_ENROLMENTS, {"ids": list(attempt_ids)}).all()
