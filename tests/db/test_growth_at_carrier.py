"""What the carrier holds may be hundreds of thousands of messages: whoever looks among them each second reads few."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text, update

from bot.domain.attempts import RecallCause
from bot.store import recalls, refused_held
from bot.store.models import CampaignRow
from bot.store.pending import pending
from bot.store.recalls import Asking
from bot.store.transaction import Transaction
from tests.db.asking import asking as asking_flow
from tests.db.crowds import crowd
from tests.db.parts import NOW, Parts
from tests.db.rows_read import rows_read

HELD = 20_000
FEW = 20
ASKING = Asking(NOW, timedelta(seconds=5), 5, FEW)


@pytest.fixture
def campaign(parts: Parts, transaction: Transaction) -> Iterator[int]:
    """All of its messages are at the carrier since an hour ago."""
    campaign = parts.campaign(asking_flow("huge"))
    with transaction() as tx:
        crowd(tx, campaign, HELD)
        tx.execute(
            text(
                "UPDATE attempts SET status = 'accepted', carrier_sid = 'SM' || id, "
                "taken_at = :now - interval '1 hour' + (random() * interval '1 minute')"
            ),
            {"now": NOW},
        )
        tx.execute(text("ANALYZE attempts"))
    yield campaign
    with transaction() as tx:
        tx.execute(text("TRUNCATE customers CASCADE"))


def test_what_is_pending_is_seen_without_going_through_what_the_carrier_has(
    transaction: Transaction, engine: Engine, campaign: int
) -> None:
    """Each is to be asked about some hours later; nobody has analysed the table since."""
    with transaction() as tx:
        tx.execute(text("UPDATE attempts SET lease_until = :at"), {"at": NOW + timedelta(hours=4)})
    with rows_read(engine) as read, transaction() as tx:
        found = pending(tx, NOW)
    assert (found.due, found.in_flight, found.next_at) == (frozenset(), False, NOW + timedelta(hours=4))
    assert read.rows < FEW


def test_what_is_pending_is_seen_without_going_through_what_the_carrier_has_told(
    parts: Parts, transaction: Transaction, engine: Engine
) -> None:
    with transaction() as tx:
        tx.execute(
            text(
                "INSERT INTO events (key, kind, payload, received_at) "
                "SELECT n, 'sms.status', '{}', :now FROM generate_series(1, :many) n"
            ),
            {"many": HELD, "now": NOW},
        )
        tx.execute(text("ANALYZE events"))
    with rows_read(engine) as read, transaction() as tx:
        assert pending(tx, NOW).due == {"events"}
    assert read.rows < FEW


def test_the_oldest_that_the_carrier_holds_is_read_from_an_index(
    transaction: Transaction, engine: Engine, campaign: int
) -> None:
    with rows_read(engine) as read, transaction() as tx:
        oldest = refused_held.oldest_held(tx, NOW)
    assert oldest is not None
    assert read.rows <= 2
    with transaction() as tx:
        assert oldest == tx.execute(text("SELECT min(taken_at) FROM attempts")).scalar_one()


def test_what_is_taken_back_of_a_paused_campaign_are_the_latest_and_no_more_are_read(
    transaction: Transaction, engine: Engine, campaign: int
) -> None:
    with transaction() as tx:
        tx.execute(update(CampaignRow).values(status="paused"))
        latest = (
            tx.execute(text(f"SELECT id FROM attempts ORDER BY taken_at DESC LIMIT {FEW}")).scalars().all()
        )
    with rows_read(engine) as read, transaction() as tx:
        held = recalls.held(tx, RecallCause.STOPPED, ASKING)
    assert [one.attempt_id for one in held] == list(latest)
    assert read.rows < 10 * FEW


def test_calls_whose_hours_end_are_found_without_the_messages_beside_them(
    transaction: Transaction, engine: Engine, campaign: int
) -> None:
    with transaction() as tx:
        closing = tx.execute(
            text(
                "UPDATE attempts SET channel = 'call', taken_at = :now, closes_at = :now "
                "WHERE id = (SELECT id FROM attempts LIMIT 1) RETURNING id"
            ),
            {"now": NOW},
        ).scalar_one()
    with rows_read(engine) as read, transaction() as tx:
        held = recalls.held(tx, RecallCause.CLOSED, ASKING)
    assert [one.attempt_id for one in held] == [closing]
    assert read.rows < 10 * FEW
