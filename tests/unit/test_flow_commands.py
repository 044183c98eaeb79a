"""`keepline flow`: what it says of good flows and of bad ones, and how it exits."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.cli.flow import group
from bot.flow.load import load_flow

FLOWS = Path(__file__).resolve().parents[2] / "flows"
LOW_BALANCE = FLOWS / "low_balance_recharge.yaml"


def run(*arguments: str, typed: str = "") -> tuple[int, str]:
    result = CliRunner().invoke(group, list(arguments), input=typed)
    return result.exit_code, result.output


def written(file: Path, *changes: tuple[str, str]) -> Path:
    """The shipped flow with these changes."""
    text = LOW_BALANCE.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    file.write_text(text, encoding="utf-8")
    return file


NO_GOAL = ("goal: granted", "# no goal:")  # a warning, and nothing else
UNKNOWN_TARGET = ("reply 1: await_recharge", "reply 1: await_rechargee")


def test_every_shipped_flow_is_without_a_problem() -> None:
    code, said = run("check", "--strict", str(FLOWS))
    assert code == 0
    assert said.endswith(", no problem\n")
    assert said.count("\n") == 1


def test_every_shipped_flow_keeps_its_promises() -> None:
    code, said = run("test", str(FLOWS))
    assert code == 0
    assert "keep their promises" in said


def test_an_unknown_target_is_named_with_its_place_and_a_suggestion(tmp_path: Path) -> None:
    broken = written(tmp_path / "broken.yaml", UNKNOWN_TARGET)
    code, said = run("check", str(broken))
    assert code == 1
    text = LOW_BALANCE.read_text(encoding="utf-8")
    line = 1 + text[: text.index(UNKNOWN_TARGET[0])].count("\n")
    assert f"{broken}:{line}:" in said
    assert "did you mean await_recharge?" in said
    assert said.endswith("Error: 1 error in 1 flow\n")


def test_warnings_are_printed_and_counted_and_fail_only_where_it_is_strict(tmp_path: Path) -> None:
    warned = written(tmp_path / "warned.yaml", NO_GOAL)
    code, said = run("check", str(warned))
    assert code == 0
    assert f"{warned}:1:1: warning KL220" in said
    assert said.endswith("\n1 warning in 1 flow\n")
    assert run("check", "--strict", str(warned))[0] == 1


def test_problems_as_json_are_one_object_and_nothing_else(tmp_path: Path) -> None:
    warned = written(tmp_path / "a.yaml", NO_GOAL)
    broken = written(tmp_path / "b.yaml", UNKNOWN_TARGET)
    result = CliRunner().invoke(group, ["check", "--format", "json", str(tmp_path)])
    assert result.exit_code == 1
    said = json.loads(result.stdout)
    assert said["flows"] == 2
    warning, error = said["problems"]
    assert (warning["file"], warning["line"], warning["code"]) == (str(warned), 1, "KL220")
    assert warning["severity"] == "warning"
    assert error == {
        "file": str(broken),
        "line": error["line"],
        "column": 16,
        "code": "KL100",
        "severity": "error",
        "message": "there is no step 'await_rechargee'",
        "hint": "did you mean await_recharge?",
    }


def test_without_errors_json_is_still_one_object() -> None:
    result = CliRunner().invoke(group, ["check", "--format", "json", str(LOW_BALANCE)])
    assert (result.exit_code, json.loads(result.stdout)) == (0, {"flows": 1, "problems": []})


def test_a_flow_named_twice_is_checked_once(tmp_path: Path) -> None:
    flow = written(tmp_path / "low.yaml")
    assert run("check", str(tmp_path), str(flow)) == (0, "1 flow, no problem\n")


@pytest.mark.parametrize("command", ["check", "list"])
def test_a_folder_without_flows_is_told(tmp_path: Path, command: str) -> None:
    code, said = run(command, str(tmp_path))
    assert code == 1
    assert f"there is no flow (*.yaml) in {tmp_path}" in said


@pytest.mark.parametrize("command", ["check", "list"])
@pytest.mark.parametrize(
    ("path", "complaint"),
    [
        (FLOWS / "winbak.yaml", "did you mean flows/winback.yaml?"),
        (FLOWS / "low_balance_recharge.test.yaml", "holds golden conversations, not a flow"),
        (FLOWS / "factors.yaml", "is the catalogue of factors, not a flow"),
    ],
    ids=["missing", "golden", "catalogue"],
)
def test_what_is_no_flow_is_refused_by_its_name(command: str, path: Path, complaint: str) -> None:
    code, said = run(command, str(path))
    assert code == 2
    assert complaint in said


def test_the_list_tells_what_each_flow_is(tmp_path: Path) -> None:
    written(tmp_path / "low_balance_recharge.yaml")
    golden = (FLOWS / "low_balance_recharge.test.yaml").read_text(encoding="utf-8")
    (tmp_path / "low_balance_recharge.test.yaml").write_text(golden, encoding="utf-8")
    code, said = run("list", str(tmp_path), "--language", "zh")
    assert code == 0
    (row,) = [line.split("│") for line in said.splitlines() if "marketing" in line]
    flow = load_flow(LOW_BALANCE)
    assert [cell.strip() for cell in row[1:-1]] == [
        "low_balance_recharge",
        "低余额充值赠送",
        "marketing",
        "granted",
        str(len(flow.steps)),
        "en zh",
        str(golden.count("\n  - name: ")),
        flow.revision,
        "",
    ]


def test_a_broken_flow_is_one_line_of_the_list_and_the_others_go_on(tmp_path: Path) -> None:
    written(tmp_path / "a_broken.yaml", UNKNOWN_TARGET, ("due: 4h", "due: soon"))
    written(tmp_path / "b_warned.yaml", NO_GOAL)
    code, said = run("list", str(tmp_path))
    assert code == 0
    broken, warned = said.index("a_broken.yaml"), said.index("low_balance_recharge (b_warned.yaml)")
    assert "KL100" in said[broken:warned]
    assert "(and 1 more)" in " ".join(said[broken:warned].split())
    assert "warning KL220" in said[warned:]


def test_the_list_without_paths_is_of_this_installation() -> None:
    code, said = run("list")
    assert code == 0
    assert "Low balance, recharge bonus" in said
