"""The register's own work: lists by the file, single lines, patterns, erasure, consents, marks, recalled calls."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from bot.domain.marks import Marked
from bot.domain.refusals import EVERYTHING, Action, Refusal, Scope, Source
from bot.domain.seals import make_seal
from bot.register import patterns
from bot.register.errors import RegisterError
from bot.register.importing import ListFile, import_list
from bot.register.record import Recorded, Wish, erase, record
from bot.register.report import ListReport
from bot.register.told import wish_of
from bot.store import consents, do_not_call, marks, suppressions
from bot.store.consents import ConsentLine
from bot.store.marks import Mark
from bot.store.models import AuditRow, CustomerRow, EventRow, SuppressionRow
from bot.store.suppressions import Entry
from bot.store.transaction import Transaction
from tests.db.factories import NOW, make_customer, make_enrolment
from tests.db.parts import ENVIRONMENT

A, B, C = "+8613812341001", "+8613812341002", "+8613812341003"
SEAL = make_seal(ENVIRONMENT["SECRET_KEY"])

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


def held(transaction: Transaction, *numbers: str) -> set[str]:
    """Which of them refuse everything."""
    with transaction() as tx:
        tx.info["seal"] = SEAL
        found = suppressions.refusals_of(tx, numbers, [None] * len(numbers))
    assert set(found.values()) <= {(Refusal(),)}
    return set(found)


def lines(transaction: Transaction) -> list[tuple[str, str, str]]:
    with transaction() as tx:
        rows = tx.scalars(select(SuppressionRow).order_by(SuppressionRow.id))
        return [(row.msisdn, row.action, row.source) for row in rows]


def opt_outs(transaction: Transaction) -> dict[int | None, dict[str, object]]:
    with transaction() as tx:
        return {row.customer_id: row.payload for row in tx.scalars(select(EventRow)) if row.kind == "opt_out"}


def customer_under_way(transaction: Transaction, number: str) -> int:
    with transaction() as tx:
        customer = make_customer(tx, msisdn=number)
        make_enrolment(tx, customer_id=customer)
        return customer


# -- do-not-call lists -----------------------------------------------------------------------------------


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


# -- single lines ----------------------------------------------------------------------------------------


def wish(transaction: Transaction, action: Action = Action.SUPPRESS, **over: object) -> Recorded:
    facts: dict[str, object] = {"scope": EVERYTHING, "source": Source.OPERATOR, "msisdn": A} | over
    with transaction() as tx:
        return record(tx, Wish(action, **facts), now=NOW)  # type: ignore[arg-type]


def test_a_line_of_a_customers_number_is_the_customers(transaction: Transaction) -> None:
    customer = customer_under_way(transaction, A)

    recorded = wish(transaction, wording="no more, please", evidence="call of 2026-11-20")

    assert (recorded.masked, recorded.runs_told) == ("138****1001", True)
    assert opt_outs(transaction) == {customer: {"source": "operator", "registered": True, "purpose": "all"}}
    with transaction() as tx:
        row = tx.scalars(select(SuppressionRow)).one()
        assert (row.customer_id, row.wording, row.evidence) == (
            customer,
            "no more, please",
            "call of 2026-11-20",
        )
        assert A not in str(tx.scalars(select(AuditRow)).one().after)


def test_an_api_may_name_the_customer_as_the_operator_does(transaction: Transaction) -> None:
    customer = customer_under_way(transaction, A)
    with transaction() as tx:
        name = tx.get_one(CustomerRow, customer).external_id

    wish(
        transaction, msisdn=None, external_id=name, source=Source.API, evidence="portal:1", scope=Scope("sms")
    )

    assert held_scopes(transaction, A) == (Refusal("sms"),)
    assert opt_outs(transaction) == {}


def test_a_message_of_another_system_is_written_down_once(transaction: Transaction) -> None:
    """A late repeat of an end must not undo the refusal that came after it."""
    first = {"id": "17", "action": "restore", "msisdn": A, "wording": "subscribed again in the app"}
    with transaction() as tx:
        line = record(tx, wish_of(first), now=NOW).line
    wish(transaction)
    with transaction() as tx:
        assert record(tx, wish_of(first), now=NOW).line == line

    assert held(transaction, A) == {A}
    assert [action for _, action, _ in lines(transaction)] == ["restore", "suppress"]


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ([], "body is not a JSON object"),
        ({"id": "1", "action": "stop", "msisdn": A}, "action is none of suppress, restore"),
        ({"action": "suppress", "msisdn": A}, "id is missing"),
        ({"id": "1", "action": "suppress"}, "customer_id is missing, and msisdn too"),
        ({"id": "1", "action": "suppress", "msisdn": A, "customer_id": "C1"}, "msisdn beside customer_id"),
        ({"id": "1", "action": "suppress", "msisdn": "13812341001"}, "msisdn is not an E.164 number"),
        ({"id": "1", "action": "suppress", "msisdn": A, "channel": "fax"}, "channel 'fax' is none of"),
        ({"id": "1", "action": "suppress", "msisdn": A, "topic": 5}, "topic is missing or no text"),
        ({"id": "1", "action": "suppress", "msisdn": A, "until": "x"}, "until is no field"),
    ],
)
def test_what_another_system_gets_wrong_is_named_by_its_field(told: object, message: str) -> None:
    with pytest.raises(RegisterError, match=f"^{message}"):
        wish_of(told)


def held_scopes(transaction: Transaction, number: str) -> tuple[Refusal, ...]:
    with transaction() as tx:
        return suppressions.held_against(tx, number)


def test_a_human_restores_with_the_customers_own_request_only(transaction: Transaction) -> None:
    wish(transaction)

    with pytest.raises(RegisterError, match="evidence is missing"):
        wish(transaction, Action.RESTORE, source=Source.MANAGER_RESTORE, evidence=" ")
    with pytest.raises(RegisterError, match="work_order cannot undo a refusal"):
        wish(transaction, Action.RESTORE, source=Source.WORK_ORDER, evidence="order 5")
    assert held(transaction, A) == {A}

    wish(transaction, Action.RESTORE, source=Source.MANAGER_RESTORE, evidence="letter of 2026-11-21")
    assert held(transaction, A) == set()


@pytest.mark.parametrize(
    ("over", "message"),
    [
        ({"msisdn": None}, "give a number or a customer"),
        ({"external_id": "C1"}, "give a number or a customer"),
        ({"msisdn": None, "external_id": "nobody"}, "there is no customer 'nobody'"),
        ({"source": Source.API}, "evidence is missing"),
    ],
)
def test_a_line_about_nobody_is_refused(
    transaction: Transaction, over: dict[str, object], message: str
) -> None:
    with pytest.raises(RegisterError, match=message):
        wish(transaction, **over)
    assert lines(transaction) == []


def test_a_pattern_ends_the_runs_of_its_numbers(transaction: Transaction) -> None:
    customer = customer_under_way(transaction, "+8617012345678")
    customer_under_way(transaction, A)

    with transaction() as tx:
        told = patterns.add_pattern(tx, "+86170*", scope=EVERYTHING, reason="resold", now=NOW)
    assert told == 1
    assert set(opt_outs(transaction)) == {customer}
    assert held(transaction, "+8617012345678", A) == {"+8617012345678"}

    with transaction() as tx:
        patterns.end_pattern(tx, "+86170", now=NOW)
        with pytest.raises(RegisterError, match="there is no pattern"):
            patterns.end_pattern(tx, "+86170", now=NOW)
    assert held(transaction, "+8617012345678") == set()


# -- erasure ---------------------------------------------------------------------------------------------


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


# -- consents --------------------------------------------------------------------------------------------


def consent(customer: int, action: str = "give", **over: str) -> ConsentLine:
    facts = {"channel": "sms", "purpose": "marketing", "source": "web", "evidence": "form:1"} | over
    return ConsentLine(customer, action, **facts)  # type: ignore[arg-type]


def pairs(transaction: Transaction, customer: int) -> list[str]:
    with transaction() as tx:
        return tx.get_one(CustomerRow, customer).consents


def test_consents_are_kept_line_by_line_and_the_customers_row_says_what_holds(
    transaction: Transaction,
) -> None:
    with transaction() as tx:
        customer = make_customer(tx, consents=["call:service", "sms:marketing"])
        other = make_customer(tx, consents=["sms:marketing"])
        consents.add(
            tx,
            [
                consent(customer, "withdraw"),
                consent(customer, channel="call"),
                consent(customer, "withdraw", channel="call"),
                consent(customer, channel="call"),
            ],
            NOW,
        )
    assert pairs(transaction, customer) == ["call:marketing", "call:service"]
    assert pairs(transaction, other) == ["sms:marketing"]
    with transaction() as tx:
        assert [one.action for one in consents.story(tx, customer)] == [
            "withdraw",
            "give",
            "withdraw",
            "give",
        ]


def test_a_consent_to_one_topic_is_none_to_the_rest(transaction: Transaction) -> None:
    with transaction() as tx:
        customer = make_customer(tx, consents=[])
        consents.add(tx, [consent(customer, topic="birthday")], NOW)
    assert pairs(transaction, customer) == []
    with transaction() as tx:
        asked = {"channel": "sms", "purpose": "marketing"}
        assert consents.holds(tx, customer, **asked, topic="birthday")
        assert not consents.holds(tx, customer, **asked, topic="roaming")
        consents.add(tx, [consent(customer, "withdraw")], NOW)
        assert not consents.holds(tx, customer, **asked, topic="birthday")
        assert consents.holds(tx, make_customer(tx), **asked, topic="roaming")  # by import, for all topics


# -- marks -----------------------------------------------------------------------------------------------


def test_marks_hold_from_their_day_until_their_day(transaction: Transaction) -> None:
    with transaction() as tx:
        one, two = make_customer(tx), make_customer(tx)
        week = NOW + timedelta(days=7)
        assert (
            marks.add(
                tx, [Mark(one, "black", "crm"), Mark(one, "flea", "crm", week), Mark(two, "red", "crm")], NOW
            )
            == 3
        )
        assert marks.add(tx, [Mark(one, "black", "crm"), Mark(one, "flea", "crm", week)], NOW) == 0
        assert marks.add(tx, [Mark(one, "black", "legal")], NOW) == 1

        black, flea = Marked("black"), Marked("flea", week)
        assert marks.held(tx, [one, two], NOW) == {one: (black, flea, black), two: (Marked("red"),)}
        assert marks.held(tx, [one], week) == {one: (black, black)}
        assert marks.end(tx, [one, two], mark="black", source="crm", now=NOW) == 1
        assert marks.held(tx, [one], week) == {one: (black,)}  # legal still says so
        assert marks.end(tx, [one], mark="black", source="legal", now=NOW) == 1
        assert marks.held(tx, [one], week) == {}
