"""The gate at the moment of contact: what holds an attempt back, puts it off or denies it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from bot.domain.campaigns import Arm, CampaignStatus
from bot.store import events
from bot.store.events import NewEvent
from bot.store.models import AttemptRow, CampaignRow, CustomerRow, EnrolmentRow
from tests.db.factories import make_attempt, make_enrolment, make_suppression
from tests.db.parts import NOW, Parts

NIGHT = datetime.fromisoformat("2026-11-22T15:00:00+00:00")


# -- the gate --------------------------------------------------------------------------------------------------


def test_an_attempt_at_night_waits_for_the_morning(parts: Parts) -> None:
    enrolment = parts.enrol(now=NIGHT)
    parts.sms_outreach.send_due(NIGHT)
    waiting = parts.attempt(enrolment)
    assert parts.decisions(waiting.id) == [("deferred", "quiet_hours")]
    assert (waiting.status, waiting.reason) == ("expired", "quiet_hours")  # six hours are over before nine
    assert parts.sms.sent == []


def test_an_attempt_that_may_wait_is_put_off_to_the_opening(parts: Parts) -> None:
    enrolment = parts.enrol(now=NOW + timedelta(hours=2, minutes=30))
    parts.sms_outreach.send_due(NOW + timedelta(hours=2, minutes=30))
    waiting = parts.attempt(enrolment)
    assert (waiting.status, waiting.due_at) == ("due", NOW + timedelta(hours=4))
    assert parts.sms_outreach.send_due(NOW + timedelta(hours=4)) == 1
    assert parts.decisions(waiting.id) == [("deferred", "quiet_hours"), ("allowed", None)]


@pytest.mark.parametrize(("on_denied", "status"), [("wait", "due"), ("skip", "denied"), ("exit", "denied")])
def test_the_flows_author_says_what_a_deferred_step_does(parts: Parts, on_denied: str, status: str) -> None:
    now = NOW + timedelta(hours=2, minutes=30)
    enrolment = parts.enrol(now=now)
    with parts.transaction() as tx:
        tx.execute(update(AttemptRow).values(on_denied=on_denied))
    parts.sms_outreach.send_due(now)
    one = parts.attempt(enrolment)
    assert one.status == status
    told = parts.event(f"attempt:{one.id}:denied")
    assert (told is not None) == (status == "denied")


def test_an_attempt_whose_time_has_passed_is_never_sent(parts: Parts) -> None:
    enrolment = parts.enrol()
    parts.sms_outreach.send_due(NOW + timedelta(hours=6))
    one = parts.attempt(enrolment)
    assert (one.status, one.reason) == ("expired", "too_late")
    parts.inbound.process_waiting(NOW + timedelta(hours=6))
    assert parts.enrolment(enrolment).step == "invite_by_call"


def test_a_refusal_stops_what_is_queued_even_where_no_flow_has_seen_it(parts: Parts) -> None:
    customer = parts.customer()
    enrolment = parts.enrol(customer=customer)
    with parts.transaction() as tx:
        make_suppression(tx, customer_id=customer)
    parts.sms_outreach.send_due(NOW)
    one = parts.attempt(enrolment)
    assert (one.status, one.reason) == ("denied", "suppressed")
    assert parts.decisions(one.id) == [("denied", "suppressed")]


def test_news_that_no_flow_has_seen_holds_everything_back(parts: Parts) -> None:
    customer = parts.customer()
    enrolment = parts.enrol(customer=customer)
    with parts.transaction() as tx:
        events.leave(tx, [NewEvent("sms:in:1", "sms.inbound", {"Body": "T"}, NOW, customer_id=customer)])
    parts.sms_outreach.send_due(NOW)
    assert parts.decisions(parts.attempt(enrolment).id) == [("deferred", "news_waiting")]
    parts.inbound.process_waiting(NOW)
    parts.sms_outreach.send_due(NOW + timedelta(seconds=5))
    assert parts.sms.sent == []
    assert parts.attempt(enrolment).status == "canceled"


def test_an_attempt_that_its_flow_has_left_behind_is_not_sent(parts: Parts) -> None:
    enrolment = parts.enrol()
    with parts.transaction() as tx:
        tx.execute(update(EnrolmentRow).values(visit=EnrolmentRow.visit + 1))
    parts.sms_outreach.send_due(NOW)
    one = parts.attempt(enrolment)
    assert (one.status, one.reason) == ("denied", "flow_moved_on")
    assert parts.event(f"attempt:{one.id}:denied") is None  # the flow has gone on without it


def test_a_text_with_a_hole_is_never_sent(parts: Parts) -> None:
    enrolment = parts.enrol(customer=parts.customer(name=None))
    parts.sms_outreach.send_due(NOW)
    one = parts.attempt(enrolment)
    assert (one.status, one.reason) == ("denied", "missing_value")
    assert parts.sms.sent == []


def test_nobody_is_called_whom_the_first_words_could_not_be_said_to(parts: Parts) -> None:
    customer = parts.customer(factors={"sms_habit": False, "balance": None})
    enrolment = parts.enrol(customer=customer)
    parts.voice_outreach.call_due(NOW)
    one = parts.attempt(enrolment)
    assert (one.channel, one.status, one.reason) == ("call", "denied", "missing_value")
    assert parts.voice.sent == []


def test_only_guests_are_contacted_while_there_is_a_guest_list(parts: Parts) -> None:
    guest, other = parts.customer(), parts.customer()
    with parts.transaction() as tx:
        parts.guest_list = frozenset({tx.get_one(CustomerRow, guest).msisdn})
    campaign = parts.campaign()
    invited, passed_over = parts.enrol(campaign, guest), parts.enrol(campaign, other)
    parts.sms_outreach.send_due(NOW)
    assert parts.attempt(invited).status == "accepted"
    assert parts.decisions(parts.attempt(passed_over).id) == [("denied", "not_on_guest_list")]


def test_a_paused_campaigns_attempts_are_not_claimed(parts: Parts) -> None:
    campaign = parts.campaign()
    enrolment = parts.enrol(campaign)
    for status in (CampaignStatus.PAUSED, CampaignStatus.ABORTED, CampaignStatus.FINISHED):
        with parts.transaction() as tx:
            tx.execute(update(CampaignRow).values(status=status.value))
        assert parts.sms_outreach.send_due(NOW) == 0
    with parts.transaction() as tx:
        tx.execute(update(CampaignRow).values(status="running"))
    assert parts.sms_outreach.send_due(NOW) == 1
    assert parts.attempt(enrolment).status == "accepted"


# -- the control arm -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("touch", [{"due_at": NOW}, {"step": "invite_by_sms"}, {"status": "active"}])
def test_a_control_customer_cannot_be_given_a_step(parts: Parts, touch: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError, match="control_untouched"), parts.transaction() as tx:
        make_enrolment(tx, **({"arm": Arm.CONTROL.value} | touch))


def test_an_attempt_forged_for_a_control_customer_is_denied(parts: Parts) -> None:
    with parts.transaction() as tx:
        enrolment = make_enrolment(tx, campaign_id=parts.campaign(), arm="control")
        make_attempt(tx, enrolment_id=enrolment, visit=0)
    parts.sms_outreach.send_due(NOW)
    assert parts.attempt(enrolment).status == "denied"
    assert parts.sms.sent == []
