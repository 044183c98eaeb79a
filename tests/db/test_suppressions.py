"""The register of refusals: only ever added to; the newest word of equal or wider scope holds, for whom it binds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import Engine, event, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.domain.refusals import Refusal, Scope
from bot.domain.seals import Seal, make_seal
from bot.store import changed_numbers, sealing, suppression_patterns, suppressions
from bot.store.changed_numbers import Change
from bot.store.models import CustomerRow, SuppressionRow
from bot.store.suppressions import Entry, ForeignSeal
from bot.store.transaction import Transaction
from tests.db.factories import NOW, make_customer

NUMBER = "+8613912345678"
SEAL = make_seal("sixteen letters!")


def line(action: str = "suppress", **over: str | int | None) -> Entry:
    facts = {"customer_id": None, "msisdn": NUMBER, "source": "sms_reply", "evidence": "sms:in:1"} | over
    return Entry(action=action, **facts)  # type: ignore[arg-type]


def held(tx: Session, number: str = NUMBER, seal: Seal | None = None) -> set[Refusal]:
    """As it is read for one, and as the gate reads a whole batch: never two answers."""
    tx.info["seal"] = seal
    one = set(suppressions.held_against(tx, number))
    owner = tx.scalar(select(CustomerRow.id).where(CustomerRow.msisdn == number))
    batch = suppressions.refusals_of(tx, ["+12125550100", number], [0, owner])
    assert one == set(batch.get(number, ()))
    assert "+12125550100" not in batch
    return one


def number_of(tx: Session, customer: int) -> str:
    return tx.get_one(CustomerRow, customer).msisdn


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(*arguments: object) -> None:
        seen.append(str(arguments[2]))

    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


# -- which line holds ------------------------------------------------------------------------------------


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


def test_a_start_for_everything_lifts_every_narrower_refusal(transaction: Transaction) -> None:
    with transaction() as tx:
        suppressions.add(tx, [line(purpose="marketing"), line(channel="call"), line("restore")], NOW)
        assert held(tx) == set()


def test_a_narrower_restoral_leaves_the_rest(transaction: Transaction) -> None:
    with transaction() as tx:
        suppressions.add(tx, [line(), line("restore", channel="sms", topic="birthday")], NOW)
        assert held(tx) == {Refusal(lifted=(Scope("sms", "all", "birthday"),))}
        asked = {"channel": "sms", "purpose": "marketing"}
        assert not suppressions.refused(tx, NUMBER, **asked, topic="birthday")
        assert suppressions.refused(tx, NUMBER, **asked, topic="roaming")
        assert suppressions.refused(tx, NUMBER, **asked)


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


@pytest.mark.parametrize(
    "odd",
    [
        {"action": "forget"},
        {"channel": "fax"},
        {"action": "restore", "source": "keypad"},
        {"action": "restore", "source": "manager_restore", "evidence": None},
        {"action": "suppress", "source": "list"},
    ],
)
def test_an_odd_line_is_refused(transaction: Transaction, odd: dict[str, str]) -> None:
    with pytest.raises(IntegrityError), transaction() as tx:
        suppressions.add(tx, [line(**{"action": "suppress", **odd})], NOW)


def test_no_lines_are_no_statement(transaction: Transaction) -> None:
    with transaction() as tx:
        assert suppressions.add(tx, [], NOW) == []
        assert tx.scalars(select(SuppressionRow)).all() == []


# -- whom it binds ---------------------------------------------------------------------------------------


def test_without_a_number_it_is_the_customers_own(transaction: Transaction) -> None:
    with transaction() as tx:
        customer = make_customer(tx)
        number = number_of(tx, customer)
        suppressions.add(tx, [line(customer_id=customer, msisdn=None, wording="0")], NOW)
        assert held(tx, number) == {Refusal("all", "all")}
        row = tx.scalars(select(SuppressionRow)).one()
    assert (row.msisdn, row.customer_id, row.wording, row.evidence) == (number, customer, "0", "sms:in:1")


def test_one_numbers_refusal_is_no_others(transaction: Transaction) -> None:
    with transaction() as tx:
        suppressions.add(tx, [line()], NOW)
        assert held(tx, "+8613912345679") == set()


def move(tx: Session, customer: int, number: str) -> str:
    """The customer's row says another number; answers the one before."""
    before = number_of(tx, customer)
    tx.execute(
        text("UPDATE customers SET msisdn = :number WHERE id = :id"), {"number": number, "id": customer}
    )
    tx.expire_all()
    return before


