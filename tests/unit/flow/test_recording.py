"""`flow test --update`: what is not kept is recorded anew, and nothing else of the file is touched."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from datetime import UTC, datetime, time
from decimal import Decimal

import pytest

from bot.domain.quiet_hours import Window
from bot.flow.golden import Input, parse_golden, play_script
from bot.flow.golden.recording import record
from bot.flow.golden.saving import CannotSave, Session, added_to, new_file
from bot.flow.host import Customer
from tests.unit.flow.flows import FLOWS, shipped, small

HEAD = """\
# What small.yaml promises.
flow: small
customer: {name: Ann, brand: Keep, balance: 3, language: en}   # everybody's

conversations:
  - name: one
    at: 2026-03-02 10:00
    script:
"""
SHIPPED = (FLOWS / "low_balance_recharge.test.yaml").read_text(encoding="utf-8")


def recorded(script: str) -> str:
    """The script as it stands after recording; it must then be kept, and recording again must change nothing."""
    found = record(small(), HEAD + script, "small.test.yaml")
    assert not failures(found.text)
    assert record(small(), found.text, "small.test.yaml").text == found.text
    assert found.text.startswith(HEAD)
    return found.text.removeprefix(HEAD)


def failures(text: str) -> list[str]:
    flow = small() if "flow: small" in text else shipped()
    played = (play_script(flow, script) for script in parse_golden(text, "x").scripts)
    return [str(failure) for one in played if (failure := one.failure("x")) is not None]


SMS = '"Keep: Ann, your balance is ¥3. Reply 1 to join, STOP to opt out"'

CASES = {
    "what is kept is not touched": (
        "      - expect: [ {sms ask: 'Ann'} ]  # hello\n",
        "      - expect: [ {sms ask: 'Ann'} ]  # hello\n",
    ),
    "one line of a list": (
        "      - expect: [ sms ask ,work order x]  # hello\n      - reply: '1'\n      - expect: []\n",
        "      - expect: [ sms ask]  # hello\n      - reply: '1'\n      - expect: [accepted ask]\n",
    ),
    "a fragment that no longer holds gives way to all the words": (
        "      - expect:\n          - sms ask: ['Ann', Bob, Reply 1]\n",
        f"      - expect:\n          - sms ask: ['Ann', {SMS}, Reply 1]\n",
    ),
    "a list of lines keeps its comments": (
        "      - expect:\n          # the invitation\n          - sms ask\n          - end x  # why?\n"
        "          # and nothing more\n      - reply: STOP\n      - expect:\n          - end opted_out\n",
        "      - expect:\n          # the invitation\n          - sms ask\n"
        "          # and nothing more\n      - reply: STOP\n"
        "      - expect:\n          - opted out\n          - end opted_out\n",
    ),
    "nothing is left of a list of lines": (
        "      - expect: [sms ask]\n      - advance: 1h\n      - expect:\n          - end x\n          - grant 10\n",
        "      - expect: [sms ask]\n      - advance: 1h\n      - expect: []\n",
    ),
    "everything in a list of lines is new": (
        "      - expect: [sms ask]\n      - reply: STOP\n      - expect:\n          - grant 10\n",
        "      - expect: [sms ask]\n      - reply: STOP\n"
        "      - expect:\n          - opted out\n          - end opted_out\n",
    ),
    "a single line without a list": (
        "      - expect: sms ask\n      - reply: '1'\n      - expect: grant 10\n",
        "      - expect: sms ask\n      - reply: '1'\n      - expect: [accepted ask]\n",
    ),
    "what nobody expected at the end": (
        "      - expect: [sms ask]\n      - reply: STOP  # enough\n",
        "      - expect: [sms ask]\n      - reply: STOP  # enough\n      - expect: [opted out, end opted_out]\n",
    ),
    "inputs alone": (
        "      - reply: '1'\n      # later\n      - recharge: 50\n",
        f"      - expect: [{{sms ask: {SMS}}}]\n      - reply: '1'\n      - expect: [accepted ask]\n"
        "      # later\n      - recharge: 50\n      - expect: [qualified 50, grant 10]\n",
    ),
    "another step's message, bare as the author left it": (
        "      - expect: [sms hello]\n",
        "      - expect: [sms ask]\n",
    ),
    "a script in brackets": (
        "      [{reply: '1'}, {expect: [sms ask]}]\n",
        "      [{reply: '1'}, {expect: [sms ask, accepted ask]}]\n",
    ),
}


@pytest.mark.parametrize(("before", "after"), CASES.values(), ids=CASES.keys())
def test_only_what_differs_is_written_anew(before: str, after: str) -> None:
    assert recorded(before) == after


def test_a_list_that_outgrows_its_line_is_written_as_lines() -> None:
    script = (
        f"      - expect: [{{sms ask: {SMS}}}]\n      - advance: 24h\n      - answer\n      - press: '7'\n"
    )
    found = recorded(f"{script}      - expect: [x]\n")
    assert "- expect:\n          - call ring\n          - {says ring say:" in found


def test_a_script_that_is_empty_expects_the_first_contact() -> None:
    assert recorded("      []\n") == f"      [{{expect: [{{sms ask: {SMS}}}]}}]\n"


def test_a_script_that_cannot_go_on_is_left_to_its_author() -> None:
    text = HEAD + "      - expect: [nothing]\n      - press: 1\n"
    found = record(small(), text, "small.test.yaml")
    assert found.text == text
    assert [one.stuck for one in found.stuck] == ["press: nobody is on the line"]


def test_only_the_chosen_conversations_are_recorded() -> None:
    text = HEAD + "      - expect: [x]\n  - {name: two, at: 2026-03-02 10:00, script: [{expect: [y]}]}\n"
    found = record(small(), text, "small.test.yaml", only="TWO")
    assert [one.script.name for one in found.recorded] == ["two"]
    assert "expect: [x]" in found.text
    assert "expect: [y]" not in found.text


@pytest.mark.parametrize("seed", range(12))
def test_a_spoilt_file_is_mended_with_every_comment_in_its_place(seed: int) -> None:
    chance = random.Random(seed)
    text = SHIPPED
    for words in ("accepted invite_by_sms", "call confirm_by_call", "sms thank", "送10元", "end granted"):
        spots = [match.start() for match in re.finditer(re.escape(words), text)]
        at = chance.choice(spots)
        text = text[:at] + chance.choice(("work order nobody", "sms zzz")) + text[at + len(words) :]
    assert failures(text)
    mended = record(shipped(), text, "x").text
    assert failures(mended) == []
    comments = [line for line in SHIPPED.splitlines() if line.strip().startswith("#")]
    assert [line for line in mended.splitlines() if line.strip().startswith("#")] == comments
    assert [script.name for script in parse_golden(mended, "x").scripts] == [
        script.name for script in parse_golden(SHIPPED, "x").scripts
    ]


def session(*inputs: Input, name: str = "saved") -> Session:
    facts = {"name": "Ann", "brand": "Keep", "balance": Decimal("3.5"), "language": "en"}
    starts_at = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
    windows = (Window(time(9), time(12)),)
    return Session(name, Customer(facts, "en", "America/New_York"), starts_at, windows, inputs)


PLAYED = session(
    Input("reply", "1"),
    Input("event", "recharge", {"amount": 50, "where": "app, or shop"}),
    Input("grant", "granted"),
)


def test_a_session_is_saved_as_a_file_that_is_kept_at_once() -> None:
    text = new_file(small(), PLAYED)
    (script,) = parse_golden(text, "x").scripts
    assert script.inputs == PLAYED.inputs
    assert (script.customer, script.starts_at, script.windows) == (
        PLAYED.customer,
        PLAYED.starts_at,
        PLAYED.windows,
    )
    assert failures(text) == []
    assert "at: 2026-03-02 10:00" in text
    assert "- expect: [qualified 50, grant 10]" in text


def test_a_session_is_added_behind_the_others_with_what_it_has_of_its_own() -> None:
    text = HEAD + "      - expect: [sms ask]   # the last line\n\n# the end\n"
    added = added_to(text, "x", small(), PLAYED)
    assert added.startswith(text[: text.index("\n\n# the end")])
    assert added.endswith("\n\n# the end\n")
    first, second = parse_golden(added, "x").scripts
    assert first.name == "one"
    assert (second.customer.facts, second.windows, second.starts_at) == (
        PLAYED.customer.facts,
        PLAYED.windows,
        PLAYED.starts_at,
    )
    assert failures(added) == []
    assert "customer: {balance: 3.5}" in added


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (HEAD.replace("flow: small", "flow: large") + "      []\n", "of large, not of small"),
        (HEAD.replace("name: one", "name: saved") + "      []\n", "has a conversation 'saved' already"),
        ("flow: small\nconversations: []\n", "has no list of conversations"),
    ],
)
def test_a_file_that_cannot_take_it_says_why(text: str, message: str) -> None:
    with pytest.raises(CannotSave, match=message):
        added_to(text, "x", small(), PLAYED)


def test_a_name_with_signs_of_its_own_is_read_back() -> None:
    name = 'he said: "no", [twice] # really'
    text = new_file(small(), replace(PLAYED, name=name))
    assert parse_golden(text, "x").scripts[0].name == name
