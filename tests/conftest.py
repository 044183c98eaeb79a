"""Shared by all tests: the fixed moment, and one real PostgreSQL for those that ask for it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import make_url

from bot import embedded
from bot.store.migrate import migrate
from bot.store.models import Row
from bot.store.transaction import Transaction, make_engine, make_transaction

# How long an example takes says more about the machine than about the code. The same examples on every run, so that a
# red test is the change's fault; `--hypothesis-profile explore` looks for new ones.
settings.register_profile("explore", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("repeat", settings.get_profile("explore"), derandomize=True)
settings.load_profile("repeat")

ROOT = Path(__file__).resolve().parent.parent


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Refuses cases out of a set: each process orders it anew, and parallel workers must collect the same list."""
    for mark in metafunc.definition.iter_markers("parametrize"):
        cases = mark.args[1] if len(mark.args) > 1 else mark.kwargs["argvalues"]
        if isinstance(cases, set | frozenset):
            raise pytest.UsageError(f"{metafunc.definition.nodeid}: give the cases in order, sorted(...)")


@pytest.fixture
def now() -> datetime:
    return datetime(2026, 11, 22, 2, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A throwaway database on the embedded PostgreSQL (or on TEST_DATABASE_URL's server)."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")  # of several at once, each has its own
    servers = embedded.start(
        ROOT / "var" / f"test{worker}",
        database_url=os.environ.get("TEST_DATABASE_URL"),
        redis_url="unused://",
    )
    name = f"test_{os.getpid()}"
    admin = create_engine(
        make_url(servers.database_url).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT"
    )
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE {name}"))
    url = make_url(servers.database_url).set(drivername="postgresql", database=name)
    try:
        yield url.render_as_string(hide_password=False)
    finally:
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        admin.dispose()
        servers.stop()


@pytest.fixture(scope="session")
def engine(postgres_url: str) -> Iterator[Engine]:
    engine = make_engine(postgres_url)
    migrate(engine)
    yield engine
    engine.dispose()


#: A tenth of what TRUNCATE takes, because no file is made anew; in one round trip.
_EMPTY = "; ".join(
    [
        *(f"DELETE FROM {table.name}" for table in reversed(Row.metadata.sorted_tables)),
        "SELECT setval(quote_ident(sequencename)::regclass, 1, false) FROM pg_sequences",
    ]
)


@pytest.fixture
def transaction(engine: Engine) -> Transaction:
    """Real commits on an empty database."""
    with engine.begin() as connection:
        bare = connection.connection.driver_connection
        assert bare is not None
        bare.execute(_EMPTY)
    return make_transaction(engine)
