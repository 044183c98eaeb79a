"""Import against the real store: what becomes of good rows, bad rows, second imports and refusals."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlalchemy import text

from bot.audience.errors import AudienceError, MapError
from bot.audience.importing import import_file
from bot.audience.map_file import load_map, parse_map
from bot.audience.report import ImportReport, Progress, silent
from bot.domain.consents import CONSENTS
from bot.rules.catalogue import load_catalogue
from bot.store import events, suppressions
from bot.store.events import NewEvent
from bot.store.suppressions import Entry
from bot.store.transaction import Transaction
from tests.db.factories import make_suppression, make_user

ROOT = Path(__file__).resolve().parents[2]
IBM = ROOT.parent / "shared" / "data" / "ibm_telco_churn.csv"

MAP = """
customer:
  external_id: id
  msisdn: phone
  name: name
  tier: {column: arpu, bands: {0: ordinary, 42: mid, 80: high}}
  consents: {column: consents}
  owner: {column: manager}
consent_evidence: test
risk_list:
  cause: {column: risk, values: {y: low_balance, n: null}}
  score: {column: score}
factors:
  arpu: {column: arpu, type: number}
  balance: {column: balance, type: number}
"""
HEADER = "id,phone,name,arpu,balance,consents,manager,risk,score"

Import = Callable[..., ImportReport]


@pytest.fixture
def load(transaction: Transaction, now: datetime, tmp_path: Path) -> Import:
    def run(
        *rows: str,
        risk_list: str | None = None,
        map_text: str = MAP,
        header: str = HEADER,
        progress: Progress = silent,
    ) -> ImportReport:
        path = tmp_path / "base.csv"
        path.write_text("\n".join((header, *rows)) + "\n", encoding="utf-8")
        return import_file(
            transaction,
            path,
            parse_map(map_text, "m.yaml"),
            now=now,
            default_region="CN",
            rejects_folder=tmp_path / "rejects",
            risk_list=risk_list,
            progress=progress,
        )

    return run


def rows_of(transaction: Transaction, query: str) -> list[tuple[Any, ...]]:
    with transaction() as tx:
        return [tuple(row) for row in tx.execute(text(query))]


def rejects_of(transaction: Transaction) -> list[tuple[Any, ...]]:
    return rows_of(transaction, "SELECT row_number, column_name, reason FROM import_rejects ORDER BY 1, 2")


ANNA = "a,13812341001,Anna,90,5,sms:marketing,,y,0.9"
BEN = "b,13812341002,Ben,50,50,sms:marketing call:marketing,,n,"


def test_rows_become_customers_with_fields_factors_and_a_place_on_the_risk_list(
    load: Import, transaction: Transaction
) -> None:
    report = load(ANNA, BEN, risk_list="november")

    assert (report.rows_read, report.new, report.rejected, report.risk_list_size) == (2, 2, 0, 1)
    assert report.reject_path is None
    assert rows_of(
        transaction, "SELECT external_id, msisdn, name, tier, consents, factors FROM customers ORDER BY id"
    ) == [
        ("a", "+8613812341001", "Anna", "high", ["sms:marketing"], {"arpu": 90, "balance": 5}),
        (
            "b",
            "+8613812341002",
            "Ben",
            "mid",
            ["call:marketing", "sms:marketing"],
            {"arpu": 50, "balance": 50},
        ),
    ]
    assert rows_of(
        transaction,
        "SELECT l.name, l.source, c.external_id, e.cause, e.score FROM risk_list_entries e "
        "JOIN risk_lists l ON l.id = e.risk_list_id JOIN customers c ON c.id = e.customer_id",
    ) == [("november", "import", "a", "low_balance", 0.9)]
    assert rows_of(transaction, "SELECT rows_read, rows_taken, rows_rejected FROM imports") == [(2, 2, 0)]


def test_a_second_import_changes_only_what_changed(load: Import, transaction: Transaction) -> None:
    load(ANNA, BEN)

    report = load(ANNA, BEN.replace("Ben", "Benjamin"))

    assert (report.new, report.updated, report.unchanged) == (0, 1, 1)
    assert rows_of(transaction, "SELECT name FROM customers ORDER BY external_id") == [
        ("Anna",),
        ("Benjamin",),
    ]


def test_a_factor_whose_cell_is_empty_goes_and_one_that_the_file_lacks_stays(
    load: Import, transaction: Transaction
) -> None:
    load(ANNA)

    load(
        "a,13812341001,",
        header="id,phone,balance",
        map_text="customer: {external_id: id, msisdn: phone}\n"
        "factors: {balance: {column: balance, type: number}}",
    )

    assert rows_of(transaction, "SELECT name, tier, factors FROM customers") == [
        ("Anna", "high", {"arpu": 90})
    ]


def test_every_bad_cell_of_a_row_is_a_reject_and_the_others_go_on(
    load: Import, transaction: Transaction
) -> None:
    report = load(
        ANNA,
        "c,12345,C,much,5,sms:marketing,,y,0.5",
        "d,13812341004,D,50,5,fax:marketing,,y,0.5",
        ",13812341005,E,50,5,,,y,0.5",
        "f,13812341006,F,50,5,,,maybe,0.5",
        'g,13812341007,"G,50,5,,,y,0.5',
        "h,13812341008,H",
        f"{'i' * 201},13812341009,I,50,5,,,y,0.5",
        BEN,
    )

    assert (report.rows_read, report.taken, report.rejected) == (9, 2, 7)
    assert rejects_of(transaction) == [
        (3, "arpu", "is not a number"),
        (3, "phone", "is not a valid telephone number"),
        (4, "consents", f"is no consent; known are {', '.join(CONSENTS)}"),
        (5, "id", "is empty"),
        (6, "cause", "has a value that the map does not list"),
        (7, "(row)", "a quote is opened and not closed"),
        (8, "(row)", "has 3 cells, the header has 9"),
        (9, "id", "is longer than 200 characters"),
    ]
    assert rows_of(transaction, "SELECT rows_read, rows_taken, rows_rejected FROM imports") == [(9, 2, 7)]


def test_the_rejects_are_written_to_a_file_without_anything_personal(load: Import) -> None:
    report = load(
        "c,12345,Chen,50,5,,,y,0.5", "c,13812341009,Chen,50,5,,,y,0.5", "c,13812341008,Chen,50,5,,,y,0.5"
    )

    assert report.reject_path is not None
    written = report.reject_path.read_text(encoding="utf-8-sig")
    assert report.reject_path.name == f"base-{report.import_id}.csv"
    assert list(csv.reader(written.splitlines())) == [
        ["row", "column", "reason"],
        ["2", "phone", "is not a valid telephone number"],
        ["4", "id", "repeats the customer of row 3"],
    ]
    assert "Chen" not in written
    assert "12345" not in written


def test_a_number_belongs_to_one_customer(load: Import, transaction: Transaction) -> None:
    load(ANNA)

    load(
        "b,13812341001,Thief,50,5,,,y,0.5",
        "c,13812341003,C,50,5,,,y,0.5",
        "d,+86 138 1234 1003,D,50,5,,,y,0.5",
    )

    assert rejects_of(transaction) == [
        (2, "phone", "this number belongs to another customer"),
        (4, "phone", "repeats the number of row 3"),
    ]
    assert rows_of(transaction, "SELECT external_id FROM customers ORDER BY 1") == [("a",), ("c",)]


def test_an_owner_must_be_a_user(load: Import, transaction: Transaction) -> None:
    with transaction() as tx:
        li = make_user(tx, login="li", role="manager")

    load("a,13812341001,A,90,5,,li,y,1", "b,13812341002,B,90,5,,wang,y,1")

    assert rows_of(transaction, "SELECT external_id, owner_id FROM customers") == [("a", li)]
    assert rejects_of(transaction) == [(3, "manager", "no user has this login")]


def refuse(transaction: Transaction, now: datetime, action: str, **line: str) -> None:
    with transaction() as tx:
        make_suppression(tx, msisdn="+8613812341001", action=action, at=now, **line)


def test_a_file_gives_no_consent_back_to_a_number_that_refused(
    load: Import, transaction: Transaction, now: datetime
) -> None:
    load(ANNA.replace("sms:marketing", "sms:service"))
    refuse(transaction, now, "suppress", purpose="marketing")

    load(ANNA.replace("sms:marketing", "sms:marketing call:marketing sms:service call:service"))

    assert rows_of(transaction, "SELECT consents FROM customers") == [(["call:service", "sms:service"],)]
    assert rows_of(transaction, "SELECT action FROM suppressions") == [("suppress",)]


def test_a_new_customer_with_a_refused_number_has_only_what_was_not_refused(
    load: Import, transaction: Transaction, now: datetime
) -> None:
    refuse(transaction, now, "suppress", channel="sms")

    load(ANNA.replace("sms:marketing", "sms:marketing call:marketing"))

    assert rows_of(transaction, "SELECT consents FROM customers") == [(["call:marketing"],)]


def test_who_refuses_calls_refuses_the_machines_voice_too(
    load: Import, transaction: Transaction, now: datetime
) -> None:
    refuse(transaction, now, "suppress", channel="call")

    load(ANNA.replace("sms:marketing", "sms:marketing call:marketing voice:marketing"))

    assert rows_of(transaction, "SELECT consents FROM customers") == [(["sms:marketing"],)]


def test_a_refusal_that_was_taken_back_holds_nothing(
    load: Import, transaction: Transaction, now: datetime
) -> None:
    refuse(transaction, now, "suppress")
    refuse(transaction, now, "restore")

    load(ANNA)

    assert rows_of(transaction, "SELECT consents FROM customers") == [(["sms:marketing"],)]


def test_a_refusal_follows_the_customer_to_a_new_number(
    load: Import, transaction: Transaction, now: datetime
) -> None:
    load(ANNA)
    refuse(transaction, now, "suppress", purpose="marketing")

    report = load(ANNA.replace("13812341001", "13812349999"))
    load(ANNA.replace("13812341001", "13812349999"))

    assert report.updated == 1
    assert rows_of(
        transaction,
        "SELECT msisdn, purpose, action, source FROM suppressions WHERE msisdn <> '+8613812341001'",
    ) == [("+8613812349999", "marketing", "suppress", "number_changed")]


def test_an_import_keeps_nobody_from_saying_no(load: Import, transaction: Transaction, now: datetime) -> None:
    """The customer is in the import's hands, another number and all, and its end may be a minute away."""
    load(ANNA, BEN)
    heard = []

    def say_no(phase: str, done: int, total: int) -> None:
        if phase != "store":
            return
        with transaction() as tx:
            tx.execute(text("SET LOCAL lock_timeout = '2s'"))
            for (customer,) in tx.execute(text("SELECT id FROM customers ORDER BY id")).all():
                events.leave(
                    tx, [NewEvent(f"sms:in:{customer}", "sms.inbound", {}, now, customer_id=customer)]
                )
                suppressions.add(tx, [Entry(customer, "suppress", "sms_reply", f"sms:in:{customer}")], now)
                heard.append(customer)

    report = load(ANNA.replace(",5,", ",6,"), BEN.replace("13812341002", "13812349999"), progress=say_no)

    assert (len(heard), report.updated) == (2, 2)
    assert rows_of(transaction, "SELECT msisdn FROM customers ORDER BY id") == [
        ("+8613812341001",),
        ("+8613812349999",),
    ]
    with transaction() as tx:
        assert suppressions.refused(tx, "+8613812349999", channel="sms", purpose="marketing")


