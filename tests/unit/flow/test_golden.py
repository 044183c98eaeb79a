"""Golden conversations: every shipped flow keeps its promises, and a broken promise is shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.flow.golden import load_scripts, run_conversations
from bot.flow.load import FlowError, load_flow
from tests.unit.flow.flows import FLOWS, small

SHIPPED = sorted(
    path for path in FLOWS.glob("*.yaml") if path.name != "factors.yaml" and ".test." not in path.name
)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_shipped_flow_has_conversations_and_keeps_them(path: Path) -> None:
    conversations = path.with_suffix(".test.yaml")
    assert len(load_scripts(conversations)) >= 12
    failures = run_conversations(load_flow(path), conversations)
    assert not failures, "\n".join(str(failure) for failure in failures)


def played(tmp_path: Path, script: str) -> list[str]:
    file = tmp_path / "small.test.yaml"
    file.write_text(
        "flow: small\ncustomer: {name: Ann, brand: Keep, balance: 3, language: en}\nconversations:\n"
        "  - name: one\n    at: 2026-03-02 10:00\n    script:\n" + script,
        encoding="utf-8",
    )
    return [str(failure) for failure in run_conversations(small(), file)]


def test_a_kept_promise_gives_no_failure(tmp_path: Path) -> None:
    assert played(tmp_path, "      - expect: [{sms ask: Ann}]\n") == []


def test_a_broken_promise_is_shown_with_its_line_and_a_difference(tmp_path: Path) -> None:
    (failure,) = played(
        tmp_path, '      - expect: [sms ask]\n      - reply: "1"\n      - expect: [work order x]\n'
    )
    assert "small.test.yaml:9: one" in failure
    assert "- work order x" in failure
    assert "+ accepted ask" in failure


def test_wrong_words_are_shown_with_the_words_that_were_sent(tmp_path: Path) -> None:
    (failure,) = played(tmp_path, "      - expect: [{sms ask: Bob}]\n")
    assert "+ sms ask: Keep: Ann, your balance is ¥3" in failure


def test_what_nobody_expected_is_a_failure_too(tmp_path: Path) -> None:
    (failure,) = played(tmp_path, "      - expect: [sms ask]\n      - reply: STOP\n")
    assert "+ opted out" in failure


def test_a_script_that_asks_for_the_impossible_says_so(tmp_path: Path) -> None:
    (failure,) = played(tmp_path, "      - expect: [sms ask]\n      - press: 1\n")
    assert "press: nobody is on the line" in failure


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("      - repyl: x\n", "a script knows no 'repyl' (did you mean reply?)"),
        ("      - advance: soon\n", "advance: cannot read 'soon'"),
        ("      - [a, b]\n", "a line of a script is one verb"),
    ],
)
def test_a_mistake_in_a_script_is_named_with_its_place(tmp_path: Path, script: str, message: str) -> None:
    with pytest.raises(FlowError, match=r"small\.test\.yaml:7:\d+: error") as caught:
        played(tmp_path, script)
    assert message in str(caught.value)


def test_a_customer_without_a_needed_value_is_denied_and_not_sent_a_hole(tmp_path: Path) -> None:
    script = "      - expect: ['denied sms ask: missing name', end denied]\n    customer: {name: ''}\n"
    assert played(tmp_path, script) == []
