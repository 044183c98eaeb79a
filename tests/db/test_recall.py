"""What the carrier holds is taken back: by a refusal and an abort for good, by a pause until the campaign goes on."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text, update

from bot.channels.errors import Rejected, Unavailable
from bot.domain.campaigns import CampaignMove
from bot.enrolment.effects import work_off
from bot.enrolment.move import move_campaign
from bot.outreach.recall import ASK_AGAIN, IN_DOUBT, MOST_TRIES, RefusalWatch
from bot.store import suppressions
from bot.store.models import AttemptRow, RecallRow
from bot.store.suppressions import Entry
from tests.db.parts import NOW, Parts
from tests.fakes import Lost

HOUR = timedelta(hours=1)
HOURS = {"marketing": ["09:00-11:00"], "service": ["09:00-11:00"]}
PAUSE, RESUME, ABORT = CampaignMove.PAUSE, CampaignMove.RESUME, CampaignMove.ABORT


@pytest.fixture
def campaign(parts: Parts) -> int:
    return parts.campaign()


def move(parts: Parts, campaign: int, wanted: CampaignMove, now: datetime = NOW) -> None:
    with parts.transaction() as tx:
        move_campaign(tx, campaign, wanted, now)
    work_off(parts.transaction, now, flows=parts.flows)


def by_sms(parts: Parts, campaign: int) -> tuple[int, UUID]:
    """A message that waits at the carrier."""
    run = parts.enrol(campaign)
    assert parts.sms_outreach.send_due(NOW) == 1
    return run, parts.attempt(run).id


def by_call(parts: Parts, campaign: int) -> tuple[int, UUID]:
    run = parts.enrol(campaign, parts.customer(factors={"sms_habit": False}))
    assert parts.voice_outreach.call_due(NOW) == 1
    return run, parts.attempt(run).id


def refuse(parts: Parts, run: int, evidence: str = "sms:in:1", **over: Any) -> None:
    customer = parts.enrolment(run).customer_id
    with parts.transaction() as tx:
        suppressions.add(tx, [Entry(customer, "suppress", "sms_reply", evidence, **over)], NOW)


def answers(parts: Parts) -> list[tuple[str, int, str | None]]:
    with parts.transaction() as tx:
        return [(row.cause, row.tries, row.answer) for row in tx.scalars(select(RecallRow))]


# -- a pause ----------------------------------------------------------------------------------------------------


def test_a_message_that_a_pause_took_back_is_sent_once_more_after_it(parts: Parts, campaign: int) -> None:
    run, attempt = by_sms(parts, campaign)
    asked = parts.enrolment(run)
    assert asked.holds_until is not None
    move(parts, campaign, PAUSE)

    assert parts.recall.take_back(NOW) == 1
    parts.inbound.process_waiting(NOW)

    waiting, row = parts.enrolment(run), parts.attempt(run)
    assert (row.id, row.status, row.carrier_sid, row.taken_at) == (attempt, "due", None, None)
    assert (waiting.due_at, waiting.holds_until) == (waiting.expires_at, None)  # no time to answer runs
    assert parts.sms_outreach.send_due(NOW) == 0
    move(parts, campaign, RESUME, NOW + HOUR)
    assert parts.sms_outreach.send_due(NOW + HOUR) == 1
    assert parts.sms_outreach.send_due(NOW + HOUR) == 0
    assert list(parts.sms.taken.values()) == [attempt, attempt]
    assert [one.status for one in parts.sms.books] == ["canceled", "queued"]


def test_what_is_still_told_of_the_message_taken_back_moves_nothing(parts: Parts, campaign: int) -> None:
    run, attempt = by_sms(parts, campaign)
    (old,) = parts.sms.books
    move(parts, campaign, PAUSE)
    parts.recall.take_back(NOW)
    parts.inbound.process_waiting(NOW)

    for word in ("canceled", "queued"):
        parts.status(attempt, word, sid=old.sid)
        assert parts.attempt(run).status == "due"
    move(parts, campaign, RESUME)
    parts.sms_outreach.send_due(NOW)
    parts.hear(
        "sms.status", {"MessageSid": old.sid, "MessageStatus": "canceled"}, attempt_id=attempt, key="late"
    )
    assert parts.attempt(run).status == "accepted"


def test_one_that_went_out_all_the_same_is_not_sent_again(parts: Parts, campaign: int) -> None:
    run, attempt = by_sms(parts, campaign)
    (old,) = parts.sms.books
    move(parts, campaign, PAUSE)
    parts.recall.take_back(NOW)
    parts.inbound.process_waiting(NOW)
    parts.status(attempt, "delivered", sid=old.sid)
    move(parts, campaign, RESUME)
    assert parts.sms_outreach.send_due(NOW) == 0
    assert parts.attempt(run).status == "delivered"


def test_what_the_carrier_does_not_give_back_is_asked_for_once(parts: Parts, campaign: int) -> None:
    run, _ = by_sms(parts, campaign)
    parts.sms.script.append(Rejected("30409"))  # Twilio's word for all that is not scheduled
    move(parts, campaign, PAUSE)
    assert [parts.recall.take_back(NOW + later * ASK_AGAIN) for later in range(3)] == [1, 0, 0]
    assert answers(parts) == [("stopped", 1, "30409")]
    assert parts.attempt(run).status == "accepted"


def test_a_call_that_still_waited_at_the_carrier_is_made_after_the_pause(parts: Parts, campaign: int) -> None:
    _, attempt = by_call(parts, campaign)
    assert parts.recall.take_back(NOW) == 0
    move(parts, campaign, PAUSE)
    parts.recall.take_back(NOW)
    parts.inbound.process_waiting(NOW)
    move(parts, campaign, RESUME, NOW + HOUR)
    assert parts.voice_outreach.call_due(NOW + HOUR) == 1
    assert list(parts.voice.taken.values()) == [attempt, attempt]


def test_a_call_that_rang_was_a_try(parts: Parts, campaign: int) -> None:
    run, attempt = by_call(parts, campaign)
    (call,) = parts.voice.books
    parts.voice.tell(call.sid, "ringing")
    move(parts, campaign, PAUSE)
    assert parts.recall.take_back(NOW) == 1
    assert answers(parts) == [("stopped", 1, "asked")]
    parts.call_status(attempt, "canceled", sid=call.sid)
    first, second = parts.attempts(run)
    assert (first.status, second.status, second.try_no) == ("canceled", "due", 2)


def test_a_call_that_was_picked_up_goes_on(parts: Parts, campaign: int) -> None:
    by_call(parts, campaign)
    with parts.transaction() as tx:
        tx.execute(update(AttemptRow).values(status="in_progress"))
    move(parts, campaign, PAUSE)
    assert parts.recall.take_back(NOW) == 0


def test_a_carrier_that_does_not_answer_is_asked_again(parts: Parts, campaign: int) -> None:
    by_call(parts, campaign)
    parts.voice.script.append(Unavailable("20429"))
    move(parts, campaign, PAUSE)
    assert [parts.recall.take_back(NOW + later) for later in (0 * HOUR, ASK_AGAIN / 5, ASK_AGAIN, HOUR / 6)] == [
        1, 0, 1, 0
    ]  # fmt: skip
    assert answers(parts) == [("stopped", 2, "canceled")]


def test_a_yes_that_was_lost_on_its_way_is_read_in_the_carriers_books(parts: Parts, campaign: int) -> None:
    run, _ = by_call(parts, campaign)
    parts.voice.script.append(Lost())
    move(parts, campaign, PAUSE)
    parts.recall.take_back(NOW)
    assert parts.recall.take_back(NOW + ASK_AGAIN) == 1  # refused with 21220: it is over already
    parts.inbound.process_waiting(NOW + ASK_AGAIN)
    assert parts.attempt(run).status == "due"


def die_before_the_answer(parts: Parts, now: datetime = NOW) -> None:
    """As a process that was killed between the carrier's yes and the record of it leaves it."""
    parts.recall.take_back(now)
    with parts.transaction() as tx:
        tx.execute(text("UPDATE recalls SET answer = NULL"))
        tx.execute(text("DELETE FROM events"))