def test_a_risk_list_holds_exactly_the_last_file(load: Import, transaction: Transaction) -> None:
    load(ANNA, BEN.replace(",n,", ",y,0.2"), risk_list="november")

    report = load(BEN.replace(",n,", ",y,0.4"), risk_list="november")

    assert report.risk_list_size == 1
    assert rows_of(
        transaction,
        "SELECT c.external_id, e.score FROM risk_list_entries e JOIN customers c ON c.id = e.customer_id",
    ) == [("b", 0.4)]


def test_nothing_is_taken_when_the_map_does_not_fit_the_file(load: Import, transaction: Transaction) -> None:
    with pytest.raises(MapError, match=r"m\.yaml:4:11: column 'phone' is not in the file"):
        load("a,1", header="id,telephone")

    assert rows_of(transaction, "SELECT count(*) FROM imports") == [(0,)]


SYNTHETIC = 'customer: {external_id: id, msisdn: {synthesise: {range: "+1212555010%s"}}}'


def test_made_up_numbers_need_a_rehearsal(load: Import) -> None:
    with pytest.raises(
        MapError, match=r"m\.yaml:1:59: made-up values are for a rehearsal only: pass --rehearsal"
    ):
        load("a", header="id", map_text=SYNTHETIC % 0)


def test_made_up_numbers_stay_with_their_customers_and_run_out(
    transaction: Transaction, now: datetime, tmp_path: Path
) -> None:
    def run(*ids: str) -> ImportReport:
        path = tmp_path / "base.csv"
        path.write_text("\n".join(("id", *ids)), encoding="utf-8")
        found = parse_map(
            'customer: {external_id: id, msisdn: {synthesise: {range: "+12125550100"}}}', "m.yaml"
        )
        return import_file(
            transaction, path, found, now=now, default_region="US", rejects_folder=tmp_path, rehearsal=True
        )

    run("a", "b")
    run("c", "b", "a")

    query = "SELECT external_id, msisdn FROM customers ORDER BY 1"
    assert rows_of(transaction, query) == [
        ("a", "+12125550100"),
        ("b", "+12125550101"),
        ("c", "+12125550102"),
    ]
    with pytest.raises(AudienceError, match=r"the range \+12125550100 has only 100 numbers"):
        run(*(f"x{n}" for n in range(98)))
    assert len(rows_of(transaction, query)) == 3


