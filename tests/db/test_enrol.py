"""Campaigns and enrolment: arms, schedules, moves, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from bot.domain import arms
from bot.domain.campaigns import CampaignMove, CampaignStatus
from bot.enrolment.create import ConditionAudience, RiskListAudience, create_campaign
from bot.enrolment.enrol import EnrolReport, enrol
from bot.enrolment.errors import CampaignError
from bot.enrolment.move import find_campaign, move_campaign, start_campaign
from bot.flow.load import load_flow
from bot.flow.model import OnConflict
from bot.rules.catalogue import load_catalogue
from bot.store import campaigns
from bot.store.models import CampaignRow
from bot.store.transaction import Transaction
from tests.db.factories import FLOW, make_customer, make_risk_list

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = load_catalogue(ROOT / "flows" / "factors.yaml")

#: The same flow without the key that leads nowhere, so that it may go out.
SOUND = FLOW.replace("Reply 1 to join, ", "").replace("回1参加，", "")

Create = Callable[..., int]


@pytest.fixture
def create(now: datetime) -> Create:
    def run(tx: Session, **over: Any) -> int:
        flow = load_flow(FLOW)
        facts: dict[str, Any] = {
            "name": "november",
            "flow": flow,
            "flow_source": FLOW,
            "audience": RiskListAudience("at risk"),
            "offer": {},
            "policy": {},
            "control_share": Decimal("0.1"),
            "starts_at": now + timedelta(hours=1),
            "ends_at": None,
            "bonus_budget": None,
            "now": now,
            "catalogue": CATALOGUE,
        }
        return create_campaign(tx, **(facts | over))

    return run


def fill(tx: Session, size: int, now: datetime) -> int:
    """`size` customers on the list "at risk"."""
    list_id = make_risk_list(tx, name="at risk")
    tx.execute(
        text(
            "INSERT INTO customers (external_id, msisdn, snapshot_at, created_at, factors) "
            "SELECT 'L' || n, '+86139' || lpad(n::text, 8, '0'), :now, :now, "
            "jsonb_build_object('balance', n) "
            "FROM generate_series(1, :size) AS n"
        ),
        {"size": size, "now": now},
    )
    tx.execute(
        text("INSERT INTO risk_list_entries SELECT :id, id, 'low_balance', 0.5 FROM customers"),
        {"id": list_id},
    )
    return list_id


def test_sql_deals_the_same_arms_as_python(transaction: Transaction, create: Create, now: datetime) -> None:
    with transaction() as tx:
        fill(tx, 1000, now)
        report = enrol(tx, create(tx, control_share=Decimal("0.25")), now)
        rows = tx.execute(text("SELECT customer_id, arm FROM enrolments")).all()
        salt = tx.execute(text("SELECT salt FROM campaigns")).scalar_one()

    dealt = {row.customer_id: row.arm for row in rows}
    assert report == EnrolReport(1000, report.treatment, report.control, 0)
    assert dealt == {customer: arms.arm(salt, customer, 0.25) for customer in dealt}
    assert 200 < report.control < 300


def test_treatment_is_due_at_the_start_and_control_never(
    transaction: Transaction, create: Create, now: datetime
) -> None:
    with transaction() as tx:
        fill(tx, 200, now)
        enrol(tx, create(tx, control_share=0.5), now)
        found = tx.execute(
            text(
                "SELECT DISTINCT arm, status, step, visit, due_at, expires_at, state "
                "FROM enrolments ORDER BY arm"
            )
        ).all()

    start = now + timedelta(hours=1)
    assert [tuple(row) for row in found] == [
        ("control", "held_out", None, 0, None, start + timedelta(days=10), {}),
        ("treatment", "active", None, 0, start, start + timedelta(days=10), {}),
    ]


def test_enrolling_again_changes_nothing_and_takes_newcomers(
    transaction: Transaction, create: Create, now: datetime
) -> None:
    with transaction() as tx:
        list_id = fill(tx, 50, now)
        campaign = create(tx)
        first = enrol(tx, campaign, now)
        again = enrol(tx, campaign, now)
        newcomer = make_customer(tx)
        tx.execute(
            text("INSERT INTO risk_list_entries VALUES (:l, :c, 'low_balance')"),
            {"l": list_id, "c": newcomer},
        )
        third = enrol(tx, campaign, now)

    assert first.enrolled == 50
    assert again == EnrolReport(0, 0, 0, 50)
    assert (third.enrolled, third.skipped) == (1, 50)


def test_customers_who_have_left_are_skipped(transaction: Transaction, create: Create, now: datetime) -> None:
    with transaction() as tx:
        fill(tx, 20, now)
        tx.execute(text("UPDATE customers SET status = 'left' WHERE external_id IN ('L1', 'L2', 'L3')"))
        report = enrol(tx, create(tx), now)

    assert (report.enrolled, report.skipped) == (17, 3)


def test_a_condition_over_factors_is_an_audience(
    transaction: Transaction, create: Create, now: datetime
) -> None:
    with transaction() as tx:
        fill(tx, 30, now)
        make_customer(tx, region="a:b%c", factors={"balance": 3})
        by_balance = create(tx, name="one", audience=ConditionAudience("balance < 10 and tier = 'ordinary'"))
        by_region = create(
            tx, name="two", audience=ConditionAudience("region = 'a:b%c' or region like '%:b%'")
        )

        assert enrol(tx, by_balance, now, catalogue=CATALOGUE).enrolled == 10
        assert enrol(tx, by_region, now, catalogue=CATALOGUE).enrolled == 1


@pytest.mark.parametrize(
    ("over", "message"),
    [
        ({"audience": RiskListAudience("at rsk")}, "there is no risk list 'at rsk'; did you mean at risk?"),
        ({"audience": ConditionAudience("balanse < 10")}, "balanse.*did you mean balance"),
        ({"control_share": Decimal("1")}, "control share: must be at least 0 and below 1, not 1"),
        ({"control_share": -0.1}, "control share: must be at least 0"),
        ({"control_share": Decimal("NaN")}, "control share: must be at least 0"),
        ({"ends_at": datetime.fromisoformat("2026-11-22T01:00:00+00:00")}, "end: .* is not after the start"),
        ({"bonus_budget": Decimal(0)}, "bonus budget: must be above 0"),
        ({"name": " "}, "name: must not be empty"),
        ({"name": "x" * 121}, "name: must be one line of at most 120 characters"),
        ({"name": "Decem\0ber"}, "name: must be one line of at most 120 characters"),
        ({"name": "Decem\nber"}, "name: must be one line of at most 120 characters"),
        ({"priority": 10}, "priority: must be from 0 to 9, not 10"),
        ({"priority": -1}, "priority: must be from 0 to 9, not -1"),
        ({"policy": {"hours": {}}}, "policy: hours.marketing: missing"),
        ({"offer": {"bonus": None}}, "offer.bonus"),
        ({"offer": {"bonus": "99999999999999"}}, "offer.bonus: 99999999999999 is more than 1_000_000_000"),
    ],
)
def test_a_campaign_that_makes_no_sense_is_refused(
    transaction: Transaction, create: Create, now: datetime, over: dict[str, Any], message: str
) -> None:
    with transaction() as tx:
        fill(tx, 1, now)
        with pytest.raises(CampaignError, match=message):
            create(tx, **over)
        assert campaigns.names(tx) == []


def test_what_a_campaign_does_not_say_of_other_runs_its_flow_says(
    transaction: Transaction, create: Create, now: datetime
) -> None:
    source = "priority: 7\non_conflict: skip\n" + FLOW
    flow = {"flow_source": source, "flow": load_flow(source)}
    with transaction() as tx:
        fill(tx, 1, now)
        made = [
            create(tx, name="as the flow", **flow),
            create(tx, name="of its own", priority=0, on_conflict=OnConflict.INTERRUPT, **flow),
            create(tx, name="as usual"),
        ]
        rows = [tx.get_one(CampaignRow, one) for one in made]
    assert [(row.priority, row.on_conflict) for row in rows] == [(7, "skip"), (0, "interrupt"), (5, "queue")]


def test_a_name_is_given_once(transaction: Transaction, create: Create, now: datetime) -> None:
    with transaction() as tx:
        fill(tx, 1, now)
        create(tx)
        with pytest.raises(CampaignError, match="there already is a campaign 'november'"):
            create(tx)


def test_starting_enrols_and_every_move_is_audited(
    transaction: Transaction, create: Create, now: datetime
) -> None:
    with transaction() as tx:
        fill(tx, 10, now)
        campaign = create(tx, flow=load_flow(SOUND), flow_source=SOUND)
        report = start_campaign(tx, campaign, now)
        move_campaign(tx, campaign, CampaignMove.PAUSE, now)
        move_campaign(tx, campaign, CampaignMove.RESUME, now, reason="the text was mended")
        moves = tx.execute(
            text("SELECT action, before->>'status', after->>'status' FROM audit ORDER BY id")
        ).all()
        (standing,) = campaigns.standings(tx, campaign)

    assert report.enrolled == 10
    assert [tuple(move) for move in moves] == [
        ("campaign.create", None, None),
        ("campaign.check", "draft", "checked"),
        ("campaign.start", "checked", "running"),
        ("campaign.round", None, None),
        ("campaign.pause", "running", "paused"),
        ("campaign.resume", "paused", "running"),
    ]
    assert (standing.status, standing.treatment + standing.control) == (CampaignStatus.PAUSED, 10)


def test_a_campaign_moves_along_its_table_only(
    transaction: Transaction, create: Create, now: datetime
) -> None:
    with transaction() as tx:
        fill(tx, 1, now)
        campaign = create(tx)
        with pytest.raises(CampaignError, match=r"'november' is draft; pause is for .* running or draining"):
            move_campaign(tx, campaign, CampaignMove.PAUSE, now)
        move_campaign(tx, campaign, CampaignMove.ABORT, now)
        with pytest.raises(
            CampaignError, match=r"'november' is aborted; start is for .* checked or approved"
        ):
            start_campaign(tx, campaign, now)
        with pytest.raises(CampaignError, match="there is no campaign 99"):
            move_campaign(tx, 99, CampaignMove.START, now)


def test_a_campaign_is_found_by_name_or_number(
    transaction: Transaction, create: Create, now: datetime
) -> None:
    with transaction() as tx:
        fill(tx, 1, now)
        campaign = create(tx)

        assert find_campaign(tx, "november") == find_campaign(tx, str(campaign)) == campaign
        with pytest.raises(CampaignError, match="no campaign 'novembr'; did you mean november"):
            find_campaign(tx, "novembr")
