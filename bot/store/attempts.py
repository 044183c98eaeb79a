"""Attempts: planned by the flow, claimed for the gate, recorded after the carrier, moved by its reports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, TextClause, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Planned:
    """An attempt that a flow asked for; `(enrolment_id, visit, try_no)` makes a repeat harmless."""

    id: UUID
    enrolment_id: int
    campaign_id: int
    customer_id: int
    channel: str
    purpose: str
    step: str
    visit: int
    try_no: int
    due_at: datetime
    expires_at: datetime
    answer_within: timedelta | None
    on_denied: str


_PLAN = text(
    """
    INSERT INTO attempts (id, enrolment_id, campaign_id, customer_id, channel, purpose, step, visit, try_no,
                          due_at, expires_at, answer_within, on_denied, created_at)
    SELECT *, cast(:now AS timestamptz) FROM unnest(
        cast(:ids AS uuid[]), cast(:enrolments AS bigint[]), cast(:campaigns AS bigint[]),
        cast(:customers AS bigint[]), cast(:channels AS text[]), cast(:purposes AS text[]),
        cast(:steps AS text[]), cast(:visits AS int[]), cast(:tries AS smallint[]),
        cast(:due AS timestamptz[]), cast(:expiries AS timestamptz[]), cast(:within AS interval[]),
        cast(:on_denied AS text[]))
    ON CONFLICT (enrolment_id, visit, try_no) DO NOTHING
    """
)


def plan(tx: Session, planned: Sequence[Planned], now: datetime) -> None:
    if not planned:
        return
    tx.execute(
        _PLAN,
        {
            "now": now,
            "ids": [one.id for one in planned],
            "enrolments": [one.enrolment_id for one in planned],
            "campaigns": [one.campaign_id for one in planned],
            "customers": [one.customer_id for one in planned],
            "channels": [one.channel for one in planned],
            "purposes": [one.purpose for one in planned],
            "steps": [one.step for one in planned],
            "visits": [one.visit for one in planned],
            "tries": [one.try_no for one in planned],
            "due": [one.due_at for one in planned],
            "expiries": [one.expires_at for one in planned],
            "within": [one.answer_within for one in planned],
            "on_denied": [one.on_denied for one in planned],
        },
    )


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
    sends: int
    fence: int
    arm: str
    standing: bool  # the enrolment still stands on the visit that asked for this attempt
    flow_revision: str
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


# Running campaigns take turns: each gives its oldest due rows, so that a huge one cannot starve the others.
# The customer's row is locked too, so that two workers never weigh the same person's caps at once.
# A campaign's policy and offer come with the first of its rows only: they are long, and the same for all.
_CLAIM = text(
    """
    SELECT a.id, a.enrolment_id, a.campaign_id, a.customer_id, a.purpose, a.step, a.visit, a.due_at,
           a.expires_at, a.on_denied, a.sends, a.fence,
           e.arm, (e.status = 'active' AND e.visit = a.visit) AS standing, e.flow_revision,
           CASE WHEN row_number() OVER in_turn = 1 THEN k.policy END AS policy,
           CASE WHEN row_number() OVER in_turn = 1 THEN k.offer END AS offer,
           p.msisdn, p.name, p.language, p.time_zone, p.region, p.tier, p.status = 'active' AS active,
           p.complaint_open, p.consents, p.factors
    FROM (SELECT id, policy, offer, count(*) OVER () AS campaigns FROM campaigns WHERE status = 'running') k
    CROSS JOIN LATERAL (
        SELECT a.* FROM attempts a JOIN customers c ON c.id = a.customer_id
        WHERE a.campaign_id = k.id AND a.channel = :channel AND a.status = 'due' AND a.due_at <= :now
        ORDER BY a.due_at LIMIT ceil(cast(:limit AS numeric) / k.campaigns)
        FOR UPDATE OF a SKIP LOCKED FOR NO KEY UPDATE OF c SKIP LOCKED
    ) a
    JOIN enrolments e ON e.id = a.enrolment_id
    JOIN customers p ON p.id = a.customer_id
    WINDOW in_turn AS (PARTITION BY a.campaign_id ORDER BY a.due_at)
    ORDER BY row_number() OVER in_turn, md5(a.campaign_id || :turn)
    LIMIT :limit
    """
)


def claim_due(tx: Session, *, channel: str, limit: int, now: datetime) -> list[Claimed]:
    """Lock due attempts of running campaigns, at most `limit`; whoever comes second skips them."""
    values = {"channel": channel, "limit": limit, "now": now, "turn": now.isoformat()}
    rows = tx.execute(_CLAIM, values).all()
    terms = {
        row.campaign_id: {"policy": row.policy, "offer": row.offer} for row in rows if row.policy is not None
    }
    return [Claimed(**{**row._mapping, **terms[row.campaign_id]}) for row in rows]


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
    UPDATE attempts a SET status = 'sending', fence = a.fence + 1, sends = a.sends + 1, started_at = :now,
        taken_at = :now, lease_until = :lease_until, to_number = s.to_number, sender = s.sender, body = s.body,
        language = s.language, segments = s.segments
    FROM unnest(cast(:ids AS uuid[]), cast(:numbers AS text[]), cast(:senders AS text[]),
                cast(:bodies AS text[]), cast(:languages AS text[]), cast(:segments AS smallint[]))
         AS s(id, to_number, sender, body, language, segments)
    WHERE a.id = s.id
    """
)


