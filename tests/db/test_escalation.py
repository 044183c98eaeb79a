"""A work order finds its manager, is handled by nobody else, and tells its flow how it ended."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.domain.work_orders import Disposition
from bot.escalation.assign import assign
from bot.escalation.handling import AlreadyClosed, NotYours, UnknownWorkOrder, close, release, take
from bot.store import work_orders
from bot.store.conversation import Entry, conversation
from bot.store.models import EnrolmentRow, EventRow, WorkOrderRow
from bot.store.transaction import Transaction
from tests.db.factories import (
    make_attempt,
    make_campaign,
    make_customer,
    make_decision,
    make_enrolment,
    make_event,
    make_grant,
    make_topup,
    make_user,
    make_work_order,
)


def order_of(transaction: Transaction, order_id: int) -> WorkOrderRow:
    with transaction() as tx:
        return tx.get_one(WorkOrderRow, order_id)


def moves_of(transaction: Transaction, order_id: int) -> list[str]:
    with transaction() as tx:
        page = work_orders.page(tx, order_id)
    assert page is not None
    return [move.what for move in page.moves]


def told(transaction: Transaction) -> dict[str, Any]:
    with transaction() as tx:
        return {row.key: (row.kind, row.payload) for row in tx.query(EventRow)}


def order_for(tx: Any, **customer: Any) -> int:
    enrolment_id = make_enrolment(tx, customer_id=make_customer(tx, **customer))
    return make_work_order(tx, enrolment_id=enrolment_id)


def test_a_visit_of_a_step_opens_one_order(transaction: Transaction, now: datetime) -> None:
    with transaction() as tx:
        enrolment = tx.get_one(EnrolmentRow, make_enrolment(tx))
        facts: dict[str, Any] = {
            "enrolment_id": enrolment.id,
            "visit": 3,
            "campaign_id": enrolment.campaign_id,
            "customer_id": enrolment.customer_id,
            "queue": "retention",
            "script": "low_balance",
            "reason": "asked_for_manager",
            "priority": 1,
            "owner_id": None,
            "due_at": now + timedelta(hours=4),
            "now": now,
        }
        first = work_orders.open_order(tx, **facts)
        assert first is not None
        assert work_orders.open_order(tx, **facts) is None
        assert work_orders.open_order(tx, **(facts | {"visit": 4})) is not None
    assert moves_of(transaction, first) == ["opened"]
    row = order_of(transaction, first)
    assert (row.status, row.due_at, row.opened_at) == ("open", now + timedelta(hours=4), now)


def test_orders_go_to_the_known_manager_then_by_tier_region_and_load(
    transaction: Transaction, now: datetime
) -> None:
    with transaction() as tx:
        north = make_user(tx, tiers=["high"], regions=["Beijing"], language="zh")
        anywhere = make_user(tx, tiers=["high", "mid"], language="zh", capacity=1)
        known = make_user(tx, tiers=[], language="zh")
        make_user(tx, tiers=["high", "mid", "ordinary"], active=False)
        make_user(tx, role="operator", tiers=["high", "mid", "ordinary"])
        expected = {
            order_for(tx, tier="high", region="Beijing"): north,
            order_for(tx, tier="mid", region="Shanghai"): anywhere,
            order_for(tx, tier="mid", region="Shanghai"): None,  # `anywhere` is full by now
            order_for(tx, tier="ordinary", region="Shanghai", owner_id=known): known,
            order_for(tx, tier="ordinary", region="Shanghai"): None,
        }
    with transaction() as tx:
        assert assign(tx, now) == 3
    assert {id_: order_of(transaction, id_).owner_id for id_ in expected} == expected
    assert [moves_of(transaction, id_) for id_ in expected] == [
        ["assigned"],
        ["assigned"],
        [],
        ["assigned"],
        [],
    ]
    with transaction() as tx:
        assert assign(tx, now) == 0


def test_the_most_urgent_order_gets_the_last_free_manager(transaction: Transaction, now: datetime) -> None:
    with transaction() as tx:
        manager = make_user(tx, capacity=1)
        usual = make_work_order(tx, priority=3)
        urgent = make_work_order(tx, priority=1)
    with transaction() as tx:
        assign(tx, now)
    assert order_of(transaction, urgent).owner_id == manager
    assert order_of(transaction, usual).owner_id is None


def test_two_that_assign_at_once_fill_no_desk_beyond_its_capacity(
    transaction: Transaction, now: datetime
) -> None:
    with transaction() as tx:
        managers = [make_user(tx, capacity=3) for _ in range(2)]
        campaign_id = make_campaign(tx)
        for _ in range(12):
            make_work_order(tx, enrolment_id=make_enrolment(tx, campaign_id=campaign_id))
    barrier = threading.Barrier(4)

    def work() -> None:
        barrier.wait()
        for _ in range(6):
            with transaction() as tx:
                assign(tx, now, limit=2)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with transaction() as tx:
        desks = Counter(row.owner_id for row in tx.query(WorkOrderRow))
    assert desks == {managers[0]: 3, managers[1]: 3, None: 6}


def test_a_manager_takes_an_order_once_and_no_colleague_can(transaction: Transaction, now: datetime) -> None:
    with transaction() as tx:
        mine, colleague = make_user(tx), make_user(tx)
        order_id = make_work_order(tx)
    with transaction() as tx:
        take(tx, order_id, mine, now)
    with transaction() as tx:
        take(tx, order_id, mine, now + timedelta(hours=1))
    with transaction() as tx, pytest.raises(NotYours, match=f"work order {order_id} is not yours"):
        take(tx, order_id, colleague, now)
    row = order_of(transaction, order_id)
    assert (row.status, row.owner_id, row.taken_at) == ("in_progress", mine, now)
    assert moves_of(transaction, order_id) == ["taken"]


def test_an_order_given_back_goes_to_someone_else(transaction: Transaction, now: datetime) -> None:
    with transaction() as tx:
        first, second = make_user(tx), make_user(tx)
        order_id = make_work_order(tx)
    with transaction() as tx:
        assign(tx, now)
        assert tx.get_one(WorkOrderRow, order_id).owner_id == first
    with transaction() as tx:
        take(tx, order_id, first, now)
        release(tx, order_id, first, now, note="on leave tomorrow")
    with transaction() as tx, pytest.raises(NotYours):
        release(tx, order_id, first, now)
    with transaction() as tx:
        assign(tx, now)
    row = order_of(transaction, order_id)
    assert (row.status, row.owner_id) == ("open", second)
    assert moves_of(transaction, order_id) == ["assigned", "taken", "released", "assigned"]


def test_an_order_merely_assigned_can_be_given_back(transaction: Transaction, now: datetime) -> None:
    with transaction() as tx:
        manager = make_user(tx)
        order_id = make_work_order(tx, owner_id=manager)
        release(tx, order_id, manager, now)
    assert order_of(transaction, order_id).owner_id is None


def test_closing_tells_the_flow_once(transaction: Transaction, now: datetime) -> None:
    with transaction() as tx:
        mine, colleague = make_user(tx), make_user(tx)
        order_id = make_work_order(tx, owner_id=mine)
    with transaction() as tx, pytest.raises(NotYours):
        close(tx, order_id, colleague, Disposition.SAVED, None, now)
    with transaction() as tx:
        close(tx, order_id, mine, Disposition.SAVED, "  will recharge on Friday ", now)
    with transaction() as tx, pytest.raises(AlreadyClosed, match="closed already"):
        close(tx, order_id, mine, Disposition.REFUSED, None, now)
    with transaction() as tx, pytest.raises(AlreadyClosed):
        take(tx, order_id, mine, now)
    row = order_of(transaction, order_id)
    assert (row.status, row.disposition, row.closed_at) == ("closed", "saved", now)
    assert row.note == "will recharge on Friday"
    assert told(transaction) == {
        f"work_order:{order_id}:closed": ("work_order.closed", {"disposition": "saved"})
    }


def test_do_not_contact_is_left_for_the_register_before_the_flow_goes_on(
    transaction: Transaction, now: datetime
) -> None:
    with transaction() as tx:
        mine = make_user(tx)
        order_id = make_work_order(tx)
        close(tx, order_id, mine, Disposition.DO_NOT_CONTACT, None, now)
    assert list(told(transaction).items()) == [
        (f"work_order:{order_id}:opt_out", ("opt_out", {"source": "work_order"})),
        (f"work_order:{order_id}:closed", ("work_order.closed", {"disposition": "do_not_contact"})),
    ]
    assert order_of(transaction, order_id).owner_id == mine


def test_an_order_that_does_not_exist_is_named(transaction: Transaction, now: datetime) -> None:
    with transaction() as tx:
        user = make_user(tx)
        for move in (take, release):
            with pytest.raises(UnknownWorkOrder, match="no work order 99"):
                move(tx, 99, user, now)
        with pytest.raises(UnknownWorkOrder):
            close(tx, 99, user, Disposition.SAVED, None, now)
        assert work_orders.page(tx, 99) is None


def test_the_page_of_an_order_shows_the_customers_facts_but_not_the_number(
    transaction: Transaction, now: datetime
) -> None:
    with transaction() as tx:
        customer_id = make_customer(
            tx, msisdn="+8613812345678", name="王芳", tier="high", factors={"balance": 3.2}
        )
        campaign_id = make_campaign(tx, name="November recharge")
        order_id = make_work_order(
            tx, enrolment_id=make_enrolment(tx, campaign_id=campaign_id, customer_id=customer_id)
        )
        page = work_orders.page(tx, order_id)
    assert page is not None
    assert (page.order.number, page.order.customer_name, page.order.tier) == ("138****5678", "王芳", "high")
    assert (page.order.campaign, page.factors, page.script) == (
        "November recharge",
        {"balance": 3.2},
        "low_balance",
    )
    assert "13812345678" not in repr(page)


def test_the_whole_conversation_is_told_in_the_order_of_time(transaction: Transaction, now: datetime) -> None:
    minute = timedelta(minutes=1)
    with transaction() as tx:
        enrolment_id = make_enrolment(tx)
        customer_id = tx.get_one(EnrolmentRow, enrolment_id).customer_id
        sms = make_attempt(
            tx,
            enrolment_id=enrolment_id,
            status="delivered",
            body="王芳您好，详询13900001111",
            taken_at=now + minute,
        )
        make_decision(
            tx, attempt_id=sms, verdict="deferred", reason="quiet_hours", until=now + minute, at=now
        )
        make_decision(tx, attempt_id=sms, at=now + minute)
        make_event(
            tx, customer_id=customer_id, payload={"Body": "1"}, outcome="key:1", received_at=now + 2 * minute
        )
        make_topup(tx, customer_id, "50.00", received_at=now + 3 * minute)
        make_attempt(
            tx,
            enrolment_id=enrolment_id,
            visit=2,
            channel="call",
            step="confirm_by_call",
            status="completed",
            answered_by="human",
            duration_s=41,
            taken_at=now + 4 * minute,
        )
        make_event(
            tx,
            kind="call.key",
            enrolment_id=enrolment_id,
            payload={"Digits": "1"},
            received_at=now + 5 * minute,
        )
        make_grant(
            tx,
            enrolment_id=enrolment_id,
            status="granted",
            accepted_at=now + 2 * minute,
            qualified_at=now + 3 * minute,
            granted_at=now + 6 * minute,
            billing_ref="A1",
        )
        order_id = make_work_order(tx, enrolment_id=enrolment_id)
        user = make_user(tx, name="李经理")
        take(tx, order_id, user, now + 7 * minute)
        close(tx, order_id, user, Disposition.SAVED, "happy", now + 8 * minute)
        make_attempt(tx)  # somebody else's
        make_topup(tx, customer_id, "20.00", received_at=now - timedelta(days=30))  # before the campaign
        make_attempt(tx, enrolment_id=enrolment_id, visit=3)  # not yet sent
    with transaction() as tx:
        story = conversation(tx, enrolment_id=enrolment_id)
        assert conversation(tx, customer_id=customer_id) == story
        assert conversation(tx, enrolment_id=10**9) == []
    assert story == [
        Entry(
            now,
            "deferred",
            "inside",
            None,
            {
                "channel": "sms",
                "step": "invite_by_sms",
                "reason": "quiet_hours",
                "until": (now + minute).isoformat(),
            },
        ),
        Entry(
            now + minute,
            "sms",
            "out",
            "王芳您好，详询139****1111",
            {"status": "delivered", "step": "invite_by_sms"},
        ),
        Entry(now + 2 * minute, "reply", "in", "1", {"understood": "key:1"}),
        Entry(now + 2 * minute, "grant", "inside", None, {"status": "accepted"}),
        Entry(now + 3 * minute, "recharge", "in", None, {"amount": "50.00"}),
        Entry(now + 3 * minute, "grant", "inside", None, {"status": "qualified"}),
        Entry(
            now + 4 * minute,
            "call",
            "out",
            None,
            {"status": "completed", "step": "confirm_by_call", "answered_by": "human", "seconds": "41"},
        ),
        Entry(now + 5 * minute, "keypress", "in", "1"),
        Entry(now + 6 * minute, "grant", "inside", None, {"status": "granted", "amount": "10.00"}),
        Entry(
            now + 7 * minute,
            "work_order",
            "inside",
            None,
            {"what": "taken", "by": "李经理", "queue": "retention"},
        ),
        Entry(
            now + 8 * minute,
            "work_order",
            "inside",
            "happy",
            {"what": "closed", "by": "李经理", "queue": "retention", "disposition": "saved"},
        ),
    ]
