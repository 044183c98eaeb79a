"""Pooled connections: a dead one is noticed in time, and a webhook's event is stored without a transaction."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import psycopg
import pytest
from sqlalchemy import Engine, text
from sqlalchemy.engine import make_url

from bot.store import events, transaction
from bot.store.events import NewEvent, Processed
from bot.store.transaction import Statement, Transaction, make_engine, make_statement, make_transaction

MINE = "to be killed"
KILL_MINE = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '{MINE}'"


@pytest.fixture
def own_engine(postgres_url: str) -> Iterator[Engine]:
    """Apart from the other tests' pool, because its connections are killed."""
    named = make_url(postgres_url).update_query_dict({"application_name": MINE})
    engine = make_engine(named.render_as_string(hide_password=False))
    yield engine
    engine.dispose()


@pytest.fixture
def statement(engine: Engine) -> Statement:
    return make_statement(engine)


def restart_database(postgres_url: str) -> None:
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(KILL_MINE)


def test_a_rested_connection_that_has_died_is_replaced_unnoticed(
    own_engine: Engine, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transaction, "_RESTED_S", 0.0)
    with make_transaction(own_engine)() as tx:
        tx.execute(text("SELECT 1"))
    restart_database(postgres_url)
    with make_transaction(own_engine)() as tx:
        assert tx.execute(text("SELECT 2")).scalar_one() == 2


def test_after_a_lost_connection_the_next_statement_has_a_new_one(
    own_engine: Engine, postgres_url: str
) -> None:
    statement = make_statement(own_engine)
    with statement() as connection:
        connection.execute("SELECT 1")
    restart_database(postgres_url)
    with pytest.raises(psycopg.OperationalError), statement() as connection:
        connection.execute("SELECT 2")
    with statement() as connection:
        assert connection.execute("SELECT 3").fetchone() == (3,)


def test_an_event_left_alone_is_there_at_once_and_only_once(
    transaction: Transaction, statement: Statement, now: datetime
) -> None:
    event = NewEvent("sms:SM1:sent", "sms.status", {"MessageStatus": "sent", "To": "某人"}, now)
    with statement() as connection:
        assert events.leave_one(connection, event)
        assert not events.leave_one(connection, event)
    with transaction() as tx:
        (stored,) = events.claim_waiting(tx, 10, now=now)
    assert (stored.key, stored.payload, stored.received_at) == (event.key, event.payload, now)


def test_a_repeated_request_finds_what_the_first_was_answered(
    transaction: Transaction, now: datetime
) -> None:
    request = NewEvent("call:CA1:key:1", "call.key", {"Digits": "1"}, now)
    with transaction() as tx:
        first = events.take(tx, request)
        events.mark_answered(tx, Processed(first.id, "unmatched"), {"twiml": "<Response/>"}, now)
    with transaction() as tx:
        again = events.take(tx, request)
        assert events.claim_waiting(tx, 10, now=now) == []
    assert first.payload == {"Digits": "1"}
    assert (again.id, again.payload) == (first.id, {"Digits": "1", "twiml": "<Response/>"})
