"""Celery workers under measurement: started, waited for until they answer, and their processor time."""

from __future__ import annotations

import sys
import time

from celery import Celery

from bot.bell import Queue
from bot.cli.run import worker_command
from scripts.benchmarks.cost import tree_cpu
from scripts.benchmarks.ground import Ground
from scripts.rehearsing.stack import StackError

PROCESSES = 2
_READY_WITHIN_S = 60


class Workers:
    """A worker with two processes for one application."""

    def __init__(self, ground: Ground, name: str, command: list[str], client: Celery) -> None:
        ground.start_process(name, command)
        self._pid = ground.pid(name)
        deadline = time.monotonic() + _READY_WITHIN_S
        while not client.control.ping(timeout=0.5):
            ground.check_alive()
            if time.monotonic() > deadline:
                raise StackError(f"{name} is not answering; see {ground.folder / (name + '.log')}")

    def cpu(self) -> float:
        return tree_cpu(self._pid)


def product_command() -> list[str]:
    return worker_command(Queue.SMS.value, PROCESSES)


def tutorial_command() -> list[str]:
    return [
        sys.executable, "-m", "celery", "-A", "scripts.benchmarks.tutorial", "worker",
        "--concurrency", str(PROCESSES), "--without-gossip", "--without-mingle", "--without-heartbeat",
        "--loglevel", "WARNING",
    ]  # fmt: skip
