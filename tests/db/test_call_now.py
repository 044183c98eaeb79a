"""Click-to-call asks the same gate: the rules of the customer's place, and what was said since."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text, update
from sqlalchemy.exc import OperationalError

from bot.domain.contact import Allowed, Decision, Deferred, Denied, Reason
from bot.outreach.call_now import UnknownCustomer, may_call_now
from bot.rulebook import open_rulebook
from bot.store.models import CampaignRow
from tests.db.factories import make_attempt, make_enrolment, make_event, make_suppression, make_work_order
from tests.db.parts import NOW, Parts

NIGHT = NOW + timedelta(hours=13)


@pytest.fixture
def desk(parts: Parts) -> Parts:
    parts.rulebook = open_rulebook()
    return parts


def asked(
    desk: Parts,
    customer: int,
    purpose: str = "marketing",
    *,
    at_night: bool = False,
    at_work_order: bool = True,
) -> Decision:
    with desk.transaction() as tx:
        now = NIGHT if at_night else NOW
        return may_call_now(tx, customer, purpose, desk.outgoing, now, at_work_order=at_work_order)


def with_order(desk: Parts, **facts: Any) -> int:
    customer = desk.customer(**facts)
    with desk.transaction() as tx:
        make_work_order(tx, enrolment_id=make_enrolment(tx, customer_id=customer))
    return customer


def test_from_the_open_order_the_manager_may_call_until_the_hours_end(desk: Parts) -> None:
    assert asked(desk, with_order(desk)) == Allowed(NOW + timedelta(hours=2))


def test_whoever_calls_beside_the_open_order_waits_for_it(desk: Parts) -> None:
    decision = asked(desk, with_order(desk), at_work_order=False)
    assert decision == Deferred(Reason.WORK_ORDER_OPEN, NOW + timedelta(hours=4))


def test_at_night_nobody_is_called_and_the_hours_are_those_of_the_place(desk: Parts) -> None:
    assert asked(desk, with_order(desk), at_night=True) == Deferred(
        Reason.QUIET_HOURS, NOW + timedelta(hours=23)
    )
    new_york = {"msisdn": "+12125550001", "region": "new_york", "time_zone": "America/New_York"}
    assert isinstance(
        asked(desk, with_order(desk, **new_york), at_night=True), Allowed
    )  # ten in the morning there


@pytest.mark.parametrize(
    ("facts", "reason"),
    [({"consents": []}, Reason.NO_CONSENT), ({"status": "left"}, Reason.LEFT)],
)
def test_a_human_is_held_to_what_holds_for_all(desk: Parts, facts: dict[str, Any], reason: Reason) -> None:
    assert asked(desk, with_order(desk, **facts)) == Denied(reason)


def test_a_refusal_and_news_of_one_hold_a_human_back(desk: Parts) -> None:
    refusing, writing = with_order(desk), with_order(desk)
    with desk.transaction() as tx:
        make_suppression(tx, customer_id=refusing)
        make_event(tx, customer_id=writing)
    assert asked(desk, refusing) == Denied(Reason.SUPPRESSED)
    assert asked(desk, refusing, "service") == Denied(Reason.SUPPRESSED)
    assert asked(desk, writing) == Deferred(Reason.NEWS_WAITING, NOW + timedelta(seconds=2))


def test_a_human_keeps_the_gap_between_two_calls_as_well(desk: Parts) -> None:
    customer = with_order(desk)
    with desk.transaction() as tx:
        enrolment = make_enrolment(tx, customer_id=customer)
        at = NOW - timedelta(minutes=10)
        make_attempt(tx, enrolment_id=enrolment, channel="call", status="completed", taken_at=at)
    assert asked(desk, customer) == Deferred(Reason.MIN_GAP, NOW + timedelta(minutes=20))


def test_nobody_sells_to_a_control_customer_by_hand_while_the_campaign_lasts(desk: Parts) -> None:
    customer = desk.customer()
    with desk.transaction() as tx:
        make_enrolment(tx, customer_id=customer, arm="control")
    assert asked(desk, customer, at_work_order=False) == Denied(Reason.CONTROL_ARM)
    assert isinstance(asked(desk, customer, "service", at_work_order=False), Allowed)
    assert isinstance(asked(desk, customer), Allowed)  # the order is another campaign's
    with desk.transaction() as tx:
        tx.execute(update(CampaignRow).values(status="finished", finished_at=NOW))
    assert isinstance(asked(desk, customer, at_work_order=False), Allowed)


def test_while_one_asks_nobody_else_weighs_the_same_customer(desk: Parts, engine: Engine) -> None:
    customer = with_order(desk)
    theirs = text("SELECT id FROM customers WHERE id = :id FOR NO KEY UPDATE NOWAIT")
    with desk.transaction() as tx:
        may_call_now(tx, customer, "marketing", desk.outgoing, NOW)
        with pytest.raises(OperationalError, match="could not obtain lock"), engine.begin() as other:
            other.execute(theirs, {"id": customer})
    with engine.begin() as other:
        assert other.execute(theirs, {"id": customer}).scalar_one() == customer


def test_a_customer_that_nobody_knows_is_named(desk: Parts) -> None:
    with pytest.raises(UnknownCustomer, match="there is no customer 4711"):
        asked(desk, 4711)
