"""`keepline user`: the people who may log in."""

from __future__ import annotations

import sys

import click
from rich.console import Console
from rich.table import Table

from bot import accounts
from bot.domain.numbers import masked
from bot.domain.roles import Role
from bot.store import audit, users

TIERS = ("high", "mid", "ordinary")
_LISTS = "comma-separated"


def several(value: str) -> tuple[str, ...]:
    """`high, mid` as a tuple, without repeats and blanks."""
    return tuple(dict.fromkeys(part.strip() for part in value.split(",") if part.strip()))


def tiers(value: str) -> tuple[str, ...]:
    found = several(value)
    for tier in found:
        if tier not in TIERS:
            raise click.BadParameter(f"{tier!r} is none of {', '.join(TIERS)}")
    return found


def phone_number(value: str) -> str:
    """E.164, as the carrier dials it."""
    digits = value.removeprefix("+")
    if value == digits or not (digits.isascii() and digits.isdigit() and 7 <= len(digits) <= 15):
        raise click.BadParameter("it must be E.164, such as +8613800000000")
    return value


@click.group("user")
def group() -> None:
    """People who may log in: administrators, operators, supervisors and managers."""


@group.command("add")
@click.argument("login")
@click.option("--role", type=click.Choice([one.value for one in Role]), required=True)
@click.option("--name", help="As colleagues see it; without it, the login.")
@click.option(
    "--tiers",
    "tiers_",
    type=tiers,
    default=",".join(TIERS),
    show_default=True,
    metavar="TIERS",
    help="Customers whose work orders a manager takes.",
)
@click.option(
    "--regions", type=several, default="", metavar="REGIONS", help="Of these only; without it, of all."
)
@click.option("--language", type=click.Choice(["en", "zh"]), default="en", show_default=True)
@click.option(
    "--capacity", type=click.IntRange(0, 1000), default=50, show_default=True, help="Open work orders."
)
@click.option("--phone", type=phone_number, metavar="NUMBER", help="Rung for calls that the user makes.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
def add(
    login: str,
    role: str,
    name: str | None,
    tiers_: tuple[str, ...],
    regions: tuple[str, ...],
    language: str,
    capacity: int,
    phone: str | None,
    password_stdin: bool,
) -> None:
    """Let LOGIN in. Without --password-stdin a password is made, and shown this once."""
    from bot.bootstrap import wired

    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else accounts.generated_password()
    parts = wired()
    now = parts.clock.now()
    try:
        password_hash = accounts.hash_password(password)
        with parts.transaction() as tx:
            user_id = users.add(
                tx,
                login=login,
                name=name or login,
                password_hash=password_hash,
                role=role,
                now=now,
                language=language,
                tiers=tiers_ if role == Role.MANAGER else (),
                regions=regions,
                capacity=capacity,
                phone=phone,
            )
            audit.record(tx, None, "user.add", f"user:{user_id}", None, {"login": login, "role": role}, now)
    except (accounts.WeakPassword, users.LoginTaken) as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"user {login} added as {role}")
    if not password_stdin:
        click.echo(f"password: {password}")


@group.command("list")
def list_() -> None:
    """Everyone who may log in."""
    from bot.bootstrap import wired

    with wired().transaction() as tx:
        found = users.listing(tx)
    table = Table("login", "name", "role", "tiers", "regions", "capacity", "")
    for user in found:
        manager = user.role == Role.MANAGER
        table.add_row(
            user.login,
            user.name,
            user.role,
            ", ".join(user.tiers) if manager else "",
            (", ".join(user.regions) or "all") if manager else "",
            str(user.capacity) if manager else "",
            "" if user.active else "may not log in",
        )
    Console(markup=False, highlight=False).print(table)


@group.command("phone")
@click.argument("login")
@click.argument("number", type=phone_number, required=False)
def phone_(login: str, number: str | None) -> None:
    """Ring LOGIN at NUMBER for calls by hand; without a number, nowhere."""
    from bot.bootstrap import wired

    parts = wired()
    now = parts.clock.now()
    with parts.transaction() as tx:
        user = users.by_login(tx, login)
        if user is None:
            raise click.ClickException(f"there is no user {login!r}")
        users.set_phone(tx, user.id, number)
        audit.record(
            tx, None, "user.phone", f"user:{user.id}", None, {"phone": number and masked(number)}, now
        )
    click.echo(f"user {login} is rung at {masked(number)}" if number else f"user {login} is not rung")
