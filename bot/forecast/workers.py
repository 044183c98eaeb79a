"""The slices of an audience foretold by several processes that see the same moment, answered in their order."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from multiprocessing import get_context

import pyarrow as pa

from bot.domain.global_control import ControlGroup
from bot.domain.people import Brand
from bot.domain.seals import Seal
from bot.forecast.dry_run import Installation, Oracle
from bot.forecast.table_file import record_batch
from bot.forecast.tally import Tally
from bot.published import PublishedFlows
from bot.rulebook import open_rulebook
from bot.store import forecasting
from bot.store.enrolling import Audience
from bot.store.forecasting import Slice
from bot.store.transaction import Transaction, Tx, make_engine, make_transaction

_AHEAD = 2  # slices a worker may be ahead of whoever takes the answers


@dataclass(frozen=True, slots=True)
class Told:
    """A slice's lines and figures."""

    lines: pa.RecordBatch
    tally: Tally


def told(oracle: Oracle, tx: Tx, audience: Audience, part: Slice) -> Told:
    forecasts = oracle.forecasts(tx, audience, part)
    tally = Tally()
    tally.add(forecasts)
    return Told(record_batch(forecasts), tally)


@dataclass(frozen=True, slots=True)
class Task:
    """All that a process of its own needs to know."""

    database_url: str = field(repr=False)
    snapshot: str
    campaign_id: int
    audience: Audience
    brand: Brand
    guest_list: frozenset[str] | None
    default_time_zone: str | None
    now: datetime
    held_out: ControlGroup | None
    seal: Seal | None  # by which erased numbers are known again


def in_parallel(task: Task, parts: Sequence[Slice], workers: int) -> Iterator[Told]:
    """The transaction that shared the snapshot must stay open until the last answer."""
    with ProcessPoolExecutor(workers, get_context("spawn"), _begin, (task,)) as pool:
        waiting: deque[Future[Told]] = deque()
        try:
            for part in parts:
                waiting.append(pool.submit(_one, part))
                if len(waiting) > workers * _AHEAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(cancel_futures=True)  # whoever breaks off waits for no more than a slice


class _Worker:
    def __init__(self, task: Task) -> None:
        self._task = task
        engine = make_engine(task.database_url, pool_size=1)
        self._transaction: Transaction = make_transaction(engine, seal=task.seal)
        at = Installation(
            PublishedFlows(), open_rulebook(), task.brand, task.guest_list, task.default_time_zone
        )
        with self._frozen() as tx:
            campaign = forecasting.terms(tx, task.campaign_id)
            self._oracle = Oracle(tx, campaign, at, task.now, held_out=task.held_out)

    def told(self, part: Slice) -> Told:
        with self._frozen() as tx:
            return told(self._oracle, tx, self._task.audience, part)

    @contextmanager
    def _frozen(self) -> Iterator[Tx]:
        with self._transaction() as tx:
            forecasting.freeze(tx, self._task.snapshot)
            yield tx


_worker: _Worker | None = None  # of this process


def _begin(task: Task) -> None:
    global _worker
    _worker = _Worker(task)


def _one(part: Slice) -> Told:
    assert _worker is not None
    return _worker.told(part)