def start_sending(tx: Session, sending: Sequence[Sending], *, now: datetime, lease_until: datetime) -> None:
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
        },
    )


_PUT_OFF = text(
    """
    UPDATE attempts a SET due_at = p.due_at
    FROM unnest(cast(:ids AS uuid[]), cast(:due AS timestamptz[])) AS p(id, due_at)
    WHERE a.id = p.id AND a.status = 'due'
    """
)


def put_off(tx: Session, until: Mapping[UUID, datetime]) -> None:
    if until:
        tx.execute(_PUT_OFF, {"ids": list(until), "due": list(until.values())})


_CLOSE = text(
    """
    UPDATE attempts a SET status = c.status, reason = c.reason, settled_at = :now
    FROM unnest(cast(:ids AS uuid[]), cast(:statuses AS text[]), cast(:reasons AS text[]))
         AS c(id, status, reason)
    WHERE a.id = c.id AND a.status = 'due'
    """
)


def close_unsent(tx: Session, closed: Mapping[UUID, tuple[str, str]], now: datetime) -> None:
    """Due attempts that will never be sent: `{id: (denied | expired | canceled, reason)}`."""
    if closed:
        tx.execute(
            _CLOSE,
            {
                "now": now,
                "ids": list(closed),
                "statuses": [status for status, _ in closed.values()],
                "reasons": [reason for _, reason in closed.values()],
            },
        )


_CANCEL = text(
    """
    UPDATE attempts SET status = 'canceled', reason = :reason, settled_at = :now
    WHERE enrolment_id = ANY(:enrolments) AND status = 'due'
    """
)


