"""The tasks: each looks at what is due in its stage, works it off, and rings for what it has left to others."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from bot.bell import Queue
from bot.bootstrap import Wired, wired
from bot.escalation.assign import assign
from bot.fulfilment.settle import expire_stale, settle_due
from bot.tasks.app import app
from bot.tasks.names import TASK_OF

log = logging.getLogger(__name__)

ROUNDS = 25  # then the message ends and a new one is rung, so that no task runs for ever

#: Whom the work of a queue may have made busy.
AFTER: dict[Queue, tuple[Queue, ...]] = {
    Queue.INBOUND: (Queue.SMS, Queue.CALLS, Queue.FULFILMENT, Queue.INBOUND),
    Queue.SMS: (Queue.INBOUND, Queue.SMS),
    Queue.CALLS: (Queue.INBOUND, Queue.CALLS),
    Queue.FULFILMENT: (Queue.INBOUND, Queue.FULFILMENT),
    Queue.SWEEPS: (Queue.INBOUND,),
}


def publish(queue: Queue) -> None:
    app.send_task(TASK_OF[queue], queue=queue.value, expires=30)


def _work(queue: Queue, look: Callable[[Wired, datetime], int]) -> None:
    """Look again until nothing is due; ring the neighbours if anything was."""
    parts = wired()
    bell = parts.bell(publish)
    bell.heard(queue)
    done = 0
    for _ in range(ROUNDS):
        found = look(parts, parts.clock.now())
        done += found
        if found == 0:
            break
    if done:
        bell.ring(AFTER[queue])


@app.task
def inbound() -> None:
    _work(Queue.INBOUND, _inbound)


@app.task
def send_sms() -> None:
    _work(Queue.SMS, lambda parts, now: parts.sms_outreach.send_due(now))


@app.task
def place_calls() -> None:
    _work(Queue.CALLS, _calls)


@app.task
def fulfil() -> None:
    _work(Queue.FULFILMENT, _fulfil)


@app.task
def sweep() -> None:
    """Rung each second by beat: whatever a lost message should have announced is found here."""
    parts = wired()
    parts.bell(publish).heard(Queue.SWEEPS)
    now = parts.clock.now()
    parts.reconciler.reconcile(now)
    expire_stale(parts.transaction, now)
    with parts.transaction() as tx:
        assign(tx, now)
    parts.inbound.finish_campaigns(now)
    parts.bell(publish).ring((Queue.INBOUND, Queue.SMS, Queue.CALLS, Queue.FULFILMENT))


def _inbound(parts: Wired, now: datetime) -> int:
    return parts.inbound.process_waiting(now) + parts.inbound.wake_due(now)


def _calls(parts: Wired, now: datetime) -> int:
    return parts.voice_outreach.call_due(now) + parts.voicemail_outreach.leave_due(now)


def _fulfil(parts: Wired, now: datetime) -> int:
    if parts.billing is None:
        return 0
    return settle_due(parts.transaction, parts.billing, now)
