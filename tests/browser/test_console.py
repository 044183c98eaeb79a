"""A person at the console: signs in, reads a campaign, works off a work order; at a desk and on a phone."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from bot.store.models import AuditRow, WorkOrderRow
from bot.store.transaction import Transaction
from tests.browser.conftest import Visit
from tests.console_app import make_person, make_readable_campaign
from tests.db.factories import (
    make_attempt,
    make_customer,
    make_enrolment,
    make_event,
    make_topup,
    make_work_order,
)

DESK, PHONE = 1280, 390
both_widths = pytest.mark.parametrize("width", [DESK, PHONE], ids=["desk", "phone"])


@pytest.fixture
def campaign(transaction: Transaction, now: datetime) -> int:
    """A running campaign of thirty customers, one of whom waits for Mei."""
    with transaction() as tx:
        make_person(tx, login="olga", name="Olga", role="operator")
        mei = make_person(tx, login="mei", name="Mei", role="manager")
        campaign = make_readable_campaign(tx, name="November")
        for number in range(24):
            customer = make_customer(tx, name=f"客户{number}")
            enrolment = make_enrolment(tx, campaign_id=campaign, customer_id=customer)
            make_attempt(
                tx,
                enrolment_id=enrolment,
                status="delivered",
                body="您好，回1参加，回2请客户经理联系",
                carrier_sid=f"SM{number}",
                taken_at=now - timedelta(minutes=40),
            )
            if number % 3 == 0:
                make_topup(tx, customer, "50.00", enrolment_id=enrolment)
        for _ in range(6):
            make_enrolment(tx, campaign_id=campaign, customer_id=make_customer(tx), arm="control")
        make_event(
            tx,
            customer_id=customer,
            enrolment_id=enrolment,
            payload={"Body": "2"},
            received_at=now - timedelta(minutes=20),
        )
        make_work_order(tx, enrolment_id=enrolment, owner_id=mei, reason="reply 2")
    return campaign


@both_widths
def test_an_operator_follows_a_campaign_in_both_languages(visit: Visit, campaign: int) -> None:
    visit.sign_in("olga")
    page = visit.page
    for language, title, result in (("en", "Campaigns", "What it was worth"), ("zh", "活动", "活动成效")):
        visit.go("/campaigns/")
        if page.locator(f"button[lang={language}]").count():
            page.click(f"button[lang={language}]")
        expect(page.locator("h1")).to_have_text(title)
        assert visit.overflow() <= 0
        page.click("text=November")
        expect(page.get_by_role("heading", name=result)).to_be_visible()
        expect(page.locator("kl-chart canvas")).to_have_count(2)
        expect(page.locator(".flow-graph svg [data-step=invite_by_sms]")).to_be_visible()
        assert visit.overflow() <= 0


@pytest.mark.parametrize("width", [DESK])
def test_the_numbers_of_a_running_campaign_move_without_a_reload(
    visit: Visit, campaign: int, transaction: Transaction
) -> None:
    visit.sign_in("olga")
    visit.go(f"/campaigns/{campaign}")
    page = visit.page
    page.locator("details.as-table summary").first.click()
    page.evaluate("document.querySelector('kl-chart').seenBefore = true")
    enrolled = page.locator(".figure").first.locator(".big")
    expect(enrolled).to_have_text("30")
    with transaction() as tx:
        make_enrolment(tx, campaign_id=campaign)
    expect(enrolled).to_have_text("31")
    assert page.evaluate("document.querySelector('kl-chart').seenBefore"), "the chart was drawn anew"
    expect(page.locator("details.as-table").first).to_have_attribute("open", "")


@pytest.mark.parametrize("width", [DESK])
def test_a_campaign_is_paused_with_one_press(visit: Visit, campaign: int) -> None:
    visit.sign_in("olga")
    visit.go(f"/campaigns/{campaign}")
    visit.page.get_by_role("button", name="Pause").click()
    expect(visit.page.get_by_role("status")).to_contain_text(
        "The campaign is paused: nobody new is contacted"
    )
    expect(visit.page.get_by_role("button", name="Resume")).to_be_visible()


@both_widths
def test_a_manager_takes_a_work_order_and_closes_it(
    visit: Visit, campaign: int, transaction: Transaction
) -> None:
    visit.sign_in("mei")
    page = visit.page
    page.click("text=客户23")
    assert visit.overflow() <= 0
    expect(page.get_by_role("heading", name="The whole conversation")).to_be_visible()
    expect(page.locator(".turn.theirs .bubble")).to_have_text("2")
    page.get_by_role("button", name="Take it").click()
    page.get_by_role("button", name="Show the number").click()
    expect(page.locator("a[href^='tel:+86']")).to_be_visible()
    page.get_by_label("Stays with us").check()
    page.get_by_label("Note").fill("keeps her number")
    assert visit.overflow() <= 0
    page.get_by_role("button", name="Close the work order").click()
    expect(page.get_by_role("status")).to_have_text("The work order is closed.")
    with transaction() as tx:
        order = tx.scalars(select(WorkOrderRow)).one()
        done = tx.scalars(select(AuditRow.action).order_by(AuditRow.id)).all()
    assert (order.status, order.disposition, order.note) == ("closed", "saved", "keeps her number")
    assert done == ["user.sign_in", "work_order.take", "number.show", "work_order.close"]


@both_widths
def test_the_work_orders_are_readable_in_chinese(visit: Visit, campaign: int) -> None:
    visit.sign_in("mei")
    page = visit.page
    page.click("button[lang=zh]")
    expect(page.locator("h1")).to_have_text("工单")
    assert visit.overflow() <= 0
    page.click("text=客户23")
    expect(page.get_by_role("heading", name="完整沟通记录")).to_be_visible()
    assert visit.overflow() <= 0


@both_widths
def test_a_campaign_is_written_down_and_tried_dry(
    visit: Visit, transaction: Transaction, now: datetime
) -> None:
    with transaction() as tx:
        make_person(tx, login="olga", role="operator")
        for balance in (3, 8, 40):
            make_customer(tx, factors={"balance": balance, "sms_habit": True}, time_zone="Asia/Shanghai")
    visit.sign_in("olga")
    visit.go("/campaigns/")
    page = visit.page
    page.get_by_role("link", name="New campaign").click()
    page.get_by_role("link", name="Low balance, recharge bonus").click()
    assert visit.overflow() <= 0
    page.get_by_label("Name of the campaign").fill("December")
    expect(page.get_by_label("Condition", exact=True)).to_be_hidden()
    page.get_by_label("All for whom a condition holds").check()
    page.get_by_label("Condition", exact=True).press_sequentially("balance < 10")
    expect(page.locator("#people")).to_have_text("Holds for 2 people just now.")
    page.get_by_label("Control group").fill("0")
    page.get_by_role("button", name="Write it down as a draft").click()
    expect(page.locator("h1")).to_have_text("December")
    page.get_by_role("link", name="Dry run").click()
    expect(page.locator("tr[data-verdict=allowed]")).to_have_count(2)
    assert visit.overflow() <= 0
    with page.expect_download() as taken:
        page.get_by_role("button", name="CSV").click()
    assert taken.value.suggested_filename.endswith(".csv")
    page.get_by_role("link", name="Rules of contact").click()
    expect(page.locator(".hours svg").first).to_be_visible()
    assert visit.overflow() <= 0
