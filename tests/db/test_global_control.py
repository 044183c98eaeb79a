"""The global control group: dealt in SQL as in Python, held out of all marketing, and what it shows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from bot.domain import arms
from bot.domain.campaigns import Arm
from bot.domain.global_control import ControlGroup, GlobalControl, Period
from bot.enrolment.enrol import EnrolReport, enrol
from bot.enrolment.errors import CampaignError
from bot.enrolment.global_control import group_in_force, set_global_control
from bot.evaluation.global_control import global_report
from bot.store import global_controls
from bot.store.models import AuditRow, CampaignRow, EnrolmentRow
from bot.store.transaction import Transaction
from tests.db.factories import (
    FLOW,
    make_attempt,
    make_campaign,
    make_customer,
    make_enrolment,
    make_flow_revision,
    make_risk_list,
    make_topup,
)

NEXT_QUARTER = datetime(2027, 1, 1, tzinfo=UTC)
SERVICE = FLOW.replace("purpose: marketing", "purpose: service")
REMINDER = SERVICE.replace("  invite_by_sms:\n    sms:", "  invite_by_sms:\n    purpose: marketing\n    sms:")


def fill(tx: Session, size: int, now: datetime) -> int:
    """A risk list of `size` customers."""
    list_id = make_risk_list(tx)
    tx.execute(
        text(
            "INSERT INTO customers (external_id, msisdn, snapshot_at, created_at) "
            "SELECT 'L' || n, '+86139' || lpad(n::text, 8, '0'), :now, :now FROM generate_series(1, :size) AS n"
        ),
        {"size": size, "now": now},
    )
    tx.execute(
        text("INSERT INTO risk_list_entries SELECT :id, id, 'low_balance', 0.5 FROM customers"),
        {"id": list_id},
    )
    return list_id


def campaign_of(tx: Session, list_id: int, source: str = FLOW, control_share: str = "0.25") -> int:
    revision = make_flow_revision(tx, source=source)
    return make_campaign(tx, risk_list_id=list_id, flow_revision=revision, control_share=control_share)


def held_out(tx: Session, campaign_id: int) -> dict[int, tuple[str, datetime | None]]:
    """customer -> arm, and until when the global control group has them"""
    rows = tx.scalars(select(EnrolmentRow).where(EnrolmentRow.campaign_id == campaign_id))
    return {row.customer_id: (row.arm, row.global_control_until) for row in rows}


def in_force(tx: Session, now: datetime) -> ControlGroup:
    group = group_in_force(tx, now)
    assert group is not None
    return group


def test_sql_holds_out_the_same_group_as_python_and_deals_the_rest_as_ever(
    transaction: Transaction, now: datetime
) -> None:
    with transaction() as tx:
        set_global_control(tx, Decimal("0.1"), Period.QUARTER, now)
        campaign = campaign_of(tx, fill(tx, 1_000, now))
        report = enrol(tx, campaign, now)
        group, salt = in_force(tx, now), tx.get_one(CampaignRow, campaign).salt
        dealt = held_out(tx, campaign)

    assert 60 < report.global_control < 140
    assert report == EnrolReport(1_000, report.treatment, report.control, 0, report.global_control)
    assert dealt == {
        customer: (Arm.CONTROL, NEXT_QUARTER)
        if group.holds(customer)
        else (arms.arm(salt, customer, 0.25), None)
        for customer in dealt
    }


def test_the_group_is_the_same_in_every_campaign_of_the_period_and_another_in_the_next(
    transaction: Transaction, now: datetime
) -> None:
    later = now + timedelta(days=60)
    with transaction() as tx:
        set_global_control(tx, 0.1, Period.QUARTER, now)
        list_id = fill(tx, 500, now)
        groups = []
        for at in (now, now + timedelta(days=20), later):
            campaign = campaign_of(tx, list_id)
            enrol(tx, campaign, at)
            groups.append({who for who, (_, until) in held_out(tx, campaign).items() if until is not None})
        assert groups[0] == groups[1]
        assert groups[2] == {who for who in range(1, 501) if in_force(tx, later).holds(who)}
    assert groups[0] != groups[2]


@pytest.mark.parametrize(
    ("source", "holds"),
    [(FLOW, True), (SERVICE, False), (REMINDER, True)],
    ids=["marketing", "service", "both"],
)
def test_a_flow_that_only_serves_holds_nobody_out(
    transaction: Transaction, now: datetime, source: str, holds: bool
) -> None:
    with transaction() as tx:
        set_global_control(tx, 0.2, Period.QUARTER, now)
        report = enrol(tx, campaign_of(tx, fill(tx, 200, now), source, control_share="0"), now)
    assert (report.global_control > 0) is holds
    assert report.control == report.global_control


def test_without_a_setting_nobody_is_held_out_of_everything(transaction: Transaction, now: datetime) -> None:
    with transaction() as tx:
        report = enrol(tx, campaign_of(tx, fill(tx, 200, now)), now)
        assert report.global_control == 0
        assert group_in_force(tx, now) is None
        assert global_report(tx, now) is None


def test_a_standing_group_is_kept_until_its_period_is_over(transaction: Transaction, now: datetime) -> None:
    with transaction() as tx:
        first = set_global_control(tx, 0.02, Period.QUARTER, now)
        second = set_global_control(tx, 0.05, Period.MONTH, now + timedelta(days=1))
        corrected = set_global_control(tx, 0, Period.MONTH, now + timedelta(days=2))
        told = tx.scalars(select(AuditRow).order_by(AuditRow.id)).all()

        assert (first.in_force_from, second.in_force_from) == (now, NEXT_QUARTER)
        assert corrected.in_force_from == NEXT_QUARTER
        assert in_force(tx, now + timedelta(days=2)).share == Decimal("0.02")
        assert group_in_force(tx, NEXT_QUARTER) is None
        assert global_controls.in_force(tx, NEXT_QUARTER) == GlobalControl(
            Decimal("0"), Period.MONTH, NEXT_QUARTER
        )
    assert [one.action for one in told] == ["global_control.set"] * 3
    assert told[1].before == {"share": "0.0200", "period": "quarter"}


@pytest.mark.parametrize("share", [Decimal("-0.01"), 0.51, Decimal("NaN")])
def test_a_share_that_makes_no_sense_is_refused(
    transaction: Transaction, now: datetime, share: Decimal | float
) -> None:
    with (
        transaction() as tx,
        pytest.raises(CampaignError, match=r"share: must be at least 0 and at most 0\.5"),
    ):
        set_global_control(tx, share, Period.YEAR, now)


def test_all_marketing_is_measured_against_the_group(transaction: Transaction, now: datetime) -> None:
    with transaction() as tx:
        set_global_control(tx, 0.5, Period.QUARTER, now)
        group = in_force(tx, now)
        customers = [make_customer(tx) for _ in range(40)]
        held = [one for one in customers if group.holds(one)]
        others = [one for one in customers if not group.holds(one)]
        for customer in (*others[:6], held[0]):
            make_topup(tx, customer, "5", received_at=now)
        make_topup(tx, held[1], "5", received_at=now - timedelta(days=1))
        before, after = now - timedelta(days=9), now
        for customer, enrolled_at, purpose in (
            (held[0], before, "marketing"),
            (held[1], after, "marketing"),
            (held[2], after, "service"),
            (others[0], after, "marketing"),
        ):
            enrolment = make_enrolment(tx, customer_id=customer, enrolled_at=enrolled_at)
            make_attempt(tx, enrolment_id=enrolment, status="delivered", taken_at=now, purpose=purpose)
        found = global_report(tx, now + timedelta(hours=1))

    assert found is not None
    assert (found.held.customers, found.held.successes) == (len(held), 1)
    assert (found.others.customers, found.others.successes) == (len(others), 6)
    assert (found.served, found.marketed, found.carried_over, found.leaked) == (1, 2, 1, 1)
    assert found.uplift.difference == pytest.approx(6 / len(others) - 1 / len(held))
    assert not found.uneven
