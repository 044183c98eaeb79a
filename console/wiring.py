"""How a view reaches what bootstrap has built: kept on the application, asked for by one typed function."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol, cast

from flask import Flask, current_app

from bot.bell import Bell, Queue
from bot.config import Settings
from bot.domain.clock import Clock
from bot.outreach.outgoing import Outgoing
from bot.published import PublishedFlows
from bot.rulebook import Rulebook
from bot.store.transaction import Transaction

_KEY = "keepline_console"
_BELL = "keepline_console_bell"


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
    @property
    def rulebook(self) -> Rulebook: ...
    @property
    def outgoing(self) -> Outgoing: ...


def keep(app: Flask, wired: Wired, bell: Bell | None = None) -> None:
    app.extensions[_KEY] = wired
    app.extensions[_BELL] = bell


def wired() -> Wired:
    return cast(Wired, current_app.extensions[_KEY])


def ring(queues: Iterable[Queue]) -> None:
    """After the commit. Without a bell the sweep finds what is due within a second."""
    bell = cast(Bell | None, current_app.extensions[_BELL])
    if bell is not None:
        bell.ring(queues)


def now() -> datetime:
    return wired().clock.now()
