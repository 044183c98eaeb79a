"""How a view reaches what bootstrap has built: kept on the application, asked for by one typed function."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol, cast

from flask import Flask, current_app

from bot.config import Settings
from bot.domain.clock import Clock
from bot.published import PublishedFlows
from bot.store.transaction import Transaction

_KEY = "keepline_console"


class Wired(Protocol):
    """What the console needs of `bot.bootstrap.Wired`; a test may bring less than the whole."""

    @property
    def settings(self) -> Settings: ...
    @property
    def transaction(self) -> Transaction: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def flows(self) -> PublishedFlows: ...


def keep(app: Flask, wired: Wired) -> None:
    app.extensions[_KEY] = wired


def wired() -> Wired:
    return cast(Wired, current_app.extensions[_KEY])


def now() -> datetime:
    return wired().clock.now()
