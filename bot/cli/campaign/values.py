"""What options of the campaign commands take: amounts, moments, spans of time, shares, and who acts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TypeVar

import click

from bot.cli.audience import known_factors
from bot.config import Settings
from bot.enrolment import written
from bot.enrolment.check import Ground
from bot.enrolment.errors import CampaignError
from bot.enrolment.ground import ground_of
from bot.enrolment.move import Mover
from bot.enrolment.written import Miswritten
from bot.store import users
from bot.store.transaction import Tx

_Value = TypeVar("_Value")

acting = click.option("--as", "login", metavar="LOGIN", help="Whose deed it is; without it, the machine's.")
reasoned = click.option("--reason", metavar="TEXT", help="Kept with the move.")
as_json = click.option("--json", "as_json", is_flag=True, help="For another program.")


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


def mover(tx: Tx, login: str | None) -> Mover:
    """Raises ClickException for a login that nobody has, or that may not act any more."""
    if login is None:
        return Mover()
    user = users.by_login(tx, login)
    if user is None or not user.active:
        raise click.ClickException(
            f"there is no user {login!r}" if user is None else f"{login} may not log in"
        )
    return Mover(user.id, user.role)


def ground(settings: Settings) -> Ground:
    known_factors()  # says what is wrong with the catalogue
    return ground_of(settings)


@contextmanager
def said_in_one_line() -> Iterator[None]:
    try:
        yield
    except CampaignError as error:
        raise click.ClickException(str(error)) from None