def test_a_persons_word_follows_them_to_another_number(transaction: Transaction) -> None:
    with transaction() as tx:
        customer = make_customer(tx)
        suppressions.add(tx, [line(customer_id=customer, msisdn=None)], NOW)
        move(tx, customer, NUMBER)
        assert held(tx, NUMBER) == {Refusal()}


def test_it_binds_the_old_number_too_until_that_is_known_to_have_a_new_owner(
    transaction: Transaction,
) -> None:
    with transaction() as tx:
        customer = make_customer(tx)
        suppressions.add(tx, [line(customer_id=customer, msisdn=None)], NOW)
        old = number_of(tx, customer)
        assert held(tx, old) == {Refusal()}
        changed_numbers.release(tx, [Change(customer, NOW, "business:77")], NOW)
        assert held(tx, old) == {Refusal()}  # still the customer's own
        move(tx, customer, NUMBER)
        successor = make_customer(tx, msisdn=old)
        assert held(tx, old) == set()
        assert held(tx, NUMBER) == {Refusal()}
        suppressions.add(tx, [line(customer_id=successor, msisdn=None)], NOW)
        assert held(tx, old) == {Refusal()}


def test_what_the_bare_number_said_goes_with_the_customer_who_leaves_it(transaction: Transaction) -> None:
    with transaction() as tx:
        customer = make_customer(tx)
        old = number_of(tx, customer)
        suppressions.add(
            tx,
            [line(msisdn=old, wording="退订"), line("restore", msisdn=old, channel="sms", purpose="service")],
            NOW,
        )
        changed_numbers.release(tx, [Change(customer, NOW, "business:77")], NOW)
        move(tx, customer, NUMBER)
        assert held(tx, NUMBER) == {
            Refusal("sms", "marketing"), Refusal("call", "marketing"), Refusal("call", "service"),
        }  # fmt: skip
        assert held(tx, old) == set()


def test_news_older_than_the_customers_books_frees_no_number(transaction: Transaction) -> None:
    with transaction() as tx:
        customer = make_customer(tx)
        suppressions.add(tx, [line(customer_id=customer, msisdn=None)], NOW)
        number = number_of(tx, customer)
        changed_numbers.release(tx, [Change(customer, NOW - timedelta(days=1), "business:77")], NOW)
        changed_numbers.release(tx, [], NOW)
        assert len(tx.scalars(select(SuppressionRow)).all()) == 1
        move(tx, customer, NUMBER)
        make_customer(tx, msisdn=number)
        assert held(tx, number) == {Refusal()}


def test_what_was_taken_back_does_not_come_again_with_a_new_number(transaction: Transaction) -> None:
    with transaction() as tx:
        customer = make_customer(tx)
        old = number_of(tx, customer)
        suppressions.add(tx, [line(msisdn=old), line("restore", customer_id=customer, msisdn=None)], NOW)
        changed_numbers.take_along(tx, {customer: old}, {customer: NUMBER}, NOW)
        move(tx, customer, NUMBER)
        assert held(tx, NUMBER) == set()


def test_patterns_refuse_numbers_that_begin_like_them(transaction: Transaction) -> None:
    with transaction() as tx:
        for prefix, channel in (("+86139", "call"), ("+861391", "sms"), ("+86138", "all")):
            suppression_patterns.add(
                tx, prefix, channel=channel, purpose="marketing", reason="resold", user_id=None, now=NOW
            )
        assert held(tx) == {Refusal("call", "marketing"), Refusal("sms", "marketing")}
        suppression_patterns.end(tx, "+861391", user_id=None, now=NOW)
        assert held(tx) == {Refusal("call", "marketing")}
        suppressions.add(tx, [line("restore")], NOW)
        assert held(tx) == {Refusal("call", "marketing")}  # no customer's word opens a whole range


