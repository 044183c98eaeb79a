"""What people write when they make a campaign: amounts, shares, moments and spans, for commands and console alike."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal, InvalidOperation

from bot.flow.fields import read_duration

MOST = 1_000_000_000  # of anything: the database keeps no more of a sum of money


class Miswritten(ValueError):
    """The message is one line and names what was written."""


def amount(written: str) -> Decimal:
    """Kept exact."""
    try:
        number = Decimal(written.strip())
    except InvalidOperation:
        raise Miswritten(f"{written!r} is not a number") from None
    if not number.is_finite():
        raise Miswritten(f"{written!r} is not a number")
    if abs(number) > MOST:
        raise Miswritten(f"{written!r} is more than {MOST:_}")
    return number


def share(written: str) -> Decimal:
    """`50%` or `0.5`."""
    text = written.strip()
    return amount(text[:-1]) / 100 if text.endswith("%") else amount(text)


def moment(written: str, zone: tzinfo = UTC) -> datetime:
    """ISO 8601; without a zone of its own it is in `zone`."""
    try:
        found = datetime.fromisoformat(written.strip())
        return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):  # the year 1 may be the year 0 in UTC
        raise Miswritten(f"{written!r} is not a moment such as 2026-11-23T09:00+08:00") from None


def span(written: str) -> timedelta:
    found = read_duration(written.strip())
    if found is None:
        raise Miswritten(f"{written!r} is not a span of time such as 90d")
    return found
