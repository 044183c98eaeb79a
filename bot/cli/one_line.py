"""What a command cannot do is one line and exit code 1: the errors whose message is fit to be shown as it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

from bot.accounts import WeakPassword
from bot.audience.errors import AudienceError
from bot.domain.policy import PolicyError
from bot.enrolment.errors import CampaignError
from bot.escalation.handling import WorkOrderError
from bot.forecast.errors import ForecastError
from bot.prices import PriceError
from bot.register.errors import RegisterError
from bot.store.users import LoginTaken

_FIT_TO_BE_SHOWN = (
    AudienceError,
    CampaignError,
    ForecastError,
    LoginTaken,
    PolicyError,
    PriceError,
    RegisterError,
    WeakPassword,
    WorkOrderError,
)


@contextmanager
def said_in_one_line() -> Iterator[None]:
    try:
        yield
    except _FIT_TO_BE_SHOWN as error:
        raise click.ClickException(str(error)) from None
