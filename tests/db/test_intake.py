"""A whole audience comes in by chunks: in the order of sending, stopped by a pause, finished by whoever is left."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from bot.domain import arms
from bot.domain.campaigns import SendOrder
from bot.enrolment.create import RiskListAudience
from bot.enrolment.intake import take_in
from bot.enrolment.move import begin_campaign
from bot.enrolment.occasion import After, Repeated
from bot.store import campaigns, intakes
from bot.store.pending import pending
from bot.store.transaction import Transaction, Tx
from tests.db import mortals
from tests.db.commands import Keepline
from tests.db.factories import make_risk_list
from tests.db.house import CATALOGUE, DAY, GROUND, HOUR, MOVE, STATUS, House
from tests.db.mortals import outlive
from tests.db.parts import NOW, Parts

NIGHT = datetime.fromisoformat("2026-11-23T02:00:00+00:00")
NIGHTLY = Repeated("daily@02:00", "UTC")
_PROCESSES = get_context("forkserver")
_PROCESSES.set_forkserver_preload(["tests.db.mortals"])


def fill(house: House, people: int, *, first: int = 1) -> None:
    """Each with another monthly revenue, in no order."""
    with house.parts.transaction() as tx:
        tx.execute(
            text(
                "INSERT INTO customers (external_id, msisdn, name, snapshot_at, created_at, factors) "
                "SELECT 'L' || n, '+86139' || lpad(n::text, 8, '0'), '王' || n, :now, :now, "
                "jsonb_build_object('balance', 5, 'sms_habit', true, 'arpu', (n * 37) % 101) "
                "FROM generate_series(cast(:first AS int), cast(:last AS int)) AS n"
            ),
            {"first": first, "last": first + people - 1, "now": NOW},
        )


def begin(house: House, campaign: int, now: datetime = NOW) -> None:
    with house.parts.transaction() as tx:
        begin_campaign(tx, campaign, now, ground=GROUND)


def intake_of(house: House, campaign: int) -> intakes.Intake:
    with house.parts.transaction() as tx:
        found = intakes.newest(tx, campaign)
    assert found is not None
    return found


def test_a_start_enrols_nobody_itself_so_that_it_is_over_at_once(house: House) -> None:
    fill(house, 30)
    campaign = house.create()
    begin(house, campaign)
    assert house.status(campaign) is STATUS.RUNNING
    assert house.enrolled(campaign) == []
    house.sweep(NOW)  # it has nobody under way, and is not over for that
    assert house.status(campaign) is STATUS.RUNNING
    house.take_in(NOW, chunk_size=7)
    assert len(house.enrolled(campaign)) == 30
    assert house.rows("SELECT FROM intake_people") == []
    rounds = house.rows("SELECT after FROM audit WHERE action = 'campaign.round'")
    assert [row.after for row in rounds] == [{"enrolled": 30, "control": 0}]


def test_chunks_deal_the_same_arms_as_one(house: House) -> None:
    fill(house, 200)
    campaign = house.create(control_share=0.3)
    begin(house, campaign)
    house.take_in(NOW, chunk_size=13)
    salt = house.campaign(campaign).salt
    rows = house.rows("SELECT customer_id, arm FROM enrolments")
    assert {row.customer_id: row.arm for row in rows} == {
        row.customer_id: arms.arm(salt, row.customer_id, 0.3) for row in rows
    }
    report = intake_of(house, campaign)
    assert report.enrolled == report.found == 200
    assert report.control == sum(row.arm == "control" for row in rows)


@pytest.mark.parametrize("order", [SendOrder.VALUE, SendOrder.RISK])
def test_the_first_to_be_spoken_to_are_the_first_to_be_enrolled(house: House, order: SendOrder) -> None:
    """So nobody is woken before somebody who is to come earlier, however long the others take to come in."""
    fill(house, 60)
    with house.parts.transaction() as tx:
        list_id = make_risk_list(tx, name="at risk")
        tx.execute(
            text(
                "INSERT INTO risk_list_entries SELECT :l, id, 'low_balance', "
                "CASE WHEN id % 9 > 0 THEN ((id * 7) % 61) / 61.0 END FROM customers"
            ),
            {"l": list_id},
        )
        if order is SendOrder.VALUE:
            tx.execute(
                text(
                    "INSERT INTO customer_marks (customer_id, mark, since, source) "
                    "SELECT max(id), 'red', :now, 'test' FROM customers"
                ),
                {"now": NOW},
            )
    campaign = house.create(RiskListAudience("at risk"), send_order=order)
    begin(house, campaign)
    seen: list[int] = []
    while intake_of(house, campaign).phase != intakes.OVER:
        house.take_in(NOW, chunks=1, chunk_size=8)
        by_due = house.rows("SELECT customer_id FROM enrolments ORDER BY due_at")
        so_far = [row.customer_id for row in by_due]
        assert so_far[: len(seen)] == seen
        seen = so_far
    wanted = """
        SELECT c.id FROM customers c JOIN risk_list_entries r ON r.customer_id = c.id
        LEFT JOIN customer_marks m ON m.customer_id = c.id
        ORDER BY m.mark NULLS LAST, CASE WHEN :value THEN (c.factors ->> 'arpu')::numeric ELSE r.score END
            DESC NULLS LAST, c.id
        """
    assert seen == [row.id for row in house.rows(wanted, value=order is SendOrder.VALUE)]
    assert len({row.due_at for row in house.rows("SELECT due_at FROM enrolments")}) == 60


# -- a pause, an end ------------------------------------------------------------------------------------------------


def test_a_pause_between_chunks_is_in_force_and_the_round_goes_on_after_it(house: House) -> None:
    campaign = house.create(occasion=NIGHTLY)
    house.parts.customer()
    house.start(campaign)
    fill(house, 30)
    house.sweep(NIGHT)
    house.take_in(NIGHT, chunks=4, chunk_size=10)
    assert len(house.enrolled(campaign)) == 21
    house.move(campaign, MOVE.PAUSE, NIGHT)
    assert house.take_in(NIGHT, chunk_size=10) == 0
    house.sweep(NIGHT + HOUR)
    assert len(house.enrolled(campaign)) == 21
    house.resume(campaign, NIGHT + 2 * HOUR)
    house.take_in(NIGHT + 2 * HOUR, chunk_size=10)
    assert len(house.enrolled(campaign)) == 31
    late = house.rows(
        "SELECT max(expires_at) - min(expires_at) AS span FROM enrolments WHERE enrolled_at = :n", n=NIGHT
    )
    assert late[0].span.total_seconds() == 0  # whoever came before the pause and after it has the same time


def test_a_pause_waits_for_the_chunk_at_work_alone(house: House, transaction: Transaction) -> None:
    fill(house, 40)
    campaign = house.create()
    begin(house, campaign)
    house.take_in(NOW, chunks=2)  # listed
    order: list[str] = []
    with ThreadPoolExecutor(1) as pool:
        with transaction() as tx:
            assert intakes.claim(tx, campaign) is not None

            def pause() -> None:
                house.move(campaign, MOVE.PAUSE)
                order.append("paused")

            paused = pool.submit(pause)
            order.append("chunk")
        paused.result(timeout=20)
    assert order == ["chunk", "paused"]
    assert house.take_in(NOW) == 0
    assert house.enrolled(campaign) == []


def test_an_abort_on_the_way_reports_and_audits_those_who_came_in(house: House) -> None:
    fill(house, 30)
    house.rows("UPDATE customers SET status = 'left' WHERE external_id = 'L3' RETURNING id")
    campaign = house.create()
    begin(house, campaign)
    house.take_in(NOW, chunks=3, chunk_size=10)
    house.move(campaign, MOVE.ABORT)
    report = take_in(house.parts.transaction, campaign, NOW, flows=house.parts.flows, catalogue=CATALOGUE)
    assert (report.enrolled, report.skipped) == (10, 1)  # who only came too late was not skipped
    rounds = house.rows("SELECT after FROM audit WHERE action = 'campaign.round'")
    assert [row.after for row in rounds] == [{"enrolled": 10, "control": 0, "ended_early": True}]


@pytest.mark.parametrize("move", [MOVE.ABORT, MOVE.DRAIN])
def test_an_end_between_chunks_leaves_nobody_under_way_and_nothing_on_the_list(
    house: House, move: Any
) -> None:
    fill(house, 30)
    campaign = house.create()
    begin(house, campaign)
    house.take_in(NOW, chunks=4, chunk_size=10)
    assert len(house.enrolled(campaign)) == 20
    house.move(campaign, move)
    house.tend(NOW)
    assert len(house.enrolled(campaign)) == 20
    assert {row.status for row in house.rows("SELECT status FROM enrolments")} == {"finished"}
    assert house.rows("SELECT FROM intake_people") == []
    assert house.take_in(NOW) == 0


def test_who_left_between_listing_and_enrolling_stays_out(house: House) -> None:
    fill(house, 10)
    campaign = house.create()
    begin(house, campaign)
    house.take_in(NOW, chunks=2)
    house.rows("UPDATE customers SET status = 'left' WHERE external_id = 'L3' RETURNING id")
    house.take_in(NOW)
    assert len(house.enrolled(campaign)) == 9


def test_a_round_lists_newcomers_alone(house: House) -> None:
    fill(house, 20)
    campaign = house.create(occasion=NIGHTLY)
    house.start(campaign)
    fill(house, 5, first=21)
    house.tend(NIGHT)
    second = intake_of(house, campaign)
    assert (second.found, second.listed, second.enrolled) == (25, 5, 5)


def test_the_next_round_waits_for_the_last_one(house: House) -> None:
    campaign = house.create(occasion=NIGHTLY)
    house.parts.customer()
    house.start(campaign)
    house.sweep(NIGHT)
    house.sweep(NIGHT + DAY)
    assert [row.begun_at for row in house.rows("SELECT begun_at FROM intakes ORDER BY id")] == [NOW, NIGHT]
    house.tend(NIGHT + DAY)
    house.sweep(NIGHT + DAY)
    assert len(house.rows("SELECT FROM intakes")) == 3


def test_a_sequence_does_not_count_on_half_an_audience(house: House) -> None:
    """Of those who have come in so far all are written to, and they are not half of those to come."""
    for _ in range(20):
        house.parts.customer()
    first = house.create()
    second = house.create(name="then", occasion=After("november", Decimal("0.5")))
    house.move(second, MOVE.CHECK)
    house.move(second, MOVE.SCHEDULE)
    begin(house, first)
    house.take_in(NOW, chunks=3, chunk_size=10)
    house.parts.inbound.wake_due(NOW)
    assert house.parts.sms_outreach.send_due(NOW) == 10
    house.sweep(NOW)
    assert house.status(second) is STATUS.SCHEDULED
    assert house.rows("SELECT FROM attempts WHERE taken_at IS NULL") == []


# -- several at once ----------------------------------------------------------------------------------------------


def phases(house: House) -> list[str]:
    return [row.phase for row in house.rows("SELECT phase FROM intakes ORDER BY campaign_id")]


def test_a_small_audience_that_comes_second_does_not_wait_for_a_large_one(house: House) -> None:
    fill(house, 60)
    with house.parts.transaction() as tx:
        listed = make_risk_list(tx, name="few")
        tx.execute(
            text("INSERT INTO risk_list_entries SELECT :l, min(id), 'low_balance', 0.5 FROM customers"),
            {"l": listed},
        )
    large, small = house.create(), house.create(RiskListAudience("few"), name="small")
    begin(house, large)
    house.take_in(NOW, chunks=4, chunk_size=2)
    begin(house, small, NOW)
    house.take_in(NOW, chunks=6, chunk_size=2)
    assert (len(house.enrolled(large)), len(house.enrolled(small))) == (10, 1)  # by turns, three each


def test_the_highest_priority_comes_in_first_and_lists_are_cleared_last(house: House) -> None:
    fill(house, 10)
    ended, low, high = (
        house.create(name=name, priority=priority)
        for name, priority in (("ended", 9), ("low", 1), ("high", 8))
    )
    begin(house, ended)
    house.take_in(NOW, chunks=2)
    house.move(ended, MOVE.ABORT)
    begin(house, low)
    begin(house, high)
    seen = []
    while house.take_in(NOW, chunks=1):
        seen.append(phases(house))
    first_over = [
        next(step for step, at in enumerate(seen) if at[which] == phase)
        for which, phase in ((2, "clearing"), (1, "clearing"), (0, "over"))
    ]
    assert first_over == sorted(first_over)
    assert seen[-1] == ["over"] * 3


def test_two_workers_are_at_two_audiences_and_never_at_one(house: House, transaction: Transaction) -> None:
    fill(house, 10)
    one, two = house.create(), house.create(name="two")
    begin(house, one)
    with transaction() as tx:
        assert not intakes.several(tx)
    begin(house, two)
    with transaction() as tx, transaction() as beside, transaction() as third:
        assert intakes.several(tx)
        claimed = intakes.claim(tx), intakes.claim(beside)
        assert {intake.campaign_id for intake in claimed if intake} == {one, two}
        assert intakes.claim(third) is None


# -- deaths -------------------------------------------------------------------------------------------------------


class Killed(Exception):
    """A process died here."""


@dataclass
class Mortal:
    """Transactions of a process that dies at the end of some of them, before the commit."""

    transaction: Transaction
    chance: random.Random

    @contextmanager
    def __call__(self) -> Iterator[Tx]:
        with self.transaction() as tx:
            yield tx
            if self.chance.random() < 0.5:
                raise Killed


@pytest.mark.parametrize("seed", range(3))
def test_deaths_between_chunks_lose_nobody_and_double_nobody(
    house: House, transaction: Transaction, seed: int
) -> None:
    fill(house, 50)
    campaign = house.create(control_share=0.2, send_order=SendOrder.VALUE)
    begin(house, campaign)
    mortal, deaths = Mortal(transaction, random.Random(seed)), 0
    while True:
        try:
            report = take_in(
                mortal, campaign, NOW, flows=house.parts.flows, catalogue=CATALOGUE, chunk_size=6
            )
        except Killed:
            deaths += 1
        else:
            break
    assert deaths
    assert (report.enrolled, report.skipped) == (50, 0)
    assert len(house.enrolled(campaign)) == len(set(house.enrolled(campaign))) == 50


@pytest.mark.parametrize("seed", range(2))
def test_processes_that_are_killed_while_they_enrol_leave_the_rest_to_the_next(
    house: House, postgres_url: str, tmp_path: Path, seed: int
) -> None:
    """The command line enrols and the sweep's worker beside it; each dies where it happens to be."""
    fill(house, 300)
    campaign = house.create()
    begin(house, campaign)
    chance, killed = random.Random(seed), 0
    for _ in range(40):
        ours, theirs = _PROCESSES.Pipe(duplex=False)
        arguments = (theirs, postgres_url, tmp_path, "take_in", campaign, NOW)
        process = _PROCESSES.Process(target=mortals.live, args=arguments)
        process.start()
        theirs.close()
        assert ours.recv() == "take_in"
        came_to_its_end = outlive(process, chance.uniform(0, 0.15))
        ours.close()
        killed += not came_to_its_end
        if came_to_its_end:
            break
    house.take_in(NOW)
    assert killed
    report = intake_of(house, campaign)
    assert report.phase == intakes.OVER
    assert report.enrolled == len(house.enrolled(campaign)) == 300
    assert house.rows("SELECT FROM intake_people") == []


