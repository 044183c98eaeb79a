"""The one way to a database session: `with transaction() as tx:` commits on exit, rolls back on an exception."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager

import psycopg
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

#: What stages pass on to the store: they hold it, only the store speaks SQL through it.
Tx = Session

Transaction = Callable[[], AbstractContextManager[Tx]]

#: After so long without use a connection is asked whether it still lives; asking each time costs a round trip.
_RESTED_S = 5.0


def make_engine(database_url: str, *, pool_size: int = 20) -> Engine:
    """An engine on psycopg 3 whatever spelling of the PostgreSQL scheme the URL has.

    Connections are only made when they are needed: at most one for each thread of the process.
    """
    url = database_url
    for prefix in ("postgresql://", "postgres://"):
        if url.startswith(prefix):
            url = "postgresql+psycopg://" + url[len(prefix) :]
            break
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_use_lifo=True,
        connect_args={"options": "-c timezone=UTC", "connect_timeout": 5},
    )
    _ping_the_rested(engine)
    return engine


def make_transaction(engine: Engine) -> Transaction:
    return sessionmaker(engine, expire_on_commit=False).begin


def make_statement(engine: Engine) -> Transaction:
    """For work that is one statement, and so its own transaction: one round trip instead of three."""
    return make_transaction(engine.execution_options(isolation_level="AUTOCOMMIT"))


def _ping_the_rested(engine: Engine) -> None:
    """A restarted database is noticed before the first statement, not by it."""

    @event.listens_for(engine, "checkin")
    def note(connection: DBAPIConnection | None, entry: ConnectionPoolEntry) -> None:
        entry.info["used_at"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def ping(connection: DBAPIConnection, entry: ConnectionPoolEntry, proxy: PoolProxiedConnection) -> None:
        if time.monotonic() - entry.info.get("used_at", time.monotonic()) < _RESTED_S:
            return
        try:
            engine.dialect.do_ping(connection)
        except psycopg.OperationalError as error:
            raise InvalidatePoolError from error
