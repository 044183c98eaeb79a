"""Bonuses under a campaign's limits: counted when billing is asked, never more than the limits, nobody forgotten."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from bot.channels.errors import Rejected, Unavailable, Unconfirmed
from bot.domain.attempts import Channel
from bot.enrolment.policy_change import change_policy
from bot.fulfilment.settle import LEASE, settle_due
from bot.prices import load_prices
from bot.store import brakes, notices, spending
from bot.store.models import AttemptRow, BrakeTripRow, CampaignRow, GrantRow, SpendAccountRow
from bot.store.spending import Spent
from tests.db.factories import make_campaign, make_enrolment, make_grant
from tests.db.fake_billing import FakeBilling
from tests.db.parts import NOW, UNCAPPED, Parts

TODAY = date(2026, 11, 22)
TOMORROW = datetime.fromisoformat("2026-11-23T00:00:00+08:00")
SEGMENT = load_prices().of(Channel.SMS, "+86138")


def limited(
    parts: Parts, count: int, /, *, budget: str | None = None, **spend: Any
) -> tuple[int, list[UUID]]:
    """A campaign with due grants of 10 each."""
    policy = UNCAPPED | {"spend": {"zone": "Asia/Shanghai"} | spend}
    with parts.transaction() as tx:
        campaign = make_campaign(tx, policy=policy, bonus_budget=budget)
        return campaign, [due(tx, campaign) for _ in range(count)]


def due(tx: Any, campaign: int) -> UUID:
    return make_grant(tx, enrolment_id=make_enrolment(tx, campaign_id=campaign), due_at=NOW)


@pytest.fixture
def billing() -> FakeBilling:
    return FakeBilling()


def grant(parts: Parts, grant_id: UUID) -> GrantRow:
    with parts.transaction() as tx:
        return tx.get_one(GrantRow, grant_id)


def by_status(parts: Parts, ids: list[UUID]) -> dict[str, list[GrantRow]]:
    found: dict[str, list[GrantRow]] = {}
    for one in ids:
        row = grant(parts, one)
        found.setdefault(row.status, []).append(row)
    return found


def counted(parts: Parts, ids: list[UUID]) -> dict[str, int]:
    return {status: len(rows) for status, rows in by_status(parts, ids).items()}


def account(parts: Parts, campaign: int) -> SpendAccountRow:
    with parts.transaction() as tx:
        return tx.get_one(SpendAccountRow, campaign)


def used(parts: Parts, campaign: int) -> tuple[Decimal, Decimal, Decimal, Decimal]:
    found = account(parts, campaign)
    return found.bonuses, found.money, found.day_bonuses, found.day_money


def test_at_the_limit_of_a_day_a_bonus_waits_for_the_next_and_is_credited_then(
    parts: Parts, billing: FakeBilling
) -> None:
    campaign, ids = limited(parts, 3, per_day={"bonuses": 25})
    settle_due(parts.transaction, billing, NOW)  # the third may yet find room, should billing refuse one
    settle_due(parts.transaction, billing, NOW + timedelta(minutes=1))
    assert counted(parts, ids) == {"granted": 2, "due": 1}
    (waiting,) = by_status(parts, ids)["due"]
    assert (waiting.due_at, waiting.reason, waiting.reserved) == (TOMORROW, "spend_limit", False)
    with parts.transaction() as tx:
        (notice,) = notices.newest(tx, limit=10)
        assert (notice.kind, notice.details) == ("spend.day", {"day": "2026-11-22", "bonuses": "25 CNY"})
        assert tx.get_one(CampaignRow, campaign).bonus_committed == 20
    settle_due(parts.transaction, billing, TOMORROW - timedelta(seconds=1))
    assert grant(parts, waiting.id).status == "due"
    settle_due(parts.transaction, billing, TOMORROW)
    assert grant(parts, waiting.id).status == "granted"
    assert used(parts, campaign) == (30, 30, 10, 10)


def test_at_the_total_limit_a_bonus_is_refused_and_the_campaign_asks_to_be_stopped(
    parts: Parts, billing: FakeBilling
) -> None:
    campaign, ids = limited(parts, 3, bonuses=25)
    settle_due(parts.transaction, billing, NOW)
    assert counted(parts, ids) == {"granted": 2, "due": 1}
    settle_due(parts.transaction, billing, NOW + timedelta(minutes=1))
    assert [row.reason for row in by_status(parts, ids)["refused"]] == ["budget"]
    with parts.transaction() as tx:
        (trip,) = tx.scalars(select(BrakeTripRow))
        assert (trip.campaign_id, trip.cause, trip.details) == (campaign, "spend", {"bonuses": "25 CNY"})
    assert used(parts, campaign)[:2] == (20, 20)


def test_a_bonus_larger_than_a_day_may_ever_give_is_refused(parts: Parts, billing: FakeBilling) -> None:
    _, (one,) = limited(parts, 1, per_day={"bonuses": 5})
    settle_due(parts.transaction, billing, NOW)
    assert grant(parts, one).status == "refused"


def test_bonuses_count_in_the_money_of_a_campaign_with_its_contacts(
    parts: Parts, billing: FakeBilling
) -> None:
    campaign, ids = limited(parts, 1, money=str(10 + SEGMENT))
    enrolments = [parts.enrol(campaign) for _ in range(2)]
    settle_due(parts.transaction, billing, NOW)
    parts.sms_outreach.send_due(NOW)
    assert len(parts.sms.sent) == 1
    assert used(parts, campaign)[:2] == (10, 10 + SEGMENT)
    assert grant(parts, ids[0]).status == "granted"
    assert sorted(parts.attempt(one).status for one in enrolments) == ["accepted", "due"]


def test_the_money_that_contacts_took_is_not_there_for_bonuses(parts: Parts, billing: FakeBilling) -> None:
    campaign, ids = limited(parts, 1, per_day={"money": 10})
    parts.enrol(campaign)
    parts.sms_outreach.send_due(NOW)
    parts.all_sent()
    with parts.transaction() as tx:
        spending.settle(tx, limit=10)
    settle_due(parts.transaction, billing, NOW)
    assert (grant(parts, ids[0]).status, grant(parts, ids[0]).due_at) == ("due", TOMORROW)


def test_what_billing_refuses_is_given_back_to_its_own_day(parts: Parts, billing: FakeBilling) -> None:
    campaign, ids = limited(parts, 2, per_day={"bonuses": 10})
    billing.fail = lambda _: Unavailable("503")
    settle_due(parts.transaction, billing, NOW)
    billing.fail = lambda _: None
    early, late = sorted(ids, key=lambda one: not grant(parts, one).reserved)
    assert (grant(parts, early).reserved, grant(parts, late).reserved) == (True, False)
    assert used(parts, campaign) == (10, 10, 10, 10)
    billing.fail = lambda credit: Rejected("unknown subscriber") if credit.grant_id == early else None
    settle_due(parts.transaction, billing, TOMORROW)
    assert (grant(parts, early).status, grant(parts, late).status) == ("refused", "granted")
    assert used(parts, campaign) == (10, 10, 10, 10)


def test_what_billing_refuses_on_the_same_day_makes_room(parts: Parts, billing: FakeBilling) -> None:
    campaign, ids = limited(parts, 1, per_day={"bonuses": 10})
    billing.fail = lambda _: Rejected("unknown subscriber")
    settle_due(parts.transaction, billing, NOW)
    billing.fail = lambda _: None
    assert used(parts, campaign) == (0, 0, 0, 0)
    with parts.transaction() as tx:
        another = due(tx, campaign)
    settle_due(parts.transaction, billing, NOW)
    assert [grant(parts, one).status for one in (ids[0], another)] == ["refused", "granted"]


def test_a_bonus_whose_outcome_is_unknown_counts_once(parts: Parts, billing: FakeBilling) -> None:
    campaign, (one,) = limited(parts, 1, bonuses=10)
    billing.fail, billing.take_before_failing = lambda _: Unconfirmed("timeout"), True
    settle_due(parts.transaction, billing, NOW)
    assert used(parts, campaign)[0] == 10
    billing.fail = lambda _: None
    settle_due(parts.transaction, billing, NOW + LEASE)
    assert (grant(parts, one).status, used(parts, campaign)[0]) == ("granted", 10)


def test_each_day_says_what_was_credited(parts: Parts, billing: FakeBilling) -> None:
    campaign, _ = limited(parts, 3, per_day={"bonuses": 20})
    settle_due(parts.transaction, billing, NOW)
    settle_due(parts.transaction, billing, TOMORROW)
    with parts.transaction() as tx:
        assert spending.by_day(tx, campaign) == [
            Spent(TODAY, 0, 0, 0, 0, Decimal(20), Decimal(20)),
            Spent(TODAY + timedelta(days=1), 0, 0, 0, 0, Decimal(10), Decimal(10)),
        ]


def test_limits_given_under_way_count_what_was_credited_before(parts: Parts, billing: FakeBilling) -> None:
    with parts.transaction() as tx:
        campaign = make_campaign(tx, policy=UNCAPPED)
        ids = [due(tx, campaign) for _ in range(2)]
    settle_due(parts.transaction, billing, NOW)
    with parts.transaction() as tx:
        change_policy(tx, campaign, UNCAPPED | {"spend": {"bonuses": 30}}, NOW)
        ids += [due(tx, campaign) for _ in range(2)]
    settle_due(parts.transaction, billing, NOW)
    assert counted(parts, ids) == {"granted": 3, "due": 1}


def test_a_bonus_that_billing_refuses_under_limits_given_under_way_frees_the_day(
    parts: Parts, billing: FakeBilling
) -> None:
    with parts.transaction() as tx:
        campaign = make_campaign(tx, policy=UNCAPPED)
        early = due(tx, campaign)
    billing.fail = lambda _: Unavailable("503")
    settle_due(parts.transaction, billing, NOW)  # asked for before there is an account
    with parts.transaction() as tx:
        change_policy(tx, campaign, UNCAPPED | {"spend": {"per_day": {"bonuses": 10}}}, NOW)
        late = due(tx, campaign)
    settle_due(parts.transaction, billing, NOW)
    assert used(parts, campaign) == (10, 10, 10, 10)
    billing.fail = lambda credit: Rejected("unknown subscriber") if credit.grant_id == early else None
    settle_due(parts.transaction, billing, NOW + timedelta(minutes=1))
    assert used(parts, campaign) == (0, 0, 0, 0)
    settle_due(parts.transaction, billing, NOW + timedelta(minutes=2))
    assert [grant(parts, one).status for one in (early, late)] == ["refused", "granted"]


def test_limits_that_went_and_came_again_have_missed_nothing(parts: Parts, billing: FakeBilling) -> None:
    campaign, _ = limited(parts, 1, bonuses=30)
    settle_due(parts.transaction, billing, NOW)
    for policy in (UNCAPPED, UNCAPPED | {"spend": {"bonuses": 30}}):
        with parts.transaction() as tx:
            change_policy(tx, campaign, policy, NOW)
            due(tx, campaign)
        settle_due(parts.transaction, billing, NOW)
    assert used(parts, campaign)[0] == 30


def test_a_raised_limit_lets_waiting_bonuses_go_at_once(parts: Parts, billing: FakeBilling) -> None:
    campaign, ids = limited(parts, 3, per_day={"bonuses": 20})
    for minutes in range(2):
        settle_due(parts.transaction, billing, NOW + timedelta(minutes=minutes))
    now = NOW + timedelta(hours=1)
    with parts.transaction() as tx:
        change_policy(tx, campaign, UNCAPPED | {"spend": {"per_day": {"bonuses": 30}}}, now)
    settle_due(parts.transaction, billing, now)
    assert counted(parts, ids) == {"granted": 3}


@pytest.mark.parametrize("spend", [{"bonuses": 70}, {"per_day": {"bonuses": 70}}, {"per_day": {"money": 70}}])
def test_workers_together_never_credit_more_than_the_limit(
    parts: Parts, billing: FakeBilling, spend: dict[str, Any]
) -> None:
    campaign, _ = limited(parts, 24, budget="1000", **spend)
    barrier = threading.Barrier(3)

    def work(_: int) -> None:
        for turn in range(6):
            barrier.wait()
            settle_due(parts.transaction, billing, NOW + timedelta(minutes=turn), limit=2)

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(work, range(3)))
    with parts.transaction() as tx:
        granted = tx.scalar(select(func.sum(GrantRow.amount)).where(GrantRow.status == "granted"))
        assert granted == 70
        assert spending.used(tx, campaign).bonuses == 70
        assert tx.get_one(CampaignRow, campaign).bonus_committed == 70
        assert bool(brakes.waiting(tx, limit=1)) == ("bonuses" in spend)


def test_contacts_and_bonuses_together_never_spend_more_than_the_money(
    parts: Parts, billing: FakeBilling
) -> None:
    campaign, _ = limited(parts, 12, money=str(60 + 5 * SEGMENT))
    for _ in range(12):
        parts.enrol(campaign)
    barrier = threading.Barrier(2)

    def credit() -> None:
        for turn in range(6):
            barrier.wait()
            settle_due(parts.transaction, billing, NOW + timedelta(minutes=2 * turn), limit=2)

    def send() -> None:
        mine = Parts(parts.transaction, flows=parts.flows)
        for turn in range(6):
            barrier.wait()
            mine.sms_outreach.send_due(NOW + timedelta(minutes=2 * turn), limit=2)

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(credit), pool.submit(send)]:
            done.result()
    with parts.transaction() as tx:
        granted = tx.scalar(select(func.sum(GrantRow.amount)).where(GrantRow.status == "granted")) or 0
        segments = tx.scalar(select(func.sum(AttemptRow.segments)).where(AttemptRow.taken_at.is_not(None)))
        spent = granted + (segments or 0) * SEGMENT
        assert spending.used(tx, campaign).money == spent <= 60 + 5 * SEGMENT
        assert granted >= 50
