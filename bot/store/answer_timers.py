"""The customer's time to answer: it runs from when the carrier has the question."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

_START_TIMERS = text(
    """
    UPDATE enrolments e SET
        due_at = CASE WHEN a.answer_within IS NULL THEN e.due_at
                      ELSE least(cast(:now AS timestamptz) + a.answer_within, e.expires_at) END,
        holds_until = CASE
            WHEN a.asks AND a.answer_within IS NOT NULL
            THEN least(cast(:now AS timestamptz) + a.answer_within, e.expires_at)
            WHEN a.asks THEN coalesce(e.holds_until, least(
                cast(:now AS timestamptz) + cast(:answer_within AS interval), e.due_at, e.expires_at)) END
    FROM attempts a
    WHERE a.id = ANY(:ids) AND a.channel = 'sms' AND (a.answer_within IS NOT NULL OR a.asks)
      AND e.id = a.enrolment_id AND e.visit = a.visit AND e.status = 'active'
    """
)


def start(tx: Session, attempt_ids: Sequence[UUID], now: datetime, *, answer_within: timedelta) -> None:
    """The carrier has the message: from now on the customer's time to answer runs, and the run holds the floor.

    `answer_within` is for questions without a deadline of their own; one that is put again has the first one's.
    """
    if attempt_ids:
        tx.execute(_START_TIMERS, {"ids": list(attempt_ids), "now": now, "answer_within": answer_within})
