"""The commands `report` and `global-control`: experiments and doubts in both languages, and the group's setting."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from bot.cli import global_control, report
from bot.store.transaction import Transaction
from tests.db.commands import Keepline
from tests.db.factories import NOW, make_campaign, make_customer, make_flow_revision
from tests.db.wording_try import SPLIT, contact, customer_of, go

GROUPS = {"report": report.group, "global-control": global_control.group}


@pytest.fixture
def campaign(transaction: Transaction) -> str:
    """With everything to tell: three ways, of which one loses people, and a global control that was marketed to."""
    with transaction() as tx:
        campaign = make_campaign(tx, name="spring", flow_revision=make_flow_revision(tx, source=SPLIT))
        for way, customers, recharging in (("short", 60, 12), ("long", 36, 30), ("friendly", 1, 0)):
            go(tx, campaign, way, customers, recharging)
        go(tx, campaign, None, 12, recharging=3, arm="control")
        held = go(tx, campaign, None, 3, arm="control", global_control_until=NOW + timedelta(days=40))
        contact(tx, customer_of(tx, held[0]), NOW)
    return "spring"


def test_the_report_tells_experiments_doubts_and_other_campaigns(keepline: Keepline, campaign: str) -> None:
    said = keepline("report", "campaign", campaign).stdout
    assert "Experiment wording: the ways' sizes are not chance: short 60 (asked: 50.0%)" in said
    assert "do not believe the difference before the cause is found" in " ".join(said.split())
    assert "against short" in said
    assert "+63.3%" in said
    assert "1 of 3 customers of the global control group were contacted for marketing." in said
    assert "Held out of all marketing: 0.0% of 3, no part of the comparison" in said
    assert "held out, but contacted by this campaign" in said


def test_it_tells_the_same_in_chinese(keepline: Keepline, campaign: str) -> None:
    said = keepline("report", "campaign", campaign, "--language", "zh").stdout
    assert "试验 wording：各方案人数之比并非偶然：short 60 人（应为 50.0%）" in said
    assert "充值满 50元：干预组 97 人中 43.3%，对照组 12 人中 25.0%" in said
    assert "全局对照组，被营销联系" in said
    assert "Difference" not in said


def test_the_global_control_is_set_shown_and_reported(keepline: Keepline, transaction: Transaction) -> None:
    assert "none has been set" in keepline("global-control", "show").stdout
    assert "No global control group is in force." in keepline("report", "global-control").stdout
    assert keepline("report", "global-control", "--json").stdout == "null\n"

    said = keepline("global-control", "set", "--share", "0.5", "--period", "year")
    assert said.exit_code == 0, said.output
    assert said.stdout.startswith("global control: 50.00% of all customers each year, from ")
    assert keepline("global-control", "show").stdout == said.stdout
    with transaction() as tx:
        for _ in range(60):
            make_customer(tx)
    found = json.loads(keepline("report", "global-control", "--json").stdout)
    assert found["held"]["customers"] + found["others"]["customers"] == 60
    assert (found["group"]["share"], found["marketed"], found["leaked"]) == ("0.5000", 0, 0)
    assert "全部营销合计" in keepline("report", "global-control", "--language", "zh").stdout


@pytest.mark.parametrize(
    ("share", "exit_code", "message"),
    [("much", 2, "'much' is not a number"), ("0.6", 1, "share: must be at least 0 and at most 0.5, not 0.6")],
)
def test_a_share_that_makes_no_sense_is_one_line(
    keepline: Keepline, share: str, exit_code: int, message: str
) -> None:
    result = keepline("global-control", "set", "--share", share)
    assert result.exit_code == exit_code
    assert message in result.stderr
