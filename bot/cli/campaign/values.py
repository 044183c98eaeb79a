"""What options of the campaign commands take: amounts, moments, spans of time, shares, and who acts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TypeVar

import click

from bot.cli.factors import known_factors
from bot.config import Settings
from bot.enrolment import written
from bot.enrolment.check import Ground
from bot.enrolment.ground import ground_of
from bot.enrolment.written import Miswritten

_Value = TypeVar("_Value")

reasoned = click.option("--reason", metavar="TEXT", help="Why; kept in the campaign's history.")


def decimal(value: str) -> Decimal:
    return _read(written.amount, value)


def moment(value: str | datetime) -> datetime:
    """ISO 8601; without a zone it is UTC."""
    return value if isinstance(value, datetime) else _read(written.moment, value)


def span(value: str | timedelta) -> timedelta:
    return value if isinstance(value, timedelta) else _read(written.span, value)


def share(value: str | Decimal) -> Decimal:
    """`50%` or `0.5`."""
    return value if isinstance(value, Decimal) else _read(written.share, value)


def _read(read: Callable[[str], _Value], value: str) -> _Value:
    try:
        return read(value)
    except Miswritten as error:
        raise click.BadParameter(str(error)) from None


def ground(settings: Settings) -> Ground:
    known_factors()  # says what is wrong with the catalogue
    return ground_of(settings)
