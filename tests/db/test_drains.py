"""Those whom a draining campaign holds start when the older runs are over: all of them, and in order."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from bot.domain.campaigns import SendOrder
from bot.enrolment.intake import take_chunk
from bot.flow.load import load_flow
from bot.store import drains, intakes
from tests.db.factories import make_flow_revision
from tests.db.house import CATALOGUE, DAY, HOUR, House
from tests.db.parts import FLOW, NOW
from tests.db.test_intake import begin, fill

OVER = NOW + HOUR
HELD_UNTIL = NOW + 5 * DAY
MICROSECOND = timedelta(microseconds=1)


def draining(house: House, people: int, order: SendOrder = SendOrder.AS_IS) -> int:
    """A campaign, with so many in its audience, that nobody older is under way in."""
    fill(house, people)
    campaign = house.create(send_order=order)
    begin(house, campaign)
    drain = "INSERT INTO drains (campaign_id, held_until, begun_at) VALUES (:id, :until, :now) RETURNING id"
    house.rows(drain, id=campaign, until=HELD_UNTIL, now=NOW)
    return campaign


def release(house: House, limit: int = 100, now: datetime = OVER) -> int:
    with house.parts.transaction() as tx:
        tx.execute(text("SET LOCAL lock_timeout = '2s'"))
        return drains.release(tx, now, limit=limit)


def due(house: House) -> list[tuple[int, timedelta]]:
    rows = house.rows("SELECT customer_id, due_at FROM enrolments ORDER BY due_at, id")
    return [(row.customer_id, row.due_at - OVER) for row in rows]


def open_drains(house: House) -> int:
    return len(house.rows("SELECT FROM drains WHERE drained_at IS NULL"))


@pytest.mark.parametrize("limit", [100, 4])
def test_all_of_an_ordered_campaign_start_and_in_their_order(house: House, limit: int) -> None:
    draining(house, 6, SendOrder.VALUE)
    house.take_in(NOW)
    order = [customer for customer, _ in due(house)]
    while release(house, limit):
        pass
    assert due(house) == [(customer, n * MICROSECOND) for n, customer in enumerate(order)]
    expiries = house.rows("SELECT DISTINCT expires_at FROM enrolments")
    assert [row.expires_at for row in expiries] == [OVER + load_flow(FLOW).expires]
    assert open_drains(house) == 0


@pytest.mark.parametrize("late", [timedelta(0), 9 * DAY, -MICROSECOND])
def test_nobody_is_released_twice_when_the_wait_is_over_anyway(house: House, late: timedelta) -> None:
    draining(house, 6, SendOrder.VALUE)
    house.take_in(NOW)
    order = [customer for customer, _ in due(house)]
    now = HELD_UNTIL + late
    assert [release(house, 4, now) for _ in range(3)] == [4, 2, 0]
    assert [customer for customer, _ in due(house)] == order
    assert all(since <= now - OVER for _, since in due(house))
    assert open_drains(house) == 0


def test_whoever_is_being_enrolled_meanwhile_is_released_as_well(house: House) -> None:
    draining(house, 6)
    house.take_in(NOW, chunks=2)
    with house.parts.transaction() as tx:
        intake = intakes.claim(tx)
        assert intake is not None
        take_chunk(tx, intake, NOW, flows=house.parts.flows, catalogue=CATALOGUE, chunk_size=3)
        assert release(house) == 0
    assert release(house) == 3
    house.take_in(OVER)
    assert len(due(house)) == 6
    assert all(since <= timedelta(0) for _, since in due(house))


def test_whoever_is_locked_is_released_the_next_time(house: House) -> None:
    draining(house, 3)
    house.take_in(NOW)
    with house.parts.transaction() as tx:
        tx.execute(text("SELECT id FROM enrolments ORDER BY id LIMIT 1 FOR UPDATE")).one()
        assert release(house) == 2
    assert open_drains(house) == 1
    assert release(house) == 1
    assert open_drains(house) == 0


def test_a_drain_lasts_until_all_who_had_not_started_are_on_the_new_revision(house: House) -> None:
    """The last older run may come to its end while a republishing still takes them over, chunk by chunk."""
    campaign = draining(house, 4)
    house.take_in(NOW)
    with house.parts.transaction() as tx:
        older = make_flow_revision(tx)
        last = "(SELECT max(id) FROM enrolments)"
        tx.execute(text(f"UPDATE enrolments SET flow_revision = :older WHERE id = {last}"), {"older": older})
    assert release(house) == 0
    assert open_drains(house) == 1
    with house.parts.transaction() as tx:
        tx.execute(
            text("UPDATE enrolments e SET flow_revision = k.flow_revision FROM campaigns k WHERE k.id = :id"),
            {"id": campaign},
        )
    assert release(house) == 4
    assert open_drains(house) == 0
