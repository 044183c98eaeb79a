"""`keepline global-control`: how many customers no campaign markets to, and for how long the same ones."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

import click

from bot.cli.one_line import said_in_one_line
from bot.domain.global_control import GlobalControl, Period
from bot.enrolment.global_control import set_global_control
from bot.store import global_controls


@click.group("global-control")
def group() -> None:
    """The customers to whom no campaign markets, to measure all of them.

    They are a share of all customers, drawn anew each period.
    """


@group.command("set")
@click.option(
    "--share", required=True, metavar="SHARE", help="0.02 keeps every fiftieth customer out; 0 nobody."
)
@click.option(
    "--period",
    type=click.Choice([one.value for one in Period]),
    default=Period.QUARTER.value,
    show_default=True,
    help="How long a group stands before the next one is drawn.",
)
def set_(share: str, period: str) -> None:
    """Set how large it is, and for how long it stands.

    In force at once, or, where a group stands already, when its period is over.
    """
    from bot.bootstrap import wired

    parts = wired()
    now = parts.clock.now()
    with said_in_one_line(), parts.transaction() as tx:
        new = set_global_control(tx, _decimal(share), Period(period), now)
    _say(new)


@group.command("show")
def show() -> None:
    """Show what is in force. How the group fares: scripts/keepline report global-control."""
    from bot.bootstrap import wired

    parts = wired()
    with parts.transaction() as tx:
        setting = global_controls.in_force(tx, parts.clock.now())
    if setting is None:
        click.echo("global control: none has been set")
    else:
        _say(setting)


def _say(setting: GlobalControl) -> None:
    since = f"{setting.in_force_from:%Y-%m-%d %H:%M}Z"
    click.echo(f"global control: {setting.share:.2%} of all customers each {setting.period}, from {since} on")


def _decimal(value: str) -> Decimal:
    try:
        return Decimal(value)
    except InvalidOperation:
        raise click.BadParameter(f"{value!r} is not a number", param_hint="--share") from None
