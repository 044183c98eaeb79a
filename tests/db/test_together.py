"""All stages at once on the same few rows: nobody deadlocks, and nothing is sent twice."""

from __future__ import annotations

import itertools
import random
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from bot.channels.errors import SendError, Unavailable, Unconfirmed
from bot.domain.attempts import TAKEN_BY_CARRIER
from bot.store import events
from bot.store.events import NewEvent
from bot.store.models import AttemptRow, CustomerRow, EnrolmentRow
from tests.db.parts import NOW, Parts
from tests.fakes import FakeSms, FakeVoice, Lost

CUSTOMERS, ROUNDS = 12, 25


def _mishaps(chance: random.Random, posts: int) -> list[SendError]:
    """Half of all answers are trouble; the rest of the script is over when this one is."""
    kinds: list[Callable[[], SendError]] = [Lost, lambda: Unconfirmed("503"), lambda: Unavailable("20429")]
    return [chance.choice(kinds)() for _ in range(posts)]


class World:
    """What the carrier, the customers and billing tell, over and over, of whatever has been taken."""

    def __init__(self, parts: Parts, seed: int) -> None:
        self.parts, self.chance = parts, random.Random(seed)
        with parts.transaction() as tx:
            self.numbers = {row.id: row.msisdn for row in tx.scalars(select(CustomerRow))}

    def tell(self, now: datetime) -> None:
        told = [self._of_an_sms(now), self._of_a_call(now)]
        if self.chance.random() < 0.2:
            told.append(self._of_a_person(now))
        with self.parts.transaction() as tx:
            events.leave(tx, [event for event in told if event is not None])

    def answer(self, now: datetime) -> None:
        """Somebody picks up, and presses something."""
        sid, attempt = self._any(self.parts.voice)
        if attempt is not None:
            form = {"CallSid": sid, "Digits": self.chance.choice("1290")}
            self.parts.talk.answered(attempt, form, now)
            self.parts.talk.pressed(attempt, 1, form, now)

    def _of_an_sms(self, now: datetime) -> NewEvent | None:
        sid, attempt = self._any(self.parts.sms)
        word = self.chance.choice(["queued", "sent", "delivered", "undelivered"])
        payload = {"MessageSid": sid, "MessageStatus": word}
        return NewEvent(f"{sid}:{word}", "sms.status", payload, now, attempt) if attempt else None

    def _of_a_call(self, now: datetime) -> NewEvent | None:
        sid, attempt = self._any(self.parts.voice)
        word = self.chance.choice(["ringing", "in-progress", "completed", "busy", "no-answer"])
        payload = {"CallSid": sid, "CallStatus": word, "AnsweredBy": "machine_end_beep"}
        kind = self.chance.choice(["call.status", "call.amd"])
        return NewEvent(f"{sid}:{kind}:{word}", kind, payload, now, attempt) if attempt else None

    def _of_a_person(self, now: datetime) -> NewEvent:
        customer, number = self.chance.choice(list(self.numbers.items()))
        key = f"{customer}:{now}:{self.chance.random()}"
        if self.chance.random() < 0.5:
            payload = {"amount": "60", "status": "completed"}
            return NewEvent(key, "billing.topup", payload, now, customer_id=customer)
        said = {"From": number, "Body": self.chance.choice(["1", "1", "2", "T"])}
        return NewEvent(key, "sms.inbound", said, now, customer_id=customer)

    def _any(self, carrier: FakeSms | FakeVoice) -> tuple[str, UUID | None]:
        taken = list(carrier.taken.items())
        return self.chance.choice(taken) if taken else ("", None)


def test_all_stages_at_once_neither_deadlock_nor_send_twice(parts: Parts) -> None:
    campaigns = [parts.campaign(), parts.campaign()]
    for number in range(CUSTOMERS):
        customer = parts.customer(factors={"sms_habit": number % 2 == 0})
        for campaign in campaigns:
            parts.enrol(campaign, customer)
    chance = random.Random(7)
    parts.sms.script, parts.voice.script = _mishaps(chance, 20), _mishaps(chance, 20)
    world = World(parts, seed=7)
    turns = itertools.count()

    def tick() -> None:
        """A minute passes for all: whoever sends has recorded, as a lease demands."""
        parts.sms.now = parts.voice.now = NOW + timedelta(minutes=next(turns))

    gate = threading.Barrier(7, action=tick)

    def stage(work: Callable[[datetime], object]) -> None:
        with suppress(threading.BrokenBarrierError):  # another stage has failed, and says so itself
            for _ in range(ROUNDS):
                gate.wait(30)
                try:
                    work(parts.sms.now)
                except BaseException:
                    gate.abort()
                    raise

    stages: list[Callable[[datetime], object]] = [
        lambda now: parts.sms_outreach.send_due(now, limit=5),
        lambda now: (parts.voice_outreach.call_due(now, limit=5), parts.voicemail.leave_due(now)),
        lambda now: parts.reconciler.reconcile(now + timedelta(minutes=2)),
        lambda now: parts.inbound.process_waiting(now, limit=3),
        lambda now: (parts.inbound.process_waiting(now, limit=7), parts.inbound.wake_due(now)),
        world.tell,
        world.answer,
    ]
    with ThreadPoolExecutor(len(stages)) as pool:
        for done in [pool.submit(stage, work) for work in stages]:
            done.result()  # a deadlock would be raised here

    assert not gate.broken
    while parts.inbound.process_waiting(NOW + timedelta(hours=1)):
        pass
    with parts.transaction() as tx:
        attempts = list(tx.scalars(select(AttemptRow)))
        enrolments = list(tx.scalars(select(EnrolmentRow)))
    assert len(enrolments) == 2 * CUSTOMERS
    posts = Counter(one.attempt_id for one in (*parts.sms.sent, *parts.voice.sent))
    assert {one.id: one.sends for one in attempts if one.sends} == dict(posts)
    # The books: never more in the carrier's than we know to be, or fear to be, there.
    ours = Counter(
        (one.to_number, one.body)
        for one in attempts
        if one.sends
        and (one.status in TAKEN_BY_CARRIER or one.status in ("unconfirmed", "failed", "sending"))
    )
    theirs = Counter((one.to, one.body) for one in (*parts.sms.books, *parts.voice.books))
    assert theirs <= ours
    assert sum(theirs.values()) > CUSTOMERS
