"""`scripts/demo`: a whole campaign rehearsed on this machine, with the books balanced at the end."""

from __future__ import annotations

import argparse
import json
import shlex
import signal
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import FrameType
from typing import NoReturn

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from bot.audience.column_map import ColumnMap
from bot.audience.errors import AudienceError
from bot.audience.map_file import load_map
from bot.config import ROOT, ConfigError
from bot.enrolment.errors import CampaignError
from bot.flow.load import FlowError
from scripts.rehearsing import campaign, summary
from scripts.rehearsing.books import close_books
from scripts.rehearsing.carrier import CarrierRefused
from scripts.rehearsing.stack import Stack, StackError
from scripts.rehearsing.timekeeper import Stalled, Timekeeper

START = datetime(
    2026, 11, 23, 0, 30, tzinfo=UTC
)  # Monday, 08:30 in Shanghai: before the first permitted hour
SETTLE = timedelta(days=2)  # for what the last day has left open at the carrier
SHOW_EVERY_S = 0.5


def main() -> int:
    options = _options()
    screen = Console(stderr=True)
    if not screen.is_terminal:
        screen = Console(stderr=True, width=120)
    signal.signal(signal.SIGTERM, _interrupt)
    began = time.monotonic()
    try:
        column_map = load_map(options.map) if options.map else None
        with Stack(ROOT / "var" / "demo", START, options.seed, options.faults) as stack:
            balanced = _rehearse(stack, options, column_map, screen, began)
            if not options.once:
                _stay(stack, screen, timedelta(seconds=options.grain))
        return 0 if balanced else 1
    except KeyboardInterrupt:
        screen.print("stopped")
        return 130
    except (
        AudienceError,
        CampaignError,
        CarrierRefused,
        ConfigError,
        FlowError,
        StackError,
        Stalled,
    ) as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1


def _rehearse(
    stack: Stack, options: argparse.Namespace, column_map: ColumnMap | None, screen: Console, began: float
) -> bool:
    columns = (
        TextColumn("{task.description:<34}"),
        BarColumn(bar_width=32),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[more]}"),
    )
    with Progress(*columns, console=screen) as bars:
        login = campaign.add_people(stack)
        bar = bars.add_task("risk list", total=None, more="")
        report = campaign.take_in(
            stack,
            customers=options.customers,
            seed=options.seed,
            risk_list=options.risk_list,
            column_map=column_map,
            progress=lambda stage, done, total: bars.update(bar, completed=done, total=total, more=stage),
        )
        bars.update(bar, completed=report.taken, total=report.taken, more=f"{report.rejected} rejected")
        bar = bars.add_task("introduced to the rehearsal", total=report.taken, more="")
        customers = campaign.introduce(stack, options.days, lambda done: bars.update(bar, completed=done))
        campaign_id, enrolled = campaign.launch(stack, options.days)
        _run(stack, options, campaign_id, enrolled.treatment, bars)
    books = close_books(
        stack.wired.engine,
        stack.carrier.ledger("messages"),
        stack.carrier.ledger("calls"),
        list(stack.carrier.ledger("adjustments")),
    )
    figures = summary.gather(stack, campaign_id, customers, enrolled, books)
    figures["wall_s"] = round(time.monotonic() - began, 1)
    summary.show(screen, figures, books, stack.console_url, login)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return books.balanced


def _run(stack: Stack, options: argparse.Namespace, campaign_id: int, treatment: int, bars: Progress) -> None:
    timekeeper = Timekeeper(stack, grain=timedelta(seconds=options.grain))
    ends = campaign.ends(START, options.days)
    bar = bars.add_task("campaign", total=treatment, more="")
    shown = 0.0

    def show(now: datetime) -> bool:
        nonlocal shown
        if time.monotonic() - shown > SHOW_EVERY_S:
            counts = campaign.under_way(stack, campaign_id)
            day = (now - START) / timedelta(days=1)
            more = (
                f"day {day:4.1f}  SMS {counts['sms']}  calls {counts['calls']}  "
                f"granted {counts['granted']}  orders {counts['orders']}"
            )
            bars.update(bar, completed=counts["finished"], more=more)
            shown = time.monotonic()
        return True

    timekeeper.run_until(ends, show)
    # What was on its way when the campaign ended still comes in; nothing new is begun.
    timekeeper.run_until(ends + SETTLE, show)
    shown = 0.0
    show(ends)


def _stay(stack: Stack, screen: Console, grain: timedelta) -> None:
    """What is started now runs in the same time-lapse; while nobody waits for anything, the clock stands."""
    screen.print(
        f"\nThe finished campaign is at [bold]{stack.console_url}[/bold]; start others there, or here:"
    )
    screen.print(f"    source {shlex.quote(str(stack.environment_file))} && scripts/keepline campaign list")
    screen.print("Ctrl-C stops everything.")
    timekeeper = Timekeeper(stack, grain=grain)
    while True:
        stack.check_alive()
        if not timekeeper.follow():
            time.sleep(1)


def _interrupt(signum: int, frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/demo", description=__doc__)
    parser.add_argument(
        "--once", action="store_true", help="stop when it is done; exit 0 only if the books balance"
    )
    parser.add_argument("--customers", type=_positive, default=500, help="how many to make up (500)")
    parser.add_argument("--seed", type=int, default=1, help="the same seed plays the same people (1)")
    parser.add_argument(
        "--risk-list", type=Path, metavar="FILE.csv", help="a file instead of made-up customers"
    )
    parser.add_argument("--map", type=Path, metavar="MAP.yaml", help="what the file's columns mean")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the summary there")
    parser.add_argument("--faults", default="", help="such as lost_response=0.02,duplicate_callback=0.05")
    parser.add_argument("--days", type=float, default=10.0, help="simulated days (10)")
    parser.add_argument(
        "--grain", type=_positive, default=600, help="seconds that a jump of the clock is rounded up to (600)"
    )
    options = parser.parse_args()
    if (options.risk_list is None) != (options.map is None):
        parser.error("--risk-list and --map go together")
    for name in ("risk_list", "map"):
        path = getattr(options, name)
        if path is not None and not path.is_file():
            print(f"Error: {path}: no such file", file=sys.stderr)
            sys.exit(1)
    return options


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


if __name__ == "__main__":
    sys.exit(main())
