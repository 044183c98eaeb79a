"""Click-to-call, from the manager's phone to the end: bridged by a key, whatever order the two legs report in."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID
from xml.etree import ElementTree

import pytest
from sqlalchemy import select

from bot.outreach.bridge import HANG_UP
from bot.store.models import EventRow
from tests.db.click_to_call import MINUTE, Desk, S, numbers_in, says
from tests.db.factories import (
    make_suppression,
)
from tests.db.parts import NOW, PUBLIC


def test_a_key_puts_the_manager_through_and_counts_the_contact(desk: Desk) -> None:
    desk.ask()
    desk.ring()
    greeting = desk.pick_up()
    assert "赵静" not in greeting  # a voicemail would keep it
    assert "138" not in greeting
    connect = desk.press("1", NOW + MINUTE)
    assert "赵静" in says(connect)
    dial = ElementTree.fromstring(connect).find("Dial")
    assert dial is not None
    assert dial.attrib == {
        "action": f"{PUBLIC}/twilio/manual/dialed?c={desk.call.id}",
        "answerOnBridge": "true",
        "callerId": "+861095000",
        "method": "POST",
        "timeLimit": "3600",
        "timeout": "25",
    }
    assert numbers_in(connect) == ["+8613812345678"]
    assert (desk.call.status, desk.call.taken_at) == (S.DIALLING, NOW + MINUTE)
    desk.customer_picks_up(NOW + 2 * MINUTE)
    assert (desk.call.status, desk.call.connected_at) == (S.CONNECTED, NOW + 2 * MINUTE)
    desk.dialed("completed", "75", NOW + 4 * MINUTE)
    desk.hang_up(now=NOW + 4 * MINUTE)
    call = desk.call
    assert (call.status, call.duration_s, call.ended_at) == (S.COMPLETED, 75, NOW + 4 * MINUTE)
    assert call.lease_until is None


def test_a_voicemail_of_the_managers_presses_no_key_and_is_not_put_through(desk: Desk) -> None:
    desk.ask()
    desk.ring()
    desk.pick_up()
    answer = desk.press("")
    assert numbers_in(answer) == []
    assert "赵静" not in answer
    assert (desk.call.status, desk.call.taken_at) == (S.AWAY, None)
    assert desk.press("1") == answer  # the same request again gets the same words


def test_a_refusal_in_between_is_found_before_the_customers_phone_rings(desk: Desk) -> None:
    desk.ask()
    desk.ring()
    desk.pick_up()
    with desk.parts.transaction() as tx:
        make_suppression(tx, customer_id=desk.customer)
    answer = desk.press("1")
    assert numbers_in(answer) == []
    assert "已拒绝联系" in says(answer)
    call = desk.call
    assert (call.status, call.verdict, call.reason) == (S.TAKEN_BACK, "denied", "suppressed")
    assert call.taken_at is None


def test_hours_that_end_while_the_manager_listens_hold_too(desk: Desk) -> None:
    last_minute = NOW + timedelta(hours=2) - MINUTE
    desk.ask(last_minute)
    desk.ring(last_minute)
    desk.pick_up(last_minute)
    assert numbers_in(desk.press("1", last_minute + MINUTE)) == []
    assert (desk.call.status, desk.call.reason) == (S.REFUSED, "quiet_hours")


@pytest.mark.parametrize(
    ("word", "status"), [("busy", S.BUSY), ("no-answer", S.NO_ANSWER), ("failed", S.FAILED)]
)
def test_the_manager_hears_why_the_customer_was_not_reached(desk: Desk, word: str, status: S) -> None:
    desk.ask()
    desk.ring()
    desk.pick_up()
    desk.press("1")
    assert "客户" in says(desk.dialed(word))
    assert desk.call.status == status


def test_the_end_of_one_leg_may_overtake_what_is_said_of_the_other(desk: Desk) -> None:
    desk.ask()
    desk.ring()
    desk.pick_up()
    desk.press("1")
    desk.hang_up()
    assert desk.call.status == S.CANCELED
    desk.dialed("completed", "30")
    assert (desk.call.status, desk.call.duration_s) == (S.COMPLETED, 30)


def test_the_length_is_taken_from_a_report_that_comes_after_the_end(desk: Desk) -> None:
    desk.ask()
    desk.ring()
    desk.pick_up()
    desk.press("1")
    desk.customer_picks_up()
    desk.hang_up()
    desk.dialed("completed", "30")
    assert (desk.call.status, desk.call.duration_s) == (S.COMPLETED, 30)


def test_nobody_is_put_through_by_a_call_that_is_over_or_unknown(desk: Desk) -> None:
    desk.ask()
    desk.ring()
    desk.hang_up("no-answer")
    assert desk.call.status == S.AWAY
    assert desk.pick_up() == desk.press("1") == HANG_UP
    form = {"CallSid": "CA-x", "CallStatus": "in-progress", "Digits": "1"}
    assert desk.parts.bridge.pressed(UUID(int=1), form, NOW) == HANG_UP
    assert desk.call.taken_at is None


def test_the_raw_requests_are_kept_with_the_customer_they_are_about(desk: Desk) -> None:
    desk.ask()
    desk.ring()
    desk.pick_up()
    with desk.parts.transaction() as tx:
        (event,) = tx.scalars(select(EventRow))
    assert (event.kind, event.customer_id, event.processed_at) == ("manual.answer", desk.customer, NOW)
