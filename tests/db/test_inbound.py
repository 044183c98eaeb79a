"""Events to next steps: how a run starts and goes by the clock, and what the store keeps of each event."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.domain.attempts import TRANSITIONS
from bot.enrolment.tend import finish_campaigns
from bot.store import events
from bot.store.events import NewEvent
from bot.store.models import CampaignRow, EnrolmentRow, WorkOrderRow
from tests.db.factories import make_attempt, make_enrolment
from tests.db.invited import DAY, invited
from tests.db.parts import NOW, Parts

# -- starting and time -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("factors", "tier", "step", "channel"),
    [
        ({"sms_habit": True}, "ordinary", "invite_by_sms", "sms"),
        ({"sms_habit": False}, "ordinary", "invite_by_call", "call"),
    ],
)
def test_a_run_starts_where_its_flow_says(
    parts: Parts, factors: dict[str, Any], tier: str, step: str, channel: str
) -> None:
    enrolment = parts.enrol(customer=parts.customer(factors=factors, tier=tier))
    one = parts.attempt(enrolment)
    assert (one.step, one.channel, one.status, one.due_at, one.try_no) == (step, channel, "due", NOW, 1)
    assert (parts.enrolment(enrolment).step, parts.enrolment(enrolment).visit) == (step, one.visit)


def test_a_customer_of_high_value_goes_to_a_manager_at_once(parts: Parts) -> None:
    enrolment = parts.enrol(customer=parts.customer(tier="high", factors={"arpu": 150}))
    assert parts.attempts(enrolment) == []
    with parts.transaction() as tx:
        order = tx.scalars(select(WorkOrderRow)).one()
    assert (order.enrolment_id, order.queue, order.priority) == (enrolment, "retention", 1)
    assert order.due_at == NOW + timedelta(hours=4)


def test_a_run_is_woken_once(parts: Parts) -> None:
    enrolment = parts.enrol()
    assert parts.inbound.wake_due(NOW) == 0
    assert parts.inbound.wake_due(NOW + timedelta(hours=1)) == 0
    assert len(parts.attempts(enrolment)) == 1


def test_silence_after_the_invitation_leads_on(parts: Parts) -> None:
    enrolment = invited(parts)
    assert parts.inbound.wake_due(NOW + DAY - timedelta(seconds=1)) == 0
    assert parts.inbound.wake_due(NOW + DAY) == 1
    assert parts.enrolment(enrolment).step == "invite_by_call"
    assert parts.attempt(enrolment).channel == "call"


def test_a_run_ends_when_its_time_is_over_and_what_is_queued_with_it(parts: Parts) -> None:
    enrolment = parts.enrol()
    assert parts.inbound.wake_due(NOW + timedelta(days=10)) == 1
    over = parts.enrolment(enrolment)
    assert (over.status, over.result, over.due_at) == ("finished", "expired", None)
    assert over.finished_at == NOW + timedelta(days=10)
    assert parts.attempt(enrolment).status == "canceled"


def test_a_paused_campaigns_clock_stands_still(parts: Parts) -> None:
    enrolment = invited(parts)
    with parts.transaction() as tx:
        tx.execute(update(CampaignRow).values(status="paused"))
    assert parts.inbound.wake_due(NOW + 3 * DAY) == 0
    with parts.transaction() as tx:
        tx.execute(update(CampaignRow).values(status="running"))
    assert parts.inbound.wake_due(NOW + 3 * DAY) == 1
    assert parts.enrolment(enrolment).step == "invite_by_call"


def test_a_campaign_is_finished_when_nobody_is_under_way(parts: Parts) -> None:
    campaign = parts.campaign()
    assert finish_campaigns(parts.transaction, NOW) == 0  # nobody was enrolled yet
    parts.enrol(campaign)
    with parts.transaction() as tx:
        make_enrolment(tx, campaign_id=campaign, arm="control")
    assert finish_campaigns(parts.transaction, NOW) == 0
    parts.inbound.wake_due(NOW + 10 * DAY)
    assert finish_campaigns(parts.transaction, NOW + 10 * DAY) == 1
    assert finish_campaigns(parts.transaction, NOW + 10 * DAY) == 0


# -- the store -------------------------------------------------------------------------------------------------


def test_an_event_is_applied_whole_or_not_at_all(parts: Parts) -> None:
    customer = parts.customer()
    enrolment = invited(parts, customer)
    with parts.transaction() as tx:
        broken = tx.scalars(select(EnrolmentRow)).one()
        broken.state = {"step": "invite_by_sms", "last_sms": "invite_by_sms", "visit": "no number"}
    with parts.transaction() as tx:
        said = {"From": "+8613800000000", "Body": "1"}
        events.leave(tx, [NewEvent("a", "sms.inbound", said, NOW, customer_id=customer)])
    parts.inbound.process_waiting(NOW)
    event = parts.event("a")
    assert event is not None
    assert (event.processed_at, event.tries) == (None, 1)  # put off, not half applied
    assert parts.enrolment(enrolment).step == "invite_by_sms"


def test_an_event_of_an_unknown_kind_is_kept_and_ignored(parts: Parts) -> None:
    parts.hear("weather.changed", {}, key="w")
    event = parts.event("w")
    assert event is not None
    assert event.outcome == "ignored:unknown_kind"


def test_every_status_of_the_table_may_be_stored(parts: Parts) -> None:
    with parts.transaction() as tx:
        enrolment = make_enrolment(tx)
        for visit, status in enumerate(TRANSITIONS):
            make_attempt(tx, enrolment_id=enrolment, visit=visit, status=status, lease_until=NOW)
    assert len(parts.attempts(enrolment)) == len(TRANSITIONS)
