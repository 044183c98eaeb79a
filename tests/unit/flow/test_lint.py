"""The meaning layer of lint: each kind of problem on a flow that has just this one."""

from __future__ import annotations

import pytest

from bot.flow.codes import CODES
from bot.flow.lint import lint
from bot.flow.model import Flow
from bot.rules.catalogue import FactorCatalogue
from tests.unit.flow.flows import SOUND, catalogue, shipped, small

PICK = "start: pick\nsteps:\n  pick: {{switch: [{{when: {}, go: ask}}], else: ask}}\n"
ROUND = """start: a
steps:
  a: {switch: [{when: balance < 5, go: b}], else: ask}
  b: {switch: [{when: arpu < 5, go: a}], else: ask}
"""
SPLITS = """start: one
steps:
  one: {split: {a: 1, b: 1}, experiment: words, then: {a: two, b: ask}}
  two: {split: {a: 2, b: 1}, experiment: words, then: ask}
"""
TRANSFER = "  put: {transfer: {queue: q}, then: {answered: end, unanswered: help}}\n  help:\n"

SCRIPTS = frozenset({"small"})

Change = tuple[str, str]

#: By code: what is changed in the sound flow, and what lint must say of it.
CASES: dict[str, tuple[list[Change], str]] = {
    "KL102": (
        [("start: ask\nsteps:\n", PICK.format("balanse < 5"))],
        "unknown factor 'balanse' (did you mean balance?)",
    ),
    "KL103": (
        [("start: ask\nsteps:\n", PICK.format("tier = 5"))],
        "'tier' is text, but '5' is a number",
    ),
    "KL110": (
        [("{name}您好", "{nmae}您好")],
        "small.yaml:11:21: error KL110: {nmae} has no value (did you mean name?)",
    ),
    "KL111": ([("{name}您好", "{name您好")], "a single {"),
    "KL112": ([("{balance:money}，", "{balance:cash}，")], "there is no format 'cash'"),
    "KL113": ([("{name}您好", "{name:money}您好")], "name is text, which cannot be written as money"),
    "KL201": (
        [("  help:\n", "  lonely: {end: lonely}\n  help:\n")],
        "small.yaml:36:3: error KL201: nothing leads to step lonely",
    ),
    "KL202": ([("      after 24h: ring\n", "")], "step ask may wait until the flow expires"),
    "KL203": (
        [("start: ask\nsteps:\n", ROUND)],
        "step a leads back to itself without a wait on the way",
    ),
    "KL204": (
        [("    expires: 6h\n    then:\n      reply", "    then:\n      reply")],
        "warning KL204: step ask has no expires:",
    ),
    "KL205": ([("，拒收请回T", "")], "the zh text of step ask does not say how to refuse"),
    "KL206": (
        [(', en: "To join, press 1. To refuse, press 0."', "")],
        "the text say of step ring has no en",
    ),
    "KL207": (
        [("您好，余额", "您好，" + "祝您生活愉快" * 40 + "余额")],
        "with the longest values, 3 are allowed",
    ),
    "KL208": (
        [("    accept: [1]\n    expires", "    accept: [3]\n    expires")],
        "accept names 3, but ask has no reply 3:",
    ),
    "KL209": ([("回1参加", "回1参加，回3了解")], "the zh text of step ask offers 3, which leads nowhere"),
    "KL210": (
        [("Reply 1 to join", "Reply to join")],
        "warning KL210: the en text of step ask does not mention 1",
    ),
    "KL211": (
        [("      after 24h: ring\n", "      after 24h: credit\n")],
        "step credit can be reached by a customer who has not accepted",
    ),
    "KL212": (
        [("      reply 1: paid\n", "      reply 1: credit\n")],
        "step credit can be reached by a customer who has not recharged",
    ),
    "KL213": (
        [("keys: {1: paid, 0: opt_out}", "keys: {1: paid, 0: end}")],
        "the marketing call ring has no key to refuse",
    ),
    "KL214": (
        [("then: {unreached: end}", "then: {unreached: end, confirmed: paid}")],
        "step ring confirms nothing, so nothing is ever confirmed",
    ),
    "KL215": (
        [("      undelivered: ring\n", "      undelivered: put\n"), ("  help:\n", TRANSFER)],
        "nobody is on the line then",
    ),
    "KL216": ([("your balance is", "your “balance” is")], "makes the en text of step ask take"),
    "KL217": ([("【{brand}】{name}", "{brand}：{name}")], "does not begin with its signature"),
    "KL218": (
        [("then: {unreached: end}", "then: {denied: end}")],
        "step ring does not say what happens when nobody is reached",
    ),
    "KL219": (
        [("      after 24h: ring\n", "      after 24h: ask\n")],
        "step ask is repeated until the flow expires",
    ),
    "KL220": ([("goal: granted\n", "")], "the flow has no goal:"),
    "KL221": (
        [("      unclear: help\n", "")],
        "step ask does not say who looks at a reply that nobody understands",
    ),
    "KL222": (
        [("start: ask\nsteps:\n", SPLITS)],
        "small.yaml:10:3: error KL222: the experiment words has other ways in step one",
    ),
    "KL223": (
        [("start: ask\nsteps:\n", PICK.format(" or ".join(f"balance = {n}" for n in range(40))))],
        "the condition has 159 parts, 100 are allowed",
    ),
    "KL224": (
        [("goal: granted\n", "goal: granted\npart: true\n")],
        "warning KL224: a part's goal: has no effect",
    ),
    "KL225": (
        [("start: ask\n", "then: {opted_out: ring}\nstart: ask\n")],
        "opted_out leads to ring, which contacts a customer who has just refused that",
    ),
    "KL226": (
        [("start: ask\n", "priority: 0\non_conflict: interrupt\nstart: ask\n")],
        "on_conflict: interrupt has no effect at the lowest priority",
    ),
    "KL227": (
        [("goal: granted\n", "part: true\n"), ("flow: small", "flow: other")],
        "the part other is found by the name of its file, which is small.yaml",
    ),
    "KL114": (
        [("start: ask\nsteps:\n", PICK.format("run.satisfied"))],
        "small.yaml:9:26: error KL114: nothing in this flow notes run.satisfied",
    ),
    "KL118": ([("script: small", "script: smal")], "there is no script 'smal' (did you mean small?)"),
}

