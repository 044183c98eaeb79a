"""The audit trail: who did what to which row, before and after; written with the deed, in its transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.store.models import AuditRow


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
