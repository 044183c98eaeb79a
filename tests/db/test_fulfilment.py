"""An acceptance and a recharge become one credit, whatever billing answers and whoever works beside us."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from bot.channels.errors import Rejected, Unavailable, Unconfirmed
from bot.fulfilment.settle import LEASE, expire_stale, settle_due
from bot.prices import load_prices
from bot.store import crediting, grants
from bot.store.bonus_limits import Purse
from bot.store.models import CampaignRow, EnrolmentRow, EventRow, GrantRow
from bot.store.transaction import Transaction
from tests.db.factories import make_campaign, make_enrolment, make_grant
from tests.db.fake_billing import FakeBilling

PURSE = Purse(load_prices, "UTC")


def grant_of(transaction: Transaction, grant_id: UUID) -> GrantRow:
    with transaction() as tx:
        return tx.get_one(GrantRow, grant_id)


def committed(transaction: Transaction, campaign_id: int) -> Decimal:
    with transaction() as tx:
        return tx.get_one(CampaignRow, campaign_id).bonus_committed


def settled_events(transaction: Transaction) -> dict[str, Any]:
    with transaction() as tx:
        return {row.key: row.payload for row in tx.query(EventRow).filter_by(kind="grant.settled")}


def make_grants(transaction: Transaction, count: int, **campaign: Any) -> tuple[int, list[UUID]]:
    with transaction() as tx:
        campaign_id = make_campaign(tx, **campaign)
        ids = [make_grant(tx, enrolment_id=make_enrolment(tx, campaign_id=campaign_id)) for _ in range(count)]
    return campaign_id, ids


def enrolled(transaction: Transaction) -> dict[str, int]:
    with transaction() as tx:
        row = tx.get_one(EnrolmentRow, make_enrolment(tx))
        return {"enrolment_id": row.id, "campaign_id": row.campaign_id, "customer_id": row.customer_id}


@pytest.mark.parametrize("order", [("accept", "qualify"), ("qualify", "accept")])
def test_a_yes_and_a_recharge_in_either_order_make_a_grant_due(
    transaction: Transaction, now: datetime, order: tuple[str, str]
) -> None:
    one = enrolled(transaction)
    with transaction() as tx:
        for what in order:
            getattr(grants, what)(tx, **one, evidence={"event": what}, now=now)
        assert grants.make_due(tx, enrolment_id=one["enrolment_id"], amount=Decimal(10), now=now)
    with transaction() as tx:
        row = tx.query(GrantRow).one()
    assert (row.status, row.amount, row.due_at) == ("due", Decimal(10), now)
    assert row.evidence == {"accepted": {"event": "accept"}, "qualified": {"event": "qualify"}}


@pytest.mark.parametrize("only", ["accept", "qualify"])
def test_half_of_what_the_offer_asks_for_is_not_credited(
    transaction: Transaction, now: datetime, only: str
) -> None:
    one = enrolled(transaction)
    with transaction() as tx:
        getattr(grants, only)(tx, **one, evidence={}, now=now)
        assert not grants.make_due(tx, enrolment_id=one["enrolment_id"], amount=Decimal(10), now=now)


def test_a_repeated_yes_keeps_the_first_evidence(transaction: Transaction, now: datetime) -> None:
    one = enrolled(transaction)
    with transaction() as tx:
        grants.accept(tx, **one, evidence={"call": "CA1"}, now=now)
        grants.accept(tx, **one, evidence={"call": "CA2"}, now=now + timedelta(hours=1))
    with transaction() as tx:
        row = tx.query(GrantRow).one()
    assert (row.accepted_at, row.evidence) == (now, {"accepted": {"call": "CA1"}})


def test_a_grant_asked_for_twice_stays_one(transaction: Transaction, now: datetime) -> None:
    one = enrolled(transaction)
    with transaction() as tx:
        grants.accept(tx, **one, evidence={}, now=now)
        grants.qualify(tx, **one, evidence={}, now=now)
        assert grants.make_due(tx, enrolment_id=one["enrolment_id"], amount=Decimal(10), now=now)
        assert grants.make_due(tx, enrolment_id=one["enrolment_id"], amount=Decimal(99), now=now)
    billing = FakeBilling()
    assert settle_due(transaction, billing, now) == 1
    assert settle_due(transaction, billing, now) == 0
    with transaction() as tx:
        assert not grants.make_due(tx, enrolment_id=one["enrolment_id"], amount=Decimal(10), now=now)
        assert tx.query(GrantRow).one().amount == Decimal(10)


def test_a_credited_grant_has_billings_reference_and_tells_its_flow(
    transaction: Transaction, now: datetime
) -> None:
    campaign_id, [grant_id] = make_grants(transaction, 1, bonus_budget="100")
    billing = FakeBilling()

    assert settle_due(transaction, billing, now) == 1

    row = grant_of(transaction, grant_id)
    assert (row.status, row.billing_ref, row.granted_at) == ("granted", "adj-1", now)
    assert (row.due_at, row.lease_until, row.reserved) == (None, None, True)
    assert committed(transaction, campaign_id) == 10
    assert settled_events(transaction) == {f"grant:{grant_id}:granted": {"result": "granted", "reason": ""}}
    assert (billing.posted, billing.asked) == ([grant_id], [])


def test_a_refused_grant_gives_its_budget_back(transaction: Transaction, now: datetime) -> None:
    campaign_id, ids = make_grants(transaction, 3, bonus_budget="30")
    billing = FakeBilling(fail=lambda credit: Rejected("barred") if credit.grant_id == ids[1] else None)

    assert settle_due(transaction, billing, now) == 3

    assert [grant_of(transaction, id).status for id in ids] == ["granted", "refused", "granted"]
    assert committed(transaction, campaign_id) == 20
    told = settled_events(transaction)[f"grant:{ids[1]}:refused"]
    assert told == {"result": "refused", "reason": "barred"}
    assert settle_due(transaction, billing, now + timedelta(days=1)) == 0


def test_what_the_budget_cannot_bear_is_refused_before_billing_is_asked(
    transaction: Transaction, now: datetime
) -> None:
    campaign_id, ids = make_grants(transaction, 3, bonus_budget="25")
    billing = FakeBilling()

    assert settle_due(transaction, billing, now) == 3

    rows = [grant_of(transaction, id) for id in ids]
    assert sorted((row.status, row.reason) for row in rows) == [
        ("granted", None),
        ("granted", None),
        ("refused", "budget"),
    ]
    assert committed(transaction, campaign_id) == 20
    assert len(billing.posted) == 2


def test_an_unknown_outcome_is_asked_about_and_not_posted_again(
    transaction: Transaction, now: datetime
) -> None:
    _, [grant_id] = make_grants(transaction, 1)
    billing = FakeBilling(fail=lambda credit: Unconfirmed("no_answer"), take_before_failing=True)

    settle_due(transaction, billing, now)
    row = grant_of(transaction, grant_id)
    assert (row.status, row.reserved, row.due_at) == ("crediting", True, now + timedelta(seconds=30))
    assert settle_due(transaction, billing, now + timedelta(seconds=29)) == 0

    settle_due(transaction, billing, now + timedelta(seconds=30))
    assert grant_of(transaction, grant_id).status == "granted"
    assert (billing.posted, billing.asked) == ([grant_id], [grant_id])


def test_an_unknown_outcome_that_the_books_lack_is_posted_again_under_its_key(
    transaction: Transaction, now: datetime
) -> None:
    _, [grant_id] = make_grants(transaction, 1)
    lost = FakeBilling(fail=lambda credit: Unconfirmed("no_answer"))
    settle_due(transaction, lost, now)

    billing = FakeBilling()
    settle_due(transaction, billing, now + timedelta(minutes=1))

    assert grant_of(transaction, grant_id).status == "granted"
    assert (billing.asked, billing.posted) == ([grant_id], [grant_id])


def test_what_billing_did_not_take_waits_as_long_as_billing_says(
    transaction: Transaction, now: datetime
) -> None:
    campaign_id, [grant_id] = make_grants(transaction, 1, bonus_budget="10")
    busy = FakeBilling(fail=lambda credit: Unavailable("429", retry_after=timedelta(minutes=7)))
    settle_due(transaction, busy, now)

    row = grant_of(transaction, grant_id)
    assert (row.status, row.due_at) == ("due", now + timedelta(minutes=7))
    billing = FakeBilling()
    assert settle_due(transaction, billing, now + timedelta(minutes=7)) == 1
    assert billing.asked == []
    assert committed(transaction, campaign_id) == 10


def test_questions_come_ever_more_rarely(transaction: Transaction, now: datetime) -> None:
    _, [grant_id] = make_grants(transaction, 1)
    silent = FakeBilling(fail=lambda credit: Unconfirmed("no_answer"))
    waits = []
    moment = now
    for _ in range(10):
        settle_due(transaction, silent, moment)
        due_at = grant_of(transaction, grant_id).due_at
        assert due_at is not None
        waits.append((due_at - moment).total_seconds())
        moment = due_at
    assert waits == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]


def test_a_worker_that_died_after_its_claim_leaves_the_grant_to_be_asked_about(
    transaction: Transaction, now: datetime
) -> None:
    campaign_id, [grant_id] = make_grants(transaction, 1, bonus_budget="10")
    with transaction() as tx:
        claimed, _ = crediting.claim(tx, now, limit=10, lease=LEASE, purse=PURSE)
    assert [credit.unconfirmed for credit in claimed] == [False]

    billing = FakeBilling()
    assert settle_due(transaction, billing, now) == 0
    assert settle_due(transaction, billing, now + LEASE) == 1
    assert billing.asked == [grant_id]
    assert committed(transaction, campaign_id) == 10


def test_a_late_worker_cannot_write_over_the_one_that_came_after(
    transaction: Transaction, now: datetime
) -> None:
    _, [grant_id] = make_grants(transaction, 1)
    with transaction() as tx:
        [early], _ = crediting.claim(tx, now, limit=10, lease=LEASE, purse=PURSE)
    with transaction() as tx:
        [late], _ = crediting.claim(tx, now + LEASE, limit=10, lease=LEASE, purse=PURSE)
    with transaction() as tx:
        crediting.settle_refused(tx, [crediting.Refusal(grant_id, early.fence, "late")], now)
    assert grant_of(transaction, grant_id).status == "crediting"
    assert late.fence == early.fence + 1


def settle_in_threads(transaction: Transaction, billing: FakeBilling, now: datetime, *, limit: int) -> None:
    barrier = threading.Barrier(4)
    failures: list[BaseException] = []

    def work() -> None:
        try:
            barrier.wait()
            while settle_due(transaction, billing, now, limit=limit):
                pass
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_workers_side_by_side_credit_each_grant_once(transaction: Transaction, now: datetime) -> None:
    campaign_id, ids = make_grants(transaction, 40, bonus_budget="1000")
    billing = FakeBilling()

    settle_in_threads(transaction, billing, now, limit=3)

    assert sorted(billing.posted) == sorted(ids)
    assert {grant_of(transaction, id).status for id in ids} == {"granted"}
    assert committed(transaction, campaign_id) == 400
    assert len(settled_events(transaction)) == 40


def test_workers_side_by_side_never_overrun_a_budget(transaction: Transaction, now: datetime) -> None:
    first, some = make_grants(transaction, 20, bonus_budget="95")
    second, others = make_grants(transaction, 20, bonus_budget="45")
    barred = set(some[::4])
    billing = FakeBilling(fail=lambda credit: Rejected("barred") if credit.grant_id in barred else None)

    settle_in_threads(transaction, billing, now, limit=3)

    for campaign_id, ids, budget in ((first, some, 95), (second, others, 45)):
        rows = [grant_of(transaction, id) for id in ids]
        spent = sum(row.amount or 0 for row in rows if row.status == "granted")
        assert spent == committed(transaction, campaign_id) <= budget
        assert {row.status for row in rows} == {"granted", "refused"}
        assert all(row.reserved == (row.status == "granted") for row in rows)
    assert len(billing.posted) == len(set(billing.posted))


def test_a_grant_whose_enrolment_is_over_expires(transaction: Transaction, now: datetime) -> None:
    over = {"status": "finished", "result": "unreached", "finished_at": now}
    with transaction() as tx:
        earned = {"amount": None, "due_at": None, "status": "accepted", "qualified_at": None}
        finished = make_grant(tx, enrolment_id=make_enrolment(tx, **over), **earned)
        late = make_grant(tx, enrolment_id=make_enrolment(tx, expires_at=now), **earned)
        living = make_grant(tx, enrolment_id=make_enrolment(tx), **earned)
        due = make_grant(tx, enrolment_id=make_enrolment(tx, **over))

    assert expire_stale(transaction, now) == 2

    statuses = [grant_of(transaction, id).status for id in (finished, late, living, due)]
    assert statuses == ["expired", "expired", "accepted", "due"]
    assert settled_events(transaction)[f"grant:{late}:expired"]["result"] == "expired"
    assert expire_stale(transaction, now) == 0


def test_a_bonus_is_taken_back_once(transaction: Transaction, now: datetime) -> None:
    _, [grant_id] = make_grants(transaction, 1)
    with transaction() as tx:
        assert not grants.reverse(tx, grant_id, "fraud")
    settle_due(transaction, FakeBilling(), now)
    with transaction() as tx:
        assert grants.reverse(tx, grant_id, "fraud")
        assert not grants.reverse(tx, grant_id, "fraud")
    assert grant_of(transaction, grant_id).status == "reversed"
