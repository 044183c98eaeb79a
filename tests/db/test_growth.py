"""What a look at the queues costs does not grow with what waits in them: counted in rows that the database reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text, update

from bot.store import enrolments, rounds, sending
from bot.store.models import CampaignRow
from bot.store.pending import pending
from bot.store.transaction import Transaction
from tests.db.asking import asking
from tests.db.crowds import crowd, crowd_to_start
from tests.db.parts import NOW, Parts
from tests.db.rows_read import rows_read

CROWD = 20_000
FEW = 20


@pytest.fixture(autouse=True)
def dispersed(transaction: Transaction) -> Iterator[None]:
    yield
    with transaction() as tx:
        tx.execute(text("TRUNCATE customers CASCADE"))


@pytest.fixture
def paused(parts: Parts) -> int:
    """A big campaign that stands still, all of whose runs and messages are due, beside one that has little to do."""
    huge, small = parts.campaign(asking("huge"), name="huge"), parts.campaign(asking("small"), name="small")
    with parts.transaction() as tx:
        crowd(tx, huge, CROWD)
        tx.execute(text("UPDATE enrolments SET due_at = :at"), {"at": NOW - timedelta(hours=1)})
        crowd(tx, small, FEW)
        crowd_to_start(tx, parts.campaign(asking("third")), FEW)
        tx.execute(update(CampaignRow).where(CampaignRow.id == huge).values(status="paused"))
    return huge


def test_what_is_due_in_a_paused_campaign_is_not_read_to_see_what_is_pending(
    parts: Parts, engine: Engine, paused: int
) -> None:
    with rows_read(engine) as read, parts.transaction() as tx:
        assert pending(tx, NOW).due == {"sms", "timers"}
    assert read.rows < 10 * FEW


def test_what_is_due_in_a_paused_campaign_is_not_read_to_wake_others(
    parts: Parts, engine: Engine, paused: int
) -> None:
    with rows_read(engine) as read, parts.transaction() as tx:
        woken = enrolments.claim_due(tx, limit=200, now=NOW)
    assert len(woken) == FEW
    assert paused not in {one.campaign_id for one in woken}
    assert read.rows < 10 * FEW


def test_what_is_due_in_a_paused_campaign_is_not_read_to_send_others(
    parts: Parts, engine: Engine, paused: int
) -> None:
    with rows_read(engine) as read, parts.transaction() as tx:
        claimed = sending.claim_due(tx, channel="sms", limit=200, now=NOW)
    assert len(claimed) == FEW
    assert paused not in {one.campaign_id for one in claimed}
    assert read.rows < 10 * FEW


def test_a_claim_of_a_few_messages_reads_a_few_rows_however_many_are_due(
    parts: Parts, engine: Engine
) -> None:
    huge = parts.campaign(asking("huge"))
    with parts.transaction() as tx:
        crowd(tx, huge, CROWD)
    with rows_read(engine) as read, parts.transaction() as tx:
        assert len(sending.claim_due(tx, channel="sms", limit=FEW, now=NOW)) == FEW
    assert read.rows < 10 * FEW


def test_a_claim_of_a_few_runs_reads_a_few_rows_however_many_are_due(parts: Parts, engine: Engine) -> None:
    huge = parts.campaign(asking("huge"))
    with parts.transaction() as tx:
        crowd_to_start(tx, huge, CROWD)
    with rows_read(engine) as read, parts.transaction() as tx:
        assert len(enrolments.claim_due(tx, limit=FEW, now=NOW)) == FEW
    assert read.rows < 10 * FEW


def test_a_campaign_that_matters_more_is_woken_before_a_big_one_that_came_first(parts: Parts) -> None:
    """By the weight of their priorities: 10 of 12, and 2 of 12."""
    huge = parts.campaign(asking("huge"), priority=1)
    urgent = parts.campaign(asking("urgent"), priority=9)
    with parts.transaction() as tx:
        crowd_to_start(tx, huge, 500, due_in=timedelta(hours=-2))
        crowd_to_start(tx, urgent, 500, due_in=timedelta(minutes=-1))
        woken = Counter(one.campaign_id for one in enrolments.claim_due(tx, limit=120, now=NOW))
    assert woken.total() == 120
    assert abs(woken[urgent] - 100) <= 1


def test_a_campaign_that_has_nothing_to_wake_leaves_its_share_to_the_others(parts: Parts) -> None:
    huge, idle = parts.campaign(asking("huge"), priority=1), parts.campaign(asking("idle"), priority=9)
    with parts.transaction() as tx:
        crowd_to_start(tx, huge, 300)
        crowd_to_start(tx, idle, 300, due_in=timedelta(hours=1))
        assert len(enrolments.claim_due(tx, limit=100, now=NOW)) == 100


def test_what_small_campaigns_leave_of_their_shares_is_woken_of_the_big_one(
    parts: Parts, engine: Engine
) -> None:
    bulk = parts.campaign(asking("bulk"), priority=0)
    urgent = [parts.campaign(asking(f"urgent {n}"), priority=9) for n in range(5)]
    with parts.transaction() as tx:
        crowd_to_start(tx, bulk, CROWD)
        for campaign in urgent:
            crowd_to_start(tx, campaign, 2)
    with rows_read(engine) as read, parts.transaction() as tx:
        woken = [one.campaign_id for one in enrolments.claim_due(tx, limit=5 * FEW, now=NOW)]
    assert Counter(woken) == {bulk: 5 * FEW - 10, **dict.fromkeys(urgent, 2)}
    assert read.rows < 5 * 10 * FEW


def test_what_one_leaves_of_its_share_goes_to_the_others_by_their_weight(parts: Parts) -> None:
    """Of the 120 that are left, 8 of 12 and 4 of 12."""
    small, other, urgent = (parts.campaign(asking(f"of {n}"), priority=n) for n in (9, 3, 7))
    with parts.transaction() as tx:
        for campaign, size in ((small, 4), (other, 300), (urgent, 300)):
            crowd_to_start(tx, campaign, size)
        woken = Counter(one.campaign_id for one in enrolments.claim_due(tx, limit=124, now=NOW))
    assert woken.total() == 124
    assert woken[small] == 4
    assert abs(woken[urgent] - 80) <= 1


def test_that_nobody_of_a_campaign_is_left_is_seen_without_reading_all_who_were(
    parts: Parts, engine: Engine
) -> None:
    huge, other = parts.campaign(asking("huge")), parts.campaign(asking("other"))
    with parts.transaction() as tx:
        crowd_to_start(tx, huge, CROWD)
        tx.execute(text("UPDATE enrolments SET status = 'finished', result = 'ended', due_at = NULL"))
        crowd_to_start(tx, other, FEW)
    with rows_read(engine) as read, parts.transaction() as tx:
        assert rounds.over(tx, NOW) == [huge]
    assert read.rows < 10 * FEW


def test_two_workers_never_wake_the_same_run(parts: Parts) -> None:
    huge = parts.campaign(asking("huge"))
    with parts.transaction() as tx:
        crowd_to_start(tx, huge, 100)
    with parts.transaction() as one, parts.transaction() as other:
        first = {run.id for run in enrolments.claim_due(one, limit=60, now=NOW)}
        second = {run.id for run in enrolments.claim_due(other, limit=60, now=NOW)}
    assert (len(first), len(second)) == (60, 40)
    assert not first & second
