"""Supervisors: they see everybody's work orders, give them to others or take them over, and settle complaints."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from bot.domain.work_orders import WorkOrderStatus
from bot.escalation.handling import AlreadyClosed, UnknownWorkOrder, WorkOrderError
from bot.escalation.supervision import NobodyToTakeIt, hand_over, settle_complaint
from bot.store.models import AuditRow, CustomerRow, EventRow, WorkOrderMoveRow, WorkOrderRow
from bot.store.transaction import Transaction
from tests.console_app import make_app, make_person, make_readable_campaign, post, sign_in
from tests.db.factories import make_customer, make_enrolment, make_work_order
from tests.db.parts import Parts


class Staff:
    """A supervisor, two managers, one who has left, and an order that is one of the managers' work."""

    def __init__(self, transaction: Transaction, now: datetime) -> None:
        with transaction() as tx:
            self.sue = make_person(tx, login="sue", name="Sue", role="supervisor")
            self.mei = make_person(tx, login="mei", name="Mei", role="manager")
            self.max = make_person(tx, login="max", name="Max", role="manager")
            self.gone = make_person(tx, login="gone", name="Gone", role="manager", active=False)
            self.customer = make_customer(tx, name="客户甲", complaint_open=True)
            enrolment = make_enrolment(
                tx, campaign_id=make_readable_campaign(tx, name="December"), customer_id=self.customer
            )
            self.order = make_work_order(
                tx,
                enrolment_id=enrolment,
                owner_id=self.mei,
                status="in_progress",
                due_at=now - timedelta(hours=1),
            )


@pytest.fixture
def staff(transaction: Transaction, now: datetime) -> Staff:
    return Staff(transaction, now)


@pytest.fixture
def client(transaction: Transaction, now: datetime, staff: Staff) -> FlaskClient:
    client = make_app(transaction, now).test_client()
    sign_in(client, "sue")
    return client


def order(transaction: Transaction, staff: Staff) -> WorkOrderRow:
    with transaction() as tx:
        return tx.get_one(WorkOrderRow, staff.order)


def test_the_page_tells_what_lies_on_whose_desk(client: FlaskClient, staff: Staff) -> None:
    page = client.get("/team/").text
    rows = re.findall(r'data-manager="(\d+)">.*?</a></td><td class="num">(\d+)</td><td[^>]*>(\d+)</td>', page)
    assert rows == [(str(staff.max), "0", "0"), (str(staff.mei), "1", "1")]
    assert "客户甲" in page
    assert not re.search(r"138\d{8}", page)
    assert "客户甲" not in client.get(f"/team/?owner={staff.max}").text
    assert "客户甲" in client.get(f"/team/?owner={staff.mei}").text


def test_a_supervisor_gives_an_order_to_another_manager_with_a_word_why(
    client: FlaskClient, transaction: Transaction, staff: Staff
) -> None:
    post(client, f"/team/{staff.order}/hand-over", to=str(staff.max), reason="Mei is ill")
    assert "The work order is with Max now." in client.get("/team/").text
    after = order(transaction, staff)
    assert (after.owner_id, after.status) == (staff.max, "open")
    with transaction() as tx:
        move = tx.scalars(select(WorkOrderMoveRow).where(WorkOrderMoveRow.what == "assigned")).one()
        note = tx.scalars(select(AuditRow).where(AuditRow.action == "work_order.hand_over")).one()
    assert (move.user_id, move.note) == (staff.max, "Sue: Mei is ill")
    assert (note.user_id, note.before, note.after) == (
        staff.sue,
        {"status": "in_progress", "owner_id": staff.mei},
        {"owner_id": staff.max},
    )


def test_a_supervisor_takes_an_order_over_and_closes_it(
    client: FlaskClient, transaction: Transaction, staff: Staff
) -> None:
    answer = post(client, f"/team/{staff.order}/hand-over", to=str(staff.sue))
    assert answer.headers["Location"] == f"/work-orders/{staff.order}"
    post(client, f"/work-orders/{staff.order}/close", disposition="saved", note="spoke with the customer")
    after = order(transaction, staff)
    assert (after.status, after.owner_id, after.disposition) == ("closed", staff.sue, "saved")


