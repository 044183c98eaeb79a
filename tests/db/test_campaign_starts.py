"""What brings people into a campaign on a real database: rounds, events and sequences; and in which order."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text, update

from bot.domain.campaigns import SendOrder
from bot.domain.checks import Finding, Point, Verdict, fit
from bot.enrolment.create import RiskListAudience
from bot.enrolment.errors import CampaignError
from bot.enrolment.move import start_campaign
from bot.enrolment.occasion import After, OnEvent, Repeated
from bot.store.models import CampaignRow, CustomerRow
from tests.db.factories import make_risk_list
from tests.db.house import DAY, GROUND, HOUR, MOVE, STATUS, House
from tests.db.parts import NOW

# -- by itself -------------------------------------------------------------------------------------------------


def test_a_scheduled_campaign_starts_by_itself_and_once(house: House) -> None:
    house.parts.customer()
    campaign = house.create(starts_at=NOW + HOUR)
    house.move(campaign, MOVE.CHECK)
    house.move(campaign, MOVE.SCHEDULE)
    house.tend(NOW)
    assert house.status(campaign) is STATUS.SCHEDULED
    house.tend(NOW + HOUR)
    house.tend(NOW + HOUR)
    assert house.status(campaign) is STATUS.RUNNING
    assert len(house.enrolled(campaign)) == 1
    starts = house.rows("SELECT user_id FROM audit WHERE action = 'campaign.start'")
    assert [row.user_id for row in starts] == [None]


def test_a_scheduled_campaign_that_has_become_unfit_is_a_draft_again(house: House) -> None:
    customer = house.parts.customer()
    campaign = house.create(starts_at=NOW + HOUR)
    house.move(campaign, MOVE.CHECK)
    house.move(campaign, MOVE.SCHEDULE)
    with house.parts.transaction() as tx:
        tx.execute(update(CustomerRow).where(CustomerRow.id == customer).values(status="left"))
        tx.execute(update(CampaignRow).values(checked_revision="another"))
    house.tend(NOW + HOUR)
    kept = house.campaign(campaign)
    assert kept.status is STATUS.DRAFT
    assert not fit(Finding(Point(one["point"]), Verdict(one["verdict"])) for one in kept.findings or ())


def test_each_night_newcomers_are_enrolled_and_nobody_twice(house: House) -> None:
    first = house.parts.customer()
    campaign = house.create(occasion=Repeated("daily@02:00", "Asia/Shanghai"))
    house.start(campaign)
    second = house.parts.customer()
    house.tend(NOW + HOUR)
    assert house.enrolled(campaign) == [first]
    night = datetime.fromisoformat("2026-11-22T18:00:00+00:00")
    house.tend(night)
    house.tend(night)
    assert house.enrolled(campaign) == [first, second]
    assert house.campaign(campaign).next_round_at == night + DAY
    house.parts.inbound.wake_due(night + 90 * DAY)
    house.tend(night + HOUR)
    assert house.status(campaign) is STATUS.RUNNING  # it waits for the next night


def test_a_customer_is_taken_again_only_after_the_time_in_the_next_edition(house: House) -> None:
    early = house.parts.customer()
    campaign = house.create(
        occasion=Repeated("daily@02:00", "UTC", 90 * DAY), bonus_budget=Decimal(100), control_share=0.3
    )
    house.start(campaign)
    night = datetime.fromisoformat("2026-11-23T02:00:00+00:00")
    house.tend(night)
    late = house.parts.customer()
    house.tend(night + 50 * DAY)
    assert house.enrolled(campaign) == [early, late]
    house.tend(night + 90 * DAY)
    (edition,) = house.rows("SELECT id, name, salt, status FROM campaigns WHERE series_id = :id", id=campaign)
    assert (edition.name, edition.status) == ("november (2)", "running")
    assert edition.salt == house.campaign(campaign).salt  # who is held out stays held out
    assert house.status(campaign) is STATUS.DRAINING
    assert house.enrolled(edition.id) == [early]
    house.tend(night + 140 * DAY)
    assert house.enrolled(edition.id) == [early, late]


def test_an_event_enrols_its_customer_at_once_if_in_the_audience(house: House) -> None:
    poor, rich = house.parts.customer(), house.parts.customer(factors={"balance": 500})
    campaign = house.create(occasion=OnEvent("offnet_warning"))
    assert house.start(campaign) == 0
    for customer in (poor, rich, poor):
        house.parts.hear(
            "business.event",
            {"type": "offnet_warning", "at": NOW.isoformat()},
            customer_id=customer,
            key=f"warning:{customer}",
        )
    house.tend(NOW)
    assert house.enrolled(campaign) == [poor]
    assert house.rows("SELECT 1 FROM trigger_calls") == []
    house.tend(NOW + HOUR)
    assert house.status(campaign) is STATUS.RUNNING


def test_an_event_during_a_pause_counts_when_the_campaign_goes_on(house: House) -> None:
    customer = house.parts.customer()
    campaign = house.create(occasion=OnEvent("recharge"))
    house.start(campaign)
    house.move(campaign, MOVE.PAUSE)
    house.parts.topup(customer, "20.00")
    house.tend(NOW)
    assert house.enrolled(campaign) == []
    house.resume(campaign, NOW + HOUR)
    house.tend(NOW + HOUR)
    assert house.enrolled(campaign) == [customer]


def test_a_sequence_starts_when_the_one_before_has_reached_enough(house: House) -> None:
    for _ in range(4):
        house.parts.customer()
    first = house.create()
    second = house.create(name="then", occasion=After("november", Decimal("0.5")))
    house.move(second, MOVE.CHECK)
    house.move(second, MOVE.SCHEDULE)
    house.start(first)
    house.parts.pacing.allowance = 1
    house.parts.sms_outreach.send_due(NOW)
    house.tend(NOW)
    assert house.status(second) is STATUS.SCHEDULED
    house.parts.pacing.allowance = 1
    house.parts.sms_outreach.send_due(NOW)
    house.tend(NOW + HOUR)
    assert house.status(second) is STATUS.RUNNING


@pytest.mark.parametrize(
    ("occasion", "message"),
    [
        (Repeated("nightly", "UTC"), "repeat: 'nightly' is not a rhythm"),
        (Repeated("daily@02:00", "UTC", HOUR), "again after: must be at least a day"),
        (OnEvent("offnet_waring"), "there is no event 'offnet_waring'; did you mean offnet_warning"),
        (After("octobre", Decimal("0.5")), "there is no campaign 'octobre'"),
        (After("november", Decimal("1.5")), "reached: must be above 0% and at most 100%, not 150"),
    ],
)
def test_an_occasion_that_makes_no_sense_is_refused(house: House, occasion: Any, message: str) -> None:
    house.create()
    with pytest.raises(CampaignError, match=message):
        house.create(name="other", occasion=occasion)


# -- order -----------------------------------------------------------------------------------------------------


def test_the_highest_risk_is_served_first(house: House) -> None:
    customers = [house.parts.customer() for _ in range(4)]
    with house.parts.transaction() as tx:
        list_id = make_risk_list(tx, name="at risk")
        for customer, score in zip(customers, (0.2, 0.9, None, 0.5), strict=True):
            tx.execute(
                text("INSERT INTO risk_list_entries VALUES (:l, :c, 'low_balance', :s)"),
                {"l": list_id, "c": customer, "s": score},
            )
    campaign = house.create(RiskListAudience("at risk"), send_order=SendOrder.RISK)
    with house.parts.transaction() as tx:
        start_campaign(tx, campaign, NOW, ground=GROUND)
    by_due = house.rows("SELECT customer_id FROM enrolments ORDER BY due_at")
    assert [row.customer_id for row in by_due] == [customers[one] for one in (1, 3, 0, 2)]


def test_the_most_valuable_are_served_first(house: House) -> None:
    ordinary = house.parts.customer(factors={"arpu": 300})
    high = house.parts.customer(tier="high", factors={"arpu": 20})
    higher = house.parts.customer(tier="high", factors={"arpu": 90})
    campaign = house.create(send_order=SendOrder.VALUE)
    with house.parts.transaction() as tx:
        start_campaign(tx, campaign, NOW, ground=GROUND)
    by_due = house.rows("SELECT customer_id FROM enrolments ORDER BY due_at")
    assert [row.customer_id for row in by_due] == [higher, high, ordinary]


def test_only_a_risk_list_can_be_ordered_by_risk(house: House) -> None:
    with pytest.raises(CampaignError, match="only the customers of a risk list have a risk"):
        house.create(send_order=SendOrder.RISK)
