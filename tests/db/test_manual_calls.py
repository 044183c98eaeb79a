"""Click-to-call, from the wish to the manager's phone: asked of the gate, and rung once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from bot.channels.errors import Rejected, SendError, Unavailable
from bot.domain.contact import Allowed, Decision, Deferred, Denied, Reason
from bot.domain.manual_calls import STALE
from bot.outreach.manual_calls import CallUnderWay, NoPhone, OrderClosed
from bot.outreach.outgoing import CALL_SILENCE
from bot.store.models import CampaignRow, UserRow, WorkOrderRow
from bot.store.pending import pending
from tests.db.click_to_call import MINUTE, PHONE, Desk, S, numbers_in
from tests.db.factories import (
    make_enrolment,
    make_suppression,
    make_work_order,
)
from tests.db.parts import NOW
from tests.fakes import FakePacing, FakeVoice, Lost


def test_a_permitted_call_is_due_and_stored_with_the_answer(desk: Desk) -> None:
    assert isinstance(desk.ask(), Allowed)
    call = desk.call
    assert (call.status, call.verdict, call.reason, call.purpose) == (S.DUE, "allowed", None, "marketing")
    assert (call.user_id, call.customer_id, call.taken_at, call.ended_at) == (
        desk.manager,
        desk.customer,
        None,
        None,
    )
    with desk.parts.transaction() as tx:
        assert "manual_calls" in pending(tx, NOW).due


def test_a_suppressed_customer_is_refused_and_the_refusal_is_stored(desk: Desk) -> None:
    with desk.parts.transaction() as tx:
        make_suppression(tx, customer_id=desk.customer)
    assert desk.ask() == Denied(Reason.SUPPRESSED)
    call = desk.call
    assert (call.status, call.verdict, call.reason) == (S.REFUSED, "denied", "suppressed")
    assert (call.ended_at, call.taken_at) == (NOW, None)
    desk.parts.manager_calls.ring_due(NOW)
    assert desk.parts.voice.sent == []


def test_at_night_the_hour_from_which_on_it_is_permitted_is_stored(desk: Desk) -> None:
    night = NOW + timedelta(hours=13)
    decision = desk.ask(night)
    assert decision == Deferred(Reason.QUIET_HOURS, NOW + timedelta(hours=23))
    assert (desk.call.verdict, desk.call.until) == ("deferred", NOW + timedelta(hours=23))


def test_of_two_clicks_at_once_one_makes_the_call(desk: Desk) -> None:
    start = threading.Barrier(2)

    def click(_: int) -> str:
        start.wait(timeout=10)
        try:
            return type(desk.ask()).__name__
        except CallUnderWay:
            return "under way"

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(click, range(2)))
    assert answers == ["Allowed", "under way"]
    desk.ring()
    assert len(desk.parts.voice.sent) == 1


def test_a_manager_calls_one_customer_at_a_time(desk: Desk) -> None:
    desk.ask()
    other = desk.parts.customer()
    with desk.parts.transaction() as tx:
        run = make_enrolment(tx, campaign_id=desk.parts.campaign(name="another"), customer_id=other)
        order = make_work_order(tx, enrolment_id=run, owner_id=desk.manager)
    with pytest.raises(CallUnderWay), desk.parts.transaction() as tx:
        desk.parts.call_desk.ask(tx, order, desk.manager, NOW)


def test_without_a_phone_or_an_open_order_nobody_is_asked(desk: Desk) -> None:
    with desk.parts.transaction() as tx:
        tx.execute(update(UserRow).values(phone=None))
    with pytest.raises(NoPhone):
        desk.ask()
    with desk.parts.transaction() as tx:
        tx.execute(update(UserRow).values(phone=PHONE))
        facts = {"status": "closed", "disposition": "saved", "closed_at": NOW}
        tx.execute(update(WorkOrderRow).values(**facts))
    with pytest.raises(OrderClosed):
        desk.ask()
    assert desk.calls == []


def test_the_managers_own_phone_is_rung_once_and_the_customer_is_not_counted_yet(desk: Desk) -> None:
    desk.ask()
    desk.ring()
    desk.parts.manager_calls.ring_due(NOW)
    (sent,) = desk.parts.voice.sent
    assert (sent.to, sent.sender) == (PHONE, "+861095000")
    call = desk.call
    assert (call.status, call.taken_at, call.lease_until) == (S.RINGING, None, NOW + CALL_SILENCE)
    assert call.carrier_sid == desk.parts.voice.books[0].sid


@pytest.mark.parametrize(
    ("answer", "status", "ended"),
    [
        (Rejected("21211"), S.FAILED, True),
        (Unavailable("20429", retry_after=timedelta(seconds=30)), S.DUE, False),
        (Lost(), S.UNCONFIRMED, False),
    ],
)
def test_each_error_means_what_it_means_for_every_send(
    desk: Desk, answer: SendError, status: S, ended: bool
) -> None:
    desk.parts.voice = FakeVoice(answer)
    desk.ask()
    desk.ring()
    call = desk.call
    assert (call.status, call.ended_at is not None, call.error_code) == (status, ended, answer.code)


def test_what_comes_too_late_or_from_a_closed_order_is_not_rung(desk: Desk) -> None:
    desk.ask()
    desk.ring(NOW + STALE + MINUTE)
    assert (desk.call.status, desk.call.error_code) == (S.FAILED, "too_late")
    assert desk.parts.voice.sent == []


def test_the_pace_of_all_calls_holds_for_these(desk: Desk) -> None:
    desk.parts.pacing = FakePacing(0)
    desk.ask()
    desk.ring()
    assert desk.call.status == S.DUE
    assert desk.parts.voice.sent == []


@pytest.mark.parametrize(
    ("rules", "answer"),
    [
        (
            {"caps": [{"never": True, "channel": "call", "purpose": "marketing"}]},
            Denied(Reason.NO_PERMITTED_HOURS),
        ),
        (
            {"hours": {"marketing": ["11:00-11:30"], "service": ["11:00-11:30"]}},  # 10:00 in Shanghai
            Deferred(Reason.QUIET_HOURS, NOW + timedelta(hours=1)),
        ),
    ],
    ids=["never", "hours"],
)
def test_a_manager_is_held_to_the_rules_of_the_campaign_as_well(
    desk: Desk, rules: dict[str, Any], answer: Decision
) -> None:
    with desk.parts.transaction() as tx:
        tx.execute(update(CampaignRow).values(policy=rules))
    assert desk.ask() == answer


def test_rules_that_came_while_the_managers_phone_rang_hold_at_the_key(desk: Desk) -> None:
    assert isinstance(desk.ask(), Allowed)
    desk.ring()
    desk.pick_up()
    with desk.parts.transaction() as tx:
        tx.execute(
            update(CampaignRow).values(
                policy={"hours": {"marketing": ["11:00-11:30"], "service": ["11:00-11:30"]}}
            )
        )
    assert numbers_in(desk.press("1", NOW + MINUTE)) == []
    assert desk.call.status == S.REFUSED


def test_rules_of_the_campaign_that_cannot_be_read_leave_those_of_the_place(desk: Desk) -> None:
    with desk.parts.transaction() as tx:
        tx.execute(update(CampaignRow).values(policy={"hours": "always"}))
    assert isinstance(desk.ask(), Allowed)
