"""The commands of `keepline campaign`: what they say, what they refuse, and their exit codes."""

from __future__ import annotations

import json
import re
from functools import partial
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import select

from bot.store.models import CampaignRow
from bot.store.transaction import Transaction
from tests.db.commands import Keepline
from tests.db.factories import make_customer, make_enrolment, make_user, make_work_order

ROOT = Path(__file__).resolve().parents[2]
FLOW = str(ROOT / "flows" / "low_balance_recharge.yaml")


@pytest.fixture
def keepline(keepline: Keepline) -> Keepline:
    return partial(keepline, "campaign")


@pytest.fixture
def customers(transaction: Transaction) -> None:
    with transaction() as tx:
        make_user(tx, login="olga", role="operator")
        make_user(tx, login="otto", role="operator")
        make_user(tx, login="max", role="manager")
        for _ in range(3):
            make_customer(
                tx, factors={"balance": 5, "days_since_recharge": 30, "arpu": 60, "sms_habit": True}
            )


def create(keepline: Keepline, *more: str, name: str = "november") -> Result:
    return keepline("create", "--flow", FLOW, "--name", name, "--budget", "1000", *more)


def test_a_campaign_from_its_draft_to_its_end(keepline: Keepline, customers: None) -> None:
    assert create(keepline, "--offer", "bonus=12", "--priority", "7", "--control-share", "0").exit_code == 0
    said = [
        (("check", "november"), "campaign november: checked\n"),
        (("schedule", "november"), "campaign november: scheduled\n"),
        (
            ("start", "november"),
            "campaign november: running; 3 enrolled, 3 treatment, 0 control, 0 skipped\n",
        ),
        (("pause", "november", "--reason", "wrong price"), "campaign november: paused\n"),
        (("resume", "november"), "campaign november: running\n"),
        (("drain", "november"), "campaign november: draining\n"),
        (("abort", "november", "--yes"), "campaign november: aborted\n"),
    ]
    for arguments, expected in said:
        result = keepline(*arguments)
        assert result.exit_code == 0, result.output
        assert result.stdout.endswith(expected)
    status = json.loads(keepline("status", "november", "--json").stdout)
    assert (status["status"], status["finished"]) == ("aborted", 3)
    assert [move["move"] for move in status["moves"]] == [
        "create", "check", "schedule", "start", "round", "pause", "resume", "drain", "abort",
    ]  # fmt: skip
    assert status["moves"][5]["after"] == {"status": "paused", "reason": "wrong price"}


def test_without_an_audience_it_is_for_whom_the_flow_says(
    keepline: Keepline, customers: None, transaction: Transaction
) -> None:
    assert create(keepline).exit_code == 0
    with transaction() as tx:
        row = tx.get_one(CampaignRow, 1)
        assert row.condition == "balance < 10 and days_since_recharge >= 25"


def test_a_check_lists_its_points_and_fails_with_an_error(keepline: Keepline, customers: None) -> None:
    assert keepline("create", "--flow", FLOW, "--name", "poor").exit_code == 0
    result = keepline("check", "poor")
    assert result.exit_code == 1
    assert re.search("error +The flow grants bonuses, but no budget bounds them", result.stdout)
    assert re.search("ok +The audience is 3 customers", result.stdout)
    assert re.search("ok +At worst it costs", result.stdout)
    assert result.stderr == "Error: campaign poor: 1 error, it may not go out\n"
    found = json.loads(keepline("check", "poor", "--json", "--language", "zh").stdout)
    assert found["status"] == "draft"
    assert {"流程会发放奖励，但没有预算上限", "目标客户 3 人"} <= {one["words"] for one in found["findings"]}


def test_an_approval_is_a_second_persons(keepline: Keepline, customers: None, tmp_path: Path) -> None:
    policy = tmp_path / "policy.yaml"
    policy.write_text("extends: cn\napproval: {needed: true}\n", encoding="utf-8")
    nobody = create(keepline, "--policy", str(policy))
    assert nobody.stderr == (
        "Error: the policy asks for an approval by a second person: say who the first one is\n"
    )
    assert create(keepline, "--policy", str(policy), "--as", "olga").exit_code == 0
    assert keepline("check", "november").exit_code == 0
    assert "asks for an approval by a second person" in keepline("start", "november").stderr
    assert "written by the same person" in keepline("approve", "november", "--as", "olga").stderr
    assert "there is no user 'oto'" in keepline("approve", "november", "--as", "oto").stderr
    assert "managers may not approve a campaign" in keepline("approve", "november", "--as", "max").stderr
    assert keepline("approve", "november", "--as", "otto").stdout == "campaign november: approved\n"
    assert keepline("start", "november").exit_code == 0


