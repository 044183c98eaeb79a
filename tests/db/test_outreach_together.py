"""At most once, whatever dies and whoever else is sending: fences, leases and many senders at once."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from bot.channels.errors import Rejected, SendError, Unavailable, Unconfirmed
from bot.channels.messages import Accepted
from bot.domain.attempts import Channel
from bot.outreach.outgoing import ASK_AFTER, LEASE, SMS_SILENCE
from bot.outreach.prepare import prepare
from bot.outreach.record import record
from bot.store.models import AttemptRow, CustomerRow
from tests.db.factories import make_attempt, make_enrolment
from tests.db.parts import AS_SERVICE, NOW, UNCAPPED, Parts
from tests.fakes import Outbound

# -- fences and leases -----------------------------------------------------------------------------------------


def test_a_worker_that_died_leaves_an_unconfirmed_attempt_not_a_due_one(parts: Parts) -> None:
    enrolment = parts.enrol()

    def die(_: Sequence[Outbound]) -> None:
        raise KeyboardInterrupt

    parts.sms.while_sending = die
    with pytest.raises(KeyboardInterrupt):
        parts.sms_outreach.send_due(NOW)
    assert parts.attempt(enrolment).status == "sending"
    parts.sms.while_sending = lambda _: None
    later = NOW + LEASE + timedelta(seconds=1)
    assert parts.sms_outreach.send_due(later) == 0
    parts.reconciler.reconcile(later)
    suspected = parts.attempt(enrolment)
    assert (suspected.status, suspected.lease_until) == ("unconfirmed", later + ASK_AFTER)
    assert parts.sms_outreach.send_due(later) == 0


@pytest.mark.parametrize(
    "late", [Accepted("SM-late"), Rejected("21211"), Unavailable("20429"), Unconfirmed("no_answer")]
)
def test_a_late_record_under_an_old_fence_changes_nothing(parts: Parts, late: Accepted | SendError) -> None:
    enrolment = parts.enrol()
    with parts.transaction() as tx:
        _, ready = prepare(
            tx, Channel.SMS, parts.outgoing, parts.flows, parts.sms_outreach._render, limit=10, now=NOW
        )
    with parts.transaction() as tx:
        tx.execute(update(AttemptRow).values(fence=AttemptRow.fence + 1, status="due"))
    before = parts.attempt(enrolment)
    with parts.transaction() as tx:
        record(tx, ready, [late], now=NOW, silence=SMS_SILENCE)
    after = parts.attempt(enrolment)
    assert (after.status, after.carrier_sid, after.error_code) == ("due", None, None)
    assert (after.due_at, after.lease_until) == (before.due_at, before.lease_until)
    assert parts.event(f"attempt:{after.id}:failed") is None


def test_a_record_after_a_lost_lease_still_brings_the_sid(parts: Parts) -> None:
    enrolment = parts.enrol()
    late = NOW + LEASE + timedelta(seconds=1)
    parts.sms.while_sending = lambda _: parts.reconciler.reconcile(late) and None
    parts.sms_outreach.send_due(NOW)
    one = parts.attempt(enrolment)
    assert (one.status, one.carrier_sid) == ("unconfirmed", parts.sms.books[0].sid)
    parts.reconciler.reconcile(late + ASK_AFTER)
    parts.inbound.process_waiting(late + ASK_AFTER)
    assert parts.attempt(enrolment).status == "accepted"
    assert len(parts.sms.sent) == 1
    assert parts.enrolment(enrolment).due_at == late + ASK_AFTER + timedelta(hours=24)


def test_a_callback_that_overtakes_the_answer_is_not_undone_by_it(parts: Parts) -> None:
    enrolment = parts.enrol()
    at_once = NOW + timedelta(milliseconds=300)
    parts.sms.while_sending = lambda batch: parts.status(
        batch[0].attempt_id, "delivered", at_once, sid="SM-early"
    )
    parts.sms_outreach.send_due(NOW)
    one = parts.attempt(enrolment)
    assert (one.status, one.carrier_sid, one.lease_until) == ("delivered", "SM-early", None)
    # The callback started the time to answer, and the carrier's answer did not start it again.
    assert parts.enrolment(enrolment).due_at == at_once + timedelta(hours=24)


def test_an_answer_whose_sid_is_anothers_does_not_undo_its_batch(parts: Parts) -> None:
    campaign = parts.campaign()
    one, other = parts.enrol(campaign), parts.enrol(campaign)
    with parts.transaction() as tx:
        stranger = make_enrolment(tx, campaign_id=campaign)
        make_attempt(tx, enrolment_id=stranger, status="accepted", carrier_sid=f"SM{1:032}")
    parts.sms_outreach.send_due(NOW)
    assert [parts.attempt(each).status for each in (one, other)] == ["accepted", "accepted"]
    assert {parts.attempt(each).carrier_sid for each in (one, other)} == {None, f"SM{2:032}"}


def _together(workers: int, work: Any) -> list[Any]:
    """All start at the same moment."""
    gate = threading.Barrier(workers)

    def one(_: int) -> Any:
        gate.wait(10)
        return work()

    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(one, range(workers)))


# -- many at once ----------------------------------------------------------------------------------------------


def test_two_senders_never_send_one_attempt_twice(parts: Parts) -> None:
    campaign = parts.campaign()
    for _ in range(40):
        parts.enrol(campaign)

    def send() -> int:
        return sum(parts.sms_outreach.send_due(NOW, limit=7) for _ in range(10))

    assert sum(_together(2, send)) == 40
    ids = [one.attempt_id for one in parts.sms.sent]
    assert len(ids) == len(set(ids)) == 40


def test_two_senders_never_exceed_a_cap_between_them(parts: Parts) -> None:
    policy = UNCAPPED | {"caps": [{"limit": 2, "period": "1d", "channel": "sms", "everywhere": True}]}
    customers = [parts.customer() for _ in range(5)]
    for _ in range(4):
        campaign = parts.campaign(AS_SERVICE, policy=policy)
        for customer in customers:
            parts.enrol(campaign, customer)

    def send() -> None:
        for _ in range(12):
            parts.sms_outreach.send_due(NOW, limit=3)

    _together(2, send)
    numbers = [one.to for one in parts.sms.sent]
    assert {number: numbers.count(number) for number in numbers} == dict.fromkeys(set(numbers), 2)
    assert len(set(numbers)) == 5


def test_a_call_and_an_sms_at_once_share_their_cap(parts: Parts) -> None:
    policy = UNCAPPED | {"caps": [{"limit": 1, "period": "1d", "everywhere": True}]}
    customers = [parts.customer() for _ in range(6)]
    sms, call = parts.campaign(policy=policy), parts.campaign(policy=policy)
    for customer in customers:
        parts.enrol(sms, customer)
    with parts.transaction() as tx:
        for row in tx.query(CustomerRow):
            row.factors = {**row.factors, "sms_habit": False}
    for customer in customers:
        parts.enrol(call, customer)

    outreach = [
        lambda: parts.sms_outreach.send_due(NOW, limit=2),
        lambda: parts.voice_outreach.call_due(NOW, limit=2),
    ]

    def work() -> None:
        mine = outreach.pop()
        for _ in range(8):
            mine()

    _together(2, work)
    numbers = [one.to for one in (*parts.sms.sent, *parts.voice.sent)]
    assert sorted(numbers) == sorted(set(numbers))
    assert len(numbers) == 6


def test_two_attempts_to_one_person_in_one_batch_see_each_other(parts: Parts) -> None:
    policy = UNCAPPED | {"caps": [{"limit": 1, "period": "1d", "everywhere": True}]}
    customer = parts.customer()
    enrolments = [parts.enrol(parts.campaign(policy=policy), customer) for _ in range(3)]
    assert parts.sms_outreach.send_due(NOW) == 3
    assert len(parts.sms.sent) == 1
    assert sorted(parts.attempt(one).status for one in enrolments) == ["accepted", "expired", "expired"]
