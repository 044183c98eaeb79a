"""The tasks: each looks at what is due in its stage, works it off, and rings for what it has left to others."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime
from functools import wraps

from bot.bell import Queue
from bot.bootstrap import Wired, wired
from bot.clock import SharedClock
from bot.enrolment.ground import ground_of
from bot.enrolment.tend import take_in_waiting, tend_campaigns
from bot.escalation.assign import assign
from bot.fulfilment.settle import expire_stale, settle_due
from bot.store import drains, intakes
from bot.store.pending import pending
from bot.tasks.app import app
from bot.tasks.braking import brake
from bot.tasks.names import QUEUE_OF_PENDING, TASK_OF

log = logging.getLogger(__name__)

LONGEST_S = 15  # then the message ends and a new one is rung: well before the time limit of a task, however slow a look
FULL = 200  # a look that found so much has probably left more
RELEASED_AT_ONCE = 5000
LINGER_S = 0.01  # what comes in a burst is worked off in batches, not one by one


def publish(queue: Queue) -> None:
    app.send_task(TASK_OF[queue], queue=queue.value, expires=30)


def _work(queue: Queue, look: Callable[[Wired, datetime], int]) -> None:
    """Look again until nothing is due; then ring for whatever this work, or a key press, has made due elsewhere."""
    parts = wired()
    bell = parts.bell(publish)
    done = 0
    until = time.monotonic() + LONGEST_S
    while time.monotonic() < until:
        bell.attend(queue)
        found = look(parts, parts.clock.now())
        done += found
        if found == 0:
            break
        if found >= FULL:
            bell.heard(queue)  # more than one of us is needed: the next ring brings another worker
        else:
            time.sleep(LINGER_S)
    bell.heard(queue)
    done += look(parts, parts.clock.now())
    # Who did nothing rings nobody: two queues that wait for their pacing must not keep each other awake.
    if done or queue is Queue.INBOUND:
        bell.ring(_due(parts) - ({queue} if not done else set()))


def _due(parts: Wired) -> set[Queue]:
    with parts.transaction() as tx:
        return {QUEUE_OF_PENDING[kind] for kind in pending(tx, parts.clock.now()).due}


def _at_work(work: Callable[[], None]) -> Callable[[], None]:
    """A rehearsal's clock stands still while anybody is at work, so that nobody acts on a time that is over."""

    @wraps(work)
    def attended() -> None:
        parts = wired()
        if isinstance(parts.clock, SharedClock):
            with parts.attendance.at_work():
                work()
        else:
            work()

    return attended


@app.task
@_at_work
def inbound() -> None:
    _work(Queue.INBOUND, _inbound)


@app.task
@_at_work
def send_sms() -> None:
    _work(Queue.SMS, lambda parts, now: parts.sms_outreach.send_due(now))


@app.task
@_at_work
def place_calls() -> None:
    _work(Queue.CALLS, _calls)


@app.task
@_at_work
def fulfil() -> None:
    _work(Queue.FULFILMENT, _fulfil)


@app.task
@_at_work
def sweep() -> None:
    """Rung each second by beat: whatever a lost message should have announced is found here."""
    parts = wired()
    parts.bell(publish).heard(Queue.SWEEPS)
    now = parts.clock.now()
    expire_stale(parts.transaction, now)
    with parts.transaction() as tx:
        assign(tx, now)
        drains.release(tx, now, limit=RELEASED_AT_ONCE)
    brake(parts.transaction, parts.flows, parts.rulebook, now)
    tend_campaigns(parts.transaction, parts.flows, ground_of(parts.settings), now)
    parts.bell(publish).ring(_due(parts) - {Queue.SWEEPS})


@app.task
@_at_work
def take_back() -> None:
    """Rung each second by beat, and at once when somebody has refused."""
    _work(Queue.RECALLS, lambda parts, now: parts.recall.take_back(now))


@app.task
@_at_work
def ask_the_silent() -> None:
    """The carrier is asked, which may take its time: brakes and campaigns never wait for it."""
    _work(Queue.SILENCE, _ask)


def _ask(parts: Wired, now: datetime) -> int:
    return parts.reconciler.reconcile(now) + parts.manager_calls.ask_the_silent(now)


@app.task
@_at_work
def enrol() -> None:
    """A whole audience comes in: for minutes, and nothing else ever waits for it."""
    _work(Queue.ENROLMENT, _take_in)


def _take_in(parts: Wired, now: datetime) -> int:
    ground = ground_of(parts.settings)
    chunks = take_in_waiting(parts.transaction, parts.flows, ground, now, chunks=1)
    with parts.transaction() as tx:
        # One audience is one worker's; for a second one another worker is rung.
        return FULL if chunks and intakes.several(tx) else chunks


def _inbound(parts: Wired, now: datetime) -> int:
    heard = parts.inbound.process_waiting(now)
    if heard and parts.refusal_watch.news():
        parts.bell(publish).ring([Queue.RECALLS])
    return heard + parts.inbound.wake_due(now)


def _calls(parts: Wired, now: datetime) -> int:
    """Managers first: somebody waits beside the phone."""
    by_hand = parts.manager_calls.ring_due(now)
    return by_hand + parts.voice_outreach.call_due(now) + parts.voicemail_outreach.leave_due(now)


def _fulfil(parts: Wired, now: datetime) -> int:
    if parts.billing is None:
        return 0
    zone = parts.settings.default_time_zone or "UTC"
    return settle_due(parts.transaction, parts.billing, now, default_zone=zone)
