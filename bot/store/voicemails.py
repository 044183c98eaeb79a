"""Calls that a machine answered: claimed to be told the flow's message, each once."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from bot.store.attempts import COLUMNS, Attempt

_VOICEMAIL = text(
    f"""
    UPDATE attempts SET voicemail = 'leaving' WHERE id IN (
        SELECT id FROM attempts WHERE voicemail = 'due' LIMIT :limit FOR UPDATE SKIP LOCKED)
    RETURNING {COLUMNS}
    """
)
_VOICEMAIL_DONE = text(
    """
    UPDATE attempts a SET voicemail = d.voicemail
    FROM unnest(cast(:ids AS uuid[]), cast(:ends AS text[])) AS d(id, voicemail)
    WHERE a.id = d.id AND a.voicemail = 'leaving'
    """
)


def claim(tx: Session, limit: int) -> list[Attempt]:
    """Live calls that a machine answered; each is claimed once, so that no message is begun twice."""
    return [Attempt(**row._mapping) for row in tx.execute(_VOICEMAIL, {"limit": limit})]


def record(tx: Session, ends: Mapping[UUID, str]) -> None:
    """`{id: left | failed}`"""
    if ends:
        tx.execute(_VOICEMAIL_DONE, {"ids": list(ends), "ends": list(ends.values())})
