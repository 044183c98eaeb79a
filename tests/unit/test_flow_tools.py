"""`keepline flow test | new | show`: the tools that prove a flow, and what they say of mistakes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.cli.flow import group
from bot.flow import starters
from bot.flow.golden import load_scripts
from tests.unit.flow.flows import FLOWS

LOW_BALANCE = FLOWS / "low_balance_recharge.yaml"
GOLDEN = FLOWS / "low_balance_recharge.test.yaml"


def run(*arguments: str | Path, typed: str = "") -> tuple[int, str]:
    result = CliRunner().invoke(group, [str(one) for one in arguments], input=typed)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


def changed(
    folder: Path, flow_change: tuple[str, str] = ("", ""), golden_change: tuple[str, str] = ("", "")
) -> Path:
    """The shipped flow and its conversations, each with a change."""
    flow, golden = folder / "low.yaml", folder / "low.test.yaml"
    for source, target, (old, new) in ((LOW_BALANCE, flow, flow_change), (GOLDEN, golden, golden_change)):
        text = source.read_text(encoding="utf-8")
        assert old in text
        target.write_text(text.replace(old, new, 1), encoding="utf-8")
    return flow


# test


def test_a_flow_without_conversations_fails(tmp_path: Path) -> None:
    lonely = tmp_path / "lonely.yaml"
    lonely.write_text(LOW_BALANCE.read_text(encoding="utf-8"), encoding="utf-8")
    code, said = run("test", lonely)
    assert code == 1
    assert f"{lonely}: has no golden conversations (lonely.test.yaml)" in said


def test_a_broken_promise_is_shown_beside_what_happened(tmp_path: Path) -> None:
    flow = changed(tmp_path, ("reply 2: manager", "reply 2: end"))
    code, said = run("test", flow)
    assert code == 1
    assert re.search(r"low\.test\.yaml:\d+: asks for a manager by SMS", said)
    (row,) = [line for line in said.splitlines() if "work order retention" in line]
    assert row.split() == ["-", "work", "order", "retention"]
    assert f"Error: 1 of {len(load_scripts(GOLDEN))} conversations failed" in said


def test_other_words_are_shown_in_the_text_where_they_differ(tmp_path: Path) -> None:
    flow = changed(tmp_path, golden_change=("送10元, 拒收", "即送20元话费, 拒收"))
    code, said = run("test", flow)
    assert code == 1
    assert "即送[-20-]{+10+}元话费" in said


def test_update_records_what_happens_and_says_so(tmp_path: Path) -> None:
    flow = changed(tmp_path, ("reply 2: manager", "reply 2: end"))
    golden = tmp_path / "low.test.yaml"
    before = golden.read_text(encoding="utf-8").splitlines()
    code, said = run("test", flow, "--update")
    assert code == 0
    assert f"{golden}: 1 conversations recorded anew" in said
    after = golden.read_text(encoding="utf-8").splitlines()
    assert [line.strip() for line in set(after) - set(before)] == ["- expect: [end declined]"]
    assert run("test", flow)[0] == 0


def test_update_leaves_a_file_alone_that_is_kept(tmp_path: Path) -> None:
    flow = changed(tmp_path)
    before = (tmp_path / "low.test.yaml").stat().st_mtime_ns
    code, said = run("test", flow, "--update")
    assert code == 0
    assert "recorded" not in said
    assert (tmp_path / "low.test.yaml").stat().st_mtime_ns == before


def test_only_the_conversations_of_that_name_are_played(tmp_path: Path) -> None:
    flow = changed(tmp_path, ("reply 2: manager", "reply 2: end"))
    code, said = run("test", flow, "--only", "in ENGLISH")
    assert code == 0
    assert "in 1 conversations" in said
    code, said = run("test", flow, "--only", "nothing like it")
    assert code == 1
    assert "no conversation has 'nothing like it' in its name" in said


def test_coverage_lists_what_no_conversation_tries(tmp_path: Path) -> None:
    run("new", "mine", "--from", "winback", "--dir", tmp_path)
    text = (tmp_path / "mine.test.yaml").read_text(encoding="utf-8")
    (tmp_path / "mine.test.yaml").write_text(text[: text.index("  - name: says nothing")], encoding="utf-8")
    code, said = run("test", tmp_path, "--coverage")
    assert code == 0
    assert "no conversation comes to step last_word" in said
    assert "no conversation leaves invite by: unclear" in said
    assert "no conversation leaves await_return by: after" in said


def test_a_flow_that_cannot_be_loaded_does_not_hide_the_others(tmp_path: Path) -> None:
    flow = changed(tmp_path)
    broken = tmp_path / "a_broken.yaml"
    broken.write_text("flow: a_broken\n", encoding="utf-8")
    code, said = run("test", tmp_path)
    assert code == 1
    assert f"{broken}:1:1: error KL005" in said
    assert flow.name in said
    assert "1 flows cannot be played" in said


# new


@pytest.mark.parametrize("kind", starters.names())
def test_a_new_flow_has_no_problem_and_keeps_its_promises(tmp_path: Path, kind: str) -> None:
    code, said = run("new", "my_flow", "--from", kind, "--dir", tmp_path)
    assert code == 0
    assert said.count("scripts/keepline flow ") == 3
    text = (tmp_path / "my_flow.yaml").read_text(encoding="utf-8")
    assert text.startswith("# yaml-language-server: $schema=flow.schema.json\n")
    assert "\nspec: 2\nflow: my_flow\n" in text
    assert "starter" not in text
    assert run("check", "--strict", tmp_path) == (0, "1 flow, no problem\n")
    code, said = run("test", tmp_path, "--coverage")
    assert code == 0
    assert "comes to step" not in said


def test_a_new_flow_overwrites_nothing(tmp_path: Path) -> None:
    golden = tmp_path / "mine.test.yaml"
    golden.write_text("mine", encoding="utf-8")
    code, said = run("new", "mine", "--dir", tmp_path)
    assert code == 1
    assert f"{golden} exists already" in said
    assert [path.name for path in tmp_path.iterdir()] == ["mine.test.yaml"]
    assert golden.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("My Flow", "for instance my_flow"),
        ("x.yaml", "for instance x"),
        ("../up", "small letters"),
        ("1a", "letter"),
    ],
)
def test_a_bad_name_is_refused_with_a_hint(tmp_path: Path, name: str, hint: str) -> None:
    code, said = run("new", name, "--dir", tmp_path)
    assert code == 2
    assert hint in " ".join(said.split())
    assert not list(tmp_path.iterdir())


# show


def test_a_flow_is_shown_in_three_ways(tmp_path: Path) -> None:
    for form, sign in (("text", "invite_by_sms"), ("mermaid", "flowchart"), ("svg", "<svg")):
        code, said = run("show", LOW_BALANCE, "--format", form)
        assert code == 0
        assert sign in said
        file = tmp_path / form
        assert run("show", LOW_BALANCE, "--format", form, "--output", file) == (0, f"wrote {file}\n")
        assert file.read_text(encoding="utf-8").strip() == said.strip()


def test_a_picture_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    code, said = run("show", LOW_BALANCE, "--output", tmp_path / "nowhere" / "x.svg")
    assert code == 1
    assert "No such file or directory" in said
