"""`keepline audience lists`: what it shows, in which language, and from where it has its figures."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import delete, update

from bot.store.models import AuditRow, RiskListEntryRow
from bot.store.transaction import Transaction
from tests.db.commands import Keepline

MAP = """
customer: {external_id: id, msisdn: phone}
factors: {balance: balance}
risk_list: {cause: why, score: score}
"""
ROWS = "a,13812341001,5,low_balance,0.9\nb,13812341002,6,low_balance,0.25\nc,13812341003,7,complaints,0.5\n"


def fill(keepline: Keepline, folder: Path, rows: str, name: str = "nightly") -> None:
    (folder / "m.yaml").write_text(MAP, encoding="utf-8")
    file = folder / "november.csv"
    file.write_text(f"id,phone,balance,why,score\n{rows}", encoding="utf-8")
    done = keepline("audience", "import", str(file), "--map", str(folder / "m.yaml"), "--risk-list", name)
    assert done.exit_code == 0, done.output


def told(keepline: Keepline) -> list[dict[str, object]]:
    result = keepline("audience", "lists", "--json")
    assert result.exit_code == 0, result.output
    found: list[dict[str, object]] = json.loads(result.stdout)
    return found


def test_a_list_is_shown_with_its_source_size_scores_and_causes(keepline: Keepline, tmp_path: Path) -> None:
    fill(keepline, tmp_path, ROWS)
    shown = keepline("audience", "lists").stdout
    for words in ("nightly", "a file", "november.csv", " 3 0.25 – 0.90 low_balance 2", "complaints 1"):
        assert words in shown
    chinese = keepline("audience", "lists", "--language", "zh").stdout
    for words in ("名单", "客户数", "文件导入"):
        assert words in chinese


def test_a_list_that_is_filled_anew_is_told_anew(keepline: Keepline, tmp_path: Path) -> None:
    fill(keepline, tmp_path, ROWS)
    fill(keepline, tmp_path, ROWS.splitlines()[0] + "\n")
    fill(keepline, tmp_path, ROWS, name="other")
    (nightly, other) = told(keepline)
    assert (nightly["name"], nightly["customers"], nightly["causes"]) == ("nightly", 1, {"low_balance": 1})
    assert (nightly["lowest_score"], nightly["highest_score"]) == (0.9, 0.9)
    assert (other["name"], other["customers"], other["different_causes"]) == ("other", 3, 2)


def test_the_figures_are_stored_when_it_is_filled_and_entries_are_not_counted_again(
    keepline: Keepline, transaction: Transaction, tmp_path: Path
) -> None:
    fill(keepline, tmp_path, ROWS)
    with transaction() as tx:
        tx.execute(update(RiskListEntryRow).values(cause="nobody looks at it"))
    assert told(keepline)[0]["causes"] == {"low_balance": 2, "complaints": 1}


def test_a_list_that_an_older_version_has_filled_is_counted(
    keepline: Keepline, transaction: Transaction, tmp_path: Path
) -> None:
    fill(keepline, tmp_path, ROWS)
    before = told(keepline)
    with transaction() as tx:
        tx.execute(delete(AuditRow).where(AuditRow.action == "risk_list.filled"))
    assert told(keepline) == before


def test_of_many_causes_the_commonest_are_named(keepline: Keepline, tmp_path: Path) -> None:
    rows = "".join(f"{n},1381234{n:04},5,cause {n},\n" for n in range(1001, 1009))
    fill(keepline, tmp_path, rows + "x,13812349999,5,cause 1003,\n")
    (only,) = told(keepline)
    assert only["different_causes"] == 8
    assert list(only["causes"]) == ["cause 1003", "cause 1001", "cause 1002", "cause 1004", "cause 1005"]  # type: ignore[call-overload]
    assert only["lowest_score"] is None
    assert "3 more" in keepline("audience", "lists").stdout


@pytest.mark.parametrize(
    ("language", "words"), [("en", "There are no risk lists yet"), ("zh", "还没有风险名单")]
)
def test_without_any_list_it_says_how_to_make_one(keepline: Keepline, language: str, words: str) -> None:
    assert words in keepline("audience", "lists", "--language", language).stdout
    assert told(keepline) == []
