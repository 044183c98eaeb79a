"""Two versions of a flow are compared by what they mean, and it is said whom a change would disturb."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.cli.flow import group
from bot.flow.diff import Change, FlowDiff, compare, compare_steps
from bot.flow.load import load_flow
from bot.flow.traits import Aspect

FLOW = """\
spec: 2
flow: small
title: {en: Small, zh: 小}
purpose: marketing
goal: granted
expires: 10d
offer: {min_recharge: 50, bonus: 10, within: 7d, currency: CNY}
start: worth

then:
  complaint: manager

steps:
  worth:
    switch:
      - when: tier = 'high' and arpu >= 100
        go: manager
    else: ask

  ask:
    sms:
      zh: "【{brand}】回1参加，回2请客户经理联系，拒收请回T"
      en: "{brand}: 1 to join, 2 for a manager, STOP to opt out"
    accept: [1]
    expires: 6h
    then: {reply 1: pause, reply 2: manager, recharge: credit, after 24h: phone}

  phone:
    call:
      say: {zh: "参加请按1，拒绝请按0。", en: "Press 1 to join, 0 to receive no more calls."}
      keys: {1: pause, 0: opt_out}
      accept: [1]
      retry: {times: 3, busy: 10m, no_answer: 4h}
    expires: 6h
    then: {unreached: end}

  pause:
    wait: 3d
    then: remind

  remind:
    wait_for: recharge
    where: event.amount >= offer.min_recharge
    then: {recharge: credit, after offer.within: end}

  rate:
    survey:
      by: sms
      ask: {zh: "【{brand}】请回1到5评分", en: "{brand}: rate us from 1 to 5"}
      answer: 1-5
      as: score
    purpose: service
    expires: 6h
    then: {answered: end, undelivered: end, after 2d: end}

  credit:
    grant: offer.bonus
    then: {granted: rate, refused: manager}

  manager:
    work_order: {queue: retention, due: 4h, script: low_balance}
    then: {closed: end}
