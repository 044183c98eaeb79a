"""A campaign's experiments, and what other campaigns did to its customers: counted from the journals."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime, timedelta

import pytest

from bot.domain.uplift import ArmOutcome
from bot.evaluation.as_json import to_json
from bot.evaluation.contamination import Touched
from bot.evaluation.doubts import Concern, Doubt, doubts, doubts_of
from bot.evaluation.report import report
from bot.store.transaction import Transaction
from tests.db.factories import (
    make_attempt,
    make_campaign,
    make_customer,
    make_enrolment,
    make_flow_revision,
    make_grant,
    make_suppression,
)
from tests.db.wording_try import SPLIT, campaign_with, contact, customer_of, go


def concerns(found: Iterable[Doubt]) -> list[Concern]:
    return [one.concern for one in found]


def test_each_way_has_its_customers_and_what_became_of_them(transaction: Transaction) -> None:
    with transaction() as tx:
        campaign_id = campaign_with(tx)
        short = go(tx, campaign_id, "short", 10, recharging=4)
        go(tx, campaign_id, "long", 6, recharging=3)
        go(tx, campaign_id, None, 3, recharging=3)  # not there yet
        go(tx, campaign_id, None, 2, arm="control")
        make_grant(tx, enrolment_id=short[0], status="granted", granted_at=datetime.fromisoformat("2026-11-22T03:00Z"),
                   billing_ref="A1", due_at=None)  # fmt: skip
        make_suppression(tx, customer_id=customer_of(tx, short[1]))
        (found,) = report(tx, campaign_id).splits

    assert (found.name, found.customers) == ("wording", 16)
    assert [(way.name, way.share, way.outcome) for way in found.ways] == [
        ("short", 0.5, ArmOutcome(10, 4)),
        ("long", 0.3, ArmOutcome(6, 3)),
        ("friendly", 0.2, ArmOutcome(0, 0)),
    ]
    first = found.ways[0]
    assert (first.accepted, first.granted, first.opted_out) == (1, 1, 1)
    assert [(one.way, one.against, one.p is None) for one in found.comparisons] == [
        ("long", "short", False),
        ("friendly", "short", True),
    ]
    assert found.comparisons[0].uplift.difference == pytest.approx(0.1)


def test_a_way_that_loses_people_raises_the_alarm_and_says_what_it_means(transaction: Transaction) -> None:
    with transaction() as tx:
        campaign_id = campaign_with(tx)
        for way, customers in (("short", 60), ("long", 36), ("friendly", 2)):
            go(tx, campaign_id, way, customers)
        (found,) = report(tx, campaign_id).splits
    assert found.uneven
    (doubt,) = doubts_of(found)
    assert doubt.concern is Concern.WAYS_UNEVEN
    assert "short 60 (asked: 50.0%), long 36 (asked: 30.0%), friendly 2 (asked: 20.0%)" in doubt.found("en")
    assert "friendly 2 人（应为 20.0%）" in doubt.found("zh")
    assert "do not believe the difference" in doubt.means("en")


HALVES = SPLIT.replace("{short: 50, long: 30, friendly: 20}", "{short: 10, long: 80, friendly: 10}")
DEALT = {"wording": {"short": 50, "long": 30, "friendly": 20}}


def test_customers_dealt_by_other_weights_are_held_against_those(transaction: Transaction) -> None:
    with transaction() as tx:
        campaign_id = campaign_with(tx, HALVES)
        older = make_flow_revision(tx, source=SPLIT)
        for way, before, after in (("short", 50, 10), ("long", 30, 80), ("friendly", 20, 10)):
            go(tx, campaign_id, way, before, flow_revision=older)
            go(tx, campaign_id, way, after)
        (found,) = report(tx, campaign_id).splits
    assert found.sample_ratio_p == pytest.approx(1.0)
    assert [way.share for way in found.ways] == pytest.approx([0.3, 0.55, 0.15])
    assert concerns(doubts_of(found)) == [Concern.WEIGHTS_CHANGED]


def test_a_run_put_on_the_new_revision_was_still_dealt_by_the_old_weights(transaction: Transaction) -> None:
    with transaction() as tx:
        campaign_id = campaign_with(tx, HALVES)
        for way, customers in (("short", 50), ("long", 30), ("friendly", 20)):
            state = {"ways": {"wording": way}, "dealt": DEALT}
            for _ in range(customers):
                make_enrolment(tx, campaign_id=campaign_id, state=state)
        (found,) = report(tx, campaign_id).splits
    assert not found.uneven
    assert [way.share for way in found.ways] == [0.5, 0.3, 0.2]


def test_a_dealing_that_loses_people_raises_the_alarm_beside_one_that_does_not(
    transaction: Transaction,
) -> None:
    with transaction() as tx:
        campaign_id = campaign_with(tx, HALVES)
        older = make_flow_revision(tx, source=SPLIT)
        for way, before, after in (("short", 50, 10), ("long", 30, 0), ("friendly", 20, 90)):
            go(tx, campaign_id, way, before, flow_revision=older)
            go(tx, campaign_id, way, after)
        (found,) = report(tx, campaign_id).splits
    assert found.uneven
    assert concerns(doubts_of(found)) == [Concern.WAYS_UNEVEN]


def test_what_a_customer_was_dealt_by_may_be_known_no_more(transaction: Transaction) -> None:
    with transaction() as tx:
        campaign_id = campaign_with(tx)
        older = make_flow_revision(tx, source=SPLIT.replace("wording", "tone"))
        go(tx, campaign_id, "short", 5)
        go(tx, campaign_id, "terse", 7, flow_revision=older)
        found = next(one for one in report(tx, campaign_id).splits if one.name == "wording")
    assert [way.name for way in found.ways] == ["short", "long", "friendly", "terse"]
    assert {way.share for way in found.ways} == {None}
    assert concerns(doubts_of(found)) == [Concern.WEIGHTS_CHANGED]


def test_another_revision_with_the_same_weights_is_checked_with_it(transaction: Transaction) -> None:
    with transaction() as tx:
        campaign_id = campaign_with(tx)
        older = make_flow_revision(tx, source=SPLIT.replace("expires: 10d", "expires: 9d"))
        go(tx, campaign_id, "short", 5)
        go(tx, campaign_id, "long", 4, flow_revision=older)
        (found,) = report(tx, campaign_id).splits
    assert (found.customers, found.sample_ratio_p is None, doubts_of(found)) == (9, False, [])


def test_an_experiment_that_the_flow_no_longer_has_is_still_told(transaction: Transaction) -> None:
    with transaction() as tx:
        campaign_id = make_campaign(tx)
        go(tx, campaign_id, "b", 4, recharging=1)
        go(tx, campaign_id, "a", 4)
        (found,) = report(tx, campaign_id).splits
    assert [way.name for way in found.ways] == ["a", "b"]
    assert found.comparisons[0].uplift.difference == 0.25


def test_a_flow_without_a_split_has_no_experiment(transaction: Transaction) -> None:
    with transaction() as tx:
        campaign_id = make_campaign(tx)
        go(tx, campaign_id, None, 2)
        assert report(tx, campaign_id).splits == ()


# -- the arms --------------------------------------------------------------------------------------------------


def test_the_global_control_is_no_part_of_the_campaigns_comparison(
    transaction: Transaction, now: datetime
) -> None:
    with transaction() as tx:
        campaign_id = campaign_with(tx, control_share="0.5")
        go(tx, campaign_id, None, 10, recharging=5)
        go(tx, campaign_id, None, 10, recharging=2, arm="control")
        go(
            tx,
            campaign_id,
            None,
            30,
            recharging=1,
            arm="control",
            global_control_until=now + timedelta(days=40),
        )
        found = report(tx, campaign_id)
    assert (found.treatment, found.control) == (ArmOutcome(10, 5), ArmOutcome(10, 2))
    assert (found.global_control, found.enrolled) == (ArmOutcome(30, 1), 50)
    assert found.uplift.difference == pytest.approx(0.3)
    assert found.arms.sample_ratio_p == 1.0


# -- contamination ---------------------------------------------------------------------------------------------


def test_contacts_by_other_campaigns_are_counted_for_each_arm(
    transaction: Transaction, now: datetime
) -> None:
    with transaction() as tx:
        campaign_id = campaign_with(tx, ends_at=now + timedelta(days=2))
        treated, left_alone = go(tx, campaign_id, None, 4), go(tx, campaign_id, None, 5, arm="control")
        contact(tx, customer_of(tx, treated[0]), now)
        contact(tx, customer_of(tx, treated[0]), now, purpose="service")
        contact(tx, customer_of(tx, treated[1]), now, purpose="service")
        contact(tx, customer_of(tx, treated[2]), now - timedelta(days=1))  # before it began
        contact(tx, customer_of(tx, treated[3]), now + timedelta(days=2))  # after its end
        contact(tx, customer_of(tx, left_alone[0]), now)
        contact(tx, make_customer(tx), now)
        make_attempt(tx, enrolment_id=treated[2], status="delivered", taken_at=now)  # its own
        found = report(tx, campaign_id).contamination
    assert (found.treated_elsewhere, found.control_elsewhere) == (Touched(2, 4), Touched(1, 5))
    assert found.control_contacted == Touched(0, 5)
    assert found.control_elsewhere.share == 0.2


def test_whoever_is_treated_by_a_campaign_at_the_same_time_is_counted(
    transaction: Transaction, now: datetime
) -> None:
    hour = timedelta(hours=1)
    with transaction() as tx:
        campaign_id = campaign_with(tx)
        customers = [customer_of(tx, one) for one in go(tx, campaign_id, None, 6)]
        at_once = make_campaign(tx)
        over = make_campaign(tx, status="finished", started_at=now - 9 * hour, finished_at=now - 5 * hour)
        draft = make_campaign(tx, status="draft", started_at=None)
        for customer, other, arm in (
            (customers[0], at_once, "treatment"),
            (customers[1], at_once, "control"),
            (customers[2], over, "treatment"),
            (customers[3], draft, "treatment"),
        ):
            make_enrolment(tx, campaign_id=other, customer_id=customer, arm=arm)
        found = report(tx, campaign_id).contamination
    assert found.treated_twice == Touched(1, 6)


def test_the_global_control_may_be_served_but_not_marketed_to(
    transaction: Transaction, now: datetime
) -> None:
    with transaction() as tx:
        campaign_id = campaign_with(tx)
        held = go(tx, campaign_id, None, 5, arm="control", global_control_until=now + timedelta(days=40))
        served, both, marketed, later, _ = (customer_of(tx, one) for one in held)
        contact(tx, served, now, purpose="service")
        contact(tx, both, now, purpose="service")
        contact(tx, both, now)
        contact(tx, marketed, now)
        contact(tx, later, now + timedelta(days=41))  # then the group is another one
        found = report(tx, campaign_id)
    crossed = found.contamination
    assert (crossed.held_globally_served, crossed.held_globally_marketed) == (Touched(1, 5), Touched(2, 5))
    assert crossed.control_elsewhere == Touched(0, 0)
    assert concerns(doubts(found)) == [Concern.GLOBAL_CONTROL_MARKETED]


def test_other_campaigns_that_spare_one_arm_are_named(transaction: Transaction, now: datetime) -> None:
    with transaction() as tx:
        campaign_id, other = campaign_with(tx, control_share="0.5"), make_campaign(tx, started_at=None)
        go(tx, campaign_id, None, 20)
        for enrolment_id in go(tx, campaign_id, None, 20, arm="control")[:15]:
            contact(tx, customer_of(tx, enrolment_id), now, campaign=other)
        found = report(tx, campaign_id)
    assert found.contamination.lopsided
    (doubt,) = doubts(found)
    assert doubt.concern is Concern.LOPSIDED
    assert doubt.found("en") == "Other campaigns contacted 0.0% of the treated, but 75.0% of the control arm."


def test_all_of_it_is_plain_json(transaction: Transaction, now: datetime) -> None:
    with transaction() as tx:
        campaign_id = campaign_with(tx)
        go(tx, campaign_id, "short", 3, recharging=1)
        go(tx, campaign_id, "long", 3)
        found = json.loads(json.dumps(to_json(report(tx, campaign_id))))
    (split,) = found["splits"]
    assert [way["name"] for way in split["ways"]] == ["short", "long", "friendly"]
    assert split["comparisons"][0]["better"] is False
    assert found["contamination"]["treated_elsewhere"] == {"customers": 0, "of": 6}
    assert (found["uplift"]["treated"], found["treatment"]["customers"]) == (pytest.approx(1 / 6), 6)


def test_a_refusal_that_follows_its_customer_to_another_number_is_no_new_answer(
    transaction: Transaction,
) -> None:
    with transaction() as tx:
        campaign_id = campaign_with(tx)
        sources = ("number_changed", "sms_reply")
        for source, enrolment_id in zip(sources, go(tx, campaign_id, None, 2), strict=True):
            make_suppression(tx, customer_id=customer_of(tx, enrolment_id), source=source)
        found = report(tx, campaign_id)
    assert found.funnel.opted_out == 1
