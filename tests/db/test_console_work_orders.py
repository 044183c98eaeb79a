"""The work orders' pages: who sees which, who may call whom, and that every move is written down."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import product

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

import console.work_orders
from bot.channels.twiml import Ask, Say, Tell, render
from bot.store import desk, work_orders
from bot.store.desk import Filter, Viewer
from bot.store.models import AuditRow, EventRow, WorkOrderRow
from bot.store.transaction import Transaction
from tests.console_app import make_app, make_person, make_readable_campaign, post, sign_in
from tests.db.factories import (
    make_attempt,
    make_customer,
    make_decision,
    make_enrolment,
    make_event,
    make_grant,
    make_topup,
    make_work_order,
)

NUMBER, MASKED = "+8613812345678", "138****5678"


@pytest.fixture
def people(transaction: Transaction) -> dict[str, int]:
    with transaction() as tx:
        return {
            "olga": make_person(tx, login="olga", role="operator"),
            "mei": make_person(tx, login="mei", name="Mei", tiers=["high"]),
            "jun": make_person(tx, login="jun", name="Jun", tiers=["high", "mid"]),
        }


@pytest.fixture
def order(transaction: Transaction, people: dict[str, int], now: datetime) -> int:
    """Mei's, of a customer who has been written to, called and recharged."""
    with transaction() as tx:
        customer = make_customer(tx, name="赵静", msisdn=NUMBER, tier="high", factors={"balance": 4.2})
        enrolment = make_enrolment(
            tx,
            campaign_id=make_readable_campaign(tx),
            customer_id=customer,
            enrolled_at=now - timedelta(hours=8),
        )
        owned = {"customer_id": customer, "enrolment_id": enrolment}
        sms = make_attempt(
            tx,
            enrolment_id=enrolment,
            status="delivered",
            body="您好，回1参加",
            carrier_sid="SM1",
            taken_at=now - timedelta(hours=5),
        )
        make_decision(
            tx,
            attempt_id=sms,
            verdict="deferred",
            reason="quiet_hours",
            until=now,
            at=now - timedelta(hours=6),
        )
        make_event(
            tx, **owned, payload={"Body": f"call me on {NUMBER}"}, received_at=now - timedelta(hours=4)
        )
        call = make_attempt(
            tx,
            enrolment_id=enrolment,
            channel="call",
            step="invite_by_call",
            visit=2,
            status="completed",
            answered_by="human",
            duration_s=65,
            carrier_sid="CA1",
            taken_at=now - timedelta(hours=3),
        )
        answered = render(Ask((Say("参加请按1，转接客户经理请按2"),), "zh", 1, "/key"))
        pressed = render(Tell("客户经理会尽快与您联系", "zh"))
        at = now - timedelta(hours=3) + timedelta(seconds=5)
        make_event(
            tx, **owned, kind="call.answer", attempt_id=call, payload={"twiml": answered}, received_at=at
        )
        make_event(
            tx,
            **owned,
            kind="call.key",
            attempt_id=call,
            payload={"Digits": "2", "turn": 1, "twiml": pressed},
            received_at=at,  # a rehearsal's clock may stand still for a whole call
        )
        make_topup(tx, customer, "50.00", received_at=now - timedelta(hours=2), enrolment_id=enrolment)
        make_grant(
            tx,
            enrolment_id=enrolment,
            status="granted",
            granted_at=now - timedelta(hours=1),
            billing_ref="B1",
            due_at=None,
        )
        return make_work_order(tx, enrolment_id=enrolment, owner_id=people["mei"], reason="reply 2")


@pytest.fixture
def client(transaction: Transaction, now: datetime) -> FlaskClient:
    return make_app(transaction, now).test_client()


def test_the_page_tells_the_whole_story_in_order(client: FlaskClient, order: int) -> None:
    sign_in(client, "mei")
    page = client.get(f"/work-orders/{order}").text
    story = [
        "Put off until Nov 22, 2026 10:00: Quiet hours",
        "您好，回1参加",
        f"call me on {MASKED}",
        "Invitation by call",
        "1:05",
        "参加请按1，转接客户经理请按2",
        "pressed 2",
        "客户经理会尽快与您联系",
        "Recharged CN¥50.00",
        "Bonus credited: CN¥10.00",
    ]
    places = [page.find(words) for words in story]
    assert -1 not in places, dict(zip(story, places, strict=True))
    assert places == sorted(places)
    assert "Answered the message with “2”" in page
    assert "Recharge CN¥50.00 within 7 days and get CN¥10.00." in page
    assert "CN¥4.20" in page


