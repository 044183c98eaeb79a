"""What befalls a journey: workers die, operators pause and tighten, customers refuse at the counter; by a seed.

Whatever is done is written down with its virtual moment, for the checker.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import text

from bot.config import ROOT
from bot.domain.campaigns import CampaignMove
from bot.enrolment.move import find_campaign, move_campaign
from bot.store.pending import Pending
from scripts.rehearsing.stack import Stack
from scripts.rehearsing.timekeeper import Timekeeper
from tests.journeys.checked_tables import Pause, Refusal

log = logging.getLogger(__name__)

_COMMAND_WITHIN_S = 120
_WORKER_BACK_WITHIN_S = 120  # on a machine that has much else to do


def command(stack: Stack, *arguments: str) -> str:
    """The product's own command line, in a process of its own, as an operator has it."""
    done = subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        env={**os.environ, **stack.environment},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=_COMMAND_WITHIN_S,
        check=False,
    )
    assert done.returncode == 0, f"{' '.join(arguments)}: {done.stdout}{done.stderr}"
    return done.stdout


@dataclass(frozen=True, slots=True)
class Trouble:
    """`in_flight`: not before somebody has claimed contacts and not yet written down what became of them."""

    at: datetime
    what: str
    deed: Callable[[], None]
    in_flight: bool = False


@dataclass
class Record:
    """What was done when; beside it stands what the product and the carrier say."""

    pauses: list[Pause] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    tightened_at: datetime | None = None
    kills: int = 0
    kills_in_flight: int = 0


@dataclass
class Course:
    """One journey through virtual time, with all its troubles at their moments."""

    stack: Stack
    grain: timedelta
    record: Record = field(default_factory=Record)
    timekeeper: Timekeeper = field(init=False)
    _to_come: list[Trouble] = field(default_factory=list, init=False)
    _armed: list[Trouble] = field(default_factory=list, init=False)
    _day: int = field(default=-1, init=False)

    def __post_init__(self) -> None:
        self.timekeeper = Timekeeper(self.stack, self.grain, self._meanwhile, _WORKER_BACK_WITHIN_S)

    def run(self, troubles: Iterable[Trouble], end: datetime) -> None:
        self._to_come = sorted(troubles, key=lambda one: one.at)
        while self._to_come or self.stack.clock.now() < end:
            self.timekeeper.run_until(self._to_come[0].at if self._to_come else end, self._show)
            if self._to_come and self._to_come[0].at <= self.stack.clock.now():
                self._meet(self._to_come.pop(0))
        assert not self._armed, f"nothing was in flight any more for {[one.what for one in self._armed]}"

    def _meet(self, trouble: Trouble) -> None:
        if trouble.in_flight:
            self._armed.append(trouble)
        else:
            self._do(trouble)

    def _meanwhile(self, product: Pending) -> None:
        if self._armed and product.in_flight:
            self._do(self._armed.pop(0))

    def _do(self, trouble: Trouble) -> None:
        log.warning("%s: %s", self.stack.clock.now().strftime("%a %d %b %H:%M"), trouble.what)
        trouble.deed()

    def _show(self, now: datetime) -> bool:
        """A line a day, so that whoever waits for a long journey sees that it goes on."""
        day = (now - self.stack.start).days
        if day != self._day:
            self._day = day
            with self.stack.wired.engine.connect() as connection:
                row = connection.execute(text(_SO_FAR)).one()
            log.warning(
                "day %d: %d SMS, %d calls, %d events, %d runs over",
                day,
                row.sms,
                row.calls,
                row.events,
                row.over,
            )
        # What was done on the way may have brought about something earlier.
        return not self._to_come or self._to_come[0].at > now

    # -- deeds ------------------------------------------------------------------------------------------------

    def kill_worker(self) -> None:
        with self.stack.wired.engine.connect() as connection:
            sending = connection.execute(
                text("SELECT count(*) FROM attempts WHERE status = 'sending'")
            ).scalar_one()
        self.stack.kill("worker")
        self.stack.start_worker()
        self.record.kills += 1
        self.record.kills_in_flight += sending > 0

    def pause(self, campaign: str, length: timedelta) -> None:
        """By the same function as the command line and the console, because a process would come too late."""
        now = self.stack.clock.now()
        with self.stack.wired.transaction() as tx:
            move_campaign(tx, find_campaign(tx, campaign), CampaignMove.PAUSE, now)
        resumption = Trouble(now + length, f"{campaign} is resumed", lambda: self._resume(campaign, now))
        self._to_come = sorted([*self._to_come, resumption], key=lambda one: one.at)

    def _resume(self, campaign: str, since: datetime) -> None:
        command(self.stack, "campaign", "resume", campaign, "--as", "admin")
        self.record.pauses.append(Pause(campaign, since, self.stack.clock.now()))

    def tighten(self, campaign: str, policy: Path) -> None:
        command(self.stack, "campaign", "policy", campaign, "--set", str(policy), "--as", "admin")
        self.record.tightened_at = self.stack.clock.now()

    def refuse_at_the_counter(self) -> None:
        """Somebody for whom something is queued walks into a shop and wants no more of it."""
        with self.stack.wired.engine.connect() as connection:
            number = connection.execute(text(_QUEUED)).scalar()
        assert number is not None, "nothing is queued for anybody"
        command(self.stack, "register", "add", number, "--evidence", "shop, form 7", "--as", "admin")
        self.record.refusals.append(Refusal(number, self.stack.clock.now(), "at the counter"))


_SO_FAR = """
    SELECT count(*) FILTER (WHERE channel = 'sms') AS sms, count(*) FILTER (WHERE channel = 'call') AS calls,
           (SELECT count(*) FROM events) AS events,
           (SELECT count(*) FROM enrolments WHERE status = 'finished') AS over
    FROM attempts WHERE taken_at IS NOT NULL
"""
_QUEUED = """
    SELECT c.msisdn FROM attempts a JOIN customers c ON c.id = a.customer_id
    WHERE a.status = 'due'
      AND NOT EXISTS (SELECT FROM suppressions s WHERE s.customer_id = c.id OR s.msisdn = c.msisdn)
    ORDER BY a.channel DESC, c.id LIMIT 1
"""