#: What a defect brings along by its nature.
COMPANIONS = {"KL208": {"KL211"}, "KL213": {"KL209"}, "KL211": {"KL212"}}


def defective(code: str) -> Flow:
    text = SOUND
    for old, new in CASES[code][0]:
        assert old in text
        text = text.replace(old, new, 1)
    return small(text)


@pytest.fixture(scope="module")
def factors() -> FactorCatalogue:
    return catalogue()


def test_a_sound_flow_has_no_problem(factors: FactorCatalogue) -> None:
    assert [str(problem) for problem in lint(small(), factors, SCRIPTS)] == []


def test_every_shipped_flow_has_no_problem(factors: FactorCatalogue) -> None:
    assert [str(problem) for problem in lint(shipped(), factors)] == []


@pytest.mark.parametrize("code", CASES)
def test_a_defect_is_found_and_named(code: str, factors: FactorCatalogue) -> None:
    message = CASES[code][1]
    found = [str(problem) for problem in lint(defective(code), factors, SCRIPTS)]
    assert any(message in problem and code in problem for problem in found), found


@pytest.mark.parametrize("code", CASES)
def test_a_defect_is_the_only_one_that_is_found(code: str, factors: FactorCatalogue) -> None:
    assert {problem.code for problem in lint(defective(code), factors, SCRIPTS)} <= {
        code,
        *COMPANIONS.get(code, ()),
    }


def test_every_code_of_the_meaning_layer_has_its_case() -> None:
    meant = {code for code in CODES if code >= "KL110"} - {"KL115", "KL116"}  # those: test_parts.py
    assert meant <= CASES.keys()


def test_every_problem_carries_a_documented_code(factors: FactorCatalogue) -> None:
    assert {problem.code for code in CASES for problem in lint(defective(code), factors)} <= CODES.keys()


def test_without_a_catalogue_factors_are_not_checked() -> None:
    assert lint(small(SOUND.replace("{balance:money}", "{anything:money}")), None) == []
