"""Notices in the console: told in both languages, counted in the frame, and read once for everybody."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from bot.store import notices
from bot.store.models import AuditRow, NoticeRow
from bot.store.transaction import Transaction
from tests.console_app import make_app, make_person, make_readable_campaign, post, sign_in

FAILED = {"bad": 40, "all": 100, "minutes": 60, "share": "40.0%", "above": "30%"}


@pytest.fixture
def client(transaction: Transaction, now: datetime) -> FlaskClient:
    with transaction() as tx:
        make_person(tx, login="olga", name="Olga", role="operator")
    client = make_app(transaction, now).test_client()
    sign_in(client, "olga")
    return client


@pytest.fixture
def two(transaction: Transaction, now: datetime) -> list[int]:
    """A brake's and a limit's, of one campaign."""
    with transaction() as tx:
        campaign = make_readable_campaign(tx, name="December")
        notices.leave(tx, "a", "brake.carrier_errors", campaign, FAILED, now - timedelta(hours=2))
        notices.leave(tx, "b", "spend.day", campaign, {"day": "2026-11-21", "money": "800"}, now)
        return list(tx.scalars(select(NoticeRow.id).order_by(NoticeRow.id)))


def count(page: str) -> str | None:
    found = re.search(r'class="unread-count">(\d+)<', page)
    return found[1] if found else None


def test_the_frame_counts_what_nobody_has_read(client: FlaskClient, two: list[int]) -> None:
    assert count(client.get("/campaigns/").text) == "2"
    post(client, "/notices/read", id=str(two[0]))
    assert count(client.get("/campaigns/").text) == "1"
    post(client, "/notices/read", id=str(two[1]))
    assert count(client.get("/campaigns/").text) is None


def test_a_notice_names_campaign_figures_and_moment(client: FlaskClient, two: list[int]) -> None:
    page = client.get("/notices/").text
    assert "the carrier failed 40 of 100 contacts in 60 minutes (40.0%, more than 30%)" in page
    assert re.findall(r'data-notice="(\d+)"', page) == [str(two[1]), str(two[0])]
    assert page.count("<strong>December</strong>") == 2
    assert "Nov 22, 2026 00:00" in page
    post(client, "/language/zh")
    assert "被运营商判为失败" in client.get("/notices/").text


def test_what_is_read_is_read_for_all_and_says_by_whom(
    client: FlaskClient, transaction: Transaction, now: datetime, two: list[int]
) -> None:
    post(client, "/notices/read", id=[str(one) for one in two])
    assert "2 notices are marked as read." in client.get("/notices/").text
    assert "Nothing unread" in client.get("/notices/").text
    everything = client.get("/notices/?show=all").text
    assert everything.count("read by Olga on Nov 22, 2026 02:00") == 2
    post(client, "/notices/read", id=str(two[0]))  # a second click, or a second person
    with transaction() as tx:
        notes = tx.scalars(
            select(AuditRow).where(AuditRow.action == "notice.read").order_by(AuditRow.id)
        ).all()
    assert [one.subject for one in notes] == [f"notice:{one}" for one in two]
    assert all(one.user_id for one in notes)


def test_marking_all_does_not_take_a_newer_notice_along(
    client: FlaskClient, transaction: Transaction, now: datetime, two: list[int]
) -> None:
    shown = re.findall(r'name="id" value="(\d+)"', client.get("/notices/").text)
    with transaction() as tx:
        notices.leave(tx, "c", "brake.stale_data", None, {"hours": 50, "above": 48}, now)
    post(client, "/notices/read", id=shown)
    page = client.get("/notices/").text
    assert "50 hours old" in page
    assert count(page) == "1"


def test_what_is_no_notice_is_passed_over(client: FlaskClient, two: list[int]) -> None:
    assert post(client, "/notices/read", id=["x", "9" * 30, "-1", "999999"]).status_code == 303
    assert count(client.get("/notices/").text) == "2"


def test_without_notices_the_page_says_so(client: FlaskClient) -> None:
    assert "Nothing unread" in client.get("/notices/").text
    assert "No notice yet" in client.get("/notices/?show=all").text


def test_a_manager_sees_no_notices(transaction: Transaction, now: datetime, two: list[int]) -> None:
    with transaction() as tx:
        make_person(tx, login="max", role="manager")
    client = make_app(transaction, now).test_client()
    sign_in(client, "max")
    assert client.get("/notices/").status_code == 403
    assert post(client, "/notices/read", id=str(two[0])).status_code == 403
    assert "/notices/" not in client.get("/work-orders/").text
    assert client.post("/notices/read", data={"id": str(two[0])}).status_code == 400
