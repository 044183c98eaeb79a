"""Costly figures, kept for a moment, so that many viewers of a page that asks again and again cost as much as one."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

#: Counting takes at most this share of a viewer's time: what took long is kept longer.
_BUSY_SHARE = 0.1
_MOST = 256

_Value = TypeVar("_Value")


@dataclass(slots=True)
class _Shelf(Generic[_Value]):
    counting: threading.Lock = field(default_factory=threading.Lock)
    values: list[_Value] = field(default_factory=list)  # one or none
    fresh_until: float = 0.0


class Kept(Generic[_Value]):
    """In this process only. While one thread counts, the others get what was counted before, if anything was.

    The time here is the machine's, not the product's: what is saved is the machine's work.
    """

    def __init__(self, seconds: float, elapsed: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._elapsed = elapsed
        self._shelves: dict[Hashable, _Shelf[_Value]] = {}
        self._lock = threading.Lock()

    def get(self, key: Hashable, count: Callable[[], _Value]) -> _Value:
        shelf = self._shelf(key)
        if not shelf.counting.acquire(blocking=not shelf.values):
            return shelf.values[0]
        try:
            if not shelf.values or self._elapsed() >= shelf.fresh_until:
                begun = self._elapsed()
                shelf.values = [count()]
                done = self._elapsed()
                shelf.fresh_until = done + max(self._seconds, (done - begun) / _BUSY_SHARE)
            return shelf.values[0]
        finally:
            shelf.counting.release()

    def _shelf(self, key: Hashable) -> _Shelf[_Value]:
        with self._lock:
            shelf = self._shelves.pop(key, None) or _Shelf()
            self._shelves[key] = shelf  # the one last asked for stands last
            if len(self._shelves) > _MOST:
                del self._shelves[next(iter(self._shelves))]
            return shelf
