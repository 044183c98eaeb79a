"""The campaigns' pages: progress, the result with its doubt, the flow's drawing, pause and resume."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from bot.store import audit
from bot.store.models import AuditRow, CampaignRow, RecallRow, UserRow
from bot.store.transaction import Transaction
from tests.console_app import make_app, make_person, make_readable_campaign, operators_browser, post, sign_in
from tests.db.factories import (
    make_attempt,
    make_customer,
    make_decision,
    make_enrolment,
    make_grant,
    make_topup,
)


@pytest.fixture
def client(transaction: Transaction, now: datetime) -> FlaskClient:
    return operators_browser(transaction, now)


@pytest.fixture
def campaign(transaction: Transaction, now: datetime) -> int:
    """Running: 40 treated, of whom 20 were written to, 12 recharged and 10 were granted; 20 in control."""
    with transaction() as tx:
        campaign = make_readable_campaign(tx, name="November", control_share="0.3333")
        for number in range(40):
            customer = make_customer(tx)
            enrolment = make_enrolment(tx, campaign_id=campaign, customer_id=customer)
            if number < 20:
                attempt = make_attempt(
                    tx, enrolment_id=enrolment, status="delivered", carrier_sid=f"SM{number}", taken_at=now
                )
                make_decision(tx, attempt_id=attempt)
            elif number < 23:
                make_attempt(tx, enrolment_id=enrolment, status="denied", reason="no_consent")
            if number < 12:
                make_topup(tx, customer, "50.00", enrolment_id=enrolment)
            if number < 10:
                make_grant(
                    tx,
                    enrolment_id=enrolment,
                    status="granted",
                    granted_at=now,
                    billing_ref=f"B{number}",
                    due_at=None,
                )
        for _ in range(20):
            make_enrolment(tx, campaign_id=campaign, customer_id=make_customer(tx), arm="control")
    return campaign


def charts(page: str) -> dict[str, dict[str, object]]:
    """The data of each chart on a page, by kind."""
    found = re.findall(r'data-kind="(\w+)" data-chart="([^"]*)"', page)
    return {kind: json.loads(unescape(data)) for kind, data in found}


def test_the_list_shows_each_campaigns_progress(client: FlaskClient, campaign: int) -> None:
    page = client.get("/campaigns/").text
    assert "November" in page
    assert re.search(r'max="40" value="20" aria-label="Contacted"', page)
    assert re.search(r'max="60" value="60" aria-label="Enrolled"', page)


def test_without_campaigns_the_list_says_so(client: FlaskClient) -> None:
    assert "No campaign yet" in client.get("/campaigns/").text


def test_the_page_shows_the_result_with_its_interval(client: FlaskClient, campaign: int) -> None:
    page = client.get(f"/campaigns/{campaign}").text
    assert "The treated recharged more often: 30.0 points more than the control arm." in page
    rows = charts(page)["intervals"]["rows"]
    assert isinstance(rows, list)
    assert [row["name"] for row in rows] == ["Treated", "Control", "Difference"]
    assert all(row["low"] <= row["value"] <= row["high"] for row in rows)
    assert rows[2]["value"] == pytest.approx(0.3)
    assert rows[2]["low"] > 0


def test_the_page_shows_funnel_days_refusals_and_the_drawn_flow(client: FlaskClient, campaign: int) -> None:
    page = client.get(f"/campaigns/{campaign}").text
    assert re.search(r'max="40" value="20" aria-label="Delivered"', page)
    assert re.search(r"No consent</td>.*?>3</td>", page, re.DOTALL)
    days = charts(page)["days"]
    assert days["labels"] == ["Nov 22"]
    assert [one["values"] for one in days["series"]] == [[20], [0], [10]]  # type: ignore[attr-defined]
    assert 'data-step="invite_by_sms"' in page
    assert "Invitation by SMS" in page


def test_nothing_on_the_page_needs_inline_styles_or_scripts(client: FlaskClient, campaign: int) -> None:
    page = client.get(f"/campaigns/{campaign}").text
    assert "<style" not in page
    assert not re.search(r"\sstyle=", page)
    assert not re.search(r"\son\w+=", page)
    assert all(" src=" in tag for tag in re.findall(r"<script[^>]*>", page))
    assert client.get("/campaigns/drawing.css").mimetype == "text/css"


def test_a_running_campaign_is_asked_for_again_and_a_finished_one_is_left_alone(
    client: FlaskClient, transaction: Transaction, campaign: int
) -> None:
    fragment = client.get(f"/campaigns/{campaign}/live").text
    assert "every 2s" in fragment
    assert "<html" not in fragment
    assert "every 2s" in client.get("/campaigns/progress").text
    with transaction() as tx:
        tx.get_one(CampaignRow, campaign).status = "finished"
    assert "every 2s" not in client.get(f"/campaigns/{campaign}/live").text
    assert "every 2s" not in client.get("/campaigns/progress").text


def test_an_operator_pauses_and_resumes_and_both_are_written_down(
    client: FlaskClient, transaction: Transaction, campaign: int
) -> None:
    post(client, f"/campaigns/{campaign}/move", move="pause", reason="the text is wrong")
    page = client.get(f"/campaigns/{campaign}").text
    assert "The campaign is paused" in page
    assert "the text is wrong" in page
    post(client, f"/campaigns/{campaign}/move", move="resume")
    with transaction() as tx:
        moves = tx.scalars(
            select(AuditRow).where(AuditRow.action.like("campaign.%")).order_by(AuditRow.id)
        ).all()
        assert tx.get_one(CampaignRow, campaign).status == "running"
    assert [(one.action, one.before, one.after) for one in moves] == [
        ("campaign.pause", {"status": "running"}, {"status": "paused", "reason": "the text is wrong"}),
        ("campaign.resume", {"status": "paused"}, {"status": "running"}),
    ]
    assert all(one.subject == f"campaign:{campaign}" and one.user_id for one in moves)


def buttons(page: str) -> list[str]:
    return re.findall(r'name="move" value="(\w+)"', page)


@pytest.mark.parametrize(
    ("status", "offered"),
    [
        ("draft", ["check", "abort"]),
        ("checked", ["check", "schedule", "start", "abort"]),
        ("scheduled", ["check", "start", "abort"]),
        ("running", ["pause", "drain", "abort"]),
        ("paused", ["resume", "abort"]),
        ("draining", ["pause", "abort"]),
        ("finished", []),
        ("aborted", []),
    ],
)
def test_the_page_has_a_button_for_each_move_that_is_possible_now(
    client: FlaskClient, transaction: Transaction, status: str, offered: list[str]
) -> None:
    with transaction() as tx:
        campaign = make_readable_campaign(tx, status=status)
    assert buttons(client.get(f"/campaigns/{campaign}").text) == offered


@pytest.mark.parametrize("status", ["draft", "finished", "aborted"])
def test_a_move_that_has_become_impossible_is_refused_with_its_reason(
    client: FlaskClient, transaction: Transaction, status: str
) -> None:
    with transaction() as tx:
        campaign = make_readable_campaign(tx, status=status)
    post(client, f"/campaigns/{campaign}/move", move="resume")
    assert (
        f"is {status}; resume is for campaigns that are paused" in client.get(f"/campaigns/{campaign}").text
    )
    with transaction() as tx:
        assert tx.get_one(CampaignRow, campaign).status == status


def test_an_impossible_move_or_campaign_is_refused(client: FlaskClient, campaign: int) -> None:
    assert post(client, f"/campaigns/{campaign}/move", move="finish").status_code == 400
    assert post(client, f"/campaigns/{campaign}/move", move="stop").status_code == 400
    assert post(client, "/campaigns/999999/move", move="pause").status_code == 404
    assert client.get("/campaigns/999999").status_code == 404


def test_a_move_without_the_token_of_a_page_is_refused(
    client: FlaskClient, transaction: Transaction, campaign: int
) -> None:
    assert client.post(f"/campaigns/{campaign}/move", data={"move": "abort"}).status_code == 400
    with transaction() as tx:
        assert tx.get_one(CampaignRow, campaign).status == "running"


def test_a_manager_moves_no_campaign(
    transaction: Transaction, now: datetime, client: FlaskClient, campaign: int
) -> None:
    with transaction() as tx:
        make_person(tx, login="max", role="manager")
    other = make_app(transaction, now).test_client()
    sign_in(other, "max")
    assert post(other, f"/campaigns/{campaign}/move", move="pause").status_code == 403


def test_a_check_is_listed_in_the_readers_language(client: FlaskClient, transaction: Transaction) -> None:
    with transaction() as tx:
        campaign = make_readable_campaign(tx, status="draft", bonus_budget=None)
    post(client, f"/campaigns/{campaign}/move", move="check")
    page = client.get(f"/campaigns/{campaign}").text
    assert "The check has found errors" in page
    assert "The flow grants bonuses, but no budget bounds them" in page
    assert "Nobody is in the audience" in page
    post(client, "/language/zh")
    assert "流程会发放奖励，但没有预算上限" in client.get(f"/campaigns/{campaign}").text


def test_the_author_has_no_approve_button_and_the_second_person_has(
    client: FlaskClient, transaction: Transaction, now: datetime
) -> None:
    with transaction() as tx:
        author = tx.scalars(select(UserRow.id).where(UserRow.login == "olga")).one()
        tx.get_one(UserRow, author).name = "Olga Li"
        make_person(tx, login="otto", name="Otto", role="operator")
        campaign = make_readable_campaign(
            tx, status="checked", author_id=author, policy={"approval": {"needed": True}}
        )
        row = tx.get_one(CampaignRow, campaign)
        row.checked_at, row.checked_revision = now, row.flow_revision
    page = client.get(f"/campaigns/{campaign}").text
    assert buttons(page) == ["check", "abort"]
    party = "administrators, operators, supervisors other than Olga Li"
    assert f"It waits for the approval of a second person: {party}." in page
    post(client, f"/campaigns/{campaign}/move", move="approve")
    assert "was written by the same person" in client.get(f"/campaigns/{campaign}").text

    second = make_app(transaction, now).test_client()
    sign_in(second, "otto")
    assert buttons(second.get(f"/campaigns/{campaign}").text) == ["check", "approve", "abort"]
    post(second, f"/campaigns/{campaign}/move", move="approve")
    page = second.get(f"/campaigns/{campaign}").text
    assert "approved by Otto" in page
    assert buttons(page) == ["check", "schedule", "start", "abort"]


def test_what_the_product_did_by_itself_has_its_reason_in_the_readers_language(
    client: FlaskClient, transaction: Transaction, now: datetime
) -> None:
    with transaction() as tx:
        campaign = make_readable_campaign(tx, status="paused")
        olga = tx.scalars(select(UserRow.id).where(UserRow.login == "olga")).one()
        for user, reason in (
            (None, "brake: opt_outs, spend"),
            (None, "its end has come"),
            (olga, "brake: a word of my own"),
        ):
            after = {"status": "paused", "reason": reason}
            audit.record(tx, user, "campaign.pause", f"campaign:{campaign}", None, after, now)
    page = client.get(f"/campaigns/{campaign}").text
    assert "Brake: Customers opt out, All is spent" in page
    assert "Its end has come" in page
    assert "brake: a word of my own" in page
    post(client, "/language/zh")
    assert "结束时间已到" in client.get(f"/campaigns/{campaign}").text


def test_a_paused_campaign_says_how_many_contacts_the_carrier_gave_back(
    client: FlaskClient, transaction: Transaction, now: datetime
) -> None:
    with transaction() as tx:
        campaign = make_readable_campaign(tx, status="paused")
        for number, (cause, put_back) in enumerate(
            [("stopped", True), ("stopped", True), ("stopped", False), ("closed", True)]
        ):
            enrolment = make_enrolment(tx, campaign_id=campaign, customer_id=make_customer(tx))
            attempt = make_attempt(tx, enrolment_id=enrolment, status="due", channel="call")
            tx.add(
                RecallRow(
                    carrier_sid=f"CA{number}", attempt_id=attempt, cause=cause, asked_at=now, tries=1,
                    put_back=put_back,
                )
            )  # fmt: skip
    assert "2 contacts taken back from the carrier" in client.get(f"/campaigns/{campaign}").text


def test_nothing_is_called_unproven_that_is_only_too_early(
    client: FlaskClient, transaction: Transaction, campaign: int, now: datetime
) -> None:
    with transaction() as tx:
        fresh = make_readable_campaign(tx, name="Fresh")
        few = make_readable_campaign(tx, name="Few")
        for _ in range(40):
            make_enrolment(tx, campaign_id=fresh, customer_id=make_customer(tx))
            make_enrolment(tx, campaign_id=fresh, customer_id=make_customer(tx), arm="control")
        for arm in ("treatment", "control"):
            enrolment = make_enrolment(tx, campaign_id=few, customer_id=make_customer(tx), arm=arm)
            if arm == "treatment":
                make_attempt(
                    tx, enrolment_id=enrolment, status="delivered", carrier_sid="SM-few", taken_at=now
                )
    assert "Too early to tell: nobody has been contacted yet." in client.get(f"/campaigns/{fresh}").text
    assert "Too early to tell: fewer than 30 customers" in client.get(f"/campaigns/{few}").text
    assert "Too early to tell" not in client.get(f"/campaigns/{campaign}").text


def test_a_campaign_without_customers_says_so(client: FlaskClient, transaction: Transaction) -> None:
    with transaction() as tx:
        campaign = make_readable_campaign(tx, starts_at=datetime.fromisoformat("2026-12-01T00:00Z"))
    assert "Nobody is enrolled yet" in client.get(f"/campaigns/{campaign}").text


def test_quiet_days_are_drawn_too(
    client: FlaskClient, transaction: Transaction, campaign: int, now: datetime
) -> None:
    with transaction() as tx:
        enrolment = make_enrolment(tx, campaign_id=campaign)
        make_attempt(
            tx, enrolment_id=enrolment, status="sent", carrier_sid="SMx", taken_at=now - timedelta(days=3)
        )
    days = charts(client.get(f"/campaigns/{campaign}").text)["days"]
    assert days["labels"] == ["Nov 19", "Nov 20", "Nov 21", "Nov 22"]
    assert days["series"][0]["values"] == [1, 0, 0, 20]  # type: ignore[index]
