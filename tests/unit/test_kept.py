"""Figures that are kept for a moment: many viewers cost as much as one."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from console.kept import Kept


class Elapsed:
    """Seconds, moved by hand."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def elapsed() -> Elapsed:
    return Elapsed()


def test_what_was_counted_a_moment_ago_is_shown_again(elapsed: Elapsed) -> None:
    kept, counts = Kept[int](3.0, elapsed), iter(range(10))
    seen = []
    for at in (0.0, 2.9, 3.0, 5.9, 6.1):
        elapsed.seconds = at
        seen.append(kept.get("a", lambda: next(counts)))
    assert seen == [0, 0, 1, 1, 2]


def test_each_campaign_has_its_own(elapsed: Elapsed) -> None:
    kept = Kept[str](3.0, elapsed)
    assert [kept.get(name, lambda name=name: name.upper()) for name in "aba"] == ["A", "B", "A"]


def test_what_took_long_is_kept_so_much_longer(elapsed: Elapsed) -> None:
    kept, counts = Kept[int](3.0, elapsed), iter(range(10))

    def count() -> int:
        elapsed.seconds += 6.0
        return next(counts)

    assert kept.get("a", count) == 0
    elapsed.seconds = 65.0
    assert kept.get("a", count) == 0
    elapsed.seconds = 66.0
    assert kept.get("a", count) == 1


def test_while_one_counts_the_others_see_what_was_counted_before(elapsed: Elapsed) -> None:
    kept = Kept[str](3.0, elapsed)
    kept.get("a", lambda: "old")
    elapsed.seconds = 10.0
    counting, go_on = threading.Event(), threading.Event()

    def slowly() -> str:
        counting.set()
        assert go_on.wait(10)
        return "new"

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(kept.get, "a", slowly)
        assert counting.wait(10)
        assert kept.get("a", lambda: "a second count") == "old"
        go_on.set()
        assert first.result(10) == "new"
    assert kept.get("a", lambda: "a second count") == "new"


def test_of_many_who_come_first_only_one_counts(elapsed: Elapsed) -> None:
    kept, counted = Kept[int](3.0, elapsed), []
    together = threading.Barrier(8)

    def look() -> int:
        together.wait(10)
        return kept.get("a", lambda: counted.append(1) or len(counted))

    with ThreadPoolExecutor(8) as pool:
        seen = [one.result(10) for one in [pool.submit(look) for _ in range(8)]]
    assert (seen, counted) == ([1] * 8, [1])


def test_a_count_that_fails_is_tried_again(elapsed: Elapsed) -> None:
    kept = Kept[int](3.0, elapsed)
    with pytest.raises(ZeroDivisionError):
        kept.get("a", lambda: 1 // 0)
    assert kept.get("a", lambda: 1) == 1