def test_two_at_once_enrol_everybody_once(house: House, transaction: Transaction) -> None:
    fill(house, 120)
    campaign = house.create()
    begin(house, campaign)

    def work(_: int) -> int:
        parts = Parts(transaction)
        return take_in(
            transaction, campaign, NOW, flows=parts.flows, catalogue=CATALOGUE, chunk_size=5
        ).enrolled

    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(work, range(3))) == [120, 120, 120]
    assert len(house.enrolled(campaign)) == 120
    with transaction() as tx:
        assert campaigns.standings(tx, campaign)[0].treatment == 120


# -- from the command line ----------------------------------------------------------------------------------------


def test_a_start_that_was_stopped_by_hand_says_so_and_a_worker_goes_on(
    house: House, keepline: Keepline, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(house, 40)
    campaign = house.create()
    original, asked = intakes.next_piece, []

    def stopped(tx: Tx, of: intakes.Intake, *, limit: int) -> intakes.Piece | None:
        asked.append(limit)
        if len(asked) == 3:
            raise KeyboardInterrupt
        return original(tx, of, limit=10)

    with monkeypatch.context() as patched:
        patched.setattr(intakes, "next_piece", stopped)
        result = keepline("campaign", "start", "november")
    assert result.exit_code == 1
    assert (
        result.stderr
        == "Error: stopped here; campaign november has started, and a worker enrols the others\n"
    )
    assert house.status(campaign) is STATUS.RUNNING
    status = keepline("campaign", "status", "november")
    assert "Its audience comes in: 20 of 40 enrolled" in status.output
    told = json.loads(keepline("campaign", "status", "november", "--json").output)["coming_in"]
    assert told == {"enrolled": 20, "of": 40, "all_counted": True}
    with house.parts.transaction() as tx:
        assert "intakes" in pending(tx, intake_of(house, campaign).begun_at).due
    house.take_in(NOW)
    assert len(house.enrolled(campaign)) == 40
    assert json.loads(keepline("campaign", "status", "november", "--json").output)["coming_in"] is None


def test_the_command_line_enrols_all_of_them_and_counts(house: House, keepline: Keepline) -> None:
    fill(house, 40)
    house.rows("UPDATE customers SET status = 'left' WHERE external_id = 'L3' RETURNING id")
    campaign = house.create(control_share=0.5)
    result = keepline("campaign", "start", "november")
    control = len(house.rows("SELECT FROM enrolments WHERE arm = 'control'"))
    assert result.output == (
        f"campaign november: running; 39 enrolled, {39 - control} treatment, {control} control, 1 skipped\n"
    )
    assert len(house.enrolled(campaign)) == 39
