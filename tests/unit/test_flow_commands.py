"""`keepline flow`: what it says of good flows and of bad ones, and how it exits."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from bot.cli.flow import group

FLOWS = Path(__file__).resolve().parents[2] / "flows"
LOW_BALANCE = FLOWS / "low_balance_recharge.yaml"


def run(*arguments: str, typed: str = "") -> tuple[int, str]:
    result = CliRunner().invoke(group, list(arguments), input=typed)
    return result.exit_code, result.output


def test_every_shipped_flow_is_without_a_problem_and_keeps_its_promises() -> None:
    assert run("check", str(FLOWS)) == (0, "1 flows, no problem\n")
    assert run("test", str(FLOWS)) == (0, "1 flows keep their promises\n")


def test_an_unknown_target_is_named_with_its_place_and_a_suggestion(tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    text = LOW_BALANCE.read_text(encoding="utf-8")
    broken.write_text(text.replace("reply 1: await_recharge", "reply 1: await_rechargee"), encoding="utf-8")
    code, said = run("check", str(broken))
    assert code == 1
    line = 1 + text[: text.index("reply 1: await_recharge")].count("\n")
    assert f"{broken}:{line}:" in said
    assert "did you mean await_recharge?" in said


def test_a_flow_without_conversations_fails(tmp_path: Path) -> None:
    lonely = tmp_path / "lonely.yaml"
    lonely.write_text(LOW_BALANCE.read_text(encoding="utf-8"), encoding="utf-8")
    code, said = run("test", str(lonely))
    assert code == 1
    assert "has no golden conversations" in said


def test_a_broken_promise_is_shown_as_a_difference(tmp_path: Path) -> None:
    flow = tmp_path / "low.yaml"
    flow.write_text(
        LOW_BALANCE.read_text(encoding="utf-8").replace("reply 2: manager", "reply 2: end", 1),
        encoding="utf-8",
    )
    golden = (FLOWS / "low_balance_recharge.test.yaml").read_text(encoding="utf-8")
    (tmp_path / "low.test.yaml").write_text(golden, encoding="utf-8")
    code, said = run("test", str(flow))
    assert code == 1
    assert "low.test.yaml:" in said


def test_a_conversation_is_played_to_its_end() -> None:
    typed = "reply 1\nrecharge 50\npick up\npress 1\npress 1\nhang up\ngranted\nwait 2d\nquit\n"
    code, said = run("play", str(LOW_BALANCE), typed=typed)
    assert code == 0
    assert "Please press 1 once more to confirm" in said
    assert "has been credited" in said


def test_a_key_without_a_call_is_not_now_and_nothing_ends() -> None:
    code, said = run("play", str(LOW_BALANCE), typed="press 1\nwait soon\nquit\n")
    assert code == 0
    assert said.count("not now:") == 2


def test_a_flow_is_shown_in_three_ways() -> None:
    for form, sign in (("text", "invite_by_sms"), ("mermaid", "flowchart"), ("svg", "<svg")):
        code, said = run("show", str(LOW_BALANCE), "--format", form)
        assert code == 0
        assert sign in said
