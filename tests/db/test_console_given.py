"""Numbers without end and NUL in what a browser hands in: an answer in words, never an error of the database."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from bot.store.models import WorkOrderMoveRow, WorkOrderRow
from bot.store.transaction import Transaction
from tests.console_app import make_app, make_person, make_readable_campaign, post, sign_in
from tests.db.factories import make_customer, make_enrolment, make_work_order

HUGE = "1" + "0" * 30
JUST_TOO_GREAT = str(2**63)
_ID = re.compile(r"<id:\w+>")


@pytest.fixture
def app(transaction: Transaction, now: datetime) -> Flask:
    return make_app(transaction, now)


@pytest.fixture
def order(transaction: Transaction) -> int:
    with transaction() as tx:
        customer = make_customer(tx)
        run = make_enrolment(tx, campaign_id=make_readable_campaign(tx), customer_id=customer)
        return make_work_order(tx, enrolment_id=run, status="in_progress", owner_id=make_person(tx, login="sue",
                               role="supervisor"))  # fmt: skip


@pytest.fixture
def client(app: Flask, order: int, transaction: Transaction) -> FlaskClient:
    client = app.test_client()
    sign_in(client, "sue")
    return client


def addresses(app: Flask) -> Iterator[tuple[str, str]]:
    for rule in app.url_map.iter_rules():
        if _ID.search(rule.rule):
            method = "POST" if "POST" in (rule.methods or ()) else "GET"
            yield method, rule.rule.replace("<any(csv, parquet):kind>", "csv")


def ask(client: FlaskClient, method: str, path: str) -> int:
    return int(
        (client.get(path) if method == "GET" else post(client, path, move="start", to="1")).status_code
    )


def test_nothing_has_an_id_that_no_database_can_hold(app: Flask, client: FlaskClient) -> None:
    asked = [
        (method, _ID.sub(number, rule))
        for number in (HUGE, JUST_TOO_GREAT)
        for method, rule in addresses(app)
    ]
    assert len(asked) >= 30
    assert {(path, ask(client, method, path)) for method, path in asked} == {(path, 404) for _, path in asked}


def test_the_greatest_id_of_an_address_fits_into_the_database(app: Flask, client: FlaskClient) -> None:
    for method, rule in addresses(app):
        path = _ID.sub("9" * 18, rule)
        assert ask(client, method, path) in (303, 403, 404), path


def test_a_page_far_beyond_the_last_is_empty(
    client: FlaskClient, transaction: Transaction, order: int
) -> None:
    with transaction() as tx:
        campaign = tx.get_one(WorkOrderRow, order).campaign_id
    for path in ("/notices/", "/team/", "/work-orders/", f"/campaigns/{campaign}/dry-run"):
        for number in (HUGE, str(10**18), JUST_TOO_GREAT):
            assert client.get(f"{path}?page={number}").status_code == 200, (path, number)


def test_an_order_is_given_to_nobody_of_an_endless_number(
    client: FlaskClient, transaction: Transaction, order: int
) -> None:
    post(client, f"/team/{order}/hand-over", to=HUGE, owner=HUGE)
    assert "Nobody of that name takes work orders." in client.get("/team/").text
    assert client.get(f"/team/?owner={HUGE}").status_code == 200
    with transaction() as tx:
        assert tx.scalars(select(WorkOrderMoveRow)).all() == []


def test_a_reason_is_kept_without_its_control_characters(
    client: FlaskClient, transaction: Transaction, order: int
) -> None:
    with transaction() as tx:
        to = make_person(tx, login="mei", role="manager")
    assert post(client, f"/team/{order}/hand-over", to=to, reason="on\x00 leave\x1b").status_code == 303
    with transaction() as tx:
        (kept,) = tx.scalars(select(WorkOrderMoveRow.note))
    assert kept is not None
    assert kept.endswith(": on leave")


FORMS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("/login", {"login": "sue\x00", "password": "\x00"}),
    ("/customers/", {"who": "a\x00b"}),
    ("/customers/", {"who": HUGE}),
    ("/campaigns/{campaign}/move", {"move": "pause", "reason": "why\x00"}),
    ("/notices/read", {"id": [HUGE, "1\x00"]}),
    ("/work-orders/{order}/own-calls", {"outcome": "completed", "minutes": HUGE}),
    ("/work-orders/{order}/close", {"disposition": "saved", "note": "paid\x00"}),
)


def test_no_field_breaks_its_page(client: FlaskClient, transaction: Transaction, order: int) -> None:
    with transaction() as tx:
        campaign = tx.get_one(WorkOrderRow, order).campaign_id
    for path, fields in FORMS:
        answer = post(client, path.format(order=order, campaign=campaign), **fields)
        assert answer.status_code < 500, (path, fields)
    for path in ("/work-orders/?queue=a%00b", "/work-orders/?status=%00", "/team/?owner=%00"):
        assert client.get(path).status_code < 500, path
    with transaction() as tx:
        closed = tx.get_one(WorkOrderRow, order)
    assert (closed.status, closed.note) == ("closed", "paid")


NEW = "/campaigns/new/low_balance_recharge"
USUAL = {"name": "December", "audience": "flow", "control_share": "10", "order": "as-is", "occasion": "once"}
#: What must be chosen for a field to be read.
CHOICES = {
    "risk_list": {"audience": "list"},
    "condition": {"audience": "condition"},
    "after": {"occasion": "after"},
    "reached": {"occasion": "after", "after": "x"},
    "again_after": {"occasion": "event", "event": "recharge"},
    "rhythm_at": {"occasion": "rhythm", "days": ["mon"]},
}
ALONE = ("name", "audience", "control_share", "starts", "ends", "order", "priority", "policy", "budget", "occasion",
         "offer.bonus", "offer.min_recharge", "offer.within")  # fmt: skip


def test_no_field_of_those_who_prepare_campaigns_breaks_its_page(
    app: Flask, transaction: Transaction, order: int
) -> None:
    with transaction() as tx:
        make_person(tx, login="olga", role="operator")
        campaign = tx.get_one(WorkOrderRow, order).campaign_id
    client = app.test_client()
    sign_in(client, "olga")
    for field in (*ALONE, *CHOICES):
        for written in (HUGE, "\x00", "1e999999", "-1", "9" * 5000):
            name = {
                "name": f"{field} is {written}"[:60]
            }  # a new one each time: one that is taken is refused first
            answer = post(client, NEW, **(USUAL | name | CHOICES.get(field, {}) | {field: written}))
            assert answer.status_code in (303, 422), (field, written[:40])
    for condition in (f"balance < {HUGE}", "tier = 'a\x00b'", "balance < 1e999", "balance > 1e-999"):
        assert post(client, "/campaigns/new/people", condition=condition).status_code == 200, condition
    policy = f"/campaigns/{campaign}/policy"
    assert post(client, policy, policy=f"priority: {HUGE}\x00", reason="why\x00").status_code == 422
    assert client.get("/campaigns/new/%00").status_code == 404
