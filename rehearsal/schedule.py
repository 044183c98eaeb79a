"""Time in the rehearsal: a clock that stands still until it is set, and all that is still to happen."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Coroutine
from datetime import UTC, datetime
from functools import partial
from heapq import heappop, heappush
from itertools import count
from typing import Any

_log = logging.getLogger(__name__)

Action = Callable[[datetime], Coroutine[Any, Any, None]]
Entry = tuple[datetime, int, str, Action]


class ClockMovesBackwards(ValueError):
    """The time asked for lies before the time it is."""


class VirtualClock:
    """Moves only when it is told to."""

    virtual = True

    def __init__(self, start: datetime) -> None:
        self.now = start

    def move_to(self, now: datetime) -> None:
        if now < self.now:
            raise ClockMovesBackwards(f"the clock stands at {self.now.isoformat()}, after {now.isoformat()}")
        self.now = now


class RealClock:
    """The time of day, for watching a rehearsal live."""

    virtual = False

    @property
    def now(self) -> datetime:
        return datetime.now(UTC)

    def move_to(self, now: datetime) -> None:
        raise ClockMovesBackwards("this rehearsal runs on the real clock, which nobody sets")


class Life:
    """The course of one message or call: a story which yields each moment at which it wants to go on.

    `at` is the moment being lived; the story reads it after each yield, because it may have been woken early.
    """

    __slots__ = ("at", "lane", "over", "stepped", "story", "turn")

    def __init__(self, lane: str, at: datetime) -> None:
        self.lane = lane
        self.at = at
        self.turn = 0
        self.over = False
        self.stepped: asyncio.Future[None] | None = None
        self.story: AsyncGenerator[datetime, None]


class Schedule:
    """Runs what is due in order of time: one lane (a phone number) strictly in order, lanes side by side."""

    def __init__(self, clock: VirtualClock | RealClock, concurrency: int = 32) -> None:
        self.clock = clock
        self._concurrency = concurrency
        self._heap: list[Entry] = []
        self._order = count()
        self._busy: dict[str, datetime] = {}
        self._waiting: dict[str, list[Entry]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._requests = 0
        self._waiters: list[asyncio.Future[None]] = []
        self._crash: BaseException | None = None
        self._advancing = asyncio.Lock()
        self._timer: asyncio.TimerHandle | None = None

    @property
    def now(self) -> datetime:
        return self.clock.now

    @property
    def in_flight(self) -> int:
        return len(self._tasks) + self._requests

    @property
    def idle(self) -> bool:
        return not self._tasks and not self._requests and not self._something_is_due()

    @property
    def next_event_at(self) -> datetime | None:
        return self._heap[0][0] if self._heap else None

    def put(self, at: datetime, lane: str, action: Action) -> None:
        heappush(self._heap, (at, next(self._order), lane, action))
        if self._heap[0][0] == at:
            self._arm()

    def begin(self, lane: str, at: datetime, tell: Callable[[Life], AsyncGenerator[datetime, None]]) -> Life:
        life = Life(lane, at)
        life.story = tell(life)
        self.put(at, lane, partial(self._step, life, life.turn))
        return life

    def wake(self, life: Life) -> None:
        """Let a life go on at once instead of at the moment that it chose."""
        if not life.over:
            life.turn += 1
            self.put(self.moment_of(life), life.lane, partial(self._step, life, life.turn))

    def moment_of(self, life: Life) -> datetime:
        """The time it is for this life: its own while the clock has jumped ahead of it, else the clock's."""
        if life.lane in self._busy:
            return self._busy[life.lane]
        return min(life.at, self.now) if self._something_is_due() else self.now

    def request_began(self) -> None:
        self._requests += 1

    def request_ended(self) -> None:
        self._requests -= 1
        self._tell_waiters()

    async def advance(self, to: datetime) -> None:
        """Set the clock, then live through everything that falls due, follow-ups included."""
        async with self._advancing:
            self.clock.move_to(to)
            self._run_due()
            await self.settle()

    async def settle(self) -> None:
        """Wait until nothing is due and nothing is in flight. A bug in an action comes out here."""
        while not self.idle:
            waiter = asyncio.get_running_loop().create_future()
            self._waiters.append(waiter)
            await waiter
        if self._crash is not None:
            crash, self._crash = self._crash, None
            raise crash

    async def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._heap.clear()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _something_is_due(self) -> bool:
        return bool(self._heap) and self._heap[0][0] <= self.now

    def _arm(self) -> None:
        """See to it that the first entry of the heap runs when its time comes."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._something_is_due():
            self._timer = asyncio.get_running_loop().call_later(0, self._run_due)
        elif not self.clock.virtual and self._heap:
            seconds = (self._heap[0][0] - self.now).total_seconds()
            self._timer = asyncio.get_running_loop().call_later(seconds, self._run_due)

    def _run_due(self) -> None:
        while self._something_is_due() and len(self._tasks) < self._concurrency:
            entry = heappop(self._heap)
            at, _, lane, action = entry
            if lane in self._busy:
                self._waiting.setdefault(lane, []).append(entry)
                continue
            self._busy[lane] = at
            task = asyncio.get_running_loop().create_task(action(at))
            self._tasks.add(task)
            task.add_done_callback(partial(self._performed, lane))
        if len(self._tasks) < self._concurrency:
            self._arm()

    def _performed(self, lane: str, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        del self._busy[lane]
        for entry in self._waiting.pop(lane, ()):
            heappush(self._heap, entry)
        if not task.cancelled() and (crash := task.exception()) is not None:
            _log.error("an event of the rehearsal failed", exc_info=crash)
            self._crash = self._crash or crash
        self._run_due()
        self._tell_waiters()

    def _tell_waiters(self) -> None:
        if self._waiters and self.idle:
            waiters, self._waiters = self._waiters, []
            for waiter in waiters:
                if not waiter.done():
                    waiter.set_result(None)

    async def _step(self, life: Life, turn: int, at: datetime) -> None:
        if turn != life.turn or life.over:
            return  # it was woken before this moment came
        life.turn += 1
        life.at = at
        try:
            moment = await anext(life.story)
            self.put(max(moment, at), life.lane, partial(self._step, life, life.turn))
        except StopAsyncIteration:
            life.over = True
        finally:
            if life.stepped is not None and not life.stepped.done():
                life.stepped.set_result(None)
