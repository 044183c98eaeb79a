"""One moment for all processes of a rehearsal, moved by its driver alone."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.clock import SharedClock, SystemClock

ROOT = Path(__file__).parents[2]
START = datetime(2026, 11, 22, 2, 0, 0, 123_456, tzinfo=UTC)


def test_the_machines_clock_is_aware_and_in_utc() -> None:
    before = datetime.now(UTC)
    now = SystemClock().now()
    assert before <= now <= datetime.now(UTC)
    assert now.utcoffset() == timedelta(0)


def test_a_shared_clock_stands_still_until_it_is_moved(tmp_path: Path) -> None:
    clock = SharedClock.create(tmp_path / "clock", START)
    assert clock.now() == clock.now() == START
    clock.move_to(START + timedelta(days=10, microseconds=1))
    assert clock.now() == START + timedelta(days=10, microseconds=1)


@pytest.mark.parametrize("moment", [datetime(1970, 1, 1, tzinfo=UTC), datetime(1969, 12, 31, tzinfo=UTC)])
def test_any_moment_can_be_shown(tmp_path: Path, moment: datetime) -> None:
    assert SharedClock.create(tmp_path / "clock", moment).now() == moment


def test_every_process_sees_the_same_moment(tmp_path: Path) -> None:
    driver = SharedClock.create(tmp_path / "clock", START)
    program = "\n".join(
        [
            "import sys; from pathlib import Path; from bot.clock import SharedClock",
            "clock = SharedClock(Path(sys.argv[1]))",
            "for _ in sys.stdin: print(clock.now().isoformat(), flush=True)",
        ]
    )
    command = [sys.executable, "-c", program, str(tmp_path / "clock")]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdin is not None
        assert other.stdout is not None
        for moment in (START, START + timedelta(hours=3)):
            driver.move_to(moment)
            other.stdin.write("?\n")
            other.stdin.flush()
            assert other.stdout.readline().strip() == moment.isoformat()
        other.stdin.close()


@pytest.mark.parametrize("content", [b"", b"\0" * 7, b"\0" * 9])
def test_another_file_is_not_taken_for_a_clock(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "clock").write_bytes(content)
    with pytest.raises(ValueError, match="not a clock file"):
        SharedClock(tmp_path / "clock")
