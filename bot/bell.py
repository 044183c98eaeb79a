"""The doorbell: tells a worker to look now. Lost or doubled, it does no harm: the sweep rings each second anyway."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Protocol, cast

from kombu.exceptions import OperationalError
from redis import Redis, RedisError

log = logging.getLogger(__name__)


class Queue(StrEnum):
    """One queue a kind of work, so that replies never wait behind a bulk campaign."""

    INBOUND = "inbound"
    CALLS = "calls"
    SMS = "sms"
    FULFILMENT = "fulfilment"
    SWEEPS = "sweeps"
    RECALLS = "recalls"
    ENROLMENT = "enrolment"
    SILENCE = "silence"


class Publish(Protocol):
    def __call__(self, queue: Queue) -> None: ...


class Bell:
    """While a ring waits to be heard, further ones for the same queue are the same ring."""

    _HEARD_WITHIN_MS = 3_000

    def __init__(self, valkey: Redis, publish: Publish) -> None:
        self._valkey = valkey
        self._publish = publish

    def ring(self, queues: Iterable[Queue]) -> None:
        """Only ever after a commit."""
        for queue in queues:
            try:
                if self._valkey.set(_key(queue), b"1", nx=True, px=self._HEARD_WITHIN_MS):
                    self._publish(queue)
            except (RedisError, OperationalError, OSError) as error:
                # The row is due; the sweep will find it when the broker is back.
                log.warning("bell not rung queue=%s error=%s", queue, type(error).__name__)

    def attend(self, queue: Queue) -> None:
        """Somebody is looking, and will look again before leaving: rings are not needed meanwhile."""
        self._valkey.set(_key(queue), b"1", px=self._HEARD_WITHIN_MS)

    def heard(self, queue: Queue) -> None:
        """Called before the last look, so that whatever comes later rings again."""
        self._valkey.delete(_key(queue))


class Attendance:
    """Which workers are at work at this very moment, with the time that they read when they began.

    For whoever must not move the clock under them: a rehearsal's driver. A worker that was killed counts for
    `_FORGOTTEN_AFTER_S` more.
    """

    _KEY = "kl:at-work"
    _FORGOTTEN_AFTER_S = 20.0

    def __init__(self, valkey: Redis) -> None:
        self._valkey = valkey

    @contextmanager
    def at_work(self) -> Iterator[None]:
        me = f"{os.getpid()}:{threading.get_ident()}"
        self._valkey.zadd(self._KEY, {me: time.time()})
        try:
            yield
        finally:
            self._valkey.zrem(self._KEY, me)

    def anybody(self) -> bool:
        return bool(self._valkey.zcount(self._KEY, time.time() - self._FORGOTTEN_AFTER_S, "+inf"))

    def forget(self, process_group: int) -> None:
        """Of a worker of this machine that was killed: at once, for whoever killed it."""
        members = cast("list[bytes]", self._valkey.zrange(self._KEY, 0, -1))
        dead = [one for one in members if _group_of(one) in (process_group, None)]
        if dead:
            self._valkey.zrem(self._KEY, *dead)


def _group_of(member: bytes) -> int | None:
    try:
        return os.getpgid(int(member.partition(b":")[0]))
    except ProcessLookupError:
        return None


def _key(queue: Queue) -> str:
    return f"kl:bell:{queue}"
