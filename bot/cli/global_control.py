"""`keepline global-control`: how many customers no campaign markets to, and for how long the same ones."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

import click

from bot.domain.global_control import GlobalControl, Period
from bot.enrolment.errors import CampaignError
from bot.enrolment.global_control import set_global_control
from bot.store import global_controls


@click.group("global-control")
def group() -> None:
    """The global control group: a share of all customers, dealt anew each period, whom no campaign markets to."""


@group.command("set")
@click.option(
    "--share", required=True, metavar="SHARE", help="0.02 holds out every fiftieth; 0 holds out nobody."
)
@click.option(
    "--period",
    type=click.Choice([one.value for one in Period]),
    default=Period.QUARTER.value,
    show_default=True,
    help="How long a group stands before the next one is dealt.",
)
def set_(share: str, period: str) -> None:
    """In force at once; where a group stands, when its period is over."""
    from bot.bootstrap import wired

    parts = wired()
    now = parts.clock.now()
    try:
        with parts.transaction() as tx:
            new = set_global_control(tx, _decimal(share), Period(period), now)
    except CampaignError as error:
        raise click.ClickException(str(error)) from None
    _say(new)


@group.command("show")
def show() -> None:
    """What is in force. How the group fares: `keepline report global-control`."""
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
