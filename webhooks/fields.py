"""Fields of what other systems send, each read so that nothing odd is ever stored; None for what is not one."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

_MOST = Decimal(1_000_000_000)  # of any currency


def word(value: Any) -> str:
    """A short printable word; empty for anything else."""
    text = value if isinstance(value, str) else str(value) if isinstance(value, int) else ""
    return text if text.isprintable() and len(text) <= 100 else ""


def money(value: Any) -> Decimal | None:
    if isinstance(value, bool):
        return None
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and 0 <= amount <= _MOST else None


def e164(value: Any) -> str | None:
    if not isinstance(value, str) or not value.startswith("+"):
        return None
    return value if value[1:].isascii() and value[1:].isdigit() and 7 <= len(value) <= 16 else None


def moment(value: Any) -> datetime | None:
    """ISO 8601 with its offset from UTC."""
    if not isinstance(value, str):
        return None
    try:
        at = datetime.fromisoformat(value)
        return at.astimezone(UTC) if at.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None
