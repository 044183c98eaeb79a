"""Customers about to refuse, each with a text and a call at the carrier and one more due; and who watches them."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from types import TracebackType
from typing import Self

from sqlalchemy import text

from bot.bell import Queue
from bot.cli.factors import known_factors
from bot.enrolment.create import ConditionAudience, create_campaign
from bot.flow.load import load_flow
from bot.policies import policy_data
from scripts.benchmarks.ground import Ground
from scripts.rehearsing.campaign import FLOW, NO_BRAKES, POLICY

_BULK = 15_000  # contacts of the bulk campaign that are due when a round begins
_SENDING_WITHIN_S = 120
_LOOK_EVERY_S = 0.02
_LATER = timedelta(hours=2)


class Unprepared(Exception):
    """The carrier does not hold what was to be taken back, or nobody is sending."""


@dataclass(frozen=True, slots=True)
class Refusing:
    customer_id: int
    msisdn: str


_CUSTOMERS = """
    INSERT INTO customers (external_id, msisdn, name, time_zone, region, consents, factors, snapshot_at, created_at)
    SELECT :kind || n, :prefix || (100000000 + n), '李雷', 'Asia/Shanghai', 'beijing',
           '{sms:marketing,call:marketing}', '{"balance": 5}', :now, :now
    FROM generate_series(1, :number) n
    ON CONFLICT DO NOTHING
    """
_RUNS = """
    INSERT INTO enrolments (campaign_id, customer_id, flow_revision, arm, status, step, visit, due_at, expires_at,
                            enrolled_at)
    SELECT k.id, c.id, k.flow_revision, 'treatment', 'active', :step, 1, cast(:now AS timestamptz) + interval '10 days',
           cast(:now AS timestamptz) + interval '10 days', :now
    FROM campaigns k CROSS JOIN customers c WHERE k.id = :campaign AND c.external_id LIKE :kind || '%'
    """
_CONTACTS = """
    INSERT INTO attempts (id, enrolment_id, campaign_id, customer_id, channel, purpose, step, visit, try_no, due_at,
                          expires_at, on_denied, created_at)
    SELECT gen_random_uuid(), e.id, e.campaign_id, e.customer_id, :channel, 'marketing', e.step, e.visit, 1, :due_at,
           e.expires_at, 'wait', :now
    FROM enrolments e WHERE e.campaign_id = :campaign
    """
#: What each customer has under way: by which channel, at which step, and how much later it is due.
_UNDER_WAY = (
    ("sms", "invite_by_sms", timedelta(0)),
    ("call", "invite_by_call", timedelta(0)),
    ("sms", "invite_by_sms", _LATER),
)


class Crowd:
    """Everybody who will refuse, ready for it, and behind them the bulk."""

    def __init__(self, ground: Ground, customers: int) -> None:
        self._ground = ground
        self._bulks = 0
        self._take_in("refusing ", "+8613", customers)
        campaigns = [self._launch("refusing ", channel, step, later) for channel, step, later in _UNDER_WAY]
        now = ground.clock.now()
        while ground.wired.sms_outreach.send_due(now):
            pass
        while ground.wired.voice_outreach.call_due(now):
            pass
        self._demand(campaigns, customers)
        self._tidy()

    def everybody(self) -> list[Refusing]:
        query = text(
            "SELECT id, msisdn FROM customers WHERE external_id LIKE 'refusing %' ORDER BY md5(msisdn)"
        )
        with self._ground.wired.engine.connect() as connection:
            return [Refusing(row.id, row.msisdn) for row in connection.execute(query)]

    def bulk(self) -> None:
        """One campaign more, over other people, all of whose contacts are due."""
        self._bulks += 1
        kind = f"bulk {self._bulks} "
        self._take_in(kind, f"+861{4 + self._bulks % 6}", _BULK)
        self._launch(kind, "sms", "invite_by_sms", timedelta(0))
        self._tidy()
        self._ground.bell.ring([Queue.SMS])

    def wait_until_sending(self) -> None:
        deadline = time.monotonic() + _SENDING_WITHIN_S
        while self._due() >= _BULK:
            self._ground.check_alive()
            if time.monotonic() > deadline:
                raise Unprepared("nobody sends for the bulk campaign")
            time.sleep(0.1)

    def sending(self) -> bool:
        """Whether there is something left to send."""
        return self._due() > 0

    def check_carrier(self, customers: int) -> None:
        """By its own books: the calls are cancelled. Like Twilio it gives no text back that it has taken."""
        calls = Counter(
            str(one["status"])
            for one in self._ground.carrier.ledger("calls")
            if one["direction"] == "outbound-api"
        )
        if calls != Counter(canceled=customers):
            raise Unprepared(f"the carrier's calls are {dict(calls)}, not {customers} canceled")

    def _due(self) -> int:
        query = text("SELECT count(*) FROM attempts WHERE status = 'due' AND due_at <= :now")
        with self._ground.wired.engine.connect() as connection:
            return int(connection.execute(query, {"now": self._ground.clock.now()}).scalar_one())

    def _take_in(self, kind: str, prefix: str, number: int) -> None:
        values = {"kind": kind, "prefix": prefix, "number": number, "now": self._ground.clock.now()}
        with self._ground.wired.transaction() as tx:
            tx.execute(text(_CUSTOMERS), values)

    def _launch(self, kind: str, channel: str, step: str, later: timedelta) -> int:
        """Running, with a run for each of them and its contact, as if the flow had come to that step."""
        now, source, wired = self._ground.clock.now(), FLOW.read_text(encoding="utf-8"), self._ground.wired
        with wired.transaction() as tx:
            campaign = create_campaign(
                tx,
                name=f"Benchmark, {kind}{channel} {later}",
                flow=load_flow(source, name=FLOW.name),
                flow_source=source,
                audience=ConditionAudience("balance < 10"),
                policy=policy_data(POLICY) | {"brakes": NO_BRAKES},
                control_share=Decimal(0),
                starts_at=now,
                ends_at=now + timedelta(days=10),
                bonus_budget=Decimal(1_000_000),
                now=now,
                catalogue=known_factors(),
            )
            values = {"campaign": campaign, "kind": kind, "step": step, "channel": channel, "now": now}
            tx.execute(text("UPDATE campaigns SET status = 'running' WHERE id = :campaign"), values)
            tx.execute(text(_RUNS), values)
            tx.execute(text(_CONTACTS), values | {"due_at": now + later})
        return campaign

    def _demand(self, campaigns: Sequence[int], customers: int) -> None:
        query = text(
            "SELECT campaign_id, status, count(*) AS number FROM attempts WHERE campaign_id = ANY(:ids) GROUP BY 1, 2"
        )
        with self._ground.wired.engine.connect() as connection:
            found = {
                (row.campaign_id, row.status): row.number
                for row in connection.execute(query, {"ids": list(campaigns)})
            }
        wanted = dict.fromkeys(zip(campaigns, ("accepted", "accepted", "due"), strict=True), customers)
        if found != wanted:
            raise Unprepared(f"contacts stand at {found} instead of {wanted}")

    def _tidy(self) -> None:
        with self._ground.wired.engine.connect().execution_options(
            isolation_level="AUTOCOMMIT"
        ) as connection:
            connection.execute(text("VACUUM (ANALYZE) attempts, enrolments, customers, events, decisions"))


class Stage(StrEnum):
    """What a refusal has come to, of one customer."""

    ROWS = "rows"  # no run is left, and nothing is due
    ASKED = "asked"  # the request for both things that the carrier held is on its way
    ANSWERED = "answered"  # and the carrier has said what it did


# Only what is committed is seen.
_REACHED = text(
    """
    SELECT c.id, (c.said AND NOT c.running AND NOT c.due) AS rows, c.asked = 2 AS asked, c.answered = 2 AS answered
    FROM (
        SELECT c.id,
               EXISTS (SELECT FROM suppressions s WHERE s.msisdn = c.msisdn) AS said,
               EXISTS (SELECT FROM enrolments e WHERE e.customer_id = c.id AND e.status = 'active') AS running,
               EXISTS (SELECT FROM attempts a WHERE a.customer_id = c.id AND a.status = 'due') AS due,
               (SELECT count(*) FROM attempts a JOIN recalls r ON r.attempt_id = a.id
                WHERE a.customer_id = c.id) AS asked,
               (SELECT count(*) FROM attempts a JOIN recalls r ON r.attempt_id = a.id
                WHERE a.customer_id = c.id AND r.answer IS NOT NULL) AS answered
        FROM customers c WHERE c.id = ANY(:ids)
    ) AS c
    """
)


class Watch:
    """Looks fifty times a second, on a connection of its own, at those who have refused and are not through."""

    def __init__(self, ground: Ground, customers: Sequence[Refusing]) -> None:
        self._ground = ground
        self._left = {one.customer_id for one in customers}
        self._at: dict[Stage, dict[int, float]] = {stage: {} for stage in Stage}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, name="watch", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def seen(self, patience_s: float) -> dict[Stage, dict[int, float]]:
        """When each customer had come to each stage. Waits for the last of them."""
        self._thread.join(patience_s)
        if self._thread.is_alive():
            raise Unprepared(
                f"after {patience_s:g} s the refusals of {len(self._left)} customers are not through"
            )
        return self._at

    def _look(self) -> None:
        engine = self._ground.wired.engine
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            while self._left and not self._over.is_set():
                found = connection.execute(_REACHED, {"ids": sorted(self._left)}).all()
                now = time.perf_counter()
                for row in found:
                    reached = [stage for stage in Stage if getattr(row, stage)]
                    for stage in reached:
                        self._at[stage].setdefault(row.id, now)
                    if len(reached) == len(Stage):
                        self._left.discard(row.id)
                time.sleep(_LOOK_EVERY_S)
