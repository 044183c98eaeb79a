"""The commands `audience` and `campaign` as an operator uses them: what they say, and their exit codes."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot import bootstrap
from tests.db.commands import Keepline

ROOT = Path(__file__).resolve().parents[2]
MAP = "customer: {external_id: id, msisdn: phone}\nfactors: {balance: balance}\n"


@pytest.fixture
def base(tmp_path: Path) -> Path:
    (tmp_path / "m.yaml").write_text(MAP, encoding="utf-8")
    path = tmp_path / "base.csv"
    path.write_text("id,phone,balance\na,13812341001,5\nb,12345,6\n", encoding="utf-8")
    return path


def test_import_says_what_it_took_and_where_the_rejects_are(keepline: Keepline, base: Path) -> None:
    result = keepline(
        "audience", "import", str(base), "--map", str(base.with_name("m.yaml")), "--risk-list", "x"
    )

    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines() == [
        "2 rows: 1 new, 0 updated, 0 unchanged, 1 rejected",
        "risk list x: 1 customers",
        f"rejects: {base.parent / 'rejects' / 'base-1.csv'}",
    ]


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        ("none.csv", None, "there is no such file"),
        ("empty.csv", "", "the file is empty"),
        ("base.xlsx", "PK", "cannot tell what kind of file .xlsx is"),
        ("base.csv", "id,telephone,balance\n", "m.yaml:1:37: column 'phone' is not in the file"),
    ],
)
def test_a_file_that_cannot_be_used_is_one_line_and_exit_code_1(
    keepline: Keepline, base: Path, file: str, content: str | None, message: str
) -> None:
    path = base.with_name(file)
    if content is not None:
        path.write_text(content, encoding="utf-8")

    result = keepline("audience", "import", str(path), "--map", str(base.with_name("m.yaml")))

    assert result.exit_code == 1
    assert message in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_wrong_usage_is_exit_code_2(keepline: Keepline, base: Path) -> None:
    assert keepline("audience", "import", str(base)).exit_code == 2
    assert keepline("audience", "synth", "--customers", "0", "--seed", "1").exit_code == 2
    flow = str(ROOT / "flows" / "low_balance_recharge.yaml")
    both = ("--risk-list", "demo", "--where", "balance < 1")
    assert keepline("campaign", "create", "--flow", flow, "--name", "x", *both).exit_code == 2
    assert (
        keepline(
            "campaign", "create", "--flow", flow, "--name", "x", "--where", "balance < 1", "--budget", "x"
        ).exit_code
        == 2
    )


def test_nobody_is_made_up_where_the_carrier_is_real(
    keepline: Keepline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TWILIO_API_BASE_URL")
    bootstrap.wired.cache_clear()

    result = keepline("audience", "synth", "--customers", "5", "--seed", "1")

    assert result.exit_code == 1
    assert "for a rehearsal only" in result.stderr


def test_a_campaign_from_made_up_customers_to_pause_and_resume(keepline: Keepline) -> None:
    flow = str(ROOT / "flows" / "low_balance_recharge.yaml")
    steps = [
        ("audience", "synth", "--customers", "40", "--seed", "7", "--risk-list", "demo", "--at-risk-only"),
        (
            "campaign",
            "create",
            "--flow",
            flow,
            "--risk-list",
            "demo",
            "--name",
            "November",
            "--budget",
            "1000",
        ),
        ("campaign", "start", "November"),
        ("campaign", "pause", "November"),
        ("campaign", "resume", "1"),
        ("campaign", "status", "November"),
        ("campaign", "list"),
    ]
    results = [keepline(*step) for step in steps]

    assert [result.exit_code for result in results] == [0] * len(steps), [r.output for r in results]
    assert "40 enrolled" in results[2].stdout
    assert "running" in results[5].stdout

    again = keepline("campaign", "start", "November")
    assert again.exit_code == 1
    assert again.stderr == (
        "Error: campaign 'November' is running; "
        "start is for campaigns that are draft or checked or approved or scheduled\n"
    )
    assert keepline("campaign", "start", "Novembr").exit_code == 1


def test_a_broken_flow_or_policy_is_named_with_its_place(keepline: Keepline, tmp_path: Path) -> None:
    flow = tmp_path / "f.yaml"
    flow.write_text(
        "flow: x\nstart: a\nsteps: {a: {end: b}, c: {wait_for: recharge, then: {recharge: d}}}\n",
        encoding="utf-8",
    )
    policy = tmp_path / "p.yaml"
    policy.write_text("ours: {}\n", encoding="utf-8")
    good = str(ROOT / "flows" / "low_balance_recharge.yaml")

    broken = keepline("campaign", "create", "--flow", str(flow), "--name", "x", "--where", "balance < 1")
    odd = keepline(
        "campaign", "create", "--flow", good, "--name", "x", "--where", "balance < 1", "--policy", str(policy)
    )

    assert broken.exit_code == 1
    assert f"{flow}:3:" in broken.stderr
    assert odd.exit_code == 1
    assert f"{policy}:1:1: error KL401: ours: no such field" in odd.stderr