"""


def difference(old: str, new: str) -> FlowDiff:
    assert old in FLOW
    return compare(load_flow(FLOW), load_flow(FLOW.replace(old, new)))


def change(old: str, new: str) -> tuple[str, Change]:
    """The only one, as `step` or `flow`."""
    found = difference(old, new)
    changes = [("flow", one) for one in found.flow]
    changes += [(name, one) for name, step in found.changed.items() for one in step.changes]
    assert (dict(found.added), dict(found.removed)) == ({}, {})
    ((where, only),) = changes
    return where, only


def test_a_flow_does_not_differ_from_itself() -> None:
    assert compare(load_flow(FLOW), load_flow(FLOW)).same


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("  pause:\n", "  # a while\n\n  pause:\n"),
        ("start: worth\n", ""),
        ("tier = 'high' and arpu >= 100", "(tier = 'high')   AND arpu >= 100"),
        ("{reply 1: pause, reply 2: manager", "{reply 2: manager, reply 1: pause"),
        ("wait: 3d", "wait: 72h"),
        ("min_recharge: 50", "min_recharge: 50.00"),
        ("accept: [1]\n    expires", "accept: 1\n    expires"),
        ("wait_for: recharge", "wait_for: [recharge]"),
    ],
)
def test_what_only_looks_different_is_none(old: str, new: str) -> None:
    new_text = FLOW.replace(old, new)
    if not new:
        new_text = FLOW.replace(old, "").replace("purpose: marketing\n", f"{old}purpose: marketing\n")
    assert compare(load_flow(FLOW), load_flow(new_text)).same


@pytest.mark.parametrize(
    ("old", "new", "where", "expected"),
    [
        ("bonus: 10", "bonus: 12", "flow", Change(Aspect.SETTING, "offer bonus", "10", "12")),
        ("expires: 10d", "expires: 15d", "flow", Change(Aspect.TIMING, "expires", "10d", "15d")),
        ("goal: granted", "priority: 7\ngoal: granted", "flow", Change(Aspect.SETTING, "priority", "5", "7")),
        ("complaint: manager", "complaint: end", "flow", Change(Aspect.EXIT, "complaint", "manager", "end")),
        ("en: Small,", "en: Little,", "flow", Change(Aspect.TITLE, "en", "Small", "Little")),
        (
            "arpu >= 100",
            "arpu >= 120",
            "worth",
            Change(
                Aspect.CONDITION,
                "switch",
                "tier = 'high' and arpu >= 100: manager",
                "tier = 'high' and arpu >= 120: manager",
            ),
        ),
        ("else: ask", "else: phone", "worth", Change(Aspect.SETTING, "else", "ask", "phone")),
        (
            "1 to join, 2 for",
            "join: 1, 2 for",
            "ask",
            Change(
                Aspect.TEXT,
                "sms en",
                "{brand}: 1 to join, 2 for a manager, STOP to opt out",
                "{brand}: join: 1, 2 for a manager, STOP to opt out",
            ),
        ),
        ("reply 2: manager,", "reply 2: phone,", "ask", Change(Aspect.EXIT, "reply 2", "manager", "phone")),
        ("after 24h: phone", "after 12h: phone", "ask", Change(Aspect.TIMING, "after", "1d", "12h")),
        ("0: opt_out}", "0: opt_out, 9: repeat}", "phone", Change(Aspect.KEY, "keys 9", None, "repeat")),
        ("busy: 10m", "busy: 90m", "phone", Change(Aspect.TIMING, "retry busy", "10m", "1h30m")),
        ("times: 3", "times: 2", "phone", Change(Aspect.SETTING, "retry times", "3", "2")),
        ("wait: 3d", "wait: offer.within", "pause", Change(Aspect.TIMING, "wait", "3d", "offer.within")),
        (
            "where: event.amount >= offer.min_recharge",
            "where: event.amount >= 20",
            "remind",
            Change(
                Aspect.CONDITION,
                "where recharge",
                "event.amount >= offer.min_recharge",
                "event.amount >= 20",
            ),
        ),
        ("grant: offer.bonus", "grant: 5", "credit", Change(Aspect.SETTING, "amount", "offer.bonus", "5")),
        ("due: 4h", "due: 1d", "manager", Change(Aspect.TIMING, "due", "4h", "1d")),
        ("queue: retention", "queue: care", "manager", Change(Aspect.SETTING, "queue", "retention", "care")),
        ("as: score", "as: stars", "rate", Change(Aspect.SETTING, "as", "score", "stars")),
    ],
)
def test_a_change_is_named_with_what_was_and_what_is(
    old: str, new: str, where: str, expected: Change
) -> None:
    assert change(old, new) == (where, expected)


def test_another_kind_of_answer_is_a_change_though_it_has_no_fields() -> None:
    yes_no = FLOW.replace("answer: 1-5", "answer: yes_no")
    free = FLOW.replace("answer: 1-5", "answer: text")
    (step,) = compare(load_flow(yes_no), load_flow(free)).changed.values()
    assert step.anew
    assert [one.name for one in step.changes] == ["answer"]


def test_a_new_step_and_one_that_is_gone_are_whole() -> None:
    longer = FLOW.replace("granted: rate,", "granted: thank,") + "\n  thank:\n    wait: 1h\n    then: rate\n"
    more = compare(load_flow(FLOW), load_flow(longer))
    less = compare(load_flow(longer), load_flow(FLOW))
    assert (list(more.added), list(more.removed)) == (["thank"], [])
    assert (list(less.added), list(less.removed)) == ([], ["thank"])
    assert [(one.name, one.before, one.after) for one in more.added["thank"].changes] == [
        ("kind", None, "wait"),
        ("next", None, "rate"),
        ("wait", None, "1h"),
    ]
    assert [(one.name, one.before, one.after) for one in less.removed["thank"].changes] == [
        ("kind", "wait", None),
        ("next", "rate", None),
        ("wait", "1h", None),
    ]


# -- what people who stand there notice -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("step", "old", "new"),
    [
        ("ask", "1 to join, 2 for", "join: 1, 2 for"),
        ("ask", "reply 2: manager,", "reply 2: phone,"),
        ("ask", "recharge: credit, after 24h", "recharge: credit, complaint: end, after 24h"),
        ("ask", "after 24h: phone", "undelivered: phone, after 24h: phone"),
        ("ask", "after 24h: phone", "after 12h: phone"),
        ("ask", "accept: [1]\n    expires: 6h", "accept: [1]\n    expires: 8h"),
        ("phone", "0: opt_out}", "0: opt_out, 2: manager}"),
        ("phone", "busy: 10m", "busy: 20m"),
        ("phone", 'say: {zh: "参加', 'say: {zh: "想参加'),
        ("remind", "event.amount >= offer.min_recharge", "event.amount >= 20"),
        ("credit", "grant: offer.bonus", "grant: 5"),
        ("manager", "queue: retention", "queue: care"),
        ("rate", "as: score", "as: stars"),
    ],
)
def test_nobody_enters_a_step_anew_for_a_word_a_target_or_what_is_read_later(
    step: str, old: str, new: str
) -> None:
    assert not difference(old, new).changed[step].anew


@pytest.mark.parametrize(
    ("step", "old", "new"),
    [
        ("ask", "reply 2: manager,", "reply 2: manager, reply 3: end,"),
        ("ask", ", after 24h: phone", ""),
        ("pause", "wait: 3d", "wait: 5d"),
        ("pause", "wait: 3d", 'wait: {until: "10:00"}'),
        ("remind", "after offer.within: end", "after 9d: end"),
        ("rate", "answer: 1-5", "answer: 1-3"),
    ],
)
def test_whoever_would_wait_for_the_wrong_thing_enters_the_step_anew(step: str, old: str, new: str) -> None:
    assert difference(old, new).changed[step].anew


def test_a_step_of_another_kind_is_entered_anew() -> None:
    flow = load_flow(FLOW)
    assert compare_steps(flow.steps["credit"], flow.steps["manager"]).anew
    by_call = FLOW.replace("      by: sms\n", "      by: call\n").replace(
        "then: {answered: end, undelivered: end, after 2d: end}", "then: {answered: end, unreached: end}"
    )
    assert compare(flow, load_flow(by_call)).changed["rate"].anew


# -- renames -----------------------------------------------------------------------------------------------------


def test_a_step_with_the_same_content_under_another_name_is_probably_renamed() -> None:
    found = difference("pause", "rest")
    assert found.renamed == {"pause": "rest"}
    assert list(found.added) == ["rest"]
    assert list(found.removed) == ["pause"]
    assert {name: [one.name for one in step.changes] for name, step in found.changed.items()} == {
        "ask": ["reply 1"],
        "phone": ["keys 1"],
    }


def test_steps_that_follow_each_other_are_renamed_together() -> None:
    renamed = FLOW.replace("pause", "rest").replace("remind", "await")
    assert compare(load_flow(FLOW), load_flow(renamed)).renamed == {"pause": "rest", "remind": "await"}


def test_a_step_with_other_content_is_not_a_renamed_one() -> None:
    renamed = FLOW.replace("pause", "rest").replace("wait: 3d", "wait: 4d")
    assert compare(load_flow(FLOW), load_flow(renamed)).renamed == {}


# -- the command -------------------------------------------------------------------------------------------------


def said(tmp_path: Path, old: str, new: str, *options: str) -> tuple[int, str]:
    before, after = tmp_path / "before.yaml", tmp_path / "after.yaml"
    before.write_text(old, encoding="utf-8")
    after.write_text(new, encoding="utf-8")
    result = CliRunner().invoke(group, ["diff", str(before), str(after), *options])
    return result.exit_code, result.output


def test_the_command_shows_steps_with_what_was_and_what_is(tmp_path: Path) -> None:
    new = FLOW.replace("1 to join, 2 for", "join: 1, 2 for").replace("wait: 3d", "wait: 5d")
    code, output = said(tmp_path, FLOW, new)
    assert code == 0
    assert output.splitlines()[1:] == [
        "~ ask  sms",
        "    text      sms en",
        "      - {brand}: 1 to join, 2 for a manager, STOP to opt out",
        "      + {brand}: join: 1, 2 for a manager, STOP to opt out",
        "~ pause  wait  (whoever stands here would enter it anew)",
        "    timing    wait  3d → 5d",
    ]


def test_texts_of_other_languages_can_be_left_out(tmp_path: Path) -> None:
    _, output = said(tmp_path, FLOW, FLOW.replace("回1参加", "回1就参加"), "--language", "en")
    assert "~ ask" in output
    assert "回1就参加" not in output


def test_only_with_exit_code_a_difference_is_an_exit_of_1(tmp_path: Path) -> None:
    assert said(tmp_path, FLOW, FLOW.replace("wait: 3d", "wait: 5d"), "--exit-code")[0] == 1
    assert said(tmp_path, FLOW, FLOW, "--exit-code") == (0, "small: no difference\n")


def test_programs_get_it_as_json(tmp_path: Path) -> None:
    _, output = said(tmp_path, FLOW, FLOW.replace("wait: 3d", "wait: 5d"), "--format", "json")
    found = json.loads(output)
    assert found["same"] is False
    assert found["changed"]["pause"]["anew"] is True
    assert found["changed"]["pause"]["changes"] == [
        {"aspect": "timing", "name": "wait", "before": "3d", "after": "5d"}
    ]


def test_a_flow_that_cannot_be_read_is_named_with_its_place(tmp_path: Path) -> None:
    code, output = said(tmp_path, FLOW, FLOW.replace("then: remind", "then: remindd"))
    assert code == 1
    assert "there is no step 'remindd'" in output


def test_a_file_is_rewritten_for_the_newest_version(tmp_path: Path) -> None:
    path = tmp_path / "old.yaml"
    path.write_text(
        (Path(__file__).parent / "spec" / "recharge.1.yaml").read_text(encoding="utf-8"), encoding="utf-8"
    )
    shown = CliRunner().invoke(group, ["upgrade", str(path)])
    assert "    where: event.amount >= 20              # less than the offer asks for" in shown.output
    assert "min_amount" in path.read_text(encoding="utf-8")
    assert CliRunner().invoke(group, ["upgrade", str(path), "--write"]).output == f"{path}: version 2\n"
    assert path.read_text(encoding="utf-8") == shown.output
    again = CliRunner().invoke(group, ["upgrade", str(path), "--write"])
    assert again.output == f"{path}: nothing to rewrite\n"