def test_there_are_only_so_many_patterns(transaction: Transaction, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suppression_patterns, "MOST", 1)

    def add(tx: Session, prefix: str) -> int:
        return suppression_patterns.add(
            tx, prefix, channel="all", purpose="all", reason="resold", user_id=None, now=NOW
        )

    with transaction() as tx:
        first = add(tx, "+86139")
        with pytest.raises(suppression_patterns.TooMany):
            add(tx, "+86138")
        suppression_patterns.end(tx, "+86139", user_id=None, now=NOW)
        assert add(tx, "+86138") > first


# -- after an erasure ------------------------------------------------------------------------------------


def test_an_erased_person_is_recognised_when_the_number_comes_back(transaction: Transaction) -> None:
    with transaction() as tx:
        customer = make_customer(tx, msisdn=NUMBER)
        suppressions.add(tx, [line(customer_id=customer, msisdn=None, wording="I am Li Lei, stop")], NOW)
        assert sealing.seal_person(tx, customer, NUMBER, SEAL, user_id=None, now=NOW) == 1
        tx.execute(text("DELETE FROM customers WHERE id = :id"), {"id": customer})
        rows = tx.execute(text("SELECT msisdn, customer_id, wording, evidence FROM suppressions")).all()
        assert {tuple(row) for row in rows} == {(SEAL(NUMBER), None, None, "erased")}
        assert held(tx, seal=SEAL) == {Refusal()}
        assert held(tx) == set()  # without the key nobody can know
        make_customer(tx, msisdn=NUMBER)
        assert held(tx, seal=SEAL) == {Refusal()}


def test_an_erased_person_may_come_back_by_an_explicit_start(transaction: Transaction) -> None:
    with transaction() as tx:
        customer = make_customer(tx, msisdn=NUMBER)
        sealing.seal_person(tx, customer, NUMBER, SEAL, user_id=None, now=NOW)
        tx.execute(text("DELETE FROM customers WHERE id = :id"), {"id": customer})
        suppressions.add(tx, [line("restore")], NOW)
        assert held(tx, seal=SEAL) == set()


def test_seals_of_another_key_stop_everything_rather_than_let_somebody_through(
    transaction: Transaction,
) -> None:
    with transaction() as tx:
        sealing.seal_person(
            tx, make_customer(tx), NUMBER, make_seal("sixteen others !"), user_id=None, now=NOW
        )
        with pytest.raises(ForeignSeal, match="SECRET_KEY"):
            held(tx, seal=SEAL)


# -- what it costs ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("people", [1, 40])
def test_a_batch_of_any_size_is_one_statement(engine: Engine, transaction: Transaction, people: int) -> None:
    with transaction() as tx:
        customers = [make_customer(tx) for _ in range(people)]
        numbers = [number_of(tx, customer) for customer in customers]
        suppressions.add(tx, [line(customer_id=customers[0], msisdn=None)], NOW)
    with transaction() as tx, statements(engine) as seen:
        tx.info["seal"] = SEAL
        found = suppressions.refusals_of(tx, numbers, customers)
    assert found == {numbers[0]: (Refusal(),)}
    assert len(seen) == 1


def test_seals_cost_a_second_statement_and_only_where_there_are_any(
    engine: Engine, transaction: Transaction
) -> None:
    with transaction() as tx:
        customers = [make_customer(tx) for _ in range(3)]
        numbers = [number_of(tx, customer) for customer in customers]
        sealing.seal_person(tx, customers[0], numbers[0], SEAL, user_id=None, now=NOW)
    with transaction() as tx, statements(engine) as seen:
        tx.info["seal"] = SEAL
        assert set(suppressions.refusals_of(tx, numbers, customers)) == {numbers[0]}
    assert len(seen) == 2
