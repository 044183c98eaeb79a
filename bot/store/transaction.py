"""The one way to a database session: `with transaction() as tx:` commits on exit, rolls back on an exception."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, cast

import psycopg
from sqlalchemy import URL, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

from bot.domain.seals import SEAL, Seal

#: What stages pass on to the store: they hold it, only the store speaks SQL through it.
Tx = Session

Transaction = Callable[[], AbstractContextManager[Tx]]
Connection = psycopg.Connection[Any]
Statement = Callable[[], AbstractContextManager[Connection]]

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
    return _engine(url, pool_size=pool_size, max_overflow=pool_size)


def make_transaction(engine: Engine, *, seal: Seal | None = None) -> Transaction:
    """With `seal`, whoever reads the register of refusals recognises the numbers that were erased from it."""
    return sessionmaker(engine, expire_on_commit=False, info={SEAL: seal}).begin


def make_statement(engine: Engine) -> Statement:
    """Bare connections on which every statement is its own transaction, from a pool of their own.

    For the one INSERT of a webhook: a session and its three round trips would cost more than all the rest.
    """
    pool = _engine(engine.url, pool_size=20, isolation_level="AUTOCOMMIT", pool_reset_on_return=None)

    @event.listens_for(engine, "engine_disposed")
    def follow(_: Engine) -> None:
        pool.dispose()

    @contextmanager
    def statement() -> Iterator[Connection]:
        proxy = pool.raw_connection()
        try:
            yield cast(Connection, proxy.driver_connection)
        except psycopg.OperationalError:
            proxy.invalidate()
            pool.dispose()  # the database went away: the other connections are no better
            raise
        finally:
            proxy.close()

    return statement


def _engine(url: str | URL, **options: Any) -> Engine:
    connect = {"options": "-c timezone=UTC", "connect_timeout": 5}
    # Numbers and texts must not reach a log with an error.
    engine = create_engine(url, pool_use_lifo=True, connect_args=connect, hide_parameters=True, **options)
    _ping_the_rested(engine)
    return engine


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
