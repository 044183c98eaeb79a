"""Enrolling an audience by its intake, with arms and in its order, against COPY of the same rows.

Both have the same customers, indexes and foreign keys; the list that the intake makes is its own cost.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

from sqlalchemy import text

from bot.cli.factors import known_factors
from bot.domain.campaigns import SendOrder
from bot.enrolment.check import Ground as CheckGround
from bot.enrolment.create import ConditionAudience, create_campaign
from bot.enrolment.intake import take_in
from bot.enrolment.move import begin_campaign
from bot.flow.load import load_flow
from bot.policies import policy_data
from bot.store.transaction import make_statement
from scripts.benchmarks.cost import spent
from scripts.benchmarks.figures import Figure, Findings, Target, Want, of_rounds
from scripts.benchmarks.ground import Ground
from scripts.rehearsing.campaign import FLOW, POLICY

SIZE = 100_000  # customers
_OF_COPY = 0.3
_CONTROL_SHARE = Decimal("0.1")


class Unenrolled(Exception):
    """Somebody was left out: the time says nothing."""


@dataclass(slots=True)
class _Timings:
    """Seconds on the wall, round by round."""

    plain: list[float] = field(default_factory=list)
    by_value: list[float] = field(default_factory=list)
    copy: list[float] = field(default_factory=list)


def run(size: int, rounds: int) -> Findings:
    took = _Timings()
    with Ground() as ground:
        _take_in_customers(ground, size)
        for number in range(rounds):
            took.plain.append(_enrol(ground, SendOrder.AS_IS, number, size))
            took.copy.append(_copy(ground, number))
            took.by_value.append(_enrol(ground, SendOrder.VALUE, number, size))
    return _findings(took, size, rounds)


_CUSTOMERS = """
    INSERT INTO customers (external_id, msisdn, name, factors, snapshot_at, created_at)
    SELECT n::text, '+861' || (3000000000 + n), '王',
           jsonb_build_object('balance', 5, 'sms_habit', true, 'days_since_recharge', 30,
                              'arpu', (n::bigint * 7919) % 100003), :now, :now
    FROM generate_series(1, :size) n
    """


def _take_in_customers(ground: Ground, size: int) -> None:
    with ground.wired.transaction() as tx:
        tx.execute(text(_CUSTOMERS), {"size": size, "now": ground.clock.now()})
    with ground.wired.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM (ANALYZE) customers"))


def _draft(ground: Ground, name: str, order: SendOrder) -> int:
    now, source = ground.clock.now(), FLOW.read_text(encoding="utf-8")
    with ground.wired.transaction() as tx:
        return create_campaign(
            tx,
            name=name,
            flow=load_flow(source, name=FLOW.name),
            flow_source=source,
            audience=ConditionAudience("balance < 10"),
            policy=policy_data(POLICY),
            control_share=_CONTROL_SHARE,
            starts_at=now,
            ends_at=now + timedelta(days=10),
            bonus_budget=Decimal(1_000_000),
            send_order=order,
            now=now,
            catalogue=known_factors(),
        )


def _enrol(ground: Ground, order: SendOrder, number: int, size: int) -> float:
    """From the start to the last of them; the check before it is not counted."""
    wired, now, catalogue = ground.wired, ground.clock.now(), known_factors()
    campaign = _draft(ground, f"Benchmark, enrolling {order} {number}", order)
    with wired.transaction() as tx:
        begin_campaign(tx, campaign, now, ground=CheckGround(catalogue))
    with spent() as cost:
        report = take_in(wired.transaction, campaign, now, flows=wired.flows, catalogue=catalogue)
    if report.enrolled != size:
        raise Unenrolled(f"{report.enrolled} of {size} customers were enrolled")
    return cost.wall_s


_ROWS = """
    COPY (SELECT :id, e.customer_id, e.flow_revision, e.arm, e.status, e.due_at, e.expires_at, e.enrolled_at
          FROM enrolments e JOIN campaigns k ON k.id = e.campaign_id WHERE k.name = '{name}') TO STDOUT
    """
_COPY = """
    COPY enrolments (campaign_id, customer_id, flow_revision, arm, status, due_at, expires_at, enrolled_at) FROM STDIN
    """


def _copy(ground: Ground, number: int) -> float:
    """The very rows that the intake has just made, into another campaign."""
    campaign = _draft(ground, f"Benchmark, copied {number}", SendOrder.AS_IS)
    name = f"Benchmark, enrolling {SendOrder.AS_IS} {number}"
    with make_statement(ground.wired.engine)() as connection, connection.cursor() as cursor:
        with cursor.copy(_ROWS.replace(":id", str(campaign)).format(name=name)) as out:
            rows = [bytes(one) for one in out]
        with spent() as cost, cursor.copy(_COPY) as into:
            for row in rows:
                into.write(row)
    return cost.wall_s


def _findings(took: _Timings, size: int, rounds: int) -> Findings:
    plain, by_value = Figure("enrolled", "s", took.plain), Figure("enrolled by value", "s", took.by_value)
    copy = Figure("COPY", "s", took.copy)
    targets = [
        Target("the rate of COPY", of_rounds(copy, plain), Want.AT_LEAST, _OF_COPY),
        Target("the rate of COPY, by value", of_rounds(copy, by_value), Want.AT_LEAST, _OF_COPY),
    ]
    return Findings("enrolling", f"{size} customers; {rounds} rounds", [plain, by_value, copy], targets)
