"""The Procfile, the queues and the tasks agree, so that nothing is rung which nobody hears."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from bot.bell import Queue
from bot.tasks.configuration import VISIBILITY_S, configuration
from bot.tasks.names import QUEUE_OF_PENDING, TASK_OF

ROOT = Path(__file__).parents[2]
PROCFILE = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines() if line)
CELERY = configuration("redis://unused", Path("/tmp"))
ENVIRONMENT = {
    "DATABASE_URL": "postgresql://unused",
    "REDIS_URL": "redis://unused",
    "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "TWILIO_AUTH_TOKEN": "token",
    "SMS_SENDER": "+1",
    "VOICE_SENDER": "+1",
    "BILLING_WEBHOOK_SECRET": "secret",
    "PUBLIC_BASE_URL": "https://keepline.example.com",
    "SECRET_KEY": "sixteen letters!",
}


def _queues(command: str) -> list[str]:
    words = shlex.split(command)
    return words[words.index("--queues") + 1].split(",") if "--queues" in words else []


def test_every_queue_is_worked_by_exactly_one_kind_of_worker() -> None:
    worked = [queue for command in PROCFILE.values() for queue in _queues(command)]
    assert sorted(worked) == sorted(queue.value for queue in Queue)


def test_replies_have_workers_of_their_own() -> None:
    (replies,) = [command for command in PROCFILE.values() if Queue.INBOUND in _queues(command)]
    assert _queues(replies) == [Queue.INBOUND]


def test_the_database_is_migrated_before_anything_is_started() -> None:
    assert PROCFILE["release"].endswith("db migrate")
    assert {"web", "beat"} <= set(PROCFILE)


@pytest.fixture(scope="module")
def registered() -> set[str]:
    """The tasks of a worker that has just been started."""
    listing = subprocess.run(
        [sys.executable, "-c", "from bot.tasks.work import app; print('\\n'.join(app.tasks))"],
        cwd=ROOT,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(listing.stdout.split())


def test_every_queue_has_its_task(registered: set[str]) -> None:
    assert set(TASK_OF) == set(Queue)
    assert set(TASK_OF.values()) <= registered


def test_every_task_of_ours_is_rung_by_somebody(registered: set[str]) -> None:
    assert {name for name in registered if name.startswith("bot.")} == set(TASK_OF.values())


def test_every_beat_entry_names_a_task_and_its_queue(registered: set[str]) -> None:
    for entry in CELERY["beat_schedule"].values():
        assert entry["task"] in registered
        assert TASK_OF[Queue(entry["options"]["queue"])] == entry["task"]


def test_every_kind_of_pending_work_is_looked_for_in_a_queue() -> None:
    kinds = {
        "events",
        "timers",
        "sms",
        "calls",
        "manual_calls",
        "voicemails",
        "grants",
        "stale_grants",
        "silence",
        "campaigns",
        "intakes",
    }
    assert set(QUEUE_OF_PENDING) == kinds


def test_celery_knows_exactly_our_queues() -> None:
    assert {queue.name for queue in CELERY["task_queues"]} == {queue.value for queue in Queue}


def test_a_message_is_never_given_to_a_second_worker_while_the_first_may_be_at_it() -> None:
    assert CELERY["task_time_limit"] < VISIBILITY_S
    assert CELERY["task_acks_late"]
    assert CELERY["task_reject_on_worker_lost"]
    assert CELERY["accept_content"] == ["json"]
