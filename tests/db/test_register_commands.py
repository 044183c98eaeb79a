"""The commands `register ...` as an operator uses them: what they say, and their exit codes."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.store.models import AuditRow, SuppressionRow
from bot.store.transaction import Transaction
from tests.db.commands import Keepline
from tests.db.factories import make_customer, make_user

A, B = "+8613812341001", "+8613812341002"


@pytest.fixture
def keepline(keepline: Keepline, transaction: Transaction) -> Keepline:
    with transaction() as tx:
        make_user(tx, login="li", role="operator")
    return partial(keepline, "register")


def test_import_says_what_it_took_and_names_the_bad_rows(keepline: Keepline, tmp_path: Path) -> None:
    path = tmp_path / "dnc.csv"
    path.write_text("name,phone\nLi,13812341001\nWang,1381\n", encoding="utf-8")

    result = keepline("import", str(path), "--list", "national", "--as", "li")

    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines() == [
        "list national: 2 rows, 1 numbers added, 0 taken off, 1 rejected; "
        "0 customers under way are not contacted any more",
        "dnc.csv:3: is not a telephone number that its country's plan knows",
        f"rejects: {tmp_path / 'rejects' / 'dnc-do-not-call-1.csv'}",
    ]


def test_an_import_that_did_not_do_what_was_asked_fails(keepline: Keepline, tmp_path: Path) -> None:
    path = tmp_path / "dnc.csv"
    path.write_text("phone\n13812341001\n1381\n", encoding="utf-8")
    held_back = keepline("import", str(path), "--list", "national", "--replace", "--as", "li")
    assert held_back.exit_code == 1
    assert "nothing was taken off: a row that cannot be read might be such a number" in held_back.stderr
    assert "1 numbers added" in held_back.stdout  # what could be done was done
    path.write_text("phone\n1381\nx\n", encoding="utf-8")
    nothing = keepline("import", str(path), "--list", "national", "--as", "li")
    assert (nothing.exit_code, nothing.stderr) == (1, "Error: not one row could be read\n")


def test_check_tells_the_story_and_no_whole_number(keepline: Keepline) -> None:
    assert keepline("add", "13812341001", "--wording", "别再打了", "--as", "li").exit_code == 0
    said = keepline(
        "restore", A, "--channel", "sms", "--purpose", "service", "--evidence", "letter 5", "--as", "li"
    )
    assert said.output == "138****1001 is restored for channel sms, purpose service, all topics\n"

    shown = " ".join(keepline("check", "138 1234 1001").output.split())

    assert (
        "138****1001, no customer of ours: refuses all channels, all purposes, all topics, except for"
        in shown
    )
    for word in ("operator, li", "manager_restore, li", "letter 5", "in part"):
        assert word in shown
    assert "13812341001" not in shown.replace(" ", "")
    assert keepline("check", B).output == "138****1002, no customer of ours: nothing is held against it\n"


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("add", "1381", "--as", "li"), 2, "the number is not a telephone number"),
        (("add", A, "--as", "nobody"), 1, "there is no user 'nobody'; known are li"),
        (("add", A, "--topic", "two words", "--as", "li"), 2, "topic 'two words' is not one word"),
        (("restore", A, "--as", "li"), 2, "Missing option '--evidence'"),
        (("restore", A, "--evidence", " ", "--as", "li"), 1, "evidence is missing"),
        (("import", "none.txt"), 1, "none.txt: there is no such file"),
        (("erase", "nobody", "--as", "li"), 1, "there is no customer 'nobody'"),
        (("pattern", "add", "+86*", "--reason", "x", "--as", "li"), 1, "'+86*' is a whole country"),
        (("pattern", "end", "+86170*", "--as", "li"), 1, "there is no pattern '+86170*'; there is none yet"),
    ],
)
def test_mistakes_are_said_in_one_line(
    keepline: Keepline, arguments: tuple[str, ...], code: int, message: str
) -> None:
    result = keepline(*arguments)

    assert result.exit_code == code
    assert message in result.stderr
    assert "Traceback" not in result.output


def test_export_masks_numbers_and_an_unmasked_one_is_in_the_audit(
    keepline: Keepline, transaction: Transaction, tmp_path: Path
) -> None:
    keepline("add", A, "--wording", "=1+1", "--as", "li")
    path = tmp_path / "out.csv"

    assert keepline("export", str(path), "--as", "li").output == f"{path}: 1 lines\n"
    masked = path.read_text(encoding="utf-8-sig")
    assert A not in masked
    assert "138****1001" in masked
    assert ",'=1+1," in masked

    keepline("export", str(path), "--unmask", "--as", "li")
    assert A in path.read_text(encoding="utf-8-sig")
    with transaction() as tx:
        noted = [row.after for row in tx.scalars(select(AuditRow)) if row.action == "register.export"]
    assert noted == [{"lines": 1, "unmasked": False}, {"lines": 1, "unmasked": True}]


def test_patterns_are_listed_with_their_reasons(keepline: Keepline) -> None:
    keepline("pattern", "add", "+86170*", "--reason", "resold numbers", "--as", "li")

    assert "+86170*" in (shown := keepline("pattern", "list").output)
    assert "resold numbers" in shown
    assert keepline("pattern", "end", "+86170*", "--as", "li").exit_code == 0
    assert "+86170*" not in keepline("pattern", "list").output


def test_erasing_says_how_many_lines_were_sealed(keepline: Keepline, transaction: Transaction) -> None:
    with transaction() as tx:
        make_customer(tx, external_id="C7", msisdn=A)
    keepline("add", A, "--as", "li")

    assert (
        keepline("erase", "C7", "--as", "li").output == "customer C7: 1 lines sealed; not contacted again\n"
    )
    with transaction() as tx:
        assert not tx.scalars(select(SuppressionRow).where(SuppressionRow.msisdn == A)).all()
    assert "refuses all channels" in keepline("check", A).output