def test_a_customer_picked_out_by_a_rule_is_shown_with_the_rule(
    client: FlaskClient, transaction: Transaction
) -> None:
    with transaction() as tx:
        make_person(tx, login="olga", role="operator")
        enrolment = make_enrolment(tx, campaign_id=make_readable_campaign(tx))
        order = make_work_order(tx, enrolment_id=enrolment, reason="when 1")
    sign_in(client, "olga")
    page = client.get(f"/work-orders/{order}").text
    assert "Picked out by a rule of the flow" in page
    assert "<code>tier = &#39;high&#39; and arpu &gt;= 100</code>" in page


def test_a_number_is_masked_until_the_owner_asks_for_it_and_that_is_written_down(
    client: FlaskClient, transaction: Transaction, order: int, people: dict[str, int]
) -> None:
    sign_in(client, "mei")
    page = client.get(f"/work-orders/{order}").text
    assert MASKED in page
    assert NUMBER not in page
    assert NUMBER in post(client, f"/work-orders/{order}/number").text
    with transaction() as tx:
        shown = tx.scalars(select(AuditRow).where(AuditRow.action == "number.show")).one()
    assert (shown.user_id, shown.subject, shown.after) == (
        people["mei"],
        f"work_order:{order}",
        {"number": MASKED},
    )


def test_an_operator_reads_the_order_but_never_the_number(client: FlaskClient, order: int) -> None:
    sign_in(client, "olga")
    assert client.get(f"/work-orders/{order}").status_code == 200
    assert post(client, f"/work-orders/{order}/number").status_code == 403


def test_another_managers_order_does_not_exist(client: FlaskClient, order: int) -> None:
    sign_in(client, "jun")
    assert client.get(f"/work-orders/{order}").status_code == 404
    for move in ("take", "release", "close", "number"):
        assert post(client, f"/work-orders/{order}/{move}", disposition="saved").status_code == 404
    assert "赵静" not in client.get("/work-orders/?status=all").text


def test_taking_releasing_and_closing_leave_their_traces(
    client: FlaskClient, transaction: Transaction, order: int, people: dict[str, int]
) -> None:
    sign_in(client, "mei")
    post(client, f"/work-orders/{order}/take")
    post(client, f"/work-orders/{order}/release")
    post(client, f"/work-orders/{order}/take")
    post(client, f"/work-orders/{order}/close", disposition="saved", note=" stays ")
    with transaction() as tx:
        row = tx.get_one(WorkOrderRow, order)
        actions = tx.scalars(select(AuditRow.action).order_by(AuditRow.id)).all()
        told = tx.scalars(select(EventRow).where(EventRow.kind == "work_order.closed")).one()
    assert (row.status, row.disposition, row.note, row.owner_id) == (
        "closed",
        "saved",
        "stays",
        people["mei"],
    )
    assert actions == [
        "user.sign_in",
        "work_order.take",
        "work_order.release",
        "work_order.take",
        "work_order.close",
    ]
    assert told.payload == {"disposition": "saved"}
    assert post(client, f"/work-orders/{order}/number").status_code == 403


def test_closing_needs_an_outcome(client: FlaskClient, transaction: Transaction, order: int) -> None:
    sign_in(client, "mei")
    for outcome in ("", "nonsense"):
        post(client, f"/work-orders/{order}/close", disposition=outcome)
    assert "Choose how it ended." in client.get("/work-orders/").text
    with transaction() as tx:
        assert tx.get_one(WorkOrderRow, order).status == "open"


def test_what_a_customer_writes_is_text_and_never_markup(
    client: FlaskClient, transaction: Transaction, order: int
) -> None:
    with transaction() as tx:
        row = tx.get_one(WorkOrderRow, order)
        make_event(
            tx,
            customer_id=row.customer_id,
            enrolment_id=row.enrolment_id,
            payload={"Body": "<script>alert(1)</script>"},
        )
    sign_in(client, "mei")
    page = client.get(f"/work-orders/{order}").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


