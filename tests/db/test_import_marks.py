"""Named lists that come with a file of customers: who is put on them, what cannot be read, what is taken back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, select, text

from bot.audience.importing import import_file
from bot.audience.map_file import parse_map
from bot.audience.report import ImportReport
from bot.store import marks
from bot.store.marks import Mark
from bot.store.models import AuditRow, CustomerRow
from bot.store.transaction import Transaction

HEAD = """
customer: {external_id: id, msisdn: phone}
marks:
  flags:
    black: dnc
    vip: {column: class, values: {gold: true, silver: false}}
  words: {column: lists, values: {F: flea, R: red, 投诉: complaint}}
"""
OF_CRM = HEAD + "  source: crm\n"
LIFTING = OF_CRM + "  lift_missing: true\n"
ANNA, BEN, CARA = (f"{name},1381234100{number}" for number, name in enumerate("abc", start=1))

Import = Callable[..., ImportReport]


@pytest.fixture
def load(transaction: Transaction, now: datetime, tmp_path: Path) -> Import:
    def run(*rows: str, map_text: str = OF_CRM, later: int = 0, name: str = "base.csv") -> ImportReport:
        path = tmp_path / name
        path.write_text("\n".join(("id,phone,dnc,class,lists", *rows)) + "\n", encoding="utf-8")
        return import_file(
            transaction,
            path,
            parse_map(map_text, "m.yaml"),
            now=now + timedelta(days=later),
            default_region="CN",
            rejects_folder=tmp_path / "rejects",
        )

    return run


@pytest.fixture
def on(transaction: Transaction, now: datetime) -> Callable[..., dict[str, set[str]]]:
    """The lists that each customer is on."""

    def read(later: int = 0) -> dict[str, set[str]]:
        with transaction() as tx:
            people = {row.id: row.external_id for row in tx.scalars(select(CustomerRow))}
            held = marks.held(tx, list(people), now + timedelta(days=later))
            return {people[one]: {mark.name for mark in found} for one, found in held.items()}

    return read


def rejects_of(transaction: Transaction) -> list[tuple[Any, ...]]:
    with transaction() as tx:
        found = tx.execute(text("SELECT row_number, column_name, reason FROM import_rejects ORDER BY 1, 2"))
        return [tuple(row) for row in found]


def test_a_column_of_words_and_a_column_for_each_list_put_customers_on_them(load: Import, on: Any) -> None:
    report = load(f"{ANNA},yes,gold,F;投诉", f'{BEN},no,silver,"R, F"', f"{CARA},,,")
    assert (report.new, report.rejected, report.marked, report.set_aside) == (3, 0, 6, 0)
    assert on() == {"a": {"black", "vip", "flea", "complaint"}, "b": {"red", "flea"}}


def test_the_same_file_again_changes_nothing(load: Import, on: Any, transaction: Transaction) -> None:
    rows = (f"{ANNA},yes,gold,F", f"{BEN},no,,R")
    load(*rows, map_text=LIFTING)
    with transaction() as tx:
        before = tx.execute(text("SELECT * FROM customer_marks ORDER BY id")).all()
    report = load(*rows, map_text=LIFTING, later=1)
    with transaction() as tx:
        assert tx.execute(text("SELECT * FROM customer_marks ORDER BY id")).all() == before
    assert (report.marked, report.unmarked) == (0, 0)


def test_a_word_or_value_that_means_no_list_is_set_aside_and_its_customer_taken(
    load: Import, on: Any, transaction: Transaction
) -> None:
    report = load(f"{ANNA},maybe,gold,F", f"{BEN},yes,bronze,F X R", f"{CARA},no,gold,X Y")
    assert (report.rows_read, report.new, report.rejected, report.set_aside) == (3, 3, 0, 4)
    assert on() == {"a": {"vip", "flea"}, "b": {"black", "flea", "red"}, "c": {"vip"}}
    words = "the map knows F, R, 投诉"
    assert rejects_of(transaction) == [
        (2, "dnc", "set aside: is neither yes nor no"),
        (3, "class", "set aside: has a value that the map does not list"),
        (3, "lists", f"set aside: holds a word for no list; {words}"),
        (4, "lists", f"set aside: holds 2 words for no list; {words}"),
    ]
    assert report.first_set_aside[:2] == (
        "base.csv:2:dnc: is neither yes nor no",
        "base.csv:3:class: has a value that the map does not list",
    )
    assert report.reject_path is not None
    assert "bronze" not in report.reject_path.read_text(encoding="utf-8-sig")


def test_two_lists_told_by_one_column_are_set_aside_once(load: Import, transaction: Transaction) -> None:
    both = HEAD.replace("black: dnc", "black: {column: class, values: {gold: false}}")
    assert load(f"{ANNA},,bronze,", map_text=both).set_aside == 1
    assert [row[:2] for row in rejects_of(transaction)] == [(2, "class")]


def test_a_row_that_is_rejected_puts_nobody_on_a_list(
    load: Import, on: Any, transaction: Transaction
) -> None:
    load(f"{ANNA},no,,")
    report = load("a,not a number,yes,gold,F", f"z,{ANNA[2:]},yes,,X", later=1)
    assert (report.rejected, report.marked) == (2, 0)
    assert on(1) == {}


def test_the_source_is_the_file_where_the_map_names_none(load: Import, transaction: Transaction) -> None:
    load(f"{ANNA},yes,,", map_text=HEAD, name="november.csv")
    load(f"{ANNA},yes,,", map_text=HEAD, name="november.csv", later=1)
    load(f"{ANNA},yes,,", map_text=HEAD, name="december.csv", later=1)
    with transaction() as tx:
        assert tx.execute(text("SELECT source FROM customer_marks ORDER BY id")).scalars().all() == [
            "november.csv",
            "december.csv",
        ]


def test_what_a_later_file_does_not_say_any_more_stays_unless_the_map_lifts_it(load: Import, on: Any) -> None:
    load(f"{ANNA},yes,gold,F", f"{BEN},yes,,R")
    assert load(f"{ANNA},no,gold,", later=1).unmarked == 0
    assert on(1) == {"a": {"black", "vip", "flea"}, "b": {"black", "red"}}
    assert load(f"{ANNA},no,gold,R", map_text=LIFTING, later=2).unmarked == 2
    assert on(2) == {
        "a": {"vip", "red"},
        "b": {"black", "red"},
    }  # Ben is not in the file: nothing is said of him


def test_a_cell_that_cannot_be_read_lifts_nothing(load: Import, on: Any) -> None:
    load(f"{ANNA},yes,gold,F R", f"{BEN},yes,gold,F")
    report = load(f"{ANNA},perhaps,silver,R X", f"{BEN},no,?,", map_text=LIFTING, later=1)
    assert (report.set_aside, report.unmarked) == (3, 3)
    assert on(1) == {"a": {"black", "flea", "red"}, "b": {"vip"}}


def test_only_the_sources_own_word_is_taken_back_and_only_of_lists_that_the_map_knows(
    load: Import, on: Any, transaction: Transaction, now: datetime
) -> None:
    load(f"{ANNA},yes,,F")
    with transaction() as tx:
        (anna,) = tx.scalars(select(CustomerRow.id))
        marks.add(tx, [Mark(anna, "black", "legal"), Mark(anna, "of_crm_by_hand", "crm")], now)
    load(f"{ANNA},no,,", map_text=LIFTING, later=1)
    assert on(1) == {"a": {"black", "of_crm_by_hand"}}


def test_a_files_word_takes_the_place_of_an_earlier_end_of_the_same_source(
    load: Import, transaction: Transaction, now: datetime
) -> None:
    load(f"{ANNA},no,,")
    with transaction() as tx:
        (anna,) = tx.scalars(select(CustomerRow.id))
        marks.add(tx, [Mark(anna, "black", "crm", now + timedelta(days=9))], now)
    assert load(f"{ANNA},yes,,", later=1).marked == 1
    with transaction() as tx:
        later = now + timedelta(days=1)
        assert [(one.mark, one.until) for one in marks.held_by(tx, anna, later)] == [("black", None)]


def test_what_a_file_did_to_lists_is_in_the_audit(load: Import, transaction: Transaction) -> None:
    load(f"{ANNA},yes,,F", f"{BEN},yes,,")
    load(f"{ANNA},no,gold,", map_text=LIFTING, later=1)
    with transaction() as tx:
        written = [
            row.after for row in tx.scalars(select(AuditRow).where(AuditRow.action == "audience.marks"))
        ]
    crm = {"file": "base.csv", "source": "crm"}
    assert written == [
        {**crm, "on": {"black": 2, "flea": 1}, "off": {}},
        {**crm, "on": {"vip": 1}, "off": {"black": 1, "flea": 1}},
    ]


def test_lists_cost_one_statement_however_many_customers(load: Import, engine: Engine) -> None:
    asked: list[str] = []

    def note(*said: Any) -> None:
        asked.append(said[2])

    event.listen(engine, "before_cursor_execute", note)
    load(*(f"{number},1381234{number:04d},yes,gold,F" for number in range(300)))
    event.remove(engine, "before_cursor_execute", note)
    assert len([one for one in asked if "customer_marks" in one]) == 1
