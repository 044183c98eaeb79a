"""Conditions: what is understood, and what is refused with its place and a way out."""

from __future__ import annotations

import re

import pytest

from bot.rules.catalogue import FactorCatalogue, FactorType, parse_catalogue
from bot.rules.parse import ConditionError, Origin, parse

CATALOGUE = """
balance: {type: number}
arpu: {type: number}
days_since_recharge: {type: integer}
tier: {type: text}
name: {type: text}
sms_habit: {type: flag}
contract_end: {type: date}
last_complaint_at: {type: datetime}
"""


@pytest.fixture(scope="module")
def catalogue() -> FactorCatalogue:
    return parse_catalogue(CATALOGUE)


def problem_of(text: str, catalogue: FactorCatalogue | None, origin: Origin | None = None) -> str:
    with pytest.raises(ConditionError) as caught:
        parse(text, catalogue, origin=origin or Origin("r.yaml"))
    for problem in caught.value.problems:
        assert re.search(r"[\u4e00-\u9fff]", problem.words("zh")), "it has no Chinese"
    return str(caught.value)


def test_a_condition_names_the_factors_that_it_reads(catalogue: FactorCatalogue) -> None:
    condition = parse("balance < 10 and (tier in ('high', 'mid') or sms_habit)", catalogue)
    assert condition.names == {"balance", "tier", "sms_habit"}


@pytest.mark.parametrize(
    "text",
    [
        "sms_habit",
        "not sms_habit",
        "balance between 1 and 10",
        "tier not in ('low')",
        "contract_end is not null",
        "name like '张%'",
        "balance - arpu / 2 > -5",
        "coalesce(balance, 0) = 0",
        "round(balance, 1) <= 2.5",
        "contract_end < '2026-12-31'",
        "contract_end < date '2026-12-31'",
        "last_complaint_at >= '2026-11-01 08:30:00'",
        "BALANCE < 10 AND Tier = 'high'",
        "greatest(balance, arpu) > length(name)",
    ],
)
def test_an_ordinary_condition_is_understood(text: str, catalogue: FactorCatalogue) -> None:
    assert parse(text, catalogue).text == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("balanse < 10", "r.yaml:1:1: error KL102: unknown factor 'balanse' (did you mean balance?)"),
        ("balance < 10 and teir = 'x'", "r.yaml:1:18: error KL102: unknown factor 'teir'"),
        ("balance", "r.yaml:1:1: error KL103: 'balance' is a number, where yes or no is needed"),
        ("tier = 3", "r.yaml:1:8: error KL103: 'tier' is text, but '3' is a number"),
        ("balance and sms_habit", "r.yaml:1:1: error KL103"),
        ("contract_end < 'soon'", "r.yaml:1:16: error KL103: 'soon' is not a date"),
        ("contract_end + 3 > 1", "dates can be compared, but not calculated with"),
        ("balance <", "r.yaml:1:9: error KL101: this is not a condition"),
        ("balance < 1\n  and", "r.yaml:2:"),
        ("balance < 1e999", "r.yaml:1:11: error KL104: no factor has a number like this"),
        ("balance > 1e-999", "r.yaml:1:11: error KL104: no factor has a number like this"),
        ("", "KL101: the condition is empty"),
        ("'open", "KL101: cannot be read"),
        ("coalesce(balance) > 1", "KL103: coalesce does not take 1 values"),
        ("lower(balance) = 'x'", "r.yaml:1:7: error KL103"),
    ],
)
def test_a_mistake_is_named_with_its_place(text: str, expected: str, catalogue: FactorCatalogue) -> None:
    assert expected in problem_of(text, catalogue)


@pytest.mark.parametrize(
    "text",
    [
        "balance < 1; drop table customers",
        "drop table customers",
        "select 1",
        "balance in (select 1)",
        "balance < (select max(balance) from customers)",
        "exists (select 1)",
        "pg_sleep(10) > 1",
        "read_csv('/etc/passwd') is null",
        "current_date > contract_end",
        "now() > last_complaint_at",
        "cast(tier as int) = 1",
        "tier::int = 1",
        "case when sms_habit then true else false end",
        "tier || 'x' = 'y'",
        "balance % 2 = 1",
        "customers.x.balance = 1",
        "count(*) > 1",
        "name like 'a\\%'",
        "name like tier",
        "balance is true",
        "balance = null",
        "balance in (1, null)",
        "sum(balance) over () > 1",
    ],
)
def test_whatever_is_no_plain_condition_is_forbidden(text: str, catalogue: FactorCatalogue) -> None:
    message = problem_of(text, catalogue)
    assert "KL104" in message
    assert message.startswith("r.yaml:1:")


