"""Everything that was said and done with one customer, in the order of time, out of the journals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from bot.domain.retelling import facts_told, told

Direction = Literal["out", "in", "inside"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the story. `text` is what was said, word for word, with numbers masked.

    `detail` holds facts under fixed names, for the page to word: status, step, reason, amount, by ...
    """

    at: datetime
    kind: str  # sms, call, by_hand, denied, deferred, reply, keypress, recharge, opt_out, grant, work_order
    direction: Direction
    text: str | None = None
    detail: Mapping[str, str] = field(default_factory=dict)


_ENROLMENTS = text(
    "SELECT id, customer_id, enrolled_at FROM enrolments"
    " WHERE id = :enrolment_id OR customer_id = :customer_id"
)
_ATTEMPTS = text(
    """
    SELECT coalesce(taken_at, settled_at, started_at, due_at) AS at,
           channel, step, status, body, answered_by, duration_s, voicemail, error_code, reason
    FROM attempts
    WHERE enrolment_id = ANY(:enrolments)
      AND (taken_at IS NOT NULL OR status IN ('sending', 'unconfirmed', 'failed', 'expired'))
    """
)
_DECISIONS = text(
    """
    SELECT d.at, d.verdict, d.reason, d.until, a.channel, a.step
    FROM attempts a JOIN decisions d ON d.attempt_id = a.id
    WHERE a.enrolment_id = ANY(:enrolments) AND d.verdict <> 'allowed'
    """
)
_BY_HAND = text(
    """
    SELECT coalesce(m.taken_at, m.ended_at) AS at, m.status, m.way, m.verdict, m.reason, m.until, m.duration_s,
           u.name AS by
    FROM manual_calls m JOIN users u ON u.id = m.user_id
    WHERE m.enrolment_id = ANY(:enrolments) AND (m.taken_at IS NOT NULL OR m.status IN ('refused', 'taken_back'))
    """
)
_EVENTS = text(
    """
    SELECT received_at AS at, kind, payload, outcome FROM events
    WHERE (enrolment_id = ANY(:enrolments) OR (customer_id = :customer_id AND enrolment_id IS NULL))
      AND kind IN ('sms.inbound', 'call.key', 'billing.topup', 'opt_out', 'grant.settled')
      AND received_at >= :since
    ORDER BY id
    """
)
_GRANTS = text(
    """
    SELECT accepted_at, qualified_at, granted_at, amount FROM grants WHERE enrolment_id = ANY(:enrolments)
    """
)
_MOVES = text(
    """
    SELECT m.at, m.what, m.note, u.name AS by, o.queue, o.disposition
    FROM work_orders o
    JOIN work_order_moves m ON m.work_order_id = o.id
    LEFT JOIN users u ON u.id = m.user_id
    WHERE o.enrolment_id = ANY(:enrolments) ORDER BY m.id
    """
)


def conversation(
    tx: Session, *, enrolment_id: int | None = None, customer_id: int | None = None
) -> list[Entry]:
    """Of one enrolment, or of a customer in all campaigns; empty when there is no such."""
    of = tx.execute(_ENROLMENTS, {"enrolment_id": enrolment_id, "customer_id": customer_id}).all()
    if not of:
        return []
    values = {
        "enrolments": [row.id for row in of],
        "customer_id": of[0].customer_id,
        "since": min(row.enrolled_at for row in of),
    }
    entries = [
        *_contacts(tx.execute(_ATTEMPTS, values)),
        *_decisions(tx.execute(_DECISIONS, values)),
        *_by_hand(tx.execute(_BY_HAND, values)),
        *_events(tx.execute(_EVENTS, values)),
        *_grants(tx.execute(_GRANTS, values)),
        *_moves(tx.execute(_MOVES, values)),
    ]
    return sorted(entries, key=lambda entry: entry.at)


def _contacts(rows: Iterable[Row[Any]]) -> Iterator[Entry]:
    for row in rows:
        detail = facts_told(
            status=row.status,
            step=row.step,
            answered_by=row.answered_by,
            seconds=row.duration_s,
            voicemail=row.voicemail,
            error=row.error_code,
            reason=row.reason,
        )
        yield Entry(row.at, row.channel, "out", told(row.body), detail)


def _decisions(rows: Iterable[Row[Any]]) -> Iterator[Entry]:
    for row in rows:
        until = row.until and row.until.isoformat()
        detail = facts_told(channel=row.channel, step=row.step, reason=row.reason, until=until)
        yield Entry(row.at, row.verdict, "inside", detail=detail)


def _by_hand(rows: Iterable[Row[Any]]) -> Iterator[Entry]:
    for row in rows:
        detail = facts_told(
            status=row.status,
            way=row.way,
            by=row.by,
            reason=row.reason,
            until=row.until and row.until.isoformat(),
            seconds=row.duration_s,
        )
        yield Entry(row.at, "by_hand", "out", detail=detail)


def _events(rows: Iterable[Row[Any]]) -> Iterator[Entry]:
    for row in rows:
        payload = row.payload
        match row.kind:
            case "sms.inbound":
                yield Entry(
                    row.at, "reply", "in", told(payload.get("Body")), facts_told(understood=row.outcome)
                )
            case "call.key" if answer := payload.get("SpeechResult") or payload.get("Digits"):
                yield Entry(row.at, "keypress", "in", told(answer))
            case "billing.topup":
                yield Entry(row.at, "recharge", "in", detail=facts_told(amount=payload.get("amount")))
            case "opt_out":
                yield Entry(row.at, "opt_out", "in", detail=facts_told(source=payload.get("source")))
            case "grant.settled" if payload.get("result") != "granted":  # that one has its row below
                detail = facts_told(status=payload.get("result"), reason=payload.get("reason"))
                yield Entry(row.at, "grant", "inside", detail=detail)


def _grants(rows: Iterable[Row[Any]]) -> Iterator[Entry]:
    for row in rows:
        if row.accepted_at:
            yield Entry(row.accepted_at, "grant", "inside", detail=facts_told(status="accepted"))
        if row.qualified_at:
            yield Entry(row.qualified_at, "grant", "inside", detail=facts_told(status="qualified"))
        if row.granted_at:
            detail = facts_told(status="granted", amount=row.amount)
            yield Entry(row.granted_at, "grant", "inside", detail=detail)


def _moves(rows: Iterable[Row[Any]]) -> Iterator[Entry]:
    for row in rows:
        opened, closed = row.what == "opened", row.what == "closed"
        detail = facts_told(
            what=row.what,
            by=row.by,
            queue=row.queue,
            reason=row.note if opened else None,
            disposition=row.disposition if closed else None,
        )
        yield Entry(row.at, "work_order", "inside", None if opened else told(row.note), detail)
