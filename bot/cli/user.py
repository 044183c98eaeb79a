"""`keepline user`: the people who may log in."""

from __future__ import annotations

import sys

import click
from rich.console import Console
from rich.table import Table

from bot import accounts
from bot.cli.acting import user_named
from bot.cli.one_line import said_in_one_line
from bot.cli.options import LANGUAGES
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
    """The people who may log in to the console, and what they may do."""


@group.command("add")
@click.argument("login")
@click.option(
    "--role", type=click.Choice([one.value for one in Role]), required=True, help="What they may do."
)
@click.option("--name", help="As colleagues see it; without it, the login.")
@click.option(
    "--tiers",
    "tiers_",
    type=tiers,
    default=",".join(TIERS),
    show_default=True,
    metavar="TIERS",
    help="Of which customers a manager gets work orders.",
)
@click.option(
    "--regions",
    type=several,
    default="",
    metavar="REGIONS",
    help="Only customers of these regions; without it, of all.",
)
@click.option(
    "--language", type=click.Choice(LANGUAGES), default="en", show_default=True, help="Of the console."
)
@click.option(
    "--capacity",
    type=click.IntRange(0, 1000),
    default=50,
    show_default=True,
    help="The most work orders open with them at a time.",
)
@click.option(
    "--phone", type=phone_number, metavar="NUMBER", help="Where they are rung for calls made by hand."
)
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
    """Add a user who logs in as LOGIN.

    Without --password-stdin a password is made, and shown this once.
    """
    from bot.bootstrap import wired

    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else accounts.generated_password()
    parts = wired()
    now = parts.clock.now()
    with said_in_one_line(), parts.transaction() as tx:
        user_id = users.add(
            tx,
            login=login,
            name=name or login,
            password_hash=accounts.hash_password(password),
            role=role,
            now=now,
            language=language,
            tiers=tiers_ if role == Role.MANAGER else (),
            regions=regions,
            capacity=capacity,
            phone=phone,
        )
        audit.record(tx, None, "user.add", f"user:{user_id}", None, {"login": login, "role": role}, now)
    click.echo(f"user {login} added as {role}")
    if not password_stdin:
        click.echo(f"password: {password}")


@group.command("list")
def list_() -> None:
    """List everyone who may log in."""
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
    """Set where LOGIN is rung for calls made by hand; without NUMBER, nowhere."""
    from bot.bootstrap import wired

    parts = wired()
    now = parts.clock.now()
    with parts.transaction() as tx:
        user = user_named(tx, login)
        users.set_phone(tx, user.id, number)
        audit.record(
            tx, None, "user.phone", f"user:{user.id}", None, {"phone": number and masked(number)}, now
        )
    click.echo(f"user {login} is rung at {masked(number)}" if number else f"user {login} is not rung")