def cancel_queued(tx: Session, enrolment_ids: Iterable[int], *, reason: str, now: datetime) -> None:
    ids = list(enrolment_ids)
    if ids:
        tx.execute(_CANCEL, {"enrolments": ids, "reason": reason, "now": now})


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
    rows = _adopting(
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


def _adopting(tx: Session, statement: TextClause, values: Mapping[str, Any]) -> Sequence[Row[Any]]:
    """Write SIDs; one that somebody else is giving to another attempt at this very moment is left to it."""
    try:
        with tx.begin_nested():
            return tx.execute(statement, values).all()
    except IntegrityError as error:
        if "uq_attempts_carrier_sid" not in str(error.orig):
            raise
        return tx.execute(statement, values).all()  # now the statement sees whose it is


_LOCK_ENROLMENTS = text(
    """
    SELECT e.id FROM enrolments e
    WHERE e.id IN (SELECT enrolment_id FROM attempts WHERE id = ANY(:ids)) ORDER BY e.id FOR UPDATE
    """
)

_START_TIMERS = text(
    """
    UPDATE enrolments e SET due_at = least(cast(:now AS timestamptz) + a.answer_within, e.expires_at)
    FROM attempts a
    WHERE a.id = ANY(:ids) AND a.answer_within IS NOT NULL AND e.id = a.enrolment_id
      AND e.visit = a.visit AND e.status = 'active'
    """
)


def lock_enrolments(tx: Session, attempt_ids: Sequence[UUID]) -> None:
    """Enrolments before attempts, in id order: everybody locks in this order, so nobody deadlocks."""
    tx.execute(_LOCK_ENROLMENTS, {"ids": list(attempt_ids)}).all()


def start_answer_timers(tx: Session, attempt_ids: Sequence[UUID], now: datetime) -> None:
    """The carrier has the message: from now on the customer's time to answer runs."""
    if attempt_ids:
        tx.execute(_START_TIMERS, {"ids": list(attempt_ids), "now": now})


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt as the inbound stage sees it."""

    id: UUID
    enrolment_id: int
    campaign_id: int
    customer_id: int
    channel: str
    step: str
    visit: int
    try_no: int
    status: str
    fence: int
    sends: int
    carrier_sid: str | None
    answered_by: str | None
    voicemail: str | None
    answer_within: timedelta | None
    to_number: str | None
    sender: str | None
    body: str | None
    started_at: datetime | None
    language: str | None
    error_code: str | None


_COLUMNS = ", ".join(Attempt.__dataclass_fields__)
_BY_ID = text(f"SELECT {_COLUMNS} FROM attempts WHERE id = ANY(:ids)")
_BY_SID = text(f"SELECT {_COLUMNS} FROM attempts WHERE carrier_sid = ANY(:sids)")


def by_ids(tx: Session, ids: Iterable[UUID]) -> dict[UUID, Attempt]:
    rows = tx.execute(_BY_ID, {"ids": list(ids)})
    return {row.id: Attempt(**row._mapping) for row in rows}


def by_sids(tx: Session, sids: Iterable[str]) -> dict[str, Attempt]:
    rows = tx.execute(_BY_SID, {"sids": list(sids)})
    return {row.carrier_sid: Attempt(**row._mapping) for row in rows}


@dataclass(frozen=True, slots=True)
class Move:
    """What a carrier's report changed of an attempt; None leaves a column as it is."""

    id: UUID
    status: str
    carrier_sid: str | None
    error_code: str | None
    answered_by: str | None
    duration_s: int | None
    voicemail: str | None
    settled: bool


_MOVE = text(
    """
    UPDATE attempts a SET status = m.status,
        carrier_sid = coalesce(a.carrier_sid, (
            SELECT m.carrier_sid WHERE NOT EXISTS (SELECT FROM attempts t WHERE t.carrier_sid = m.carrier_sid))),
        error_code = CASE WHEN a.status = m.status THEN coalesce(m.error_code, a.error_code) ELSE m.error_code END,
        answered_by = coalesce(m.answered_by, a.answered_by),
        duration_s = coalesce(m.duration_s, a.duration_s), voicemail = coalesce(m.voicemail, a.voicemail),
        settled_at = CASE WHEN m.settled AND a.status <> m.status THEN :now ELSE a.settled_at END,
        lease_until = CASE WHEN m.settled THEN NULL
                           WHEN a.status IN ('due', 'sending', 'unconfirmed') THEN :look_at
                           ELSE a.lease_until END,
        taken_at = coalesce(a.taken_at, a.started_at)
    FROM unnest(cast(:ids AS uuid[]), cast(:statuses AS text[]), cast(:sids AS text[]), cast(:errors AS text[]),
                cast(:answered AS text[]), cast(:durations AS int[]), cast(:voicemails AS text[]),
                cast(:settled AS boolean[]))
         AS m(id, status, carrier_sid, error_code, answered_by, duration_s, voicemail, settled)
    WHERE a.id = m.id RETURNING a.id
    """
)


def move(tx: Session, moves: Sequence[Move], *, now: datetime, look_at: datetime) -> None:
    """Apply reports that `domain.attempts.advance` let through; the enrolments are locked already."""
    if not moves:
        return
    values = {
        "now": now,
        "look_at": look_at,
        "ids": [one.id for one in moves],
        "statuses": [one.status for one in moves],
        "sids": [one.carrier_sid for one in moves],
        "errors": [one.error_code for one in moves],
        "answered": [one.answered_by for one in moves],
        "durations": [one.duration_s for one in moves],
        "voicemails": [one.voicemail for one in moves],
        "settled": [one.settled for one in moves],
    }
    if any(one.carrier_sid for one in moves):
        _adopting(tx, _MOVE, values)
    else:
        tx.execute(_MOVE, values)


_LEASE_LOST = text(
    """
    UPDATE attempts SET status = 'unconfirmed', lease_until = :look_at
    WHERE id IN (SELECT id FROM attempts WHERE status = 'sending' AND lease_until < :now
                 LIMIT 1000 FOR UPDATE SKIP LOCKED)
    """
)


def suspect_lost_leases(tx: Session, *, now: datetime, look_at: datetime) -> int:
    """A worker died between claim and record: what it was sending is unconfirmed, never simply due again."""
    return int(tx.execute(_LEASE_LOST, {"now": now, "look_at": look_at}).rowcount)  # type: ignore[attr-defined]


_TO_ASK = text(
    f"""
    UPDATE attempts SET fence = fence + 1,
        lease_until = CASE WHEN carrier_sid IS NULL THEN :ask_soon ELSE cast(:ask_later AS timestamptz) END
    WHERE id IN (SELECT id FROM attempts WHERE lease_until <= :now AND status <> 'sending'
                 ORDER BY lease_until LIMIT :limit FOR UPDATE SKIP LOCKED)
    RETURNING {_COLUMNS}
    """
)


def claim_to_ask(
    tx: Session, *, now: datetime, ask_soon: datetime, ask_later: datetime, limit: int
) -> list[Attempt]:
    """Attempts that the carrier has been silent about for too long; put off so that nobody asks twice.

    What may never have been taken is asked about again soon, should there be no answer; the rest can wait.
    """
    values = {"now": now, "ask_soon": ask_soon, "ask_later": ask_later, "limit": limit}
    rows = tx.execute(_TO_ASK, values)
    return [Attempt(**row._mapping) for row in rows]


_NOT_TAKEN = text(
    """
    UPDATE attempts SET status = CASE WHEN sends < :most_sends THEN 'due' ELSE 'failed' END,
        error_code = 'not_taken', taken_at = NULL, lease_until = NULL, due_at = :now,
        settled_at = CASE WHEN sends < :most_sends THEN NULL ELSE cast(:now AS timestamptz) END
    WHERE id = :id AND fence = :fence AND status = 'unconfirmed' AND carrier_sid IS NULL
    RETURNING status
    """
)


def prove_not_taken(tx: Session, attempt: Attempt, *, most_sends: int, now: datetime) -> str | None:
    """The carrier's list does not have it: due again, or failed after `most_sends`. None: somebody was faster."""
    return tx.execute(
        _NOT_TAKEN, {"id": attempt.id, "fence": attempt.fence, "most_sends": most_sends, "now": now}
    ).scalar()


def linked_sids(tx: Session, sids: Iterable[str]) -> set[str]:
    """Which of the carrier's SIDs already belong to an attempt."""
    rows = tx.execute(
        text("SELECT carrier_sid FROM attempts WHERE carrier_sid = ANY(:sids)"), {"sids": list(sids)}
    )
    return {row.carrier_sid for row in rows}


# Whoever holds a lock here holds the enrolment's too; waiting for it without that one could deadlock.
_STOP_ASKING = text(
    """
    UPDATE attempts SET lease_until = NULL
    WHERE id IN (SELECT id FROM attempts WHERE id = ANY(:ids) FOR UPDATE SKIP LOCKED)
    """
)


def stop_asking(tx: Session, ids: Sequence[UUID]) -> None:
    if ids:
        tx.execute(_STOP_ASKING, {"ids": list(ids)})


_VOICEMAIL = text(
    f"""
    UPDATE attempts SET voicemail = 'leaving' WHERE id IN (
        SELECT id FROM attempts WHERE voicemail = 'due' LIMIT :limit FOR UPDATE SKIP LOCKED)
    RETURNING {_COLUMNS}
    """
)
_VOICEMAIL_DONE = text(
    """
    UPDATE attempts a SET voicemail = d.voicemail
    FROM unnest(cast(:ids AS uuid[]), cast(:ends AS text[])) AS d(id, voicemail)
    WHERE a.id = d.id AND a.voicemail = 'leaving'
    """
)


def claim_voicemails(tx: Session, limit: int) -> list[Attempt]:
    """Live calls that a machine answered; each is claimed once, so that no message is begun twice."""
    return [Attempt(**row._mapping) for row in tx.execute(_VOICEMAIL, {"limit": limit})]


def record_voicemails(tx: Session, ends: Mapping[UUID, str]) -> None:
    """`{id: left | failed}`"""
    if ends:
        tx.execute(_VOICEMAIL_DONE, {"ids": list(ends), "ends": list(ends.values())})