def test_an_order_goes_to_nobody_who_takes_none(
    client: FlaskClient, transaction: Transaction, now: datetime, staff: Staff
) -> None:
    with transaction() as tx:
        operator = make_person(tx, login="olga", role="operator")
    for to in (staff.gone, operator, 999_999):
        with transaction() as tx, pytest.raises(NobodyToTakeIt):
            hand_over(tx, staff.order, to, staff.sue, now)
    post(client, f"/team/{staff.order}/hand-over", to="x")
    assert "Nobody of that name takes work orders." in client.get("/team/").text
    assert order(transaction, staff).owner_id == staff.mei


def test_what_is_closed_or_unknown_stays_so(transaction: Transaction, now: datetime, staff: Staff) -> None:
    with transaction() as tx:
        hand_over(tx, staff.order, staff.mei, staff.sue, now)  # hers already: nothing happens
        assert not tx.scalars(select(WorkOrderMoveRow).where(WorkOrderMoveRow.what == "assigned")).all()
        closed = tx.get_one(WorkOrderRow, staff.order)
        closed.status, closed.disposition, closed.closed_at = WorkOrderStatus.CLOSED.value, "saved", now
    with transaction() as tx, pytest.raises(AlreadyClosed):
        hand_over(tx, staff.order, staff.max, staff.sue, now)
    with transaction() as tx, pytest.raises(UnknownWorkOrder):
        hand_over(tx, 999_999, staff.max, staff.sue, now)


def test_a_manager_neither_hands_over_nor_settles(
    transaction: Transaction, now: datetime, staff: Staff
) -> None:
    client = make_app(transaction, now).test_client()
    sign_in(client, "mei")
    assert client.get("/team/").status_code == 403
    assert post(client, f"/team/{staff.order}/hand-over", to=str(staff.max)).status_code == 403
    assert post(client, f"/team/complaints/{staff.customer}").status_code == 403
    with transaction() as tx, pytest.raises(WorkOrderError, match="a supervisor's to do"):
        hand_over(tx, staff.order, staff.max, staff.mei, now)
    with transaction() as tx, pytest.raises(WorkOrderError, match="a supervisor's to do"):
        settle_complaint(tx, staff.customer, staff.mei, now)


def test_a_settled_complaint_lets_marketing_go_on_once_it_is_read(
    client: FlaskClient, transaction: Transaction, now: datetime, staff: Staff
) -> None:
    page = client.get(f"/customers/{staff.customer}").text
    assert f'action="/team/complaints/{staff.customer}"' in page
    assert post(client, f"/team/complaints/{staff.customer}").status_code == 303
    assert post(client, "/team/complaints/999999").status_code == 404
    Parts(transaction).inbound.process_waiting(now)
    with transaction() as tx:
        assert tx.get_one(CustomerRow, staff.customer).complaint_open is False
        assert tx.scalars(select(EventRow.outcome)).all()
        settled = tx.scalars(select(AuditRow).where(AuditRow.action == "complaint.settle")).one()
    assert (settled.user_id, settled.subject) == (staff.sue, f"customer:{staff.customer}")
    assert "/team/complaints/" not in client.get(f"/customers/{staff.customer}").text


def test_a_supervisor_watches_and_approves_but_does_not_run_campaigns(
    client: FlaskClient, transaction: Transaction
) -> None:
    with transaction() as tx:
        author = make_person(tx, login="otto", role="operator")
        policy = {"approval": {"needed": True}}
        checked = make_readable_campaign(
            tx, status="checked", author_id=author, policy=policy, started_at=None
        )
        running = make_readable_campaign(tx)
    buttons = re.compile(r'name="move" value="(\w+)"')
    assert buttons.findall(client.get(f"/campaigns/{checked}").text) == ["approve"]
    assert buttons.findall(client.get(f"/campaigns/{running}").text) == []
    post(client, f"/campaigns/{running}/move", move="pause")
    assert "supervisors may not pause a campaign" in client.get(f"/campaigns/{running}").text
    assert client.get("/work-orders/?status=all").text.count("data-order=") == 1
    assert "New campaign" not in client.get("/campaigns/").text