@pytest.mark.parametrize(
    ("status", "button", "said"),
    [
        ("open", "release", "Somebody else has it now."),
        ("closed", "take", "Somebody has closed it already."),
        ("closed", "close", "Somebody has closed it already."),
    ],
)
def test_who_comes_too_late_is_told_so_and_changes_nothing(
    client: FlaskClient,
    transaction: Transaction,
    people: dict[str, int],
    now: datetime,
    status: str,
    button: str,
    said: str,
) -> None:
    """The page was loaded before somebody else moved the order."""
    with transaction() as tx:
        enrolment = make_enrolment(tx, customer_id=make_customer(tx, tier="mid"))
        ended = {"disposition": "saved", "closed_at": now} if status == "closed" else {}
        late = make_work_order(tx, enrolment_id=enrolment, status=status, **ended)
    sign_in(client, "jun")
    answer = post(client, f"/work-orders/{late}/{button}", disposition="saved")
    assert (answer.status_code, answer.location) == (302, "/work-orders/")
    assert said in client.get("/work-orders/").text
    with transaction() as tx:
        assert tx.get_one(WorkOrderRow, late).status == status
        assert tx.scalars(select(AuditRow).where(AuditRow.action.like("work_order.%"))).all() == []


def test_the_list_shows_open_ones_by_urgency_and_what_is_overdue(
    client: FlaskClient, transaction: Transaction, people: dict[str, int], now: datetime
) -> None:
    with transaction() as tx:
        campaign_id = make_readable_campaign(tx)
        for name, hours in (("later", 5), ("late", -1), ("soon", 1)):
            enrolment = make_enrolment(
                tx, campaign_id=campaign_id, customer_id=make_customer(tx, name=name, tier="mid")
            )
            make_work_order(tx, enrolment_id=enrolment, due_at=now + timedelta(hours=hours))
    sign_in(client, "jun")
    page = client.get("/work-orders/").text
    assert page.index("late</strong>") < page.index("soon</strong>") < page.index("later</strong>")
    assert "overdue by 60 minutes" in page or "overdue by 1 hour" in page
    assert "3 to be done, 1 overdue" in page
    assert "No work order here" in client.get("/work-orders/?mine=1").text
    assert client.get("/work-orders/?status=nonsense").status_code == 404


def test_the_pages_of_a_list_lead_to_each_other_and_keep_what_was_asked_for(
    client: FlaskClient,
    transaction: Transaction,
    people: dict[str, int],
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(console.work_orders, "PAGE", 1)
    with transaction() as tx:
        for hours in (1, 2, 3):
            make_work_order(tx, owner_id=people["jun"], due_at=now + timedelta(hours=hours))
    sign_in(client, "jun")
    at = "/work-orders/?status=open&amp;mine=1&amp;page="
    linked = [
        [number for number in (0, 1, 2, 3, 4) if f'href="{at}{number}"' in client.get(url).text]
        for url in (f"/work-orders/?mine=1&page={number}" for number in (1, 2, 3))
    ]
    assert linked == [[2], [1, 3], [2]]


def test_the_rule_of_who_sees_an_order_is_the_same_in_sql_and_in_python(
    transaction: Transaction, people: dict[str, int], now: datetime
) -> None:
    viewers = [
        Viewer(people["olga"], (), sees_all=True),
        Viewer(people["mei"], ("high",), sees_all=False),
        Viewer(people["jun"], ("high", "mid"), sees_all=False),
        Viewer(people["jun"], (), sees_all=False),
    ]
    with transaction() as tx:
        for tier, owner in product(("high", "mid", "ordinary"), (None, people["mei"], people["jun"])):
            enrolment = make_enrolment(tx, customer_id=make_customer(tx, tier=tier))
            make_work_order(tx, enrolment_id=enrolment, owner_id=owner)
        every = desk.orders(tx, viewers[0], Filter(), limit=50)
        assert len(every) == 9
        for viewer in viewers:
            seen = {one.id for one in desk.orders(tx, viewer, Filter(), limit=50)}
            assert seen == {one.id for one in every if viewer.may_see(one)}
            assert sum(desk.counts(tx, viewer, now).by_status.values()) == len(seen)


def test_a_listed_order_is_the_same_in_the_list_and_on_its_page(transaction: Transaction, order: int) -> None:
    with transaction() as tx:
        (listed,) = desk.orders(tx, Viewer(0, (), sees_all=True), Filter(), limit=50)
        page = work_orders.page(tx, order)
    assert page is not None
    assert page.order == listed