def test_parquet_is_taken_like_csv(transaction: Transaction, now: datetime, tmp_path: Path) -> None:
    path = tmp_path / "base.parquet"
    pq.write_table(pa.table({"id": ["a", "b"], "phone": [13812341001, 12345], "arpu": [90.5, 1.0]}), path)
    found = parse_map(
        "customer: {external_id: id, msisdn: phone}\nfactors: {arpu: {column: arpu, type: number}}", "m.yaml"
    )

    report = import_file(transaction, path, found, now=now, default_region="CN", rejects_folder=tmp_path)

    assert (report.new, report.rejected) == (1, 1)
    assert rows_of(transaction, "SELECT msisdn, factors FROM customers") == [
        ("+8613812341001", {"arpu": 90.5})
    ]
    assert rejects_of(transaction) == [(2, "phone", "is not a valid telephone number")]


@pytest.mark.skipif(not IBM.exists(), reason="the IBM sample is not beside the project")
def test_the_ibm_sample_is_taken_whole_and_a_second_time_without_a_change(
    transaction: Transaction, now: datetime, tmp_path: Path
) -> None:
    column_map = load_map(
        ROOT / "flows" / "maps" / "ibm_telco.yaml", load_catalogue(ROOT / "flows" / "factors.yaml")
    )
    first, second = (
        import_file(
            transaction,
            IBM,
            column_map,
            now=now,
            default_region="CN",
            rejects_folder=tmp_path,
            risk_list="ibm",
            rehearsal=True,
        )
        for _ in range(2)
    )

    assert (first.new, first.rejected, first.risk_list_size) == (7043, 0, 7043)
    assert (second.new, second.updated, second.unchanged) == (0, 0, 7043)
    assert rows_of(
        transaction,
        "SELECT count(*) FILTER (WHERE NOT factors ? 'total_charges'), count(DISTINCT msisdn), "
        "count(DISTINCT time_zone), "
        "count(*) FILTER (WHERE (factors->>'churn_label')::boolean) FROM customers",
    ) == [(11, 7043, 4, 1869)]