def test_a_yes_that_nobody_wrote_down_is_found_though_the_campaign_runs_again(
    parts: Parts, campaign: int
) -> None:
    run, attempt = by_sms(parts, campaign)
    move(parts, campaign, PAUSE)
    die_before_the_answer(parts)
    move(parts, campaign, RESUME)

    assert parts.recall.take_back(NOW + IN_DOUBT - ASK_AGAIN) == 0
    assert parts.recall.take_back(NOW + IN_DOUBT) == 1
    parts.inbound.process_waiting(NOW + IN_DOUBT)
    assert parts.attempt(run).status == "due"
    assert parts.sms_outreach.send_due(NOW + IN_DOUBT) == 1
    assert list(parts.sms.taken.values()) == [attempt, attempt]


def test_what_the_carrier_kept_is_asked_for_anew_by_the_next_pause(parts: Parts, campaign: int) -> None:
    """It could not be reached all the time of the first one."""
    run, _ = by_sms(parts, campaign)
    parts.sms.script.extend([Unavailable("503")] * MOST_TRIES)
    move(parts, campaign, PAUSE)
    for later in range(MOST_TRIES):
        assert parts.recall.take_back(NOW + later * ASK_AGAIN) == 1
    move(parts, campaign, RESUME)
    later = NOW + MOST_TRIES * ASK_AGAIN + IN_DOUBT
    assert [parts.recall.take_back(later + n * IN_DOUBT) for n in range(3)] == [1, 0, 0]
    assert answers(parts) == [("stopped", MOST_TRIES, "held")]
    assert parts.attempt(run).status == "accepted"

    move(parts, campaign, PAUSE, later + HOUR)
    assert parts.recall.take_back(later + HOUR) == 1
    assert answers(parts) == [("stopped", 1, "canceled")]


