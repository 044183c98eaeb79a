"""A customer who refuses while a manager calls them: nothing rings any more, and the page says why."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from sqlalchemy import select

from bot.channels.errors import Rejected, Unavailable
from bot.domain.manual_calls import ManualCallStatus, Way
from bot.domain.seals import make_seal
from bot.outreach.outgoing import ASK_AFTER
from bot.outreach.recall import ASK_AGAIN, MOST_TRIES
from bot.store import manual_call_story
from bot.store.models import CustomerRow, ManualCallRow, RecallRow
from tests.db.click_to_call import MINUTE, Desk, S, numbers_in, says
from tests.db.factories import make_suppression
from tests.db.parts import ENVIRONMENT, NOW

SEAL = make_seal(ENVIRONMENT["SECRET_KEY"])
SECOND = timedelta(seconds=1)


def refuse(desk: Desk, **over: Any) -> None:
    with desk.parts.transaction() as tx:
        make_suppression(tx, customer_id=desk.customer, **over)


def take_back(desk: Desk, now: Any = NOW + SECOND) -> int:
    return desk.parts.recall.take_back(now)


def asked_for(desk: Desk) -> list[tuple[str, int, str | None, str | None]]:
    with desk.parts.transaction() as tx:
        return [(row.cause, row.tries, row.reason, row.answer) for row in tx.scalars(select(RecallRow))]


def managers_leg(desk: Desk) -> str:
    return desk.parts.voice.books[0].sid


def external_id(desk: Desk) -> str:
    with desk.parts.transaction() as tx:
        return tx.get_one(CustomerRow, desk.customer).external_id


# -- where it stood ----------------------------------------------------------------------------------


def test_a_call_that_is_only_due_rings_nobody(desk: Desk) -> None:
    desk.bring(S.DUE)
    refuse(desk)
    assert take_back(desk) == 1
    call = desk.call
    assert (call.status, call.verdict, call.reason) == (S.TAKEN_BACK, "denied", "suppressed")
    assert (call.ended_at, call.taken_at, call.lease_until) == (NOW + SECOND, None, None)
    desk.parts.manager_calls.ring_due(NOW + SECOND)
    assert desk.parts.voice.sent == []
    assert asked_for(desk) == []


@pytest.mark.parametrize("status", [S.RINGING, S.ANSWERED])
def test_the_managers_leg_is_hung_up_before_the_customer_is_dialled(desk: Desk, status: S) -> None:
    desk.bring(status)
    refuse(desk)
    assert take_back(desk) == 1
    assert desk.parts.voice.hung_up == [managers_leg(desk)]
    assert (desk.call.status, desk.call.taken_at) == (S.TAKEN_BACK, None)
    assert asked_for(desk) == [("refused", 1, "suppressed", "asked")]
    # What the carrier still says of it, or the manager still presses, puts nobody through.
    assert numbers_in(desk.pick_up()) == numbers_in(desk.press("1")) == []
    desk.hang_up(seconds="3")
    call = desk.call
    assert (call.status, call.taken_at, call.manager_s, call.lease_until) == (S.TAKEN_BACK, None, 3, None)
    assert take_back(desk, NOW + ASK_AGAIN + SECOND) == 0


def test_the_ringing_phone_of_the_customer_falls_silent_and_the_manager_hears_why(desk: Desk) -> None:
    desk.bring(S.DIALLING)
    desk.customer_leg("initiated")
    desk.parts.voice.dial("CA-c")
    refuse(desk)
    assert take_back(desk) == 1
    assert desk.parts.voice.dropped == ["CA-c"]
    assert desk.parts.voice.hung_up == []
    assert desk.call.status == S.DIALLING  # the carrier has yet to say how it ended
    words = desk.dialed("canceled")
    assert says(words) == "客户刚刚已拒绝联系，本次呼叫已取消。"
    assert ElementTree.fromstring(words).find("Hangup") is not None
    call = desk.call
    assert (call.status, call.verdict, call.reason) == (S.TAKEN_BACK, "denied", "suppressed")
    assert call.taken_at == NOW  # it rang: caps count it


def test_before_the_customers_leg_is_there_the_managers_is_ended(desk: Desk) -> None:
    """The manager is being told whom we are calling; nothing has been dialled."""
    desk.bring(S.DIALLING)
    refuse(desk)
    assert take_back(desk) == 1
    assert desk.parts.voice.hung_up == [managers_leg(desk)]
    desk.hang_up(seconds="9")
    assert (desk.call.status, desk.call.reason) == (S.TAKEN_BACK, "suppressed")


def test_a_conversation_that_has_begun_is_not_cut(desk: Desk) -> None:
    desk.bring(S.CONNECTED)
    refuse(desk)
    assert take_back(desk) == 0
    assert (desk.parts.voice.dropped, desk.parts.voice.hung_up) == ([], [])
    assert desk.call.status == S.CONNECTED


def test_who_picks_up_in_the_same_moment_is_talked_with(desk: Desk) -> None:
    desk.bring(S.DIALLING)
    desk.customer_leg("initiated")
    desk.parts.voice.dial("CA-c", "in-progress")
    refuse(desk)
    take_back(desk)
    assert asked_for(desk) == [("refused", 1, "suppressed", "21220")]
    desk.customer_picks_up()
    desk.dialed("completed", "40")
    call = desk.call
    assert (call.status, call.verdict, call.duration_s) == (S.COMPLETED, "allowed", 40)


def test_a_call_in_the_middle_of_its_post_is_caught_when_its_sid_is_known(desk: Desk) -> None:
    desk.ask()
    desk.parts.voice.while_sending = lambda _: (refuse(desk), take_back(desk), None)[-1]
    desk.ring()
    assert desk.call.status == S.RINGING
    assert take_back(desk) == 1
    assert desk.call.status == S.TAKEN_BACK
    assert desk.parts.voice.hung_up == [managers_leg(desk)]


def test_a_call_that_was_written_down_is_history(desk: Desk) -> None:
    desk.note_own(ManualCallStatus.COMPLETED, 3 * MINUTE)
    refuse(desk)
    assert take_back(desk) == 0
    assert (desk.call.way, desk.call.status) == (Way.OWN_PHONE, S.COMPLETED)


# -- the carrier -------------------------------------------------------------------------------------


def test_a_carrier_that_does_not_answer_is_asked_again_and_not_for_ever(desk: Desk) -> None:
    desk.bring(S.RINGING)
    refuse(desk)
    desk.parts.voice.script = [Unavailable("20429") for _ in range(10)]
    assert take_back(desk) == 1
    assert desk.call.status == S.TAKEN_BACK  # whatever the carrier does: the key puts nobody through
    assert take_back(desk, NOW + 2 * SECOND) == 0
    for number in range(2, 9):
        take_back(desk, NOW + number * ASK_AGAIN)
    assert asked_for(desk) == [("refused", MOST_TRIES, "suppressed", None)]
    assert len(desk.parts.voice.hung_up) == MOST_TRIES


def test_a_leg_that_is_over_is_not_asked_for_again(desk: Desk) -> None:
    desk.bring(S.RINGING)
    refuse(desk)
    desk.parts.voice.script = [Rejected("21220")]
    take_back(desk)
    assert asked_for(desk) == [("refused", 1, "suppressed", "21220")]
    assert take_back(desk, NOW + 2 * ASK_AGAIN) == 0


def test_the_end_of_what_was_only_queued_is_fetched(desk: Desk) -> None:
    """Of such a call the carrier never reports anything."""
    desk.bring(S.RINGING)
    refuse(desk)
    take_back(desk)
    desk.parts.voice.tell(managers_leg(desk), "canceled")
    assert desk.parts.manager_calls.ask_the_silent(NOW + SECOND) == 0
    assert desk.parts.manager_calls.ask_the_silent(NOW + SECOND + ASK_AFTER) == 1
    assert (desk.call.manager_s, desk.call.lease_until, desk.call.status) == (0, None, S.TAKEN_BACK)


# -- who is told -------------------------------------------------------------------------------------


def test_the_customers_story_and_the_orders_page_say_it(desk: Desk) -> None:
    desk.bring(S.RINGING)
    refuse(desk)
    take_back(desk)
    with desk.parts.transaction() as tx:
        (shown,) = manual_call_story.of_order(tx, desk.order)
        run = tx.scalars(select(ManualCallRow.enrolment_id)).one()
        (told,) = manual_call_story.calls_by_hand(tx, [run])
    assert (shown.status, shown.reason, shown.open) == (S.TAKEN_BACK, "suppressed", False)
    assert (told.status, told.reason, told.at) == (S.TAKEN_BACK, "suppressed", NOW + SECOND)
