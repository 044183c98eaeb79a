"""What a log says of an error of the database: what was broken and where, and nothing of whom it is about."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from bot.log import configure
from bot.store.transaction import Transaction
from tests.db.factories import NOW, make_customer

NUMBER, NAME = "+8613812345678", "王小明"
TOLD = f'{NAME}\n\n"call me"'  # a text of a customer's may have any form


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level


def logged(
    transaction: Transaction, broken: Callable[[Session], object], said: pytest.CaptureFixture[str]
) -> str:
    configure()
    try:
        with transaction() as tx:
            broken(tx)
    except DBAPIError:
        logging.getLogger("bot.inbound.process").exception("event %d not applied", 1)
    written = said.readouterr().err
    assert "Traceback" in written
    assert "event 1 not applied" in written
    assert NAME not in written
    assert "call me" not in written
    assert "13812345678" not in written
    return written


def test_a_row_that_broke_a_rule_is_not_shown(
    transaction: Transaction, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(tx: Session) -> object:
        return make_customer(tx, msisdn=NUMBER, name=TOLD, tier="nonsense")

    written = logged(transaction, broken, capsys)
    assert "ck_customers_tier" in written
    assert written.count("CheckViolation") == 2
    assert "direct cause of the following exception" in written
    assert "[SQL: INSERT INTO customers" in written


def test_a_number_that_is_there_already_is_not_shown(
    transaction: Transaction, capsys: pytest.CaptureFixture[str]
) -> None:
    with transaction() as tx:
        make_customer(tx, msisdn=NUMBER)
    written = logged(transaction, lambda tx: make_customer(tx, msisdn=NUMBER, name=NAME), capsys)
    assert "uq_customers_msisdn" in written


def test_a_value_that_cannot_be_read_is_not_shown(
    transaction: Transaction, capsys: pytest.CaptureFixture[str]
) -> None:
    odd = text("SELECT cast(cast(:name AS text) AS bigint)")
    written = logged(transaction, lambda tx: tx.execute(odd, {"name": TOLD}), capsys)
    assert 'invalid input syntax for type bigint: "..."' in written


def test_what_was_bound_is_not_shown_though_an_engine_would(
    postgres_url: str, transaction: Transaction, capsys: pytest.CaptureFixture[str]
) -> None:
    engine = create_engine(make_url(postgres_url).set(drivername="postgresql+psycopg"))
    values = {"name": TOLD, "now": NOW}
    row = text(
        "INSERT INTO customers (external_id, msisdn, name, snapshot_at, created_at) "
        "VALUES ('a', '1', :name, :now, :now)"
    )
    written = logged(lambda: Session(engine), lambda tx: tx.execute(row, values), capsys)
    engine.dispose()
    assert "[parameters: ...]" in written
    assert "ck_customers_msisdn_e164" in written
