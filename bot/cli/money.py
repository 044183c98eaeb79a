"""Amounts of money on the screen, in one format everywhere: ¥1,234.50 or 1,234.50元, the same as in the texts."""

from __future__ import annotations

from decimal import Decimal

from bot.flow.formats import Manner, write


def money(amount: Decimal | int, currency: str, language: str = "en") -> str:
    return write(amount, "money", Manner(language, currency))
