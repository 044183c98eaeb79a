"""Calls by hand count like any other contact, those from one's own phone too; and nobody dials into a conversation."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import update

from bot.domain.arbiter import LOOK_AGAIN
from bot.domain.contact import Allowed, Deferred, Reason
from bot.domain.manual_calls import Way
from bot.outreach.manual_calls import NotedAlready
from bot.store.models import CustomerRow, EnrolmentRow, WorkOrderRow
from tests.db.click_to_call import MINUTE, Desk, S, numbers_in
from tests.db.factories import (
    make_attempt,
    make_campaign,
    make_enrolment,
)
from tests.db.parts import NOW


def test_a_campaigns_call_keeps_its_gap_from_a_call_by_hand(desk: Desk) -> None:
    desk.ask()
    desk.ring()
    desk.pick_up()
    desk.press("1")
    desk.dialed("completed", "60", NOW + MINUTE)
    rival = desk.parts.campaign(name="another", policy={"min_gap": {"call": "30m"}, "caps": []})
    with desk.parts.transaction() as tx:
        tx.execute(update(CustomerRow).values(factors={"balance": 8.5, "arpu": 60, "sms_habit": False}))
        tx.execute(update(WorkOrderRow).values(status="closed", disposition="saved", closed_at=NOW))
    run = desk.parts.enrol(rival, desk.customer, NOW + MINUTE)
    desk.parts.voice_outreach.call_due(NOW + 2 * MINUTE)
    attempt = desk.parts.attempt(run)
    assert desk.parts.decisions(attempt.id) == [("deferred", "min_gap")]
    assert attempt.due_at == NOW + 30 * MINUTE


def test_while_a_manager_calls_campaigns_wait_for_the_floor(desk: Desk) -> None:
    desk.ask()
    rival = desk.parts.campaign(name="another")
    with desk.parts.transaction() as tx:
        tx.execute(update(WorkOrderRow).values(status="closed", disposition="saved", closed_at=NOW))
    run = desk.parts.enrol(rival, desk.customer)
    desk.parts.sms_outreach.send_due(NOW)
    assert desk.parts.decisions(desk.parts.attempt(run).id) == [("deferred", "other_conversation")]


def test_a_call_from_ones_own_phone_counts_and_is_told_where_it_was_not_permitted(desk: Desk) -> None:
    assert isinstance(desk.note_own(S.COMPLETED, 3 * MINUTE), Allowed)
    call = desk.call
    assert (call.way, call.status, call.duration_s, call.taken_at) == (Way.OWN_PHONE, S.COMPLETED, 180, NOW)
    assert desk.note_own(S.NO_ANSWER, now=NOW + MINUTE) == Deferred(Reason.MIN_GAP, NOW + 30 * MINUTE)
    second = desk.calls[1]
    assert (second.verdict, second.reason, second.taken_at) == ("deferred", "min_gap", NOW + MINUTE)
    third = desk.ask(NOW + 2 * MINUTE)  # of two a day
    assert isinstance(third, Deferred)
    assert (third.reason, desk.calls[2].status) == (Reason.CAP, S.REFUSED)


def test_a_form_that_was_sent_twice_makes_one_contact(desk: Desk) -> None:
    desk.note_own(S.COMPLETED, 3 * MINUTE)
    with pytest.raises(NotedAlready):
        desk.note_own(S.COMPLETED, 3 * MINUTE, NOW + MINUTE / 2)
    assert len(desk.calls) == 1
    desk.note_own(S.COMPLETED, 4 * MINUTE, NOW + MINUTE / 2)
    desk.note_own(S.NO_ANSWER, now=NOW + MINUTE / 2)
    desk.note_own(S.COMPLETED, 3 * MINUTE, NOW + 2 * MINUTE)
    assert len(desk.calls) == 4


def test_a_failure_to_reach_somebody_is_noted_once_too(desk: Desk) -> None:
    desk.note_own(S.BUSY)
    with pytest.raises(NotedAlready):
        desk.note_own(S.BUSY, now=NOW + MINUTE / 2)
    assert len(desk.calls) == 1


def test_of_two_clicks_at_once_one_is_written_down(desk: Desk) -> None:
    start = threading.Barrier(2)

    def click(_: int) -> str:
        start.wait(timeout=10)
        try:
            return type(desk.note_own(S.COMPLETED, 3 * MINUTE)).__name__
        except NotedAlready:
            return "noted"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(click, range(2))) == ["Allowed", "noted"]
    assert len(desk.calls) == 1


def on_the_line(desk: Desk, status: str, channel: str = "call") -> None:
    """A campaign's contact that began longer ago than any gap."""
    with desk.parts.transaction() as tx:
        run = make_enrolment(tx, campaign_id=make_campaign(tx), customer_id=desk.customer)
        began = NOW - 31 * MINUTE
        make_attempt(tx, enrolment_id=run, channel=channel, asks=True, status=status, taken_at=began,
                     lease_until=NOW + MINUTE)  # fmt: skip


@pytest.mark.parametrize("status", ["sending", "unconfirmed", "accepted", "ringing", "in_progress"])
def test_nobody_dials_into_a_campaigns_call(desk: Desk, status: str) -> None:
    on_the_line(desk, status)
    assert desk.ask() == Deferred(Reason.OTHER_CONVERSATION, NOW + LOOK_AGAIN)
    assert (desk.call.status, desk.call.reason) == (S.REFUSED, "other_conversation")


@pytest.mark.parametrize(
    ("channel", "status"), [("call", "completed"), ("sms", "unconfirmed"), ("sms", "delivered")]
)
def test_a_call_that_is_over_and_a_question_hold_no_manager_back(
    desk: Desk, channel: str, status: str
) -> None:
    on_the_line(desk, status, channel)
    with desk.parts.transaction() as tx:
        tx.execute(update(EnrolmentRow).values(holds_until=NOW + timedelta(hours=2)))
    assert isinstance(desk.ask(), Allowed)


def test_a_campaign_that_calls_while_the_manager_listens_keeps_the_line(desk: Desk) -> None:
    desk.ask()
    desk.ring()
    desk.pick_up()
    on_the_line(desk, "in_progress")
    assert numbers_in(desk.press("1")) == []
    assert (desk.call.status, desk.call.reason) == (S.REFUSED, "other_conversation")