def test_all_that_is_unknown_or_of_another_type_is_told_at_once(catalogue: FactorCatalogue) -> None:
    text = "balanse < 10 and teir = 'x' or tier > 3 and contract_end + 1 > 2 and lenth(tier) = 1"
    with pytest.raises(ConditionError) as caught:
        parse(text, catalogue, origin=Origin("r.yaml"))
    assert [(problem.col, problem.code) for problem in caught.value.problems] == [
        (1, "KL102"),
        (18, "KL102"),
        (39, "KL103"),
        (45, "KL103"),
        (70, "KL104"),
    ]


def test_one_mistake_brings_no_other_in_its_wake(catalogue: FactorCatalogue) -> None:
    for text in ("abs(balanse) + 1 > arpu", "lower(teir) in ('a', 'b')", "not (tier + 1 between 2 and 3)"):
        with pytest.raises(ConditionError) as caught:
            parse(text, catalogue)
        assert len(caught.value.problems) == 1, text


def test_a_mistake_is_told_in_chinese_as_well(catalogue: FactorCatalogue) -> None:
    with pytest.raises(ConditionError) as caught:
        parse("balanse < 10", catalogue)
    assert caught.value.problems[0].words("zh") == "未知的因子 'balanse'（是否为 balance？）"


def test_very_long_and_very_deep_conditions_are_refused(catalogue: FactorCatalogue) -> None:
    assert "longer than" in problem_of("sms_habit or " * 400 + "sms_habit", catalogue)
    assert "nested deeper" in problem_of("(" * 80 + "sms_habit" + ")" * 80, catalogue)


@pytest.mark.parametrize(
    "text",
    [
        " and ".join(["sms_habit"] * 250),
        "+".join(["1"] * 1_900) + " = 1",
        "not " * 900 + "sms_habit",
        "- " * 1_900 + "1 = 1",
        "case when sms_habit then " * 100,
    ],
    ids=["and", "plus", "not", "minus", "case"],
)
def test_a_chain_that_would_exhaust_the_stack_is_refused(text: str, catalogue: FactorCatalogue) -> None:
    assert "more than 150 parts within each other" in problem_of(text, catalogue)


def test_a_hundred_parts_are_no_trouble(catalogue: FactorCatalogue) -> None:
    assert parse(" and ".join(["sms_habit"] * 100), catalogue).names == {"sms_habit"}


def test_a_place_counts_from_where_the_condition_stands_in_its_file(catalogue: FactorCatalogue) -> None:
    message = problem_of("balance < 10 and teir = 'x'", catalogue, Origin("flow.yaml", 12, 15))
    assert message.startswith("flow.yaml:12:32:")


def test_a_folded_condition_is_named_by_its_start(catalogue: FactorCatalogue) -> None:
    message = problem_of("a < 10 and teir = 'x'", catalogue, Origin("flow.yaml", 12, 15, inline=False))
    assert message.startswith("flow.yaml:12:15:")


def test_the_caller_may_give_names_besides_the_catalogue(catalogue: FactorCatalogue) -> None:
    extra = {"offer.min_recharge": FactorType.NUMBER}
    condition = parse("balance < offer.min_recharge", catalogue, extra=extra)
    assert condition.names == {"balance", "offer.min_recharge"}
    assert "did you mean offer.min_recharge?" in _with_extra("balance < offer.min_recharg", catalogue, extra)


def _with_extra(text: str, catalogue: FactorCatalogue, extra: dict[str, FactorType]) -> str:
    with pytest.raises(ConditionError) as caught:
        parse(text, catalogue, extra=extra)
    return str(caught.value)


def test_without_a_catalogue_only_the_form_is_checked() -> None:
    assert parse("anything < 10", None).names == {"anything"}
    assert "KL104" in problem_of("drop table x", None)
