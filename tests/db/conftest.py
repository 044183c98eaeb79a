"""For database tests: the stages of the path on an empty database, and the pages for machines in front of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

import webhooks.app
from bot.bell import Bell
from bot.bootstrap import Wired
from bot.clock import SharedClock
from bot.config import load_settings
from bot.store.transaction import Transaction
from tests.db.click_to_call import Desk, make_desk
from tests.db.commands import Keepline, command_line
from tests.db.house import House
from tests.db.parts import ENVIRONMENT, NOW, Parts
from tests.fakes import FakeBell


@pytest.fixture
def parts(transaction: Transaction) -> Parts:
    return Parts(transaction)


@pytest.fixture
def house(parts: Parts) -> House:
    return House(parts)


@pytest.fixture
def desk(parts: Parts) -> Desk:
    return make_desk(parts)


@pytest.fixture(scope="module")
def bell() -> FakeBell:
    return FakeBell()


@pytest.fixture(scope="module")
def clock_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("clock") / "clock"


@pytest.fixture(scope="module")
def clock(clock_file: Path) -> SharedClock:
    return SharedClock.create(clock_file, NOW)


@pytest.fixture(scope="module")
def app(
    engine: Engine, postgres_url: str, bell: FakeBell, clock: SharedClock, clock_file: Path
) -> Iterator[Flask]:
    """The real application, wired from an environment; only the bell is not rung aloud."""
    more = {"DATABASE_URL": postgres_url, "KEEPLINE_CLOCK_FILE": str(clock_file)}
    wired = Wired(load_settings(ENVIRONMENT | more))
    app = Flask("test")
    app.config["MAX_CONTENT_LENGTH"] = webhooks.app.MOST_BYTES  # as wsgi does
    webhooks.app.register(app, wired, cast(Bell, bell))
    yield app
    wired.engine.dispose()


@pytest.fixture
def client(app: Flask, parts: Parts, bell: FakeBell) -> FlaskClient:
    bell.rung.clear()
    return app.test_client()


@pytest.fixture
def keepline(
    transaction: Transaction, postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Keepline]:
    with command_line(postgres_url, tmp_path, monkeypatch) as run:
        yield run
