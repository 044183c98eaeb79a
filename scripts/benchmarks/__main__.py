"""`scripts/bench [NAME ...] [--json FILE]`: run benchmarks, print what they found, write it as JSON."""

from __future__ import annotations

import argparse
import json
import os
import platform
import signal
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

from rich.console import Console

from bot.config import ConfigError
from scripts.benchmarks import (
    dispatch,
    enrolling,
    flows,
    gate,
    growth,
    keypress,
    moves,
    refusal,
    refusing,
    webhooks,
)
from scripts.benchmarks.due import TooFewDue
from scripts.benchmarks.figures import Findings
from scripts.benchmarks.load import BadAnswer
from scripts.benchmarks.tables import show
from scripts.rehearsing.carrier import CarrierRefused
from scripts.rehearsing.stack import StackError

Benchmark = Callable[[int, int], Findings]

#: By name: what runs it, and its usual size.
BENCHMARKS: dict[str, tuple[Benchmark, int]] = {
    "dispatch": (dispatch.run, dispatch.SIZE),
    "webhooks": (webhooks.run, webhooks.SIZE),
    "keypress": (keypress.run, keypress.SIZE),
    "flows": (flows.run, flows.SIZE),
    "gate": (gate.run, gate.SIZE),
    "moves": (moves.run, moves.SIZE),
    "refusal": (refusal.run, refusal.SIZE),
    "growth": (growth.run, growth.SIZE),
    "enrolling": (enrolling.run, enrolling.SIZE),
}

_FAILURES = (
    BadAnswer,
    CarrierRefused,
    ConfigError,
    StackError,
    TooFewDue,
    dispatch.Incomplete,
    enrolling.Unenrolled,
    flows.FaultyFlow,
    growth.Unsent,
    moves.Untouched,
    refusal.BulkOver,
    refusing.Unprepared,
)


def main() -> int:
    options = _options()
    screen = Console(width=max(110, Console().width))
    signal.signal(signal.SIGTERM, _interrupt)
    machine = _machine()
    _say_where(screen, machine)
    found: list[Findings] = []
    try:
        for name in options.names or BENCHMARKS:
            run, usual_size = BENCHMARKS[name]
            findings = run(options.size or usual_size, options.rounds)
            show(screen, findings)
            found.append(findings)
    except KeyboardInterrupt:
        screen.print("stopped")
        return 130
    except _FAILURES as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1
    if options.json:
        _write(options.json, machine, found)
    return 0


def _write(path: Path, machine: dict[str, Any], found: Sequence[Findings]) -> None:
    result = {"machine": machine, "benchmarks": [findings.to_json() for findings in found]}
    path.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


def _machine() -> dict[str, Any]:
    """With the load of others at the start: a figure from a busy machine is worth less."""
    return {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "load_at_start": round(os.getloadavg()[0], 2),
    }


def _say_where(screen: Console, machine: dict[str, Any]) -> None:
    screen.print(f"{machine['cores']} cores, Python {machine['python']}, load {machine['load_at_start']}")
    if machine["load_at_start"] > machine["cores"] / 2:
        screen.print("[yellow]Others are busy here: rates come out too low and times too high.[/yellow]")


def _interrupt(signum: int, frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"any of {', '.join(BENCHMARKS)}; all without"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there")
    parser.add_argument("--size", type=_positive, metavar="N", help="messages, requests or flows a round")
    parser.add_argument("--rounds", type=_positive, default=3, metavar="N", help="medians are of so many (3)")
    options = parser.parse_args()
    for name in options.names:
        if name not in BENCHMARKS:
            parser.error(f"unknown benchmark {name!r}; known are {', '.join(BENCHMARKS)}")
    return options


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


if __name__ == "__main__":
    sys.exit(main())