def test_a_monthly_prepaid_extract_is_taken_by_its_map(
    transaction: Transaction, now: datetime, tmp_path: Path
) -> None:
    cells = {
        "mobile_number": "7000842753", "arpu_8": "400", "arpu_9": "300", "aon": "968",
        "date_of_last_rech_8": "8/30/2014", "date_of_last_rech_9": "", "last_day_rch_amt_9": "0",
        "total_rech_num_7": "4", "total_rech_num_8": "3", "total_rech_num_9": "0",
        "total_rech_amt_7": "362", "total_rech_amt_8": "252", "total_rech_amt_9": "0",
        "onnet_mou_9": "30", "offnet_mou_9": "10", "total_og_mou_8": "60", "total_ic_mou_8": "20",
        "total_og_mou_9": "40", "total_ic_mou_9": "5", "vol_2g_mb_9": "30.13", "vol_3g_mb_9": "NA",
    }  # fmt: skip
    path = tmp_path / "extract.csv"
    path.write_text(",".join(cells) + "\n" + ",".join(cells.values()) + "\n", encoding="utf-8")

    report = import_file(
        transaction,
        path,
        load_map(ROOT / "flows" / "maps" / "prepaid_extract.yaml"),
        now=now,
        default_region="CN",
        rejects_folder=tmp_path,
        risk_list="september",
    )

    assert (report.new, report.risk_list_size) == (1, 1)
    assert rows_of(transaction, "SELECT msisdn, tier, time_zone, consents, factors FROM customers") == [
        (
            "+917000842753",
            "mid",
            "Asia/Kolkata",
            [],
            {
                "arpu": 300, "arpu_prev": 400, "arpu_drop": 0.25, "mou": 45, "mou_prev": 80,
                "offnet_share": 0.25, "data_mb": 30.13, "last_recharge_amount": 0,
                "days_since_recharge": 31, "recharge_count_90d": 7, "recharge_amount_90d": 614,
                "tenure_months": 32,
            },
        )
    ]  # fmt: skip
    assert rows_of(transaction, "SELECT cause, score FROM risk_list_entries") == [("silent", 1)]
