"""What options of the campaign commands take: amounts, moments, spans of time, shares, and who acts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation

import click

from bot.cli.audience import known_factors
from bot.config import Settings
from bot.enrolment.check import Ground
from bot.enrolment.errors import CampaignError
from bot.enrolment.ground import ground_of
from bot.enrolment.move import Mover
from bot.flow.fields import read_duration
from bot.store import users
from bot.store.transaction import Tx

acting = click.option("--as", "login", metavar="LOGIN", help="Whose deed it is; without it, the machine's.")
reasoned = click.option("--reason", metavar="TEXT", help="Kept with the move.")
as_json = click.option("--json", "as_json", is_flag=True, help="For another program.")


def decimal(value: str) -> Decimal:
    """A number of the command line, kept exact."""
    try:
        number = Decimal(value)
    except InvalidOperation:
        raise click.BadParameter(f"{value!r} is not a number") from None
    if not number.is_finite():
        raise click.BadParameter(f"{value!r} is not a number")
    return number


def moment(value: str | datetime) -> datetime:
    """ISO 8601; without a zone it is UTC."""
    try:
        found = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(f"{value!r} is not a moment such as 2026-11-23T09:00+08:00") from None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)


def span(value: str | timedelta) -> timedelta:
    found = value if isinstance(value, timedelta) else read_duration(value)
    if found is None:
        raise click.BadParameter(f"{value!r} is not a span of time such as 90d")
    return found


def share(value: str | Decimal) -> Decimal:
    """`50%` or `0.5`."""
    if isinstance(value, Decimal):
        return value
    return decimal(value[:-1]) / 100 if value.endswith("%") else decimal(value)


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
