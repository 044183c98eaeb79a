"""Golden conversations: every shipped flow keeps its promises, and a broken promise is shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.flow.golden import load_scripts, play_all, run_conversations
from bot.flow.golden.coverage import coverage
from bot.flow.golden.difference import Mark, words_apart
from bot.flow.load import FlowError, load_flow
from tests.unit.flow.flows import FLOWS, small

FEWEST = 5  # a flow has a happy way, a refusal, silence, and what else may come


SHIPPED = sorted(
    path for path in FLOWS.glob("*.yaml") if path.name != "factors.yaml" and ".test." not in path.name
)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_shipped_flow_has_conversations_and_keeps_them(path: Path) -> None:
    flow, conversations = load_flow(path), path.with_suffix(".test.yaml")
    if flow.part and not conversations.exists():
        pytest.skip("a part is played in the flows around it")
    assert len(load_scripts(conversations)) >= FEWEST
    failures = run_conversations(flow, conversations)
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
        ("      - grant: ok\n", "grant: cannot read 'ok' (needs one of granted, refused, expired)"),
        ("      - recharge: lots\n", "recharge: cannot read 'lots' (needs an amount such as 50)"),
        ("      - recharge: NaN\n", "recharge: cannot read 'NaN'"),
        ("      - press: x\n", "press: cannot read 'x' (needs keys such as 1)"),
        ("      - until: noon\n", "until: cannot read 'noon'"),
        ("      - event: compliant\n", "event: cannot read 'compliant' (did you mean complaint?)"),
        ("      - event: {operator: X}\n", "the event has no name:"),
        ("      - event: {name: recharge, amount: x}\n", "amount: needs an amount"),
        ("      - press: [1]\n", "press: needs one value"),
    ],
)
def test_a_mistake_in_a_script_is_named_with_its_place(tmp_path: Path, script: str, message: str) -> None:
    with pytest.raises(FlowError, match=r"small\.test\.yaml:7:\d+: error") as caught:
        played(tmp_path, script)
    assert message in str(caught.value)


def test_a_customer_without_a_needed_value_is_denied_and_not_sent_a_hole(tmp_path: Path) -> None:
    script = "      - expect: ['denied sms ask: missing name', end denied]\n    customer: {name: ''}\n"
    assert played(tmp_path, script) == []


def test_a_script_may_wait_until_the_customers_clock_shows_a_time(tmp_path: Path) -> None:
    script = """\
      - expect: [sms ask]
      - until: tue 09:59
      - expect: []
      - until: 10:00
      - expect: [call ring]
    time_zone: America/New_York
"""
    assert played(tmp_path, script) == []


def test_an_event_may_bring_its_own_fields(tmp_path: Path) -> None:
    script = "      - event: {name: recharge, amount: 49.5, channel: app}\n      - expect: [sms ask]\n"
    assert played(tmp_path, script) == []


def test_a_denial_before_all_else_is_of_the_first_contact(tmp_path: Path) -> None:
    script = "      - deny: no_consent\n      - expect: ['denied sms ask: no_consent', end denied]\n"
    assert played(tmp_path, script) == []


def test_a_conversation_may_have_hours_of_its_own(tmp_path: Path) -> None:
    script = (
        "      - expect: []\n      - until: 11:00\n      - expect: [sms ask]\n    hours: ['11:00-12:00']\n"
    )
    assert played(tmp_path, script) == []


@pytest.mark.parametrize(
    ("tail", "message"),
    [
        ("    time_zone: Asia/Shangai\n", "there is no time zone 'Asia/Shangai'"),
        ("    hours: [12:00-09:00]\n", "hours: cannot read '12:00-09:00'"),
        ("    customer: Ann\n", "customer: needs facts by name"),
    ],
)
def test_a_mistake_about_the_customer_is_named(tmp_path: Path, tail: str, message: str) -> None:
    with pytest.raises(FlowError) as caught:
        played(tmp_path, "      - expect: [sms ask]\n" + tail)
    assert message in str(caught.value)


def test_conversations_of_another_flow_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "small.test.yaml"
    file.write_text("flow: large\nconversations: []\n", encoding="utf-8")
    with pytest.raises(FlowError, match="conversations of 'large', not of 'small'"):
        run_conversations(small(), file)


def test_two_conversations_cannot_share_a_name(tmp_path: Path) -> None:
    again = "      - expect: [sms ask]\n  - {name: one, at: 2026-03-02 10:00, script: []}\n"
    with pytest.raises(FlowError, match="two conversations are called 'one'"):
        played(tmp_path, again)


@pytest.mark.parametrize(
    ("fragment", "words", "gone", "new"),
    [
        ("送20元话费", "充值满50元即送10元话费，回1参加", "20", "10"),
        ("your balance is ¥9", "Ann, your balance is ¥8.60. Reply 1", "9", "8.60"),
        ("something else entirely", "充值满50元", "something else entirely", None),
    ],
)
def test_words_apart_are_marked_where_they_differ(
    fragment: str, words: str, gone: str, new: str | None
) -> None:
    pieces = words_apart(fragment, words)
    assert [text for mark, text in pieces if mark is Mark.GONE] == [gone]
    assert [text for mark, text in pieces if mark is Mark.NEW] == ([new] if new else [])
    assert "".join(text for mark, text in pieces if mark is not Mark.GONE).strip() == words


def test_coverage_names_the_steps_and_exits_that_nobody_tried(tmp_path: Path) -> None:
    played(tmp_path, "      - expect: [sms ask]\n      - reply: '1'\n      - expect: [accepted ask]\n")
    found = coverage(small(), (one.conversation for one in play_all(small(), tmp_path / "small.test.yaml")))
    assert found.missed_steps == ("ring", "credit", "help")
    assert set(found.missed_exits) == {
        ("ask", "unclear"),
        ("ask", "undelivered"),
        ("ask", "after"),
        ("paid", "recharge"),
        ("paid", "after"),
    }
    assert found.share_of_exits == pytest.approx(1 / 11)


def test_a_late_yes_is_an_exit_of_the_message_that_had_asked(tmp_path: Path) -> None:
    script = "      - expect: [sms ask]\n      - advance: 24h\n      - reply: '1'\n"
    script += "      - expect: [call ring, accepted ask, cancelled call ring]\n"
    played(tmp_path, script)
    (one,) = play_all(small(), tmp_path / "small.test.yaml")
    assert ("ask", "reply 1") in coverage(small(), [one.conversation]).taken
