"""The report counts what the journals say: the treated line by line, both arms by what they did."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.orm import Session

from bot.domain.uplift import ArmOutcome
from bot.evaluation.as_json import to_json
from bot.evaluation.report import report
from bot.store.models import EnrolmentRow
from bot.store.progress import Progress, StepCount, progress, step_counts, timeline
from bot.store.transaction import Transaction
from tests.db.factories import (
    make_attempt,
    make_campaign,
    make_decision,
    make_enrolment,
    make_event,
    make_grant,
    make_suppression,
    make_topup,
    make_work_order,
)


def enrol(tx: Session, campaign_id: int, **over: Any) -> tuple[int, int]:
    """(enrolment, customer)"""
    enrolment_id = make_enrolment(tx, campaign_id=campaign_id, **over)
    return enrolment_id, tx.get_one(EnrolmentRow, enrolment_id).customer_id


def sent(tx: Session, enrolment_id: int, now: datetime, **over: Any) -> None:
    make_attempt(tx, **({"enrolment_id": enrolment_id, "status": "delivered", "taken_at": now} | over))


def test_the_funnel_counts_each_customer_of_the_treatment_arm_once_a_line(
    transaction: Transaction, now: datetime
) -> None:
    with transaction() as tx:
        campaign_id = make_campaign(tx)
        won, winner = enrol(tx, campaign_id)
        sent(tx, won, now)
        sent(tx, won, now, visit=2, channel="call", status="completed", answered_by="human", duration_s=61)
        make_event(tx, enrolment_id=won, customer_id=winner, payload={"Body": "1"})
        make_event(tx, enrolment_id=won, customer_id=winner, kind="call.key", payload={"Digits": "1"})
        make_event(tx, enrolment_id=won, customer_id=winner, kind="call.key", payload={"Digits": ""})
        make_topup(tx, winner, "50.00")
        make_grant(tx, enrolment_id=won, status="granted", granted_at=now, billing_ref="A1", due_at=None)

        refused, opponent = enrol(tx, campaign_id)
        sent(tx, refused, now, status="undelivered")
        make_event(tx, customer_id=opponent, payload={"Body": "别再发了"})
        make_suppression(tx, customer_id=opponent)
        make_work_order(tx, enrolment_id=refused)
        make_work_order(tx, enrolment_id=refused, visit=2)

        barred, _ = enrol(tx, campaign_id)
        make_attempt(tx, enrolment_id=barred, status="denied", reason="no_consent")
        unreached, _ = enrol(tx, campaign_id)
        sent(tx, unreached, now, channel="call", status="completed", answered_by="machine", duration_s=9)
        enrol(tx, campaign_id)
        enrol(tx, campaign_id, arm="control")

        elsewhere, _ = enrol(tx, make_campaign(tx))
        sent(tx, elsewhere, now)
        make_grant(tx, enrolment_id=elsewhere)

        found = report(tx, campaign_id)
    funnel = found.funnel
    assert (funnel.targeted, funnel.eligible, funnel.contacted, funnel.delivered) == (5, 4, 3, 1)
    assert (funnel.replied, funnel.accepted, funnel.recharged, funnel.granted) == (2, 1, 1, 1)
    assert (funnel.escalated, funnel.opted_out) == (1, 1)
    assert (found.replies, found.keypresses, found.attempts) == (2, 1, {"sms": 2, "call": 2})
    assert (found.costs.call_minutes, found.costs.bonus) == (3, Decimal("10.00"))
    assert (found.denied, found.enrolled, found.control_contacted) == ({"no_consent": 1}, 6, 0)


def test_a_voicemail_that_was_left_has_arrived(transaction: Transaction, now: datetime) -> None:
    with transaction() as tx:
        campaign_id = make_campaign(tx)
        enrolment_id, _ = enrol(tx, campaign_id)
        call = {"channel": "call", "status": "completed", "answered_by": "machine", "voicemail": "left"}
        sent(tx, enrolment_id, now, **call)
        assert report(tx, campaign_id).funnel.delivered == 1


@pytest.mark.parametrize(
    ("amount", "minutes", "payload", "counts"),
    [
        ("50.00", 0, {}, True),
        ("5E+1", 0, {"status": "completed"}, True),
        ("49.99", 0, {}, False),
        ("200.00", -61, {}, False),
        ("200.00", 60 * 24, {}, False),
        ("200.00", 0, {"status": "failed"}, False),
        ("much", 0, {}, False),
    ],
    ids=["at least the minimum", "completed", "too little", "before", "after the end", "failed", "no amount"],
)
def test_a_recharge_counts_within_the_campaign_from_the_offers_minimum_in_both_arms(
    transaction: Transaction, now: datetime, amount: str, minutes: int, payload: dict[str, str], counts: bool
) -> None:
    with transaction() as tx:
        campaign_id = make_campaign(tx, ends_at=now + timedelta(days=1))
        for arm in ("treatment", "control"):
            _, customer_id = enrol(tx, campaign_id, arm=arm)
            at = now + timedelta(minutes=minutes)
            make_topup(tx, customer_id, amount, received_at=at, payload={"amount": amount, **payload})
        found = report(tx, campaign_id)
    assert (found.treatment, found.control) == (ArmOutcome(1, int(counts)), ArmOutcome(1, int(counts)))


def test_a_campaigns_own_offer_says_what_counts_as_recharged(transaction: Transaction) -> None:
    with transaction() as tx:
        campaign_id = make_campaign(tx, offer={"min_recharge": "80"})
        for amount in ("50", "80"):
            _, customer_id = enrol(tx, campaign_id)
            make_topup(tx, customer_id, amount)
        found = report(tx, campaign_id)
    assert (found.min_recharge, found.treatment) == (Decimal(80), ArmOutcome(2, 1))


def test_recharging_twice_counts_once_and_two_halves_do_not_make_a_whole(transaction: Transaction) -> None:
    with transaction() as tx:
        campaign_id = make_campaign(tx)
        _, twice = enrol(tx, campaign_id)
        _, halves = enrol(tx, campaign_id)
        for customer_id, amount in ((twice, "50"), (twice, "60"), (halves, "25"), (halves, "25")):
            make_topup(tx, customer_id, amount)
        assert report(tx, campaign_id).treatment == ArmOutcome(2, 1)


def test_the_treated_are_compared_with_the_control_arm(transaction: Transaction) -> None:
    with transaction() as tx:
        campaign_id = make_campaign(tx, control_share="0.5")
        for arm, recharging in (("treatment", 9), ("control", 3)):
            for number in range(10):
                _, customer_id = enrol(tx, campaign_id, arm=arm)
                if number < recharging:
                    make_topup(tx, customer_id, "50")
        found = report(tx, campaign_id)
    assert (found.uplift.treated, found.uplift.control) == (0.9, 0.3)
    assert (found.uplift.low, found.uplift.high) == (
        pytest.approx(0.1705, abs=5e-5),
        pytest.approx(0.809, abs=5e-5),
    )
    assert found.arms.sample_ratio_p == 1.0
    assert not found.harmful
    assert not found.arms_uneven


def test_harm_and_arms_that_chance_did_not_deal_are_flagged(transaction: Transaction, now: datetime) -> None:
    with transaction() as tx:
        campaign_id = make_campaign(tx, control_share="0.5")
        for _ in range(30):
            treated, _ = enrol(tx, campaign_id)
        for number in range(5):
            left_alone, customer_id = enrol(tx, campaign_id, arm="control")
            make_topup(tx, customer_id, "50")
            if number == 0:
                sent(tx, left_alone, now)
        sent(tx, treated, now)
        found = report(tx, campaign_id)
    assert found.harmful
    assert found.arms_uneven
    assert (found.control_contacted, found.funnel.contacted) == (1, 1)


def test_it_is_told_where_customers_were_lost(transaction: Transaction, now: datetime) -> None:
    over = {"status": "finished", "finished_at": now}
    with transaction() as tx:
        campaign_id = make_campaign(tx)
        never, _ = enrol(tx, campaign_id, result="denied", **over)
        attempt = make_attempt(tx, enrolment_id=never, status="denied", reason="suppressed")
        make_decision(tx, attempt_id=attempt, verdict="deferred", reason="quiet_hours", until=now)
        make_decision(tx, attempt_id=attempt, verdict="denied", reason="suppressed")
        reached, _ = enrol(tx, campaign_id, result="timed_out", **over)
        sent(tx, reached, now)
        second = make_attempt(tx, enrolment_id=reached, visit=2, status="denied", reason="cap")
        make_decision(tx, attempt_id=second, verdict="denied", reason="cap")
        enrol(tx, campaign_id, result="timed_out", **over)
        found = report(tx, campaign_id)
    assert found.results == {"timed_out": 2, "denied": 1}
    assert found.denied == {"cap": 1, "suppressed": 1}
    assert found.never_contacted == {"suppressed": 1}


def test_a_campaign_without_customers_has_a_report_of_zeros(transaction: Transaction) -> None:
    with transaction() as tx:
        found = report(tx, make_campaign(tx))
    assert found.funnel.targeted == 0
    assert (found.uplift.difference, found.uplift.low) == (0.0, None)
    assert not found.harmful


def test_an_unknown_campaign_has_none(transaction: Transaction) -> None:
    with transaction() as tx, pytest.raises(KeyError):
        report(tx, 99)


def test_the_report_is_plain_json(transaction: Transaction, now: datetime) -> None:
    with transaction() as tx:
        campaign_id = make_campaign(tx, name="November", ends_at=now)
        enrol(tx, campaign_id)
        found = json.loads(json.dumps(to_json(report(tx, campaign_id))))
    assert (found["campaign"], found["until"], found["costs"]["bonus"]) == ("November", now.isoformat(), "0")
    assert found["funnel"]["targeted"] == 1
    assert found["harmful"] is False


def test_progress_is_counted_for_each_campaign(transaction: Transaction, now: datetime) -> None:
    with transaction() as tx:
        empty = make_campaign(tx, name="empty", status="draft", started_at=None)
        busy = make_campaign(tx, name="busy")
        one, _ = enrol(tx, busy)
        sent(tx, one, now)
        sent(tx, one, now, visit=2)
        enrol(tx, busy, status="finished", result="granted")
        enrol(tx, busy, arm="control")
        of_busy = Progress(busy, "busy", "running", 3, 2, 1, 1, 1, 1)
        of_empty = Progress(empty, "empty", "draft", 0, 0, 0, 0, 0, 0)
        assert progress(tx) == [of_busy, of_empty]
        assert progress(tx, [empty]) == [of_empty]


def test_steps_show_who_waits_there_and_who_was_there(transaction: Transaction, now: datetime) -> None:
    with transaction() as tx:
        campaign_id = make_campaign(tx)
        first, _ = enrol(tx, campaign_id)
        sent(tx, first, now)
        sent(tx, first, now, try_no=2)
        second, _ = enrol(tx, campaign_id, step="manager", visit=3)
        sent(tx, second, now)
        make_work_order(tx, enrolment_id=second, visit=3)
        enrol(tx, campaign_id, step="await_recharge", visit=2)
        enrol(tx, campaign_id, arm="control")
        assert step_counts(tx, campaign_id) == {
            "await_recharge": StepCount(waiting=1, passed=0),
            "invite_by_sms": StepCount(waiting=1, passed=2),
            "manager": StepCount(waiting=1, passed=1),
        }


def test_days_are_those_of_the_zone(transaction: Transaction, now: datetime) -> None:
    evening = now.replace(hour=20)  # already the next day in Shanghai
    with transaction() as tx:
        campaign_id = make_campaign(tx)
        one, _ = enrol(tx, campaign_id)
        sent(tx, one, now)
        sent(tx, one, evening, visit=2)
        make_event(tx, enrolment_id=one, received_at=evening)
        make_grant(tx, enrolment_id=one, status="granted", granted_at=evening, billing_ref="A1")
        utc = [(day.day, day.contacts, day.replies, day.grants) for day in timeline(tx, campaign_id)]
        local = timeline(tx, campaign_id, zone="Asia/Shanghai")
    assert utc == [(date(2026, 11, 22), 2, 1, 1)]
    assert [(day.day, day.contacts, day.replies, day.grants) for day in local] == [
        (date(2026, 11, 22), 1, 0, 0),
        (date(2026, 11, 23), 1, 1, 1),
    ]