def test_occasions_are_given_by_options(
    keepline: Keepline, customers: None, transaction: Transaction
) -> None:
    assert create(keepline).exit_code == 0
    for name, options in (
        ("nightly", ("--repeat", "daily@02:00", "--zone", "Asia/Shanghai", "--again-after", "90d")),
        ("warned", ("--on", "offnet_warning")),
        ("then", ("--after", "november", "--reached", "50%", "--order", "value")),
    ):
        result = create(keepline, *options, name=name)
        assert result.exit_code == 0, result.output
    with transaction() as tx:
        nightly, warned, then = (tx.get_one(CampaignRow, number) for number in (2, 3, 4))
        assert (nightly.rhythm, nightly.rhythm_zone) == ("daily@02:00", "Asia/Shanghai")
        assert warned.on_event == "offnet_warning"
        assert (then.after_id, str(then.after_share), then.send_order) == (1, "0.5000", "value")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--repeat", "daily@02:00", "--on", "recharge"), "give one of --repeat, --on and --after"),
        (("--after", "november"), "--after and --reached go together"),
        (("--zone", "UTC"), "--zone goes with --repeat"),
        (("--again-after", "90d"), "--again-after goes with --repeat or --on"),
        (("--repeat", "daily@02:00", "--again-after", "often"), "'often' is not a span of time such as 90d"),
        (("--offer", "bonus"), "--offer 'bonus': write NAME=VALUE"),
        (("--order", "age"), "'age' is not one of"),
        (("--priority", "10"), "10 is not in the range 0<=x<=9"),
    ],
)
def test_options_that_do_not_go_together_are_wrong_usage(
    keepline: Keepline, customers: None, options: tuple[str, ...], message: str
) -> None:
    result = create(keepline, *options)
    assert result.exit_code == 2
    assert message in result.stderr


@pytest.mark.parametrize("command", ["check", "start", "schedule", "pause", "resume", "drain", "status"])
def test_an_unknown_campaign_is_named_with_a_near_one(
    keepline: Keepline, customers: None, command: str
) -> None:
    create(keepline)
    result = keepline(command, "novembr")
    assert result.exit_code == 1
    assert result.stderr == "Error: there is no campaign 'novembr'; did you mean november?\n"


def test_a_long_name_is_listed_whole(keepline: Keepline, customers: None) -> None:
    name = "low balance, customers of the second district, November, second edition, with a call"
    create(keepline, name=name)
    shown = keepline("list")
    assert shown.exit_code == 0, shown.output
    assert name in shown.stdout
    assert "of ¥1,000" in shown.stdout


def test_the_steps_of_the_status_count_those_handed_to_a_manager_as_such(
    keepline: Keepline, customers: None, transaction: Transaction
) -> None:
    create(keepline)
    with transaction() as tx:
        campaign = tx.scalars(select(CampaignRow.id)).one()
        run = make_enrolment(tx, campaign_id=campaign, customer_id=make_customer(tx), step="manager")
        make_work_order(tx, enrolment_id=run)
    (heads,) = [
        line for line in keepline("status", "november").stdout.splitlines() if "waiting there" in line
    ]
    assert "contacted, or handed to a manager, there" in heads


def test_an_abort_is_asked_about(keepline: Keepline, customers: None) -> None:
    create(keepline)
    asked = keepline("abort", "november")
    assert asked.exit_code == 1
    assert asked.stderr == "Error: campaign november goes on as it was; to end it for good, add --yes\n"
    assert json.loads(keepline("list", "--json").stdout)[0]["status"] == "draft"


def test_the_status_shows_the_life_and_where_people_stand(keepline: Keepline, customers: None) -> None:
    create(keepline)
    keepline("start", "november", "--as", "olga", "--reason", "go")
    shown = keepline("status", "november")
    assert shown.exit_code == 0, shown.output
    assert "Its life" in shown.stdout
    assert "go" in shown.stdout
