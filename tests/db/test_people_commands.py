"""The commands `user`, `work-order` and `report`: what they say, what they do, and their exit codes."""

from __future__ import annotations

import json

import pytest

from bot.accounts import LoggedIn, log_in
from bot.cli import report, user, work_order
from bot.store import manual_calls
from bot.store.models import AuditRow, CampaignRow, EnrolmentRow, UserRow, WorkOrderRow
from bot.store.transaction import Transaction
from tests.db.commands import Keepline
from tests.db.factories import (
    NOW,
    make_attempt,
    make_campaign,
    make_customer,
    make_enrolment,
    make_event,
    make_topup,
    make_user,
    make_work_order,
)

GROUPS = {"user": user.group, "work-order": work_order.group, "report": report.group}


@pytest.fixture
def order(transaction: Transaction) -> int:
    """An order of nobody's, of a customer who has answered by SMS."""
    with transaction() as tx:
        customer_id = make_customer(tx, msisdn="+8613812345678", name="王芳", tier="high")
        enrolment_id = make_enrolment(tx, customer_id=customer_id)
        make_attempt(tx, enrolment_id=enrolment_id, status="delivered", taken_at=NOW, body="[bold]回1参加")
        make_event(tx, customer_id=customer_id, payload={"Body": "2"}, outcome="key:2")
        make_user(tx, login="li")
        make_user(tx, login="chen")
        return make_work_order(tx, enrolment_id=enrolment_id)


def test_a_user_gets_a_password_that_is_shown_once(keepline: Keepline, transaction: Transaction) -> None:
    result = keepline("user", "add", "anna", "--role", "admin")

    assert result.exit_code == 0, result.output
    said, password = result.stdout.splitlines()
    assert said == "user anna added as admin"
    password = password.removeprefix("password: ")
    assert isinstance(log_in(transaction, "anna", password, NOW), LoggedIn)
    assert password not in keepline("user", "list").stdout
    with transaction() as tx:
        assert password not in str(tx.query(AuditRow).one().after)


def test_a_phone_is_kept_whole_and_shown_masked(keepline: Keepline, transaction: Transaction) -> None:
    add = ("user", "add", "li", "--role", "manager", "--phone", "+8613900000001", "--password-stdin")
    assert keepline(*add, stdin="long enough\n").exit_code == 0
    said = keepline("user", "phone", "li", "+8613900000002")
    assert said.stdout == "user li is rung at 139****0002\n"
    with transaction() as tx:
        assert manual_calls.phone_of(tx, tx.query(UserRow).one().id) == "+8613900000002"
        assert "+8613900000002" not in str([one.after for one in tx.query(AuditRow)])
    assert keepline("user", "phone", "li").stdout == "user li is not rung\n"
    wrong = keepline("user", "phone", "li", "13900000002")
    assert wrong.exit_code == 2
    assert "it must be E.164" in wrong.stderr
    nobody = keepline("user", "phone", "wu", "+8613900000002")
    assert (nobody.exit_code, nobody.stderr) == (1, "Error: there is no user 'wu'; known are li\n")


def test_a_manager_takes_the_tiers_and_regions_named(keepline: Keepline) -> None:
    tiers = ("--tiers", "high, mid", "--regions", "Shanghai,Beijing", "--capacity", "20")
    result = keepline(
        "user", "add", "li", "--role", "manager", *tiers, "--password-stdin", stdin="long enough\n"
    )

    assert (result.exit_code, result.stdout) == (0, "user li added as manager\n")
    listed = keepline("user", "list").stdout
    assert "high, mid" in listed
    assert "Shanghai, Beijing" in listed


@pytest.mark.parametrize(
    ("arguments", "exit_code", "message"),
    [
        (("--role", "admin", "--password-stdin"), 1, "Error: a password has at least 10 characters"),
        (("--role", "king"), 2, "'king' is not one of"),
        (("--role", "manager", "--tiers", "high,gold"), 2, "'gold' is none of high, mid, ordinary"),
        ((), 2, "Missing option '--role'"),
    ],
)
def test_a_user_who_cannot_be_added_is_one_line(
    keepline: Keepline, arguments: tuple[str, ...], exit_code: int, message: str
) -> None:
    result = keepline("user", "add", "anna", *arguments, stdin="short\n")

    assert result.exit_code == exit_code
    assert message in result.stderr
    assert "anna" not in keepline("user", "list").stdout


