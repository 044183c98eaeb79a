"""The clocks that bootstrap can choose: the machine's own, and the shared one of a rehearsal."""

from __future__ import annotations

import mmap
import struct
from datetime import UTC, datetime, timedelta
from pathlib import Path

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECONDS = struct.Struct("<q")


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


class SharedClock:
    """One moment for all processes of a rehearsal: eight bytes of a file, mapped into each of them.

    Only the driver moves it. An aligned eight-byte store is atomic on every platform that we run on, so a
    reader sees the old moment or the new one, never a mixture.
    """

    def __init__(self, path: Path) -> None:
        if path.stat().st_size != _MICROSECONDS.size:
            raise ValueError(f"{path}: not a clock file")
        with path.open("r+b") as file:
            self._view = mmap.mmap(file.fileno(), _MICROSECONDS.size)

    @classmethod
    def create(cls, path: Path, start: datetime) -> SharedClock:
        path.write_bytes(_MICROSECONDS.pack(0))
        clock = cls(path)
        clock.move_to(start)
        return clock

    def now(self) -> datetime:
        (microseconds,) = _MICROSECONDS.unpack(self._view[:])
        return _EPOCH + timedelta(microseconds=microseconds)

    def move_to(self, moment: datetime) -> None:
        self._view[:] = _MICROSECONDS.pack((moment - _EPOCH) // timedelta(microseconds=1))
