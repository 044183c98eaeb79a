"""What a stretch of work cost: the time on the wall, and the processor time of whole process trees."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(slots=True)
class Cost:
    """Filled in when the stretch is over."""

    wall_s: float = 0.0
    cpu_s: float = 0.0


@contextmanager
def spent(cpu_of: Callable[[], float] = time.process_time) -> Iterator[Cost]:
    """This process's own processor time, unless told whose."""
    cost = Cost()
    cpu, wall = cpu_of(), time.perf_counter()
    yield cost
    cost.wall_s = time.perf_counter() - wall
    cost.cpu_s = cpu_of() - cpu


def tree_cpu(root: int) -> float:
    """Seconds of processor time of a live process and all below it; its dead children count once it has waited."""
    family, total = {root}, 0.0
    for pid, parent, ticks in sorted(_processes()):
        if pid in family or parent in family:
            family.add(pid)
            total += ticks / _TICKS
    return total


def _processes() -> Iterable[tuple[int, int, int]]:
    """Each process's id, parent and ticks, from Linux's /proc; a child's id is above its parent's here."""
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            stat = (entry / "stat").read_text()
        except OSError:  # it ended while we looked
            continue
        fields = stat[stat.rindex(")") + 2 :].split()
        yield int(entry.name), int(fields[1]), sum(int(ticks) for ticks in fields[11:15])
