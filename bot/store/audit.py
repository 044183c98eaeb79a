"""The audit trail: who did what to which row, before and after; written with the deed, in its transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.store.models import AuditRow, UserRow


def record(
    tx: Session,
    user_id: int | None,
    action: str,
    subject: str,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
    now: datetime,
) -> None:
    """`subject` is `noun:id` (`campaign:7`). A telephone number goes in masked, a password never."""
    tx.add(
        AuditRow(
            user_id=user_id,
            action=action,
            subject=subject,
            before=None if before is None else dict(before),
            after=None if after is None else dict(after),
            at=now,
        )
    )


@dataclass(frozen=True, slots=True)
class Entry:
    who: str | None  # None is the product itself, or whoever has its machine
    action: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    at: datetime


def history(tx: Session, subject: str) -> list[Entry]:
    """What became of a row, the oldest first."""
    rows = tx.execute(
        select(UserRow.name, AuditRow.action, AuditRow.before, AuditRow.after, AuditRow.at)
        .outerjoin(UserRow, UserRow.id == AuditRow.user_id)
        .where(AuditRow.subject == subject)
        .order_by(AuditRow.id)
    )
    return [Entry(*row) for row in rows]
