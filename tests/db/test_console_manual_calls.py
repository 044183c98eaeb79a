"""The call button on a work order: who gets it, what it says, and what is written down."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from bot.bell import Queue
from bot.store.models import AuditRow, ManualCallRow, UserRow, WorkOrderRow
from bot.store.transaction import Transaction
from console import wiring
from tests.console_app import make_app, make_person, make_readable_campaign, post, sign_in
from tests.db.factories import make_customer, make_enrolment, make_suppression, make_work_order
from tests.fakes import FakeBell

PHONE = "+8613900000001"


@pytest.fixture
def people(transaction: Transaction) -> dict[str, int]:
    tiers = ["high"]
    with transaction() as tx:
        return {
            "mei": make_person(tx, login="mei", name="Mei", tiers=tiers, phone=PHONE),
            "jun": make_person(tx, login="jun", name="Jun", tiers=tiers, phone="+8613900000002"),
            "olga": make_person(tx, login="olga", role="operator", phone="+8613900000003"),
            "sun": make_person(tx, login="sun", role="supervisor", phone="+8613900000004"),
        }


@pytest.fixture
def order(transaction: Transaction, people: dict[str, int]) -> int:
    with transaction() as tx:
        customer = make_customer(tx, name="赵静", tier="high")
        run = make_enrolment(tx, campaign_id=make_readable_campaign(tx), customer_id=customer)
        return make_work_order(tx, enrolment_id=run, owner_id=people["mei"], reason="reply 2")


@pytest.fixture
def app(transaction: Transaction, now: datetime) -> Flask:
    return make_app(transaction, now)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def calls(transaction: Transaction) -> list[ManualCallRow]:
    with transaction() as tx:
        return list(tx.scalars(select(ManualCallRow)))


def test_the_owner_presses_call_and_the_page_shows_what_happens(
    client: FlaskClient, transaction: Transaction, order: int
) -> None:
    sign_in(client, "mei")
    page = client.get(f"/work-orders/{order}").text
    assert "Call now" in page
    assert "139****0001" in page
    assert PHONE not in page
    assert post(client, f"/work-orders/{order}/calls").status_code == 302
    (call,) = calls(transaction)
    assert (call.status, call.purpose) == ("due", "service")
    page = client.get(f"/work-orders/{order}").text
    assert "Your phone rings in a moment" in page
    assert 'hx-trigger="every 2s"' in page
    assert "Call now" not in page
    with transaction() as tx:
        tx.execute(update(ManualCallRow).values(status="dialling", taken_at=call.asked_at))
    part = client.get(f"/work-orders/{order}/calls").text
    assert "phone is ringing" in part
    assert "<html" not in part


def test_after_the_call_its_length_is_shown_and_the_end_of_the_order_is_asked_for(
    client: FlaskClient, transaction: Transaction, order: int, now: datetime
) -> None:
    sign_in(client, "mei")
    post(client, f"/work-orders/{order}/calls")
    facts = {"status": "completed", "taken_at": now, "duration_s": 75, "ended_at": now}
    with transaction() as tx:
        tx.execute(update(ManualCallRow).values(**facts))
    page = client.get(f"/work-orders/{order}").text
    assert "Say how it ended" in page
    assert "Talked with the customer" in page
    assert page.count("1:15") == 2  # in the panel, and in the conversation
    assert "every 2s" not in page
    with transaction() as tx:
        tx.execute(update(ManualCallRow).values(status="no_answer", duration_s=None))
    assert 'value="not_reached" required checked' in client.get(f"/work-orders/{order}").text


def test_the_bell_rings_after_the_commit(app: Flask, client: FlaskClient, order: int) -> None:
    bell = FakeBell()
    app.extensions[wiring._BELL] = bell
    sign_in(client, "mei")
    post(client, f"/work-orders/{order}/calls")
    assert bell.rung == [Queue.CALLS]


def test_a_refusal_is_told_in_words_and_stored(
    client: FlaskClient, transaction: Transaction, order: int
) -> None:
    with transaction() as tx:
        make_suppression(tx, customer_id=tx.get_one(WorkOrderRow, order).customer_id)
    sign_in(client, "mei")
    post(client, f"/work-orders/{order}/calls")
    assert "This customer may not be called: Has opted out." in client.get(f"/work-orders/{order}").text
    (call,) = calls(transaction)
    assert (call.status, call.reason) == ("refused", "suppressed")
    with transaction() as tx:
        (audit,) = tx.scalars(select(AuditRow).where(AuditRow.action == "work_order.call"))
    assert audit.after == {"verdict": "denied", "reason": "suppressed"}


@pytest.mark.parametrize(
    ("reason", "language", "words"),
    [
        ("suppressed", "en", "The customer has refused meanwhile: the call was taken back"),
        ("suppressed", "zh", "客户其间已拒绝联系：呼叫已撤回"),
        ("marked_never", "en", "Not permitted any more: "),
        ("marked_never", "zh", "不再允许："),
    ],
)
def test_a_call_that_a_refusal_took_back_says_why(
    client: FlaskClient,
    transaction: Transaction,
    order: int,
    now: datetime,
    reason: str,
    language: str,
    words: str,
) -> None:
    with transaction() as tx:
        tx.execute(update(UserRow).values(language=language))
    sign_in(client, "mei")
    post(client, f"/work-orders/{order}/calls")
    facts = {"status": "taken_back", "verdict": "denied", "reason": reason, "ended_at": now}
    with transaction() as tx:
        tx.execute(update(ManualCallRow).values(**facts))
    page = client.get(f"/work-orders/{order}").text
    assert page.count(words) == 2  # in the panel, and in the conversation
    assert "every 2s" not in page


def test_who_neither_owns_the_order_nor_may_settle_it_gets_403(
    client: FlaskClient, transaction: Transaction, order: int
) -> None:
    sign_in(client, "olga")  # an operator sees every order
    assert "Call now" not in client.get(f"/work-orders/{order}").text
    assert post(client, f"/work-orders/{order}/calls").status_code == 403
    assert post(client, f"/work-orders/{order}/own-calls", outcome="completed").status_code == 403
    assert calls(transaction) == []


def test_another_managers_order_is_not_there_and_nobodys_is_to_be_taken_first(
    client: FlaskClient, transaction: Transaction, order: int
) -> None:
    sign_in(client, "jun")
    assert post(client, f"/work-orders/{order}/calls").status_code == 404
    with transaction() as tx:
        tx.execute(update(WorkOrderRow).values(owner_id=None))
    assert post(client, f"/work-orders/{order}/calls").status_code == 403
    assert calls(transaction) == []


def test_a_supervisor_may_call_for_the_owner(
    client: FlaskClient, transaction: Transaction, people: dict[str, int], order: int
) -> None:
    sign_in(client, "sun")
    post(client, f"/work-orders/{order}/calls")
    assert [call.user_id for call in calls(transaction)] == [people["sun"]]


def test_without_a_phone_on_file_the_page_says_so(
    client: FlaskClient, transaction: Transaction, order: int
) -> None:
    with transaction() as tx:
        tx.execute(update(UserRow).values(phone=None))
    sign_in(client, "mei")
    page = client.get(f"/work-orders/{order}").text
    assert "No phone of yours is on file" in page
    assert "Call now" not in page
    post(client, f"/work-orders/{order}/calls")
    assert calls(transaction) == []


def test_a_closed_order_calls_nobody(client: FlaskClient, transaction: Transaction, order: int) -> None:
    with transaction() as tx:
        closed = {
            "status": "closed",
            "disposition": "saved",
            "closed_at": tx.get_one(WorkOrderRow, order).due_at,
        }
        tx.execute(update(WorkOrderRow).values(**closed))
    sign_in(client, "mei")
    assert post(client, f"/work-orders/{order}/calls").status_code == 403
    assert "Call now" not in client.get(f"/work-orders/{order}").text


def test_a_call_from_ones_own_phone_is_written_down_with_a_warning_where_it_was_not_permitted(
    client: FlaskClient, transaction: Transaction, order: int, now: datetime
) -> None:
    sign_in(client, "mei")
    post(client, f"/work-orders/{order}/own-calls", outcome="completed", minutes="3")
    assert "Written down. It counts like any other call." in client.get(f"/work-orders/{order}").text
    (call,) = calls(transaction)
    assert (call.way, call.duration_s, call.taken_at) == ("own_phone", 180, now)
    post(client, f"/work-orders/{order}/own-calls", outcome="no_answer", minutes="")
    page = client.get(f"/work-orders/{order}").text
    assert "But it was not permitted. Not now: Too soon after the last contact." in page
    assert len(calls(transaction)) == 2


def test_a_second_click_writes_nothing_down(
    client: FlaskClient, transaction: Transaction, order: int
) -> None:
    sign_in(client, "mei")
    for _ in range(2):
        post(client, f"/work-orders/{order}/own-calls", outcome="completed", minutes="3")
    assert "It is written down already, and counts once." in client.get(f"/work-orders/{order}").text
    assert len(calls(transaction)) == 1
    with transaction() as tx:
        assert len(tx.scalars(select(AuditRow).where(AuditRow.action == "work_order.own_call")).all()) == 1


@pytest.mark.parametrize("outcome", ["", "dialling", "due", "refused"])
def test_only_what_can_have_come_of_it_is_written_down(
    client: FlaskClient, transaction: Transaction, order: int, outcome: str
) -> None:
    sign_in(client, "mei")
    post(client, f"/work-orders/{order}/own-calls", outcome=outcome)
    assert calls(transaction) == []


def test_an_hour_of_talking_is_shown_as_it_goes_on(
    client: FlaskClient, transaction: Transaction, order: int, now: datetime
) -> None:
    sign_in(client, "mei")
    post(client, f"/work-orders/{order}/calls")
    since = {"status": "connected", "taken_at": now, "connected_at": now - timedelta(minutes=2, seconds=5)}
    with transaction() as tx:
        tx.execute(update(ManualCallRow).values(**since))
    part = client.get(f"/work-orders/{order}/calls").text
    assert "Connected with the customer" in part
    assert "2:05" in part
