"""Do-not-call lists on a real database: what a file adds, takes off and leaves alone, and whom it never brings back."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from bot.domain.refusals import Refusal, Scope
from bot.register.errors import RegisterError
from bot.register.importing import ListFile, import_list
from bot.register.record import erase
from bot.register.report import ListReport
from bot.store import consents, do_not_call, suppressions
from bot.store.models import CustomerRow, EventRow
from bot.store.suppressions import Entry
from bot.store.transaction import Transaction
from tests.db.factories import NOW, make_customer
from tests.db.register_lines import SEAL, A, B, C, consent, customer_under_way, held, lines, opt_outs

Load = Callable[..., ListReport]


@pytest.fixture
def load(transaction: Transaction, tmp_path: Path) -> Load:
    def load(*lines: str, name: str = "national", **over: object) -> ListReport:
        path = tmp_path / "list.txt"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        source = ListFile(path, name, **over)  # type: ignore[arg-type]
        return import_list(
            transaction, source, now=NOW, region="CN", rejects_folder=tmp_path / "rejects", seal=SEAL
        )

    return load


# -- do-not-call lists -----------------------------------------------------------------------------------------


def test_a_list_takes_its_good_rows_and_sets_the_bad_ones_aside(load: Load, transaction: Transaction) -> None:
    report = load("13812341001", "1381234", "+86 138-1234-1002", "", "none", "13812341001")

    assert (report.rows_read, report.added, report.rejected) == (5, 2, 2)
    assert held(transaction, A, B, C) == {A, B}
    assert report.first_rejects[0].startswith("list.txt:2: is not a telephone number")
    assert report.reject_path is not None
    with report.reject_path.open(encoding="utf-8-sig", newline="") as file:
        assert [row[0] for row in csv.reader(file)] == ["row", "2", "5"]
    assert "none" not in report.reject_path.read_text(encoding="utf-8-sig")


def test_the_same_file_twice_adds_nothing(load: Load, transaction: Transaction) -> None:
    load(A, B)
    report = load(A, B)

    assert (report.added, report.removed, report.reject_path) == (0, 0, None)
    assert len(lines(transaction)) == 2


def test_without_replace_nothing_is_taken_off(load: Load, transaction: Transaction) -> None:
    load(A, B)
    report = load(C)

    assert (report.added, report.removed) == (1, 0)
    assert held(transaction, A, B, C) == {A, B, C}


def test_an_updated_list_takes_off_only_what_it_had_added_itself(
    load: Load, transaction: Transaction
) -> None:
    load(A, B)
    load(B, name="regional")
    with transaction() as tx:
        suppressions.add(tx, [Entry(None, "suppress", "sms_reply", "sms:in:1", msisdn=A)], NOW)

    report = load(C, replacing=True)

    assert (report.added, report.removed) == (1, 2)
    assert held(transaction, A, B, C) == {A, B, C}  # A said so; B is on another list
    assert load(C, name="regional", replacing=True).removed == 1
    assert held(transaction, A, B, C) == {A, C}
    assert load(B, C, replacing=True).added == 1
    assert held(transaction, A, B, C) == {A, B, C}


def test_nothing_is_taken_off_while_a_row_cannot_be_read(load: Load, transaction: Transaction) -> None:
    load(A, B)

    report = load(A, "1381234100", replacing=True)
    assert (report.held_back, report.removed) == (True, 0)
    assert held(transaction, A, B) == {A, B}

    report = load(A, "1381234100", replacing=True, despite_rejects=True)
    assert (report.held_back, report.removed) == (False, 1)
    assert held(transaction, A, B) == {A}


def test_a_file_without_any_number_takes_nothing_off(load: Load, transaction: Transaction) -> None:
    load(A)

    with pytest.raises(
        RegisterError, match=r"list\.txt: holds no number; nothing is taken off list 'national'"
    ):
        load("none", replacing=True, despite_rejects=True)
    assert held(transaction, A) == {A}


def test_a_customers_start_is_not_undone_by_the_same_list(load: Load, transaction: Transaction) -> None:
    load(A)
    with transaction() as tx:
        suppressions.add(tx, [Entry(None, "restore", "sms_reply", "sms:in:2", msisdn=A)], NOW)

    load(A)

    assert held(transaction, A) == set()


def test_a_list_keeps_its_scope(load: Load, transaction: Transaction) -> None:
    load(A, scope=Scope("call", "marketing"))
    with transaction() as tx:
        assert suppressions.held_against(tx, A) == (Refusal("call", "marketing"),)

    with pytest.raises(RegisterError, match="'national' is about call:marketing:all"):
        load(A)
    assert len(lines(transaction)) == 1


def test_a_file_that_cannot_be_used_leaves_no_trace(
    load: Load, transaction: Transaction, tmp_path: Path
) -> None:
    with pytest.raises(RegisterError, match=r"list\.txt:1: there is no column 'phone'"):
        load("name,number", "Li,1", column="phone")
    with pytest.raises(RegisterError, match="holds no number"):
        load("none", replacing=True)

    with transaction() as tx:
        assert tx.execute(text("SELECT count(*) FROM do_not_call_lists")).scalar() == 0
    assert list((tmp_path / "rejects").glob("*")) == []


def test_customers_under_way_are_told_of_and_others_are_not(load: Load, transaction: Transaction) -> None:
    concerned = customer_under_way(transaction, A)
    customer_under_way(transaction, B)
    with transaction() as tx:
        make_customer(tx, msisdn=C)

    assert load(A, C).runs_told == 1
    assert load(A, C).runs_told == 0
    assert opt_outs(transaction) == {concerned: {"source": "list", "registered": True, "purpose": "all"}}


def test_a_list_about_one_channel_leaves_the_runs_to_the_gate(load: Load, transaction: Transaction) -> None:
    customer_under_way(transaction, A)

    assert load(A, scope=Scope("call")).runs_told == 0
    assert opt_outs(transaction) == {}


def test_many_runs_are_ended_at_a_pace_that_lets_replies_through(
    load: Load, transaction: Transaction, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(do_not_call, "TOLD_A_SECOND", 2)
    numbers = [f"+861381234{serial:04}" for serial in range(2001, 2006)]
    for number in numbers:
        customer_under_way(transaction, number)

    assert load(*numbers).runs_told == 5
    with transaction() as tx:
        waits = [row.retry_at for row in tx.scalars(select(EventRow).order_by(EventRow.id))]
    assert waits == [None, None, *(NOW + timedelta(seconds=later) for later in (1, 1, 2))]


# -- erasure ---------------------------------------------------------------------------------------------------


def test_an_erased_person_is_refused_by_hash_and_no_list_brings_the_number_back(
    load: Load, transaction: Transaction
) -> None:
    load(A, B)
    customer = customer_under_way(transaction, A)
    with transaction() as tx:
        consents.add(tx, [consent(customer, wording="Yes, I am Li Lei")], NOW)
        assert erase(tx, tx.get_one(CustomerRow, customer).external_id, SEAL, now=NOW) == 1

    report = load(A, B, replacing=True)

    assert (report.added, report.removed) == (0, 0)
    assert held(transaction, A, B) == {A, B}
    assert A not in {number for number, _, _ in lines(transaction)}
    assert set(opt_outs(transaction)) == {customer}
    with transaction() as tx:
        (told,) = consents.story(tx, customer)
    assert (told.wording, told.evidence) == (None, "erased")

    assert load(B, replacing=True).removed == 1
    assert held(transaction, A) == {A}  # off the list, and still erased


def test_nobody_unknown_can_be_erased(transaction: Transaction) -> None:
    with transaction() as tx, pytest.raises(RegisterError, match="there is no customer 'nobody'"):
        erase(tx, "nobody", SEAL, now=NOW)
