"""Pause and resume on a real database: nobody is contacted meanwhile, and nobody loses time by it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text, update

from bot.enrolment.effects import work_off
from bot.flow.load import load_flow
from bot.fulfilment.settle import expire_stale
from bot.store.models import EnrolmentRow
from bot.store.transaction import Transaction, Tx
from tests.db.factories import make_grant
from tests.db.house import DAY, HOUR, MOVE, STATUS, House
from tests.db.parts import FLOW, NOW, Parts


def test_nothing_is_claimed_once_the_pause_is_committed(house: House) -> None:
    house.parts.customer()
    campaign = house.create()
    house.start(campaign)
    house.move(campaign, MOVE.PAUSE)
    assert house.parts.sms_outreach.send_due(NOW) == 0
    assert house.parts.inbound.wake_due(NOW + 5 * DAY) == 0
    assert house.parts.sms.sent == []


def test_a_pause_takes_no_time_from_the_runs(house: House) -> None:
    """What would have expired meanwhile is sent after the resume, at once."""
    house.parts.customer()
    campaign = house.create()
    house.start(campaign)
    (before,) = house.rows("SELECT e.expires_at, a.expires_at AS attempt FROM enrolments e, attempts a")
    house.move(campaign, MOVE.PAUSE, NOW + HOUR)
    later = NOW + HOUR + 30 * DAY
    house.resume(campaign, later)
    (after,) = house.rows("SELECT e.expires_at, a.expires_at AS attempt FROM enrolments e, attempts a")
    assert after.expires_at - before.expires_at == after.attempt - before.attempt == 30 * DAY
    assert house.status(campaign) is STATUS.RUNNING
    assert house.parts.sms_outreach.send_due(later) == 1
    assert len(house.parts.sms.sent) == 1


def test_a_timer_that_ran_out_during_the_pause_fires_after_it(house: House) -> None:
    house.parts.customer()
    campaign = house.create()
    house.start(campaign)
    house.parts.sms_outreach.send_due(NOW)
    (invited,) = house.rows("SELECT id, due_at FROM enrolments")
    house.move(campaign, MOVE.PAUSE, NOW + HOUR)
    later = invited.due_at + DAY
    house.resume(campaign, later)
    assert house.parts.inbound.wake_due(later) == 1
    assert house.parts.enrolment(invited.id).step == "invite_by_call"


def test_who_wakes_at_the_end_of_their_time_only_wakes_at_its_new_end(house: House) -> None:
    house.parts.customer()
    campaign = house.create()
    house.start(campaign)
    (run,) = house.rows("SELECT id, expires_at FROM enrolments")
    with house.parts.transaction() as tx:
        tx.execute(update(EnrolmentRow).values(due_at=EnrolmentRow.expires_at))
    house.move(campaign, MOVE.PAUSE)
    house.resume(campaign, NOW + 20 * DAY)
    assert house.parts.inbound.wake_due(NOW + 20 * DAY) == 0
    moved = house.parts.enrolment(run.id)
    assert moved.due_at == moved.expires_at == run.expires_at + 20 * DAY


def test_a_reply_during_the_pause_is_heard_and_what_it_asks_for_waits(house: House) -> None:
    customer = house.parts.customer()
    campaign = house.create()
    house.start(campaign)
    house.parts.sms_outreach.send_due(NOW)
    house.move(campaign, MOVE.PAUSE, NOW + HOUR)
    house.parts.reply(customer, "what is that?", NOW + 2 * HOUR)  # it is asked once more
    (due,) = house.rows("SELECT id, expires_at FROM attempts WHERE status = 'due'")
    assert house.parts.sms_outreach.send_due(NOW + 2 * HOUR) == 0
    house.resume(campaign, NOW + 3 * HOUR)
    (after,) = house.rows("SELECT expires_at FROM attempts WHERE id = :id", id=due.id)
    assert after.expires_at - due.expires_at == HOUR  # it was asked for when the pause had lasted an hour


def test_a_pause_that_comes_while_it_resumes_holds(house: House) -> None:
    for _ in range(3):
        house.parts.customer()
    campaign = house.create()
    house.start(campaign)
    house.move(campaign, MOVE.PAUSE)
    house.move(campaign, MOVE.RESUME, NOW + DAY)
    house.work_off(NOW + DAY, chunks=1, chunk_size=2)
    house.move(campaign, MOVE.PAUSE, NOW + DAY)
    house.work_off(NOW + DAY)
    assert house.status(campaign) is STATUS.PAUSED
    house.resume(campaign, NOW + 3 * DAY)
    assert house.status(campaign) is STATUS.RUNNING
    rows = house.rows("SELECT DISTINCT expires_at FROM enrolments")
    assert [row.expires_at for row in rows] == [NOW + load_flow(FLOW).expires + 3 * DAY]


def test_a_resume_that_nobody_worked_off_for_hours_gives_these_back_too(house: House) -> None:
    house.parts.customer()
    campaign = house.create()
    house.start(campaign)
    house.move(campaign, MOVE.PAUSE)
    house.move(campaign, MOVE.RESUME, NOW + DAY)
    house.work_off(NOW + DAY + 3 * HOUR)
    assert house.status(campaign) is STATUS.RUNNING
    (run,) = house.rows("SELECT expires_at FROM enrolments")
    assert run.expires_at == NOW + load_flow(FLOW).expires + DAY + 3 * HOUR


def test_the_time_until_a_second_resume_is_given_back_too(house: House) -> None:
    for _ in range(3):
        house.parts.customer()
    campaign = house.create()
    house.start(campaign)
    moment, soon = timedelta(seconds=30), NOW + DAY
    house.move(campaign, MOVE.PAUSE)
    house.move(campaign, MOVE.RESUME, soon)
    house.work_off(soon, chunks=1, chunk_size=2)
    house.move(campaign, MOVE.PAUSE, soon + moment)
    house.move(campaign, MOVE.RESUME, soon + 2 * moment)
    house.work_off(soon + 2 * moment)
    assert house.status(campaign) is STATUS.RUNNING
    rows = house.rows("SELECT DISTINCT expires_at FROM enrolments")
    assert [row.expires_at for row in rows] == [NOW + load_flow(FLOW).expires + DAY + 2 * moment]


def test_a_grant_is_not_given_up_while_its_campaign_is_paused(house: House) -> None:
    house.parts.customer()
    campaign = house.create()
    house.start(campaign)
    (run,) = house.rows("SELECT id FROM enrolments")
    with house.parts.transaction() as tx:
        make_grant(tx, enrolment_id=run.id, status="accepted", qualified_at=None, amount=None, due_at=None)
    house.move(campaign, MOVE.PAUSE)
    assert expire_stale(house.parts.transaction, NOW + 60 * DAY) == 0
    house.resume(campaign, NOW + 60 * DAY)
    assert expire_stale(house.parts.transaction, NOW + 60 * DAY) == 0


class Killed(Exception):
    """A process died here."""


@dataclass
class Mortal:
    """Transactions of a process that dies at the end of some of them, before the commit."""

    transaction: Transaction
    lives: list[bool]

    @contextmanager
    def __call__(self) -> Iterator[Tx]:
        with self.transaction() as tx:
            yield tx
            if self.lives and not self.lives.pop(0):
                raise Killed


@given(
    people=st.integers(1, 7),
    sent_before=st.integers(0, 7),
    chunk=st.integers(1, 4),
    pauses=st.lists(
        st.tuples(st.integers(1, 40), st.lists(st.booleans(), max_size=8)), min_size=1, max_size=3
    ),
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_pauses_with_kills_lose_no_contact_and_double_none(
    transaction: Transaction,
    people: int,
    sent_before: int,
    chunk: int,
    pauses: list[tuple[int, list[bool]]],
) -> None:
    with transaction() as tx:
        for table in (
            "move_effects",
            "intakes",
            "decisions",
            "events",
            "attempts",
            "enrolments",
            "campaign_policies",
            "campaigns",
            "customers",
        ):
            tx.execute(text(f"DELETE FROM {table}"))
    house = House(Parts(transaction))
    for _ in range(people):
        house.parts.customer()
    campaign = house.create()
    house.start(campaign)
    now = NOW
    house.parts.pacing.allowance = sent_before
    house.parts.sms_outreach.send_due(now)
    house.parts.pacing.allowance = None
    paused = timedelta(0)
    for days, lives in pauses:
        now += timedelta(minutes=1)
        house.move(campaign, MOVE.PAUSE, now)
        now += days * DAY
        paused += days * DAY
        house.move(campaign, MOVE.RESUME, now)
        mortal = Mortal(transaction, list(lives))
        while house.status(campaign) is STATUS.PAUSED:
            assert house.parts.sms_outreach.send_due(now) == 0
            try:
                work_off(mortal, now, flows=house.parts.flows, chunk_size=chunk)
            except Killed:
                continue
    expiries = {row.expires_at for row in house.rows("SELECT expires_at FROM enrolments")}
    assert expiries == {NOW + load_flow(FLOW).expires + paused}
    house.parts.sms_outreach.send_due(now)
    assert sorted(sent.to for sent in house.parts.sms.sent) == sorted(
        row.msisdn for row in house.rows("SELECT msisdn FROM customers")
    )
