"""A campaign's moves over all its runs: pause, resume and abort, against a plain UPDATE of the same rows.

The runs stand where a campaign has them that has just begun: each with its deadline and one contact that is due.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial

from sqlalchemy import text

from bot.cli.factors import known_factors
from bot.domain.campaigns import CampaignMove
from bot.enrolment.create import ConditionAudience, create_campaign
from bot.enrolment.effects import work_off
from bot.enrolment.move import move_campaign
from bot.flow.load import load_flow
from bot.policies import policy_data
from scripts.benchmarks.cost import spent
from scripts.benchmarks.figures import Figure, Findings, Target, Want, of_rounds
from scripts.benchmarks.ground import Ground
from scripts.rehearsing.campaign import FLOW, POLICY

SIZE = 100_000  # runs
_PAUSED_FOR = timedelta(hours=1)
_PAUSE_WITHIN_S = 1.0
_TIMES_PLAIN = 3.0


class Untouched(Exception):
    """A move left rows as they were: its time says nothing."""


@dataclass(slots=True)
class _Timings:
    """Seconds on the wall, round by round."""

    pause: list[float] = field(default_factory=list)
    resume: list[float] = field(default_factory=list)
    lengthen: list[float] = field(default_factory=list)
    abort: list[float] = field(default_factory=list)
    end: list[float] = field(default_factory=list)


def run(size: int, rounds: int) -> Findings:
    took = _Timings()
    with Ground() as ground:
        _take_in(ground, size)
        for number in range(rounds):
            campaign = _launch(ground, number)
            _round(ground, campaign, size, took, plain_first=number % 2 == 1)
    return _findings(took, size, rounds)


def _round(ground: Ground, campaign: int, size: int, took: _Timings, *, plain_first: bool) -> None:
    """Each pair on the same rows; the plain one is taken back, so that both find them alike."""
    now = ground.clock.now()
    took.pause.append(_move(ground, campaign, CampaignMove.PAUSE, now))
    resume = partial(_move, ground, campaign, CampaignMove.RESUME, now + _PAUSED_FOR)
    abort = partial(_move, ground, campaign, CampaignMove.ABORT, now + _PAUSED_FOR)
    for ours, plain, work, bare in (
        (took.resume, took.lengthen, resume, partial(_plain, ground, campaign, _LENGTHEN)),
        (took.abort, took.end, abort, partial(_plain, ground, campaign, _END)),
    ):
        pair: list[tuple[list[float], Callable[[], float]]] = [(ours, work), (plain, bare)]
        if plain_first or plain is took.end:  # there is nothing to end after the end
            pair.reverse()
        for seconds, measured in pair:
            seconds.append(measured())
    _check(ground, campaign, size, now)


def _move(ground: Ground, campaign: int, move: CampaignMove, now: datetime) -> float:
    """With all that it leaves to be done."""
    wired = ground.wired
    with spent() as cost:
        with wired.transaction() as tx:
            move_campaign(tx, campaign, move, now)
        work_off(wired.transaction, now, flows=wired.flows, campaign_id=campaign)
    return cost.wall_s


_LENGTHEN = (
    "UPDATE enrolments SET due_at = due_at + interval '1 hour', expires_at = expires_at + interval '1 hour' "
    "WHERE campaign_id = :id AND status = 'active'",
    "UPDATE attempts SET expires_at = expires_at + interval '1 hour' WHERE campaign_id = :id AND status = 'due'",
)
_END = (
    "UPDATE enrolments SET status = 'finished', result = 'aborted', due_at = NULL "
    "WHERE campaign_id = :id AND status = 'active'",
    "UPDATE attempts SET status = 'canceled', settled_at = created_at WHERE campaign_id = :id AND status = 'due'",
)


def _plain(ground: Ground, campaign: int, statements: tuple[str, ...]) -> float:
    with ground.wired.transaction() as tx:
        with spent() as cost:
            for statement in statements:
                tx.execute(text(statement), {"id": campaign})
        tx.rollback()
    return cost.wall_s


_CUSTOMERS = """
    INSERT INTO customers (external_id, msisdn, factors, snapshot_at, created_at)
    SELECT n::text, '+861' || (3000000000 + n), '{"balance": 5}', :now, :now
    FROM generate_series(1, :size) n
    """
_RUNS = """
    INSERT INTO enrolments (campaign_id, customer_id, flow_revision, arm, status, step, visit, due_at, expires_at,
                            enrolled_at)
    SELECT k.id, c.id, k.flow_revision, 'treatment', 'active', 'invite_by_sms', 1,
           cast(:now AS timestamptz) + interval '10 days', cast(:now AS timestamptz) + interval '10 days', :now
    FROM campaigns k CROSS JOIN customers c WHERE k.id = :id
    """
_CONTACTS = """
    INSERT INTO attempts (id, enrolment_id, campaign_id, customer_id, channel, purpose, step, visit, try_no, due_at,
                          expires_at, on_denied, created_at)
    SELECT gen_random_uuid(), e.id, e.campaign_id, e.customer_id, 'sms', 'marketing', e.step, e.visit, 1, :now,
           cast(:now AS timestamptz) + interval '6 hours', 'wait', :now
    FROM enrolments e WHERE e.campaign_id = :id
    """


def _take_in(ground: Ground, size: int) -> None:
    with ground.wired.transaction() as tx:
        tx.execute(text(_CUSTOMERS), {"size": size, "now": ground.clock.now()})


def _launch(ground: Ground, number: int) -> int:
    now, source, wired = ground.clock.now(), FLOW.read_text(encoding="utf-8"), ground.wired
    with wired.transaction() as tx:
        campaign = create_campaign(
            tx,
            name=f"Benchmark, moves {number}",
            flow=load_flow(source, name=FLOW.name),
            flow_source=source,
            audience=ConditionAudience("balance < 10"),
            policy=policy_data(POLICY),
            control_share=Decimal(0),
            starts_at=now,
            ends_at=now + timedelta(days=10),
            bonus_budget=Decimal(1_000_000),
            now=now,
            catalogue=known_factors(),
        )
        for statement in ("UPDATE campaigns SET status = 'running' WHERE id = :id", _RUNS, _CONTACTS):
            tx.execute(text(statement), {"id": campaign, "now": now})
    with wired.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM (ANALYZE) attempts, enrolments, customers"))
    return campaign


_ENDED = """
    SELECT count(*) FROM enrolments e JOIN attempts a ON a.enrolment_id = e.id
    WHERE e.campaign_id = :id AND e.result = 'aborted' AND a.status = 'canceled' AND e.expires_at = :longer
    """


def _check(ground: Ground, campaign: int, size: int, now: datetime) -> None:
    longer = now + timedelta(days=10) + _PAUSED_FOR
    with ground.wired.transaction() as tx:
        done = tx.execute(text(_ENDED), {"id": campaign, "longer": longer}).scalar_one()
    if done != size:
        raise Untouched(f"{done} runs of {size} were made longer and then ended")


def _findings(took: _Timings, size: int, rounds: int) -> Findings:
    resume, lengthen = Figure("resume", "s", took.resume), Figure("plain UPDATE, longer", "s", took.lengthen)
    abort, end = Figure("abort", "s", took.abort), Figure("plain UPDATE, ended", "s", took.end)
    pause = Figure("pause", "s", took.pause)
    targets = [
        Target("pause", pause.median, Want.AT_MOST, _PAUSE_WITHIN_S, "s"),
        Target("resume against a plain UPDATE", of_rounds(resume, lengthen), Want.AT_MOST, _TIMES_PLAIN),
        Target("abort against a plain UPDATE", of_rounds(abort, end), Want.AT_MOST, _TIMES_PLAIN),
    ]
    words = f"{size} runs, each with a contact that is due; {rounds} rounds"
    return Findings("moves", words, [pause, resume, lengthen, abort, end], targets)
