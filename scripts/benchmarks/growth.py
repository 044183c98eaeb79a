"""Growth: what a contact costs while few runs are under way, and with a hundred times as many beside them.

The same database, first small, then big. Beside the time, the pages that the database touches are counted: these no
neighbour on the machine makes more or fewer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median

from sqlalchemy import text

from bot.domain.attempts import Channel
from bot.store import enrolments
from bot.store.pending import pending
from scripts.benchmarks.cost import Cost, spent
from scripts.benchmarks.due import make_due
from scripts.benchmarks.figures import Figure, Findings, Target, Want
from scripts.benchmarks.ground import Ground

SIZE = 1_000_000  # enrolments in the end
_SENT = 1_000  # messages a round
_WARM_UP = 400
_LOOKS = 50
_TIMES = 1.2


class Unsent(Exception):
    """Not all of a round's messages went out: then there is no figure."""


@dataclass(slots=True)
class _Costs:
    """By round, in milliseconds and pages: of one contact, and of one look at all that is due."""

    runs: int = 0
    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    pages: list[float] = field(default_factory=list)
    look_wall: list[float] = field(default_factory=list)
    look_pages: list[float] = field(default_factory=list)


def run(size: int, rounds: int) -> Findings:
    small, big = _Costs(), _Costs()
    with Ground() as ground:
        moments = make_due(ground, Channel.SMS, [_WARM_UP, *[_SENT] * rounds] * 2)
        _measure(ground, moments[: rounds + 1], small)
        _fill(ground, size - small.runs)
        _measure(ground, moments[rounds + 1 :], big)
    return _findings(small, big, rounds)


def _measure(ground: Ground, moments: Sequence[datetime], costs: _Costs) -> None:
    with ground.wired.transaction() as tx:
        costs.runs = tx.execute(text("SELECT count(*) FROM enrolments")).scalar_one()
    warm_up, *others = moments
    _send(ground, warm_up, _WARM_UP)
    for moment in others:
        cost, pages = _send(ground, moment, _SENT)
        costs.wall.append(cost.wall_s / _SENT * 1000)
        costs.cpu.append(cost.cpu_s / _SENT * 1000)
        costs.pages.append(pages / _SENT)
        cost, pages = _look(ground, moment)
        costs.look_wall.append(cost.wall_s / _LOOKS * 1000)
        costs.look_pages.append(pages / _LOOKS)


def _send(ground: Ground, now: datetime, messages: int) -> tuple[Cost, int]:
    before = _pages(ground)
    with spent() as cost:
        while ground.wired.sms_outreach.send_due(now):
            pass
    pages = _pages(ground) - before
    query = text("SELECT count(*) FROM attempts WHERE status = 'accepted' AND due_at = :now")
    with ground.wired.transaction() as tx:
        sent = tx.execute(query, {"now": now}).scalar_one()
    if sent != messages:
        raise Unsent(f"{sent} of {messages} messages were sent")
    return cost, pages


def _look(ground: Ground, now: datetime) -> tuple[Cost, int]:
    """As every task does: is anything due, and who is to be woken?"""
    before = _pages(ground)
    with spent() as cost:
        for _ in range(_LOOKS):
            with ground.wired.transaction() as tx:
                pending(tx, now)
                enrolments.claim_due(tx, limit=200, now=now)
    return cost, _pages(ground) - before


def _pages(ground: Ground) -> int:
    """That this process's connection has touched: with one thread there is but one, and vacuums are not its doing."""
    with ground.wired.transaction() as tx:
        tx.execute(text("SELECT pg_stat_force_next_flush()"))
    with ground.wired.transaction() as tx:
        query = text("SELECT sum(hits + reads) FROM pg_stat_get_backend_io(pg_backend_pid())")
        return int(tx.execute(query).scalar_one())


# Of ten: three have had their message, three get theirs tomorrow, and four are due in a campaign that stands still.
_FILL = (
    # A million foreign keys, checked one by one, would take longer than all the rest.
    "SET LOCAL session_replication_role = replica",
    """
    INSERT INTO campaigns (name, flow_revision, condition, offer, policy, status, control_share, salt, priority,
                           bonus_committed, starts_at, created_at, started_at, paused_at)
    SELECT 'Benchmark, paused', flow_revision, condition, offer, policy, 'paused', 0, salt, priority, 0, :now, :now,
           :now, :now
    FROM campaigns
    """,
    """
    INSERT INTO customers (external_id, msisdn, factors, snapshot_at, created_at)
    SELECT 'beside ' || n, '+861' || (3000000000 + n), '{"balance": 5}', :now, :now FROM generate_series(1, :size) n
    """,
    """
    INSERT INTO enrolments (campaign_id, customer_id, flow_revision, arm, status, result, finished_at, step, visit,
                            due_at, expires_at, enrolled_at)
    SELECT k.id, c.id, k.flow_revision, 'treatment', CASE WHEN had THEN 'finished' ELSE 'active' END,
           CASE WHEN had THEN 'ended' END, CASE WHEN had THEN cast(:now AS timestamptz) END, 'invite_by_sms', 1,
           CASE WHEN paused THEN cast(:now AS timestamptz) WHEN NOT had THEN :later END, :later, :now
    FROM (SELECT id, id % 10 < 4 AS paused, id % 10 > 6 AS had FROM customers WHERE external_id LIKE 'beside %') c
    JOIN campaigns k ON (k.status = 'paused') = c.paused
    """,
    """
    INSERT INTO attempts (id, enrolment_id, campaign_id, customer_id, channel, purpose, step, visit, try_no, status,
                          due_at, expires_at, on_denied, created_at, carrier_sid, taken_at, settled_at)
    SELECT gen_random_uuid(), e.id, e.campaign_id, e.customer_id, 'sms', 'marketing', e.step, e.visit, 1,
           CASE WHEN e.result IS NULL THEN 'due' ELSE 'delivered' END, coalesce(e.due_at, :now), :later, 'wait', :now,
           CASE WHEN e.result IS NOT NULL THEN 'SM beside ' || e.id END, e.finished_at, e.finished_at
    FROM enrolments e JOIN customers c ON c.id = e.customer_id WHERE c.external_id LIKE 'beside %'
    """,
)


def _fill(ground: Ground, size: int) -> None:
    now = ground.clock.now()
    with ground.wired.transaction() as tx:
        for statement in _FILL:
            tx.execute(text(statement), {"now": now, "later": now + timedelta(days=1), "size": size})
    with ground.wired.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM (ANALYZE) attempts, enrolments, customers"))


def _findings(small: _Costs, big: _Costs, rounds: int) -> Findings:
    figures, targets = [], []
    for name, unit, few, many in (
        ("a contact, database", "pages", small.pages, big.pages),
        ("a contact, product CPU", "ms", small.cpu, big.cpu),
        ("a contact, on the wall", "ms", small.wall, big.wall),
        ("a look at what is due, database", "pages", small.look_pages, big.look_pages),
        ("a look at what is due, on the wall", "ms", small.look_wall, big.look_wall),
    ):
        figures += [Figure(f"{name}, small", unit, few), Figure(f"{name}, big", unit, many)]
        targets.append(Target(f"{name}: big against small", median(many) / median(few), Want.AT_MOST, _TIMES))
    words = f"{small.runs:,} runs, then {big.runs:,}; {_SENT} messages a round, {rounds} rounds each"
    return Findings("growth", words, figures, targets)