def test_a_login_that_is_taken_is_said(keepline: Keepline, transaction: Transaction) -> None:
    with transaction() as tx:
        make_user(tx, login="anna")
    result = keepline("user", "add", "anna", "--role", "admin")

    assert (result.exit_code, result.stderr) == (1, "Error: the login 'anna' is taken\n")


def test_a_manager_lists_takes_and_closes_an_order(
    keepline: Keepline, order: int, transaction: Transaction
) -> None:
    assert "138****5678" in keepline("work-order", "list", "--as", "li").stdout

    assert keepline("work-order", "take", str(order), "--as", "li").stdout == f"work order {order} is li's\n"
    other = keepline("work-order", "take", str(order), "--as", "chen")
    assert (other.exit_code, other.stderr) == (1, f"Error: work order {order} is not yours\n")

    done = keepline("work-order", "close", str(order), "--as", "li", "--disposition", "saved", "--note", "ok")
    assert (done.exit_code, done.stdout) == (0, f"work order {order} closed: saved\n")
    again = keepline("work-order", "close", str(order), "--as", "li", "--disposition", "saved")
    assert (again.exit_code, again.stderr) == (1, f"Error: work order {order} is closed already\n")

    with transaction() as tx:
        assert tx.get_one(WorkOrderRow, order).note == "ok"
        assert [row.action for row in tx.query(AuditRow).order_by(AuditRow.id)] == [
            "work_order.take",
            "work_order.close",
        ]
    assert keepline("work-order", "list", "--as", "chen", "--status", "closed").stdout.count("138****") == 0


def test_an_order_is_shown_with_its_conversation_and_without_the_number(
    keepline: Keepline, order: int
) -> None:
    shown = keepline("work-order", "show", str(order))

    assert shown.exit_code == 0, shown.output
    for words in ("王芳 138****5678", "asked_for_manager", "[bold]回1参加", "understood: key:2"):
        assert words in shown.stdout
    assert "13812345678" not in shown.stdout


@pytest.mark.parametrize(
    ("arguments", "exit_code", "message"),
    [
        (("show", "99"), 1, "Error: there is no work order 99"),
        (("take", "99", "--as", "li"), 1, "Error: there is no work order 99"),
        (("take", "99", "--as", "nobody"), 1, "there is no user 'nobody'"),
        (("close", "99", "--as", "li", "--disposition", "happy"), 2, "'happy' is not one of"),
        (("take", "x", "--as", "li"), 2, "'x' is not a valid integer"),
    ],
)
@pytest.mark.usefixtures("order")
def test_a_deed_that_is_impossible_is_one_line(
    keepline: Keepline, arguments: tuple[str, ...], exit_code: int, message: str
) -> None:
    result = keepline("work-order", *arguments)

    assert result.exit_code == exit_code
    assert message in result.stderr


def test_a_campaigns_report_is_a_table_or_json(
    keepline: Keepline, order: int, transaction: Transaction
) -> None:
    with transaction() as tx:
        campaign_id = tx.get_one(WorkOrderRow, order).campaign_id
        tx.get_one(CampaignRow, campaign_id).name = "November [1]"
        customer_id = tx.query(EnrolmentRow).one().customer_id
        make_topup(tx, customer_id, "50")
        make_enrolment(tx, campaign_id=campaign_id, arm="control")

    table = keepline("report", "campaign", "November [1]")
    assert table.exit_code == 0, table.output
    assert "November [1] (running)" in table.stdout
    assert "Recharged at least ¥50: 100.0% of 1 treated, 0.0% of 1 control" in table.stdout
    found = json.loads(keepline("report", "campaign", str(campaign_id), "--json").stdout)
    assert (found["funnel"]["escalated"], found["uplift"]["difference"]) == (1, 1.0)


def test_an_empty_arm_is_said_to_prove_nothing(keepline: Keepline, transaction: Transaction) -> None:
    with transaction() as tx:
        make_campaign(tx, name="empty")
    assert "unknown while an arm is empty" in keepline("report", "campaign", "empty").stdout


def test_an_unknown_campaign_is_one_line_with_a_near_name(
    keepline: Keepline, transaction: Transaction
) -> None:
    with transaction() as tx:
        make_campaign(tx, name="november")
    result = keepline("report", "campaign", "novembre")

    assert result.exit_code == 1
    assert result.stderr.startswith("Error: there is no campaign 'novembre'")
    assert "november" in result.stderr
