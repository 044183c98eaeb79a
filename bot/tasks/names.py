"""Which task looks at which queue, and which queue a kind of pending work is looked for in."""

from __future__ import annotations

from bot.bell import Queue

TASK_OF: dict[Queue, str] = {
    Queue.INBOUND: "bot.tasks.work.inbound",
    Queue.SMS: "bot.tasks.work.send_sms",
    Queue.CALLS: "bot.tasks.work.place_calls",
    Queue.FULFILMENT: "bot.tasks.work.fulfil",
    Queue.SWEEPS: "bot.tasks.work.sweep",
    Queue.RECALLS: "bot.tasks.work.take_back",
    Queue.ENROLMENT: "bot.tasks.work.enrol",
    Queue.SILENCE: "bot.tasks.work.ask_the_silent",
}

#: By the kinds of `bot.store.pending`.
QUEUE_OF_PENDING: dict[str, Queue] = {
    "events": Queue.INBOUND,
    "timers": Queue.INBOUND,
    "sms": Queue.SMS,
    "calls": Queue.CALLS,
    "manual_calls": Queue.CALLS,
    "voicemails": Queue.CALLS,
    "grants": Queue.FULFILMENT,
    "silence": Queue.SILENCE,
    "stale_grants": Queue.SWEEPS,
    "campaigns": Queue.SWEEPS,
    "intakes": Queue.ENROLMENT,
}
