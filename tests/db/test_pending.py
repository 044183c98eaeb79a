"""What is waiting, and when the next thing is due: by this a rehearsal's clock knows when it may jump."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import update

from bot.channels.errors import Unavailable
from bot.domain.attempts import Channel
from bot.fulfilment.settle import expire_stale
from bot.outreach.outgoing import ASK_AFTER, LEASE, SMS_SILENCE
from bot.outreach.prepare import prepare
from bot.store import events
from bot.store.events import NewEvent
from bot.store.models import AttemptRow, CampaignRow
from bot.store.pending import Pending, pending
from tests.db.factories import make_enrolment, make_grant
from tests.db.parts import NOW, Parts
from tests.fakes import Lost

HOUR = timedelta(hours=1)


def now_pending(parts: Parts, now: object = NOW) -> Pending:
    with parts.transaction() as tx:
        return pending(tx, now)  # type: ignore[arg-type]


def test_an_empty_house_is_idle_for_ever(parts: Parts) -> None:
    quiet = now_pending(parts)
    assert quiet == Pending(frozenset(), in_flight=False, next_at=None)
    assert quiet.idle


def test_a_run_that_is_to_start_is_a_timer(parts: Parts) -> None:
    with parts.transaction() as tx:
        make_enrolment(tx, step=None, visit=0, due_at=NOW + HOUR)
    assert now_pending(parts) == Pending(frozenset(), in_flight=False, next_at=NOW + HOUR)
    assert now_pending(parts, NOW + HOUR).due == {"timers"}


def test_an_sms_and_a_call_are_due_under_their_own_names(parts: Parts) -> None:
    campaign = parts.campaign()
    parts.enrol(campaign)
    assert now_pending(parts).due == {"sms"}
    parts.enrol(campaign, parts.customer(factors={"sms_habit": False}))
    assert now_pending(parts).due == {"sms", "calls"}
    assert now_pending(parts, NOW - HOUR).next_at == NOW


def test_a_paused_campaign_waits_for_nothing(parts: Parts) -> None:
    parts.enrol()
    with parts.transaction() as tx:
        tx.execute(update(CampaignRow).values(status="paused"))
    assert now_pending(parts) == Pending(frozenset(), in_flight=False, next_at=None)


def test_an_unprocessed_event_is_due_at_once(parts: Parts) -> None:
    with parts.transaction() as tx:
        events.leave(tx, [NewEvent("x", "sms.inbound", {}, NOW)])
    assert now_pending(parts).due == {"events"}
    assert not now_pending(parts).idle


def test_while_the_carrier_is_being_asked_nobody_may_jump(parts: Parts) -> None:
    parts.enrol()
    with parts.transaction() as tx:
        prepare(tx, Channel.SMS, parts.outgoing, parts.flows, parts.sms_outreach._render, limit=1, now=NOW)
    during = now_pending(parts)
    assert (during.due, during.in_flight) == (frozenset(), True)
    assert during.next_at == NOW + LEASE
    lost = now_pending(parts, NOW + LEASE)
    assert (lost.due, lost.in_flight) == ({"silence"}, False)


def test_an_unconfirmed_attempt_and_a_silent_one_are_asked_about(parts: Parts) -> None:
    parts.sms.script = [Lost()]
    parts.enrol()
    parts.sms_outreach.send_due(NOW)
    assert now_pending(parts) == Pending(frozenset(), in_flight=False, next_at=NOW + ASK_AFTER)
    parts.reconciler.reconcile(NOW + ASK_AFTER)
    parts.inbound.process_waiting(NOW + ASK_AFTER)
    assert now_pending(parts).next_at == NOW + ASK_AFTER + SMS_SILENCE


def test_what_the_carrier_could_not_take_is_the_next_thing(parts: Parts) -> None:
    parts.sms.script = [Unavailable("20429", retry_after=timedelta(seconds=2))]
    parts.enrol()
    parts.sms_outreach.send_due(NOW)
    assert now_pending(parts) == Pending(frozenset(), in_flight=False, next_at=NOW + timedelta(seconds=2))


def test_a_message_for_a_machine_is_due_until_the_call_is_over(parts: Parts) -> None:
    parts.enrol(customer=parts.customer(factors={"sms_habit": False}))
    parts.voice_outreach.call_due(NOW)
    with parts.transaction() as tx:
        tx.execute(update(AttemptRow).values(voicemail="due", lease_until=None))
    assert now_pending(parts).due == {"voicemails"}
    with parts.transaction() as tx:
        tx.execute(update(AttemptRow).values(voicemail="leaving"))
    assert now_pending(parts).due == {"voicemails"}
    with parts.transaction() as tx:
        tx.execute(update(AttemptRow).values(settled_at=NOW))
    assert now_pending(parts).due == frozenset()


def test_what_was_never_earned_is_due_to_be_closed_when_its_run_is_over(parts: Parts) -> None:
    with parts.transaction() as tx:
        enrolment = make_enrolment(tx, status="finished", result="declined", due_at=None, finished_at=NOW)
        make_grant(tx, enrolment_id=enrolment, status="accepted", accepted_at=NOW, due_at=None)
    assert now_pending(parts).due == {"stale_grants"}
    assert expire_stale(parts.transaction, NOW) == 1
    assert now_pending(parts).due == {"events"}


def test_a_grant_is_due_and_then_in_flight(parts: Parts) -> None:
    with parts.transaction() as tx:
        make_grant(tx, due_at=NOW + HOUR)
    assert now_pending(parts).next_at == NOW + HOUR
    assert now_pending(parts, NOW + HOUR).due == {"grants"}
    with parts.transaction() as tx:
        make_grant(tx, status="crediting", due_at=NOW + HOUR, lease_until=NOW + HOUR)
    assert now_pending(parts).in_flight


def test_a_grant_whose_worker_died_is_due_again_and_nobody_elses_silence(parts: Parts) -> None:
    """Nobody but fulfilment takes it up: rung for another queue, it would wait for the next grant of anybody."""
    with parts.transaction() as tx:
        make_grant(tx, status="crediting", due_at=NOW + HOUR, lease_until=NOW + HOUR)
    assert now_pending(parts, NOW + HOUR).due == {"grants"}
    assert not now_pending(parts, NOW + HOUR).in_flight


def test_the_earliest_of_all_is_next(parts: Parts) -> None:
    parts.enrol()
    parts.sms_outreach.send_due(NOW)  # asked about in an hour, answered within a day
    with parts.transaction() as tx:
        make_grant(tx, due_at=NOW + timedelta(minutes=59))
    assert now_pending(parts).next_at == NOW + timedelta(minutes=59)
