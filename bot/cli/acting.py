"""Who acts: the option `--as LOGIN`, and the user that it names."""

from __future__ import annotations

import click

from bot.domain.unknown_names import there_is_no
from bot.enrolment.move import Mover
from bot.store import users
from bot.store.transaction import Tx
from bot.store.users import User

acting = click.option("--as", "login", required=True, metavar="LOGIN", help="Who does it, by login.")
acting_if_known = click.option(
    "--as", "login", metavar="LOGIN", help="Who does it, by login; without it, the machine."
)


def user_named(tx: Tx, login: str) -> User:
    found = users.by_login(tx, login)
    if found is None:
        raise click.ClickException(there_is_no("user", login, [one.login for one in users.listing(tx)]))
    return found


def acting_user(tx: Tx, login: str) -> User:
    """One who may act: has not been shut out."""
    found = user_named(tx, login)
    if not found.active:
        raise click.ClickException(f"user {login} may not log in any more")
    return found


def mover(tx: Tx, login: str | None) -> Mover:
    if login is None:
        return Mover()
    user = acting_user(tx, login)
    return Mover(user.id, user.role)
