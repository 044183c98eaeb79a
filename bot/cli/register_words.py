"""What the commands of the register share: the options that name a scope, and who and what is meant by them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from bot.cli.acting import acting_user
from bot.domain.attempts import Channel
from bot.domain.policy import PURPOSES
from bot.domain.refusals import ALL, Scope, ScopeError, read_scope
from bot.register.errors import RegisterError
from bot.register.record import read_number

if TYPE_CHECKING:
    from bot.bootstrap import Wired

_CHANNELS = click.Choice([*(one.value for one in Channel), ALL])
_PURPOSES = click.Choice([*PURPOSES, ALL])
channel_option = click.option(
    "--channel", type=_CHANNELS, default=ALL, show_default=True, help="For SMS, for calls, or for both."
)
purpose_option = click.option(
    "--purpose",
    type=_PURPOSES,
    default=ALL,
    show_default=True,
    help="For marketing, for service, or for both.",
)
topic_option = click.option(
    "--topic", default=ALL, show_default=True, metavar="WORD", help="For this topic only, a word of your own."
)
region_option = click.option(
    "--region", metavar="CODE", help="Country of numbers without a calling code; without it, DEFAULT_REGION."
)


def wired_parts() -> Wired:
    from bot.bootstrap import wired

    return wired()


def scope_of(channel: str, purpose: str, topic: str) -> Scope:
    try:
        return read_scope(channel, purpose, topic)
    except ScopeError as error:
        raise click.BadParameter(str(error)) from None


def number_of(parts: Wired, written: str, region: str | None) -> str:
    try:
        return read_number(written, region or parts.settings.default_region)
    except RegisterError as error:
        raise click.BadParameter(str(error), param_hint="NUMBER") from None


def user_id_of(parts: Wired, login: str | None) -> int | None:
    if login is None:
        return None
    with parts.transaction() as tx:
        return acting_user(tx, login).id
