"""Contacts that wait for their time: how many, why, and until when; and those that another policy may free."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from bot.domain.contact import Reason

#: What a campaign's policy decides the moment of.
_BY_POLICY = (
    Reason.QUIET_HOURS,
    Reason.CAP,
    Reason.MIN_GAP,
    Reason.SPEND_LIMIT,
    # Looked at again within the permitted hours.
    Reason.MARKED_WAIT,
    Reason.COMPLAINT_OPEN,
    Reason.WORK_ORDER_OPEN,
)


@dataclass(frozen=True, slots=True)
class PutOff:
    channel: str
    reason: str | None  # the gate's last; None where the flow planned it so
    contacts: int
    first: datetime
    last: datetime


_PUT_OFF = text(
    """
    SELECT channel, reason, count(*) AS contacts, min(due_at) AS first, max(due_at) AS last FROM attempts
    WHERE campaign_id = :campaign_id AND status = 'due' AND due_at > :now
    GROUP BY channel, reason ORDER BY contacts DESC, channel, reason
    """
)


def put_off(tx: Session, campaign_id: int, now: datetime) -> list[PutOff]:
    rows = tx.execute(_PUT_OFF, {"campaign_id": campaign_id, "now": now})
    return [PutOff(**row._mapping) for row in rows]


_TAKEN_BACK = text(
    """
    SELECT count(DISTINCT a.id) FROM attempts a JOIN recalls r ON r.attempt_id = a.id
    WHERE a.campaign_id = :campaign_id AND a.status = 'due' AND r.cause = 'stopped' AND r.put_back
    """
)


def taken_back(tx: Session, campaign_id: int) -> int:
    """Contacts that the carrier gave back because the campaign was paused: made again when it goes on."""
    return int(tx.execute(_TAKEN_BACK, {"campaign_id": campaign_id}).scalar_one())


# A gate that is just deciding about one of them is waited for, so that the next statement sees what it has said.
_LOCK_DUE = text(
    "SELECT id FROM attempts WHERE enrolment_id = ANY(:enrolments) AND status = 'due' ORDER BY id FOR UPDATE"
)

# Due when the gate's last word says, and by that word: no moment that the flow planned, or a carrier asked for.
_BRING_FORWARD = text(
    """
    UPDATE attempts a SET due_at = :now
    FROM (
        SELECT a.id FROM attempts a
        JOIN LATERAL (SELECT verdict, reason, until FROM decisions
                      WHERE attempt_id = a.id ORDER BY id DESC LIMIT 1) d ON true
        WHERE a.id = ANY(:ids) AND a.due_at > :now AND NOT a.waiting
          AND d.verdict = 'deferred' AND d.reason = ANY(:reasons) AND a.due_at = least(d.until, a.expires_at)
    ) f
    WHERE a.id = f.id
    """
)


def bring_forward(tx: Session, enrolments: Sequence[int], now: datetime) -> int:
    """What the policy's gate put off is due now, to be weighed anew; the enrolments are locked already."""
    ids = list(tx.execute(_LOCK_DUE, {"enrolments": list(enrolments)}).scalars())
    values = {"ids": ids, "now": now, "reasons": [reason.value for reason in _BY_POLICY]}
    return int(tx.execute(_BRING_FORWARD, values).rowcount) if ids else 0  # type: ignore[attr-defined]


# One that is just being reported of has been put through, or is over.
_CALL_BACK = text(
    """
    UPDATE attempts SET closes_at = :now
    WHERE id IN (SELECT id FROM attempts
                 WHERE campaign_id = :campaign_id AND status IN ('accepted', 'ringing') AND channel = 'call'
                   AND closes_at > :now FOR UPDATE SKIP LOCKED)
    """
)


def call_back(tx: Session, campaign_id: int, now: datetime) -> None:
    """The hours of calls that the carrier has not put through end now: it is asked for them, and they are due again."""
    tx.execute(_CALL_BACK, {"campaign_id": campaign_id, "now": now})
