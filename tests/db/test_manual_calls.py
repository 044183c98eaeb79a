"""Click-to-call from the wish to the end: asked of the gate, rung once, bridged by a key, counted like any other."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID
from xml.etree import ElementTree

import pytest
from sqlalchemy import select, update

from bot.channels.errors import Rejected, SendError, Unavailable
from bot.domain.arbiter import LOOK_AGAIN
from bot.domain.contact import Allowed, Decision, Deferred, Denied, Reason
from bot.domain.manual_calls import STALE, ManualCallStatus, Way
from bot.outreach.bridge import HANG_UP
from bot.outreach.manual_calls import CallUnderWay, NoPhone, NotedAlready, OrderClosed
from bot.outreach.outgoing import ASK_AFTER, CALL_SILENCE, LEASE
from bot.rulebook import open_rulebook
from bot.store.models import CustomerRow, EnrolmentRow, EventRow, ManualCallRow, UserRow, WorkOrderRow
from bot.store.pending import pending
from tests.db.factories import (
    make_attempt,
    make_campaign,
    make_enrolment,
    make_suppression,
    make_user,
    make_work_order,
)
from tests.db.parts import NOW, PUBLIC, Parts
from tests.fakes import FakePacing, FakeVoice, Lost

PHONE = "+8613900000001"
MINUTE = timedelta(minutes=1)
S = ManualCallStatus


@dataclass
class Desk:
    """A manager with a phone, and an open order of theirs."""

    parts: Parts
    manager: int
    customer: int
    order: int

    def ask(self, now: Any = NOW) -> Decision:
        with self.parts.transaction() as tx:
            return self.parts.call_desk.ask(tx, self.order, self.manager, now)

    def note_own(self, outcome: S, lasted: timedelta | None = None, now: Any = NOW) -> Decision:
        with self.parts.transaction() as tx:
            return self.parts.call_desk.note_own(tx, self.order, self.manager, outcome, lasted, now)

    @property
    def calls(self) -> list[ManualCallRow]:
        with self.parts.transaction() as tx:
            return list(tx.scalars(select(ManualCallRow).order_by(ManualCallRow.asked_at, ManualCallRow.id)))

    @property
    def call(self) -> ManualCallRow:
        """The only one."""
        (call,) = self.calls
        return call

    # -- the carrier's requests ----------------------------------------------------------------------

    def ring(self, now: Any = NOW) -> UUID:
        self.parts.manager_calls.ring_due(now)
        return self.call.id

    def pick_up(self, now: Any = NOW) -> str:
        form = {"CallSid": "CA-m", "CallStatus": "in-progress"}
        return self.parts.bridge.answered(self.call.id, form, now)

    def press(self, digits: str, now: Any = NOW) -> str:
        form = {"CallSid": "CA-m", "CallStatus": "in-progress", "Digits": digits}
        return self.parts.bridge.pressed(self.call.id, form, now)

    def customer_picks_up(self, now: Any = NOW) -> None:
        form = {"CallSid": "CA-c", "ParentCallSid": "CA-m", "CallStatus": "in-progress"}
        self.parts.bridge.customer_leg(self.call.id, form, now)

    def dialed(self, word: str, seconds: str | None = None, now: Any = NOW) -> str:
        form = {"CallSid": "CA-m", "CallStatus": "in-progress", "DialCallStatus": word}
        return self.parts.bridge.dialed(
            self.call.id, form | ({"DialCallDuration": seconds} if seconds else {}), now
        )

    def hang_up(self, word: str = "completed", now: Any = NOW) -> None:
        self.parts.bridge.ended(self.call.id, {"CallSid": "CA-m", "CallStatus": word}, now)


@pytest.fixture
def desk(parts: Parts) -> Desk:
    parts.rulebook = open_rulebook()
    parts.customer()
    campaign, customer = parts.campaign(), parts.customer(name="赵静", msisdn="+8613812345678")
    with parts.transaction() as tx:
        manager = make_user(tx, phone=PHONE, language="zh")
        run = make_enrolment(tx, campaign_id=campaign, customer_id=customer)
        order = make_work_order(tx, enrolment_id=run, owner_id=manager, reason="high value")
    return Desk(parts, manager, customer, order)


def numbers_in(twiml: str) -> list[str | None]:
    return [one.text for one in ElementTree.fromstring(twiml).iter("Number")]


def says(twiml: str) -> str:
    return "".join(one.text or "" for one in ElementTree.fromstring(twiml).iter("Say"))


# -- asking ------------------------------------------------------------------------------------------


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


# -- ringing the manager -----------------------------------------------------------------------------


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


# -- the two conversations ---------------------------------------------------------------------------


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
    assert "不允许" in says(answer)
    call = desk.call
    assert (call.status, call.verdict, call.reason) == (S.REFUSED, "denied", "suppressed")
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


# -- counted -----------------------------------------------------------------------------------------


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


# -- the floor ---------------------------------------------------------------------------------------


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


# -- silence -----------------------------------------------------------------------------------------


def test_a_call_that_was_perhaps_taken_is_looked_up_and_never_made_again(desk: Desk) -> None:
    desk.parts.voice = FakeVoice(Lost())
    desk.ask()
    desk.ring()
    later = NOW + ASK_AFTER
    assert desk.parts.manager_calls.ask_the_silent(later) == 1
    assert (desk.call.status, desk.call.carrier_sid) == (S.RINGING, desk.parts.voice.books[0].sid)
    assert len(desk.parts.voice.sent) == 1


def test_a_call_that_the_carrier_never_took_ends_and_waits_for_the_next_click(desk: Desk) -> None:
    desk.parts.voice = FakeVoice(Lost())
    desk.ask()
    desk.ring()
    desk.parts.voice.books.clear()
    desk.parts.manager_calls.ask_the_silent(NOW + ASK_AFTER)
    assert (desk.call.status, desk.call.error_code) == (S.FAILED, "not_taken")
    assert isinstance(desk.ask(NOW + ASK_AFTER), Allowed)


def test_a_worker_that_dies_between_claim_and_record_leaves_a_question(desk: Desk) -> None:
    class Died(Exception):
        pass

    def die(_: object) -> None:
        raise Died

    desk.ask()
    desk.parts.voice.while_sending = die
    with pytest.raises(Died):
        desk.ring()
    assert desk.call.status == S.SENDING
    desk.parts.manager_calls.ask_the_silent(NOW + LEASE + MINUTE)
    assert desk.call.status == S.UNCONFIRMED
    desk.parts.manager_calls.ask_the_silent(NOW + LEASE + MINUTE + ASK_AFTER)
    assert (desk.call.status, desk.call.error_code) == (S.FAILED, "not_taken")


def test_an_end_that_was_never_reported_is_fetched(desk: Desk) -> None:
    desk.ask()
    desk.ring()
    desk.pick_up()
    desk.press("1")
    with desk.parts.transaction() as tx:
        tx.execute(update(ManualCallRow).values(carrier_sid=desk.parts.voice.books[0].sid))
    desk.parts.voice.tell(desk.parts.voice.books[0].sid, "completed")
    desk.parts.manager_calls.ask_the_silent(NOW + CALL_SILENCE)
    assert (desk.call.status, desk.call.ended_at) == (S.CANCELED, NOW + CALL_SILENCE)
