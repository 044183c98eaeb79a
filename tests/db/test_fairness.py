"""A bulk campaign takes its turn: who has just said something is answered first, and the small are served."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import text

from bot.store import events, sending
from bot.store.events import NewEvent
from bot.store.models import CustomerRow
from bot.store.transaction import Transaction
from tests.db.asking import asking, calling
from tests.db.crowds import crowd
from tests.db.parts import NOW, Parts
from tests.fakes import FakePacing

CROWD = 100_000
AT_ONCE_S = 2.0


@pytest.fixture(autouse=True)
def dispersed(transaction: Transaction) -> Iterator[None]:
    """Row by row, the next test would be busy for half a minute emptying the tables."""
    yield
    with transaction() as tx:
        tx.execute(text("TRUNCATE customers CASCADE"))


@contextmanager
def at_work(*stages: Callable[[], object]) -> Iterator[None]:
    """As the workers of two queues are: each looks again as soon as it has done what it found."""
    over = threading.Event()
    failed: list[BaseException] = []

    def keep_at(stage: Callable[[], object]) -> None:
        while not over.is_set():
            try:
                stage()
            except BaseException as error:
                failed.append(error)
                return

    threads = [threading.Thread(target=keep_at, args=[stage]) for stage in stages]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()
    if failed:
        raise failed[0]


def seconds_until(done: Callable[[], bool], *, at_most: float = 20) -> float:
    begun = time.monotonic()
    while not done():
        if time.monotonic() - begun > at_most:
            pytest.fail(f"not within {at_most} s")
        time.sleep(0.005)
    return time.monotonic() - begun


def test_a_reply_is_answered_at_once_while_a_hundred_thousand_wait_to_be_sent(parts: Parts) -> None:
    huge = parts.campaign(asking("huge"))
    customer = parts.customer()
    enrolment = parts.enrol(huge, customer)
    parts.sms_outreach.send_due(NOW)
    parts.status(parts.attempt(enrolment).id, "delivered")
    with parts.transaction() as tx:
        number = tx.get_one(CustomerRow, customer).msisdn
        crowd(tx, huge, CROWD)

    def answered() -> bool:
        return any(one.to == number and "谢谢" in getattr(one, "body", "") for one in parts.sms.sent)

    with at_work(
        lambda: parts.sms_outreach.send_due(NOW),
        lambda: (parts.inbound.process_waiting(NOW), parts.inbound.wake_due(NOW)),
    ):
        seconds_until(lambda: len(parts.sms.sent) > 500)  # the bulk is on its way
        echo_everything(parts)
        reply = {"MessageSid": "SM-in", "From": number, "Body": "1"}
        with parts.transaction() as tx:
            events.leave(tx, [NewEvent("sms:in:1", "sms.inbound", reply, NOW, customer_id=customer)])
        taken = seconds_until(answered)
        sent = len(parts.sms.sent)
    assert taken < AT_ONCE_S
    assert sent < CROWD  # it did not wait for the last of them


def echo_everything(parts: Parts) -> None:
    """The carrier reports twice on each message that it has taken so far: events that came before the reply."""
    reports = [
        NewEvent(f"{sid}:{word}", "sms.status", {"MessageSid": sid, "MessageStatus": word}, NOW, attempt)
        for word in ("sent", "delivered")
        for sid, attempt in list(parts.sms.taken.items())
    ]
    with parts.transaction() as tx:
        events.leave(tx, reports)


def test_a_caller_hears_the_next_words_at_once_while_bulk_is_sent(parts: Parts) -> None:
    huge = parts.campaign(asking("huge"))
    enrolment = parts.enrol(parts.campaign(calling()))
    parts.voice_outreach.call_due(NOW)
    attempt = parts.attempt(enrolment).id
    with parts.transaction() as tx:
        crowd(tx, huge, 5_000)
    waits = []
    with at_work(lambda: parts.sms_outreach.send_due(NOW), lambda: parts.inbound.process_waiting(NOW)):
        for answer in (
            lambda: parts.talk.answered(attempt, {"CallSid": "CA1"}, NOW),
            lambda: parts.talk.pressed(attempt, 1, {"CallSid": "CA1", "Digits": "1"}, NOW),
        ):
            begun = time.monotonic()
            assert "<Response>" in answer()
            waits.append(time.monotonic() - begun)
    assert max(waits) < AT_ONCE_S


@pytest.mark.parametrize(("priority", "share"), [(5, 50), (2, 33), (0, 14)])
def test_a_small_campaign_gets_its_share_of_what_may_go_out(parts: Parts, priority: int, share: int) -> None:
    """By the weight of its priority against the huge one's 5: 6 of 12, 3 of 9, 1 of 7."""
    huge, small = (
        parts.campaign(asking("huge"), priority=5),
        parts.campaign(asking("small"), priority=priority),
    )
    with parts.transaction() as tx:
        crowd(tx, huge, 2_000)
        crowd(tx, small, 60)
    parts.pacing = FakePacing(100)
    parts.sms_outreach.send_due(NOW)
    sent = Counter(getattr(one, "body", "").split("：")[0] for one in parts.sms.sent)
    assert sent.total() == 100
    assert abs(sent["small"] - share) <= 1


def test_who_has_nothing_due_leaves_its_share_to_the_others(parts: Parts) -> None:
    huge, idle = parts.campaign(asking("huge")), parts.campaign(asking("idle"), priority=9)
    with parts.transaction() as tx:
        crowd(tx, huge, 300)
        assert len(sending.claim_due(tx, channel="sms", limit=100, now=NOW)) == 100
    assert idle


def test_bulk_goes_out_in_whole_batches_while_others_trickle(parts: Parts) -> None:
    bulk = parts.campaign(asking("bulk"), priority=0)
    urgent = [parts.campaign(asking(f"urgent {n}"), priority=9) for n in range(5)]
    with parts.transaction() as tx:
        crowd(tx, bulk, 300)
        for campaign in urgent:
            crowd(tx, campaign, 1)
        claimed = sending.claim_due(tx, channel="sms", limit=100, now=NOW)
    assert Counter(one.campaign_id for one in claimed) == {bulk: 95, **dict.fromkeys(urgent, 1)}
    assert len({one.id for one in claimed}) == 100
    assert all(one.policy and one.offer is not None for one in claimed)
