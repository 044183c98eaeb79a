"""The limits of a campaign hold for the calls that managers make from its work orders, and count them."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select, update

from bot.domain.contact import Allowed, Deferred, Reason
from bot.domain.spend import LOOK_AGAIN, Amounts
from bot.enrolment.policy_change import change_policy
from bot.prices import load_prices
from bot.store import spending
from bot.store.models import (
    CampaignRow,
    ManualCallLineRow,
)
from tests.db.click_to_call import MINUTE, Desk, S, make_desk
from tests.db.paid_by_hand import PRICE, RESERVED, TODAY, campaign_of, days, limited, minutes_of, settle, used
from tests.db.parts import NOW, UNCAPPED, Parts


@pytest.fixture
def payer(parts: Parts) -> Desk:
    return limited(parts, money=1000)


def test_a_campaign_that_has_spent_its_money_calls_nobody_by_hand_either(parts: Parts) -> None:
    desk = limited(parts, money=str(RESERVED * PRICE - Decimal("0.01")))
    assert desk.ask() == Deferred(Reason.SPEND_LIMIT, NOW + LOOK_AGAIN)
    assert (desk.call.status, desk.call.reason, desk.call.ended_at) == (S.REFUSED, "spend_limit", NOW)
    assert used(desk) == Amounts()
    desk.parts.manager_calls.ring_due(NOW)
    assert desk.parts.voice.sent == []
    with parts.transaction() as tx:
        assert tx.scalars(select(CampaignRow.status)).one() == "running"  # what is left may do for messages


def test_a_days_limit_tells_from_when_on_there_is_money_again(parts: Parts) -> None:
    desk = limited(parts, per_day={"minutes": RESERVED})
    desk.bring(S.CONNECTED)
    desk.dialed("completed", "61")
    desk.hang_up(seconds="130")
    settle(desk)
    tomorrow = NOW.replace(hour=16)  # midnight in Shanghai
    assert desk.ask(NOW + timedelta(hours=1)) == Deferred(Reason.SPEND_LIMIT, tomorrow)


def test_campaigns_own_calls_find_the_money_gone(parts: Parts) -> None:
    desk = limited(parts, minutes=RESERVED + 4)
    desk.bring(S.CONNECTED)
    campaign = campaign_of(desk)
    run = parts.enrol(campaign, parts.customer(factors={"sms_habit": False}))
    parts.voice_outreach.call_due(NOW)
    assert parts.decisions(parts.attempt(run).id) == [("deferred", "spend_limit")]
    desk.dialed("completed", "61")
    desk.hang_up(seconds="130")
    settle(desk)
    parts.voice_outreach.call_due(NOW + 2 * LOOK_AGAIN)
    assert parts.attempt(run).status == "accepted"


def test_without_limits_nothing_is_kept(desk: Desk) -> None:
    desk.bring(S.CONNECTED)
    with desk.parts.transaction() as tx:
        assert tx.scalar(select(func.count()).select_from(ManualCallLineRow)) == 0


def test_a_call_from_ones_own_phone_costs_the_campaign_nothing(payer: Desk) -> None:
    payer.note_own(S.COMPLETED, 3 * MINUTE)
    assert used(payer) == Amounts()
    with payer.parts.transaction() as tx:
        assert tx.scalar(select(func.count()).select_from(ManualCallLineRow)) == 0


def test_limits_that_come_later_count_what_was_spent_before(desk: Desk) -> None:
    desk.bring(S.CONNECTED)
    desk.dialed("completed", "61")
    desk.hang_up(seconds="130")
    with desk.parts.transaction() as tx:
        spending.lock(tx, campaign_of(desk), TODAY, "Asia/Shanghai", load_prices())
    assert used(desk) == minutes_of(5)


def test_limits_that_come_during_a_call_count_all_of_it(parts: Parts) -> None:
    """As long as nobody knows its length it holds what it may last; then both legs are paid."""
    desk = make_desk(parts, policy=UNCAPPED)
    desk.bring(S.CONNECTED)
    with parts.transaction() as tx:
        policy = UNCAPPED | {"spend": {"zone": "Asia/Shanghai", "money": 1000, "longest_call": "7m"}}
        change_policy(tx, campaign_of(desk), policy, NOW)
    for _ in range(2):
        with parts.transaction() as tx:
            account, _day = spending.lock(tx, campaign_of(desk), TODAY, "Asia/Shanghai", load_prices())
        assert account.total == account.today == account.open_total == minutes_of(14)
    desk.dialed("completed", "600", NOW + 10 * MINUTE)
    desk.hang_up(now=NOW + 11 * MINUTE, seconds="660")
    assert settle(desk) == 2
    assert used(desk) == minutes_of(21)
    assert [(one.day, one.calls, one.hand_minutes) for one in days(desk)] == [(TODAY, 1, 21)]


def test_limits_that_come_before_the_length_is_told_count_it_when_it_is(parts: Parts) -> None:
    desk = make_desk(parts, policy=UNCAPPED)
    desk.bring(S.CONNECTED)
    desk.dialed("completed", "61")
    with parts.transaction() as tx:
        spending.lock(tx, campaign_of(desk), TODAY, "Asia/Shanghai", load_prices())
    desk.hang_up(seconds="130")
    settle(desk)
    assert used(desk) == minutes_of(5)


def test_a_campaign_whose_limits_cannot_be_read_is_not_charged_blindly(payer: Desk) -> None:
    with payer.parts.transaction() as tx:
        tx.execute(update(CampaignRow).values(policy=UNCAPPED | {"spend": {"money": "much"}}))
    assert payer.ask() == Deferred(Reason.SPEND_LIMIT, NOW + LOOK_AGAIN)


def test_a_permitted_call_can_be_paid(payer: Desk) -> None:
    assert isinstance(payer.ask(), Allowed)
