"""Celery's settings: at-least-once messages that carry nothing, no results, no business time in the broker."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kombu.entity import Queue as KombuQueue

from bot.bell import Queue
from bot.tasks.names import TASK_OF

#: A worker that dies is noticed after this long; it must exceed the longest task.
VISIBILITY_S = 120


def configuration(redis_url: str, var_dir: Path) -> dict[str, Any]:
    return {
        "broker_url": redis_url,
        "result_backend": None,
        "enable_utc": True,
        "timezone": "UTC",
        "imports": ["bot.tasks.work"],
        **_BROKER,
        **_MESSAGES,
        **_WORKER,
        "beat_schedule_filename": str(var_dir / "beat-schedule"),
        "beat_schedule": {
            "sweep": _every_second(Queue.SWEEPS),
            # A bulk campaign's sending never stands between a refusal and its recall: a queue of its own.
            "recall": _every_second(Queue.RECALLS),
        },
    }


_BROKER = {
    "broker_transport_options": {
        "visibility_timeout": VISIBILITY_S,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        "socket_timeout": 10,
        "socket_connect_timeout": 5,
        "socket_keepalive": True,
        "health_check_interval": 10,
        "retry_on_timeout": True,
        "global_keyprefix": "kl:",
    },
    "broker_connection_retry_on_startup": True,
}
_MESSAGES = {
    "task_ignore_result": True,
    "task_acks_late": True,
    "task_reject_on_worker_lost": True,
    "task_time_limit": 60,
    "task_soft_time_limit": 45,
    "task_serializer": "json",
    "accept_content": ["json"],
    "task_queues": [KombuQueue(queue.value) for queue in Queue],
    "task_default_queue": Queue.SWEEPS.value,
    "task_publish_retry_policy": {"max_retries": 2, "interval_start": 0.1, "interval_max": 0.5},
}
_WORKER = {
    "worker_prefetch_multiplier": 1,
    "worker_cancel_long_running_tasks_on_connection_loss": True,
    "worker_soft_shutdown_timeout": 20,
    "worker_max_tasks_per_child": 20_000,
    "worker_send_task_events": False,
    "worker_hijack_root_logger": False,
}


def _every_second(queue: Queue) -> dict[str, Any]:
    """One that nobody had time for is not worth doing twice."""
    return {"task": TASK_OF[queue], "schedule": 1.0, "options": {"expires": 2, "queue": queue.value}}
