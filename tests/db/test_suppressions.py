"""The register of refusals: only ever added to, and the newest line for its scope holds."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.domain.contact import Refusal
from bot.store import gate, suppressions
from bot.store.models import CustomerRow, SuppressionRow
from bot.store.suppressions import Entry
from bot.store.transaction import Transaction
from tests.db.factories import NOW, make_customer

NUMBER = "+8613912345678"


def line(action: str = "suppress", **over: str | int | None) -> Entry:
    facts = {"customer_id": None, "msisdn": NUMBER, "source": "sms_reply", "evidence": "sms:in:1"} | over
    return Entry(action=action, **facts)  # type: ignore[arg-type]


def held(tx: Session, number: str = NUMBER) -> set[Refusal]:
    """As the voice path reads it, and as the gate does for a whole batch: never two answers."""
    one = set(suppressions.held_against(tx, number))
    batch = gate.facts(tx, customers=[0, 0], numbers=["+8613900000000", number], since=NOW, now=NOW).refusals
    assert one == set(batch.get(number, ()))
    return one


def test_a_refusal_holds_until_it_is_restored_and_again_when_it_is_repeated(transaction: Transaction) -> None:
    for action, holds in (("suppress", True), ("suppress", True), ("restore", False), ("suppress", True)):
        with transaction() as tx:
            suppressions.add(tx, [line(action)], NOW)
        with transaction() as tx:
            assert held(tx) == ({Refusal("all", "all")} if holds else set())
    with transaction() as tx:
        assert len(tx.scalars(select(SuppressionRow)).all()) == 4


def test_the_later_of_two_lines_of_one_batch_holds(transaction: Transaction) -> None:
    with transaction() as tx:
        suppressions.add(tx, [line("suppress"), line("restore")], NOW)
        suppressions.add(tx, [line("restore", channel="sms"), line("suppress", channel="sms")], NOW)
        assert held(tx) == {Refusal("sms", "all")}


def test_a_restoral_lifts_only_its_own_scope(transaction: Transaction) -> None:
    with transaction() as tx:
        suppressions.add(tx, [line(purpose="marketing"), line(channel="call"), line("restore")], NOW)
        assert held(tx) == {Refusal("all", "marketing"), Refusal("call", "all")}


def test_without_a_number_it_is_the_customers_own(transaction: Transaction) -> None:
    with transaction() as tx:
        customer = make_customer(tx)
        number = tx.get_one(CustomerRow, customer).msisdn
        suppressions.add(tx, [line(customer_id=customer, msisdn=None, wording="0")], NOW)
        assert held(tx, number) == {Refusal("all", "all")}
        row = tx.scalars(select(SuppressionRow)).one()
    assert (row.msisdn, row.customer_id, row.wording, row.evidence) == (number, customer, "0", "sms:in:1")


def test_one_numbers_refusal_is_no_others(transaction: Transaction) -> None:
    with transaction() as tx:
        suppressions.add(tx, [line()], NOW)
        assert held(tx, "+8613912345679") == set()


@pytest.mark.parametrize(
    ("channel", "purpose", "refused"),
    [("call", "marketing", True), ("call", "service", False), ("sms", "marketing", False)],
)
def test_one_contact_is_asked_about(
    transaction: Transaction, channel: str, purpose: str, refused: bool
) -> None:
    with transaction() as tx:
        suppressions.add(tx, [line(channel="call", purpose="marketing")], NOW)
        assert suppressions.refused(tx, NUMBER, channel=channel, purpose=purpose) == refused


@pytest.mark.parametrize("odd", [{"action": "forget"}, {"channel": "fax"}])
def test_an_odd_line_is_refused(transaction: Transaction, odd: dict[str, str]) -> None:
    with pytest.raises(IntegrityError), transaction() as tx:
        suppressions.add(tx, [line(**{"action": "suppress", **odd})], NOW)


def test_no_lines_are_no_statement(transaction: Transaction) -> None:
    with transaction() as tx:
        suppressions.add(tx, [], NOW)
        assert tx.scalars(select(SuppressionRow)).all() == []
