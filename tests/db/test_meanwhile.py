"""What comes between a question to the carrier and what is written of its answer: reports, refusals, other workers."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import Engine, text

from bot.channels.errors import SendError
from bot.channels.messages import Found
from bot.domain.manual_calls import ManualCallStatus
from bot.outreach.outgoing import ASK_AFTER
from bot.store.transaction import Transaction
from tests.db.click_to_call import Desk
from tests.db.parts import NOW, Parts
from tests.db.test_recall import HOUR, PAUSE, RESUME, by_sms, move, refuse
from tests.fakes import FakeVoice, Lost

MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)


@pytest.fixture
def campaign(parts: Parts) -> int:
    return parts.campaign()


def taken_back(parts: Parts, campaign: int) -> tuple[int, UUID, str]:
    """A message that a pause has brought back, and the SID that it had."""
    run, attempt = by_sms(parts, campaign)
    sid = parts.attempt(run).carrier_sid
    assert sid is not None
    move(parts, campaign, PAUSE)
    assert parts.recall.take_back(NOW) == 1
    parts.inbound.process_waiting(NOW)
    return run, attempt, sid


def test_a_message_that_went_out_all_the_same_is_a_contact_and_is_not_sent_again(
    parts: Parts, campaign: int
) -> None:
    run, attempt, sid = taken_back(parts, campaign)
    parts.status(attempt, "sent", NOW + MINUTE, sid=sid)
    row = parts.attempt(run)
    assert (row.status, row.carrier_sid, row.taken_at) == ("sent", sid, NOW + MINUTE)
    move(parts, campaign, RESUME, NOW + HOUR)
    assert parts.sms_outreach.send_due(NOW + HOUR) == 0


def test_a_report_in_the_batch_that_puts_it_back_is_of_the_old_message(parts: Parts, campaign: int) -> None:
    run, attempt = by_sms(parts, campaign)
    sid = parts.attempt(run).carrier_sid
    move(parts, campaign, PAUSE)
    parts.recall.take_back(NOW)
    payload = {"MessageSid": sid, "MessageStatus": "canceled"}
    parts.hear(
        "sms.status", payload, attempt_id=attempt
    )  # the carrier's own, beside the answer that we noted
    row = parts.attempt(run)
    assert (row.status, row.carrier_sid, row.fence) == ("due", None, 2)


def test_a_message_sent_anew_is_not_taken_for_the_one_that_was_given_back(
    parts: Parts, campaign: int
) -> None:
    run, _, _ = taken_back(parts, campaign)
    move(parts, campaign, RESUME, NOW + SECOND)
    parts.sms.script.append(Lost())
    parts.sms.now = NOW + SECOND
    parts.sms_outreach.send_due(NOW + SECOND)
    assert parts.attempt(run).status == "unconfirmed"
    parts.reconciler.reconcile(NOW + SECOND + ASK_AFTER)
    parts.inbound.process_waiting(NOW + SECOND + ASK_AFTER)
    row = parts.attempt(run)
    assert (row.status, row.carrier_sid) == ("accepted", parts.sms.books[-1].sid)


def test_refusals_that_cannot_be_about_a_message_do_not_keep_others_from_being_taken_back(
    parts: Parts, campaign: int
) -> None:
    run, _ = by_sms(parts, campaign)
    refuse(parts, run)
    for number in range(1, 4):
        later = parts.enrol(campaign)
        assert parts.sms_outreach.send_due(NOW + number * SECOND) == 1
        refuse(parts, later, f"list:{number}", channel="call")
    assert parts.recall.take_back(NOW + MINUTE, limit=3) == 1


def test_contacts_are_put_back_in_the_order_in_which_answers_are_recorded(
    parts: Parts, campaign: int, engine: Engine, transaction: Transaction
) -> None:
    """Else a batch of reports and the record of the same answers could wait for each other."""
    runs = [by_sms(parts, campaign) for _ in range(2)]
    first, second = (str(parts.attempt(run).carrier_sid) for run, _ in runs)
    move(parts, campaign, PAUSE)
    parts.sms.script += [Lost(), Lost()]
    assert parts.recall.take_back(NOW) == 2
    with transaction() as tx:
        for (run, attempt), sid in zip(reversed(runs), (second, first), strict=True):
            tx.execute(
                text(
                    "INSERT INTO events (key, kind, payload, received_at, attempt_id, enrolment_id) VALUES "
                    "(:sid, 'sms.status', jsonb_build_object('MessageSid', cast(:sid AS text), "
                    "'MessageStatus', 'canceled'), :now, :attempt, :run)"
                ),
                {"sid": sid, "now": NOW, "attempt": attempt, "run": run},
            )
    inbound = threading.Thread(target=lambda: parts.inbound.process_waiting(NOW))
    with transaction() as tx:
        lock = text("SELECT FROM recalls WHERE carrier_sid = :sid FOR UPDATE NOWAIT")
        tx.execute(lock, {"sid": first})
        inbound.start()
        wait_until_blocked(engine)
        tx.execute(lock, {"sid": second})
    inbound.join(10)
    assert {parts.attempt(run).status for run, _ in runs} == {"due"}


def wait_until_blocked(engine: Engine) -> None:
    with engine.connect() as other:
        while not other.execute(text("SELECT count(*) FROM pg_locks WHERE NOT granted")).scalar():
            other.rollback()


def test_a_manager_who_picks_up_while_the_carrier_is_asked_keeps_the_call(
    desk: Desk,
) -> None:
    desk.parts.voice = voice = FakeVoice(Lost())
    desk.ask()
    desk.ring()
    with picking_up(desk, voice):
        desk.parts.manager_calls.ask_the_silent(NOW + ASK_AFTER)
    assert (desk.call.status, desk.call.ended_at) == (ManualCallStatus.ANSWERED, None)


@contextmanager
def picking_up(desk: Desk, voice: FakeVoice) -> Iterator[None]:
    """The manager does so between the carrier's list and what is made of it."""
    books = voice.find_batch

    def find(numbers: Sequence[str]) -> list[list[Found] | SendError]:
        (found,) = books(numbers)
        assert not isinstance(found, SendError)
        form = {"CallSid": found[0].sid, "CallStatus": "in-progress"}
        desk.parts.bridge.answered(desk.call.id, form, NOW + ASK_AFTER)
        return [found]

    voice.find_batch = find  # type: ignore[method-assign]
    yield
