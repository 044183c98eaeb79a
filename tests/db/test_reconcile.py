"""What the carrier is silent about: adopted from its books, or due again once they prove it was never taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from bot.channels.errors import Rejected, SendError, Unavailable, Unconfirmed
from bot.channels.messages import Found
from bot.domain.attempts import IN_FLIGHT, AttemptStatus
from bot.outreach.outgoing import ASK_AFTER, CALL_SILENCE, MOST_SENDS, SMS_SILENCE
from bot.outreach.reconcile import ASK_AGAIN, CLOCK_SKEW, GIVE_UP
from bot.store.models import AttemptRow
from bot.store.pending import pending
from tests.db.parts import AS_SERVICE, NOW, Parts
from tests.fakes import Lost

LATER = NOW + ASK_AFTER
TWIN = "SM-someone-elses"


def ask(parts: Parts, now: datetime = LATER) -> int:
    """A reconcile pass, and what inbound makes of it."""
    asked = parts.reconciler.reconcile(now)
    parts.inbound.process_waiting(now)
    return asked


def test_a_lost_answer_is_adopted_from_the_carriers_list(parts: Parts) -> None:
    parts.sms.script = [Lost()]
    enrolment = parts.enrol()
    parts.sms_outreach.send_due(NOW)
    assert ask(parts, NOW + timedelta(minutes=1)) == 0  # the list may lag: not asked yet
    assert ask(parts) == 1
    one = parts.attempt(enrolment)
    assert (one.status, one.carrier_sid, one.sends) == ("accepted", parts.sms.books[0].sid, 1)
    assert parts.enrolment(enrolment).due_at == LATER + timedelta(hours=24)  # now it can be answered
    parts.sms_outreach.send_due(LATER)
    assert len(parts.sms.sent) == 1


@pytest.mark.parametrize(
    ("word", "status"), [("sent", "sent"), ("delivered", "delivered"), ("undelivered", "undelivered")]
)
def test_what_has_happened_meanwhile_is_adopted_with_it(parts: Parts, word: str, status: str) -> None:
    parts.sms.script = [Lost()]
    enrolment = parts.enrol()
    parts.sms_outreach.send_due(NOW)
    parts.sms.tell(parts.sms.books[0].sid, word, error_code="30003" if word == "undelivered" else None)
    ask(parts)
    one = parts.attempts(enrolment)[0]
    assert one.status == status
    assert one.error_code == ("30003" if word == "undelivered" else None)


def test_only_what_the_list_does_not_have_is_due_again(parts: Parts) -> None:
    parts.sms.script = [Unconfirmed("no_answer")]
    enrolment = parts.enrol()
    parts.sms_outreach.send_due(NOW)
    ask(parts)
    again = parts.attempt(enrolment)
    assert (again.status, again.due_at, again.taken_at, again.lease_until) == ("due", LATER, None, None)
    assert parts.sms_outreach.send_due(LATER) == 1
    assert (parts.attempt(enrolment).status, parts.attempt(enrolment).sends) == ("accepted", 2)
    assert len(parts.sms.books) == 1


@pytest.mark.parametrize(
    "error", [Unavailable("no_answer"), Unconfirmed("503"), Rejected("20404"), Unavailable("20429")]
)
def test_a_list_that_cannot_be_read_proves_nothing(parts: Parts, error: SendError) -> None:
    parts.sms.script = [Lost(), Lost()]
    campaign = parts.campaign()
    enrolments = [parts.enrol(campaign), parts.enrol(campaign)]
    parts.sms_outreach.send_due(NOW)
    parts.sms.unreadable = error
    assert ask(parts) == 2
    assert {parts.attempt(one).status for one in enrolments} == {"unconfirmed"}
    parts.sms.unreadable = None
    assert ask(parts, LATER + ASK_AFTER) == 2  # soon, and both
    assert {parts.attempt(one).status for one in enrolments} == {"accepted"}


def test_after_the_most_sends_it_is_given_up(parts: Parts) -> None:
    parts.sms.script = [Unconfirmed("no_answer") for _ in range(20)]
    enrolment = parts.enrol()
    now = NOW
    for _ in range(20):
        parts.sms_outreach.send_due(now)
        now += ASK_AFTER
        ask(parts, now)
    (one, *_) = parts.attempts(enrolment)
    assert len(parts.sms.sent) == one.sends == MOST_SENDS
    assert (one.status, one.error_code, one.carrier_sid) == ("failed", "not_taken", None)
    assert one.settled_at is not None
    assert parts.enrolment(enrolment).step == "invite_by_call"  # the flow was told


@pytest.mark.parametrize(
    "other",
    [
        {"to": "+8613899999999"},
        {"body": "another text"},
        {"created_at": NOW - CLOCK_SKEW - timedelta(seconds=1)},
    ],
)
def test_an_entry_that_cannot_be_ours_is_not_adopted(parts: Parts, other: dict[str, Any]) -> None:
    parts.sms.script = [Lost()]
    enrolment = parts.enrol()
    parts.sms_outreach.send_due(NOW)
    parts.sms.books = [replace(one, **other) for one in parts.sms.books]
    ask(parts)
    one = parts.attempt(enrolment)
    assert (one.status, one.carrier_sid) == ("due", None)


def test_an_entry_that_is_linked_already_is_somebody_elses(parts: Parts) -> None:
    """Two campaigns send one person the same words; only one of the two posts was taken."""
    customer = parts.customer()
    parts.sms.script = [Unconfirmed("no_answer")]
    lost, kept = (parts.enrol(parts.campaign(AS_SERVICE), customer) for _ in range(2))
    parts.sms_outreach.send_due(NOW)
    unknown, known = sorted((lost, kept), key=lambda one: parts.attempt(one).status, reverse=True)
    assert [parts.attempt(one).status for one in (unknown, known)] == ["unconfirmed", "accepted"]
    assert parts.attempt(unknown).body == parts.attempt(known).body
    ask(parts)
    assert [parts.attempt(one).status for one in (unknown, known)] == ["due", "accepted"]


def test_of_two_lost_answers_only_as_many_are_adopted_as_were_taken(parts: Parts) -> None:
    customer = parts.customer()
    parts.sms.script = [Lost(), Unconfirmed("no_answer")]
    enrolments = [parts.enrol(parts.campaign(AS_SERVICE), customer) for _ in range(2)]
    parts.sms_outreach.send_due(NOW)
    ask(parts)
    ask(parts, LATER + ASK_AFTER)
    assert sorted(parts.attempt(one).status for one in enrolments) == ["accepted", "due"]


def test_an_entry_without_a_date_is_taken_for_a_new_one(parts: Parts) -> None:
    parts.sms.script = [Lost()]
    enrolment = parts.enrol()
    parts.sms_outreach.send_due(NOW)
    parts.sms.books = [replace(one, created_at=None) for one in parts.sms.books]
    ask(parts)
    assert parts.attempt(enrolment).status == "accepted"


def test_the_oldest_of_several_like_entries_is_adopted(parts: Parts) -> None:
    parts.sms.script = [Lost()]
    enrolment = parts.enrol()
    parts.sms_outreach.send_due(NOW)
    mine = parts.sms.books[0]
    later = replace(mine, sid=TWIN, created_at=NOW + timedelta(seconds=30))
    undated = replace(mine, sid="SM-undated", created_at=None)
    parts.sms.books = [undated, later, mine]
    ask(parts)
    assert parts.attempt(enrolment).carrier_sid == mine.sid


def test_a_callback_that_comes_before_we_ask_settles_it(parts: Parts) -> None:
    parts.sms.script = [Lost()]
    enrolment = parts.enrol()
    parts.sms_outreach.send_due(NOW)
    parts.status(parts.attempt(enrolment).id, "sent", NOW + timedelta(minutes=1), sid=parts.sms.books[0].sid)
    assert ask(parts) == 0
    assert (parts.attempt(enrolment).status, parts.attempt(enrolment).sends) == ("sent", 1)


def test_a_callback_that_comes_while_we_look_wins_over_our_proof(parts: Parts) -> None:
    parts.sms.script = [Unconfirmed("no_answer")]
    enrolment = parts.enrol()
    parts.sms_outreach.send_due(NOW)
    attempt = parts.attempt(enrolment).id

    def lagging(_: Sequence[str]) -> list[list[Found] | SendError]:
        parts.status(attempt, "delivered", LATER, sid="SM-lagging")
        return [[]]

    parts.sms.find_batch = lagging  # type: ignore[method-assign]
    ask(parts)
    assert (parts.attempt(enrolment).status, parts.attempt(enrolment).carrier_sid) == (
        "delivered",
        "SM-lagging",
    )


def test_a_callback_about_what_is_due_again_keeps_it_from_being_sent_twice(parts: Parts) -> None:
    parts.sms.script = [Unconfirmed("no_answer")]
    enrolment = parts.enrol()
    parts.sms_outreach.send_due(NOW)
    ask(parts)
    assert parts.attempt(enrolment).status == "due"
    parts.status(parts.attempt(enrolment).id, "sent", LATER, sid="SM-after-all")
    one = parts.attempt(enrolment)
    assert (one.status, one.carrier_sid, one.taken_at) == ("sent", "SM-after-all", NOW)
    assert parts.sms_outreach.send_due(LATER + timedelta(minutes=1)) == 0
    assert parts.enrolment(enrolment).due_at == LATER + timedelta(hours=24)


def test_what_its_flow_has_left_is_not_sent_again_even_when_it_was_never_taken(parts: Parts) -> None:
    customer = parts.customer()
    parts.sms.script = [Unconfirmed("no_answer")]
    enrolment = parts.enrol(customer=customer)
    parts.sms_outreach.send_due(NOW)
    parts.reply(customer, "退订", NOW + timedelta(minutes=1))
    assert parts.attempt(enrolment).status == "unconfirmed"  # the books are asked all the same
    ask(parts)
    parts.sms_outreach.send_due(LATER)
    assert len(parts.sms.sent) == 1
    assert parts.attempt(enrolment).status == "denied"


def test_the_silence_of_an_accepted_sms_is_broken_by_asking(parts: Parts) -> None:
    enrolment = parts.enrol()
    parts.sms_outreach.send_due(NOW)
    assert ask(parts, NOW + SMS_SILENCE - timedelta(seconds=1)) == 0
    parts.sms.tell(parts.sms.books[0].sid, "delivered")
    assert ask(parts, NOW + SMS_SILENCE) == 1
    assert (parts.attempt(enrolment).status, parts.attempt(enrolment).lease_until) == ("delivered", None)
    assert ask(parts, NOW + SMS_SILENCE + ASK_AGAIN) == 0  # nothing is left to ask


def test_the_silence_of_a_call_ends_its_step(parts: Parts) -> None:
    enrolment = parts.enrol(customer=parts.customer(factors={"sms_habit": False}))
    parts.voice_outreach.call_due(NOW)
    parts.voice.tell(parts.voice.books[0].sid, "busy", duration_s=0)
    assert ask(parts, NOW + CALL_SILENCE) == 1
    first, second = parts.attempts(enrolment)
    assert (first.status, first.duration_s) == ("busy", 0)
    assert (second.status, second.try_no) == ("due", 2)


def test_a_lost_answer_to_a_call_is_adopted_by_number(parts: Parts) -> None:
    parts.voice.script = [Lost()]
    enrolment = parts.enrol(customer=parts.customer(factors={"sms_habit": False}))
    parts.voice_outreach.call_due(NOW)
    parts.voice.tell(parts.voice.books[0].sid, "in-progress")
    ask(parts)
    one = parts.attempt(enrolment)
    assert (one.status, one.carrier_sid) == ("in_progress", parts.voice.books[0].sid)


def test_a_report_that_is_asked_for_again_changes_nothing(parts: Parts) -> None:
    enrolment = parts.enrol()
    parts.sms_outreach.send_due(NOW)
    parts.sms.tell(parts.sms.books[0].sid, "sent")
    now = NOW + SMS_SILENCE
    while now < NOW + GIVE_UP:
        assert ask(parts, now) == 1
        now += ASK_AGAIN
    assert parts.attempt(enrolment).status == "sent"


def test_sent_may_be_the_last_that_is_ever_heard(parts: Parts) -> None:
    parts.enrol()
    parts.sms_outreach.send_due(NOW)
    assert ask(parts, NOW + GIVE_UP + timedelta(seconds=1)) == 1
    assert ask(parts, NOW + GIVE_UP + ASK_AGAIN + timedelta(minutes=1)) == 0


def test_a_lease_is_lost_at_its_last_moment_as_the_bell_has_it(parts: Parts) -> None:
    """A rehearsal's clock stands at exactly that moment until somebody has looked."""
    enrolment = parts.enrol()
    with parts.transaction() as tx:
        tx.execute(update(AttemptRow).values(status="sending", lease_until=LATER, started_at=NOW))
        assert "silence" in pending(tx, LATER).due
    parts.reconciler.reconcile(LATER)
    assert parts.attempt(enrolment).status == "unconfirmed"


def test_what_was_never_posted_is_never_asked_about(parts: Parts) -> None:
    enrolment = parts.enrol()
    assert ask(parts, NOW + timedelta(days=1)) == 0
    assert parts.attempt(enrolment).status == "due"


@pytest.mark.parametrize("status", sorted(IN_FLIGHT - {AttemptStatus.SENDING}))
def test_nothing_under_way_is_forgotten(parts: Parts, status: AttemptStatus) -> None:
    """Whatever is open has a moment at which the carrier is asked."""
    enrolment = parts.enrol()
    parts.sms_outreach.send_due(NOW)
    with parts.transaction() as tx:
        tx.execute(update(AttemptRow).values(status=status.value))
    assert parts.attempt(enrolment).lease_until is not None
    assert parts.reconciler.reconcile(NOW + SMS_SILENCE) == 1
