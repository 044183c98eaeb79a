"""Amounts and moments as people write them: what nobody can mean is refused before anything is stored."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from bot.enrolment.written import Miswritten, amount, moment, share

SHANGHAI = ZoneInfo("Asia/Shanghai")


def test_amounts_are_kept_exact_and_moments_are_told_in_utc() -> None:
    assert amount(" 99.50 ") == Decimal("99.50")
    assert share("5%") == share("0.05") == Decimal("0.05")
    assert moment("2026-11-23T09:00", SHANGHAI) == datetime(2026, 11, 23, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("read", "text", "said"),
    [
        (amount, "much", "'much' is not a number"),
        (amount, "inf", "'inf' is not a number"),
        (amount, "1e999999", "'1e999999' is more than 1_000_000_000"),
        (amount, "-1e999999", "'-1e999999' is more than 1_000_000_000"),
        (moment, "0001-01-01T00:00", "'0001-01-01T00:00' is not a moment"),
    ],
)
def test_what_nobody_can_mean_is_refused(read: Callable[..., object], text: str, said: str) -> None:
    with pytest.raises(Miswritten, match=said):
        read(text, SHANGHAI) if read is moment else read(text)