# -- for good -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("contact", [by_sms, by_call])
def test_what_an_abort_takes_back_is_over(parts: Parts, campaign: int, contact: Any) -> None:
    run, _ = contact(parts, campaign)
    move(parts, campaign, ABORT)
    assert parts.recall.take_back(NOW) == 1
    parts.inbound.process_waiting(NOW)
    assert parts.attempt(run).status == "canceled"
    assert parts.enrolment(run).result == "aborted"
    assert len(parts.attempts(run)) == 1


@pytest.mark.parametrize("contact", [by_sms, by_call])
def test_what_a_refusal_takes_back_is_over(parts: Parts, campaign: int, contact: Any) -> None:
    run, _ = contact(parts, campaign)
    other, _ = contact(parts, campaign)
    assert parts.recall.take_back(NOW) == 0
    parts.reply(parts.enrolment(run).customer_id, "STOP")
    assert parts.recall.take_back(NOW) == 1
    parts.inbound.process_waiting(NOW)
    assert parts.attempt(run).status == "canceled"
    assert parts.attempt(other).status == "accepted"
    assert answers(parts) == [("refused", 1, "canceled")]


def test_a_refusal_of_the_other_channel_takes_nothing_back(parts: Parts, campaign: int) -> None:
    run, _ = by_call(parts, campaign)
    refuse(parts, run, channel="sms")
    assert parts.recall.take_back(NOW) == 0
    refuse(parts, run, "sms:in:2")
    assert parts.recall.take_back(NOW) == 1


@pytest.mark.parametrize(
    "said",
    [
        "INSERT INTO suppressions (msisdn, action, source, evidence, at) "
        "VALUES (:number, 'suppress', 'api', 'x', :now)",
        "INSERT INTO suppression_patterns (prefix, reason, at) VALUES (left(:number, -1), 'regulator', :now)",
    ],
    ids=["a number", "a pattern"],
)
def test_what_binds_a_number_takes_back_as_well(parts: Parts, campaign: int, said: str) -> None:
    by_sms(parts, campaign)
    (message,) = parts.sms.books
    with parts.transaction() as tx:
        tx.execute(text(said), {"number": message.to, "now": NOW})
    assert parts.recall.take_back(NOW) == 1
    assert parts.sms.books[0].status == "canceled"


def test_who_refuses_during_a_pause_is_not_written_to_after_it(parts: Parts, campaign: int) -> None:
    run, _ = by_sms(parts, campaign)
    move(parts, campaign, PAUSE)
    parts.recall.take_back(NOW)
    parts.inbound.process_waiting(NOW)
    parts.reply(parts.enrolment(run).customer_id, "STOP")
    move(parts, campaign, RESUME, NOW + HOUR)
    parts.sms_outreach.send_due(NOW + HOUR)
    assert len(parts.sms.sent) == 1


def test_a_process_learns_of_a_refusal_that_another_one_wrote_down(parts: Parts, campaign: int) -> None:
    watch = RefusalWatch(parts.transaction)
    assert watch.news()  # whatever was before
    assert not watch.news()
    refuse(parts, by_sms(parts, campaign)[0])
    assert watch.news()
    assert not watch.news()


# -- hours that are over ---------------------------------------------------------------------------------------------


def test_a_call_that_waited_until_its_hours_were_over_is_made_in_the_next(parts: Parts) -> None:
    """10:00 in Shanghai; the carrier's queue holds it beyond 11:00."""
    campaign = parts.campaign(policy={"hours": HOURS, "caps": [], "min_gap": {}})
    run, attempt = by_call(parts, campaign)
    assert parts.attempt(run).closes_at == NOW + HOUR
    assert parts.recall.take_back(NOW + HOUR - timedelta(seconds=1)) == 0
    assert parts.recall.take_back(NOW + HOUR) == 1
    parts.inbound.process_waiting(NOW + HOUR)
    assert parts.voice_outreach.call_due(NOW + HOUR) == 1
    assert (parts.attempt(run).id, parts.attempt(run).due_at) == (attempt, NOW + 23 * HOUR)
