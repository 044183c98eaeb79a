"""The Celery application. A message only says "look now"; all that is due is a row."""

from __future__ import annotations

from typing import Any

from celery import Celery
from celery.signals import setup_logging, worker_process_init
from kombu import Queue as KombuQueue

from bot.bell import Queue
from bot.bootstrap import wired
from bot.log import configure

app = Celery("keepline")
app.conf.update(
    broker_url=wired().settings.redis_url,
    broker_transport_options={
        "visibility_timeout": 120,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        "socket_timeout": 10,
        "socket_connect_timeout": 5,
        "socket_keepalive": True,
        "health_check_interval": 10,
        "retry_on_timeout": True,
        "global_keyprefix": "kl:",
    },
    result_backend=None,
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_time_limit=60,
    task_soft_time_limit=45,
    task_serializer="json",
    accept_content=["json"],
    task_queues=[KombuQueue(queue.value) for queue in Queue],
    task_default_queue=Queue.SWEEPS.value,
    task_publish_retry_policy={"max_retries": 2, "interval_start": 0.1, "interval_max": 0.5},
    worker_prefetch_multiplier=1,
    worker_cancel_long_running_tasks_on_connection_loss=True,
    worker_soft_shutdown_timeout=20,
    worker_max_tasks_per_child=20_000,
    worker_send_task_events=False,
    worker_hijack_root_logger=False,
    broker_connection_retry_on_startup=True,
    enable_utc=True,
    timezone="UTC",
    beat_schedule_filename=str(wired().settings.var_dir / "beat-schedule"),
    beat_schedule={
        "sweep": {
            "task": "bot.tasks.work.sweep",
            "schedule": 1.0,
            "options": {"expires": 2, "queue": Queue.SWEEPS.value},
        },
    },
    imports=["bot.tasks.work"],
)


@setup_logging.connect
def _logging(**_: Any) -> None:
    configure()


@worker_process_init.connect
def _after_fork(**_: Any) -> None:
    """A forked child must not speak on its parent's database connections."""
    wired().engine.dispose(close=False)
