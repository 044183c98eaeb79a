"""Attempts: planned and cancelled by the flow, moved by the carrier's reports."""

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
    text: str
    asks: bool
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


COLUMNS = ", ".join(Attempt.__dataclass_fields__)
_BY_ID = text(f"SELECT {COLUMNS} FROM attempts WHERE id = ANY(:ids)")
_BY_SID = text(f"SELECT {COLUMNS} FROM attempts WHERE carrier_sid = ANY(:sids)")


def by_ids(tx: Session, ids: Iterable[UUID]) -> dict[UUID, Attempt]:
    rows = tx.execute(_BY_ID, {"ids": list(ids)})
    return {row.id: Attempt(**row._mapping) for row in rows}


def by_sids(tx: Session, sids: Iterable[str]) -> dict[str, Attempt]:
    rows = tx.execute(_BY_SID, {"sids": list(sids)})
    return {row.carrier_sid: Attempt(**row._mapping) for row in rows}


@dataclass(frozen=True, slots=True)
class Question:
    """The newest message of an enrolment that its customer was to answer by SMS."""

    enrolment_id: int
    customer_id: int
    visit: int
    taken_at: datetime


_QUESTIONS = text(
    """
    SELECT DISTINCT ON (enrolment_id) enrolment_id, customer_id, visit, taken_at FROM attempts
    WHERE customer_id = ANY(:customers) AND taken_at IS NOT NULL AND channel = 'sms' AND asks
    ORDER BY enrolment_id, taken_at DESC
    """
)


def questions(tx: Session, customers: Iterable[int]) -> dict[int, list[Question]]:
    """By customer, of enrolments that are over, too."""
    wanted = list(customers)
    found: dict[int, list[Question]] = {}
    for row in tx.execute(_QUESTIONS, {"customers": wanted}) if wanted else ():
        found.setdefault(row.customer_id, []).append(Question(**row._mapping))
    return found


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
    text: str
    asks: bool
    answers: bool


_PLAN = text(
    """
    INSERT INTO attempts (id, enrolment_id, campaign_id, customer_id, channel, purpose, step, visit, try_no,
                          due_at, expires_at, answer_within, on_denied, text, asks, answers, created_at)
    SELECT *, cast(:now AS timestamptz) FROM unnest(
        cast(:ids AS uuid[]), cast(:enrolments AS bigint[]), cast(:campaigns AS bigint[]),
        cast(:customers AS bigint[]), cast(:channels AS text[]), cast(:purposes AS text[]),
        cast(:steps AS text[]), cast(:visits AS int[]), cast(:tries AS smallint[]),
        cast(:due AS timestamptz[]), cast(:expiries AS timestamptz[]), cast(:within AS interval[]),
        cast(:on_denied AS text[]), cast(:texts AS text[]), cast(:asks AS boolean[]), cast(:answers AS boolean[]))
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
            "texts": [one.text for one in planned],
            "asks": [one.asks for one in planned],
            "answers": [one.answers for one in planned],
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
        taken_at = coalesce(a.taken_at, a.started_at,
                            CASE WHEN m.status <> 'due' THEN cast(:now AS timestamptz) END)
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
        adopting(tx, _MOVE, values)
    else:
        tx.execute(_MOVE, values)


def adopting(tx: Session, statement: TextClause, values: Mapping[str, Any]) -> Sequence[Row[Any]]:
    """Write SIDs; one that somebody else is giving to another attempt at this very moment is left to it."""
    try:
        with tx.begin_nested():
            return tx.execute(statement, values).all()
    except IntegrityError as error:
        if "uq_attempts_carrier_sid" not in str(error.orig):
            raise
        return tx.execute(statement, values).all()  # now the statement sees whose it is
