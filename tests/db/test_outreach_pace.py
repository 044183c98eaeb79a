"""Pace and fairness: no more goes out than is allowed, and every campaign gets its turn."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from bot.store import sending
from bot.store.transaction import Transaction
from tests.db.factories import make_attempt, make_campaign, make_enrolment
from tests.db.parts import NOW, Parts
from tests.fakes import FakePacing


def test_no_more_goes_out_than_the_pace_allows_however_many_campaigns_run(parts: Parts) -> None:
    for _ in range(3):
        parts.enrol()
    parts.pacing = FakePacing(1)
    assert parts.sms_outreach.send_due(NOW) == 1
    assert len(parts.sms.sent) == 1
    assert parts.sms_outreach.send_due(NOW) == 0


def test_tokens_that_the_gate_left_unused_are_given_back(parts: Parts) -> None:
    campaign = parts.campaign()
    parts.enrol(campaign, parts.customer(consents=[]))
    parts.enrol(campaign)
    parts.pacing = FakePacing(5)
    parts.sms_outreach.send_due(NOW)
    assert parts.pacing.allowance == 4


def test_a_huge_campaign_does_not_starve_a_small_one(parts: Parts) -> None:
    huge, small = parts.campaign(), parts.campaign()
    for _ in range(10):
        parts.enrol(huge)
    lonely = parts.enrol(small, now=NOW + timedelta(minutes=1))
    parts.sms_outreach.send_due(NOW + timedelta(minutes=1), limit=4)
    assert parts.attempt(lonely).status == "accepted"
    assert len(parts.sms.sent) == 4  # the small one's second place goes to the huge one


def test_where_only_one_may_go_each_campaign_gets_its_turn(transaction: Transaction) -> None:
    """A campaign with an older backlog does not have every turn."""
    with transaction() as tx:
        old, new = make_campaign(tx), make_campaign(tx)
        for campaign, age in ((old, 60), (new, 1)):
            enrolment = make_enrolment(tx, campaign_id=campaign)
            make_attempt(tx, enrolment_id=enrolment, due_at=NOW - timedelta(minutes=age))
    turns = []
    for second in range(40):
        with transaction() as tx:
            claimed = sending.claim_due(tx, channel="sms", limit=1, now=NOW + timedelta(seconds=second))
            turns += [one.campaign_id for one in claimed]
    assert len(turns) == 40
    assert 8 <= turns.count(old) <= 32  # within four standard deviations of a half


def test_where_only_one_may_go_a_campaign_of_twice_the_weight_goes_twice_as_often(
    transaction: Transaction,
) -> None:
    """A priority weighs one more than its number; chance decides, so that the lowest is never starved."""
    with transaction() as tx:
        for priority in (0, 1, 5):
            campaign = make_campaign(tx, priority=priority)
            make_attempt(tx, enrolment_id=make_enrolment(tx, campaign_id=campaign))
    served = Counter[int]()
    with transaction() as tx:
        for second in range(450):
            (one,) = sending.claim_due(tx, channel="sms", limit=1, now=NOW + timedelta(seconds=second))
            served[one.priority] += 1
    # within four standard deviations of 50, 100 and 300
    assert 23 <= served[0] <= 77
    assert 62 <= served[1] <= 138
    assert 260 <= served[5] <= 340


def test_of_one_campaign_the_longest_due_go_first(transaction: Transaction) -> None:
    with transaction() as tx:
        campaign = make_campaign(tx)
        due = [NOW - timedelta(minutes=n) for n in range(5)]
        for moment in due:
            make_attempt(tx, enrolment_id=make_enrolment(tx, campaign_id=campaign), due_at=moment)
    with transaction() as tx:
        claimed = sending.claim_due(tx, channel="sms", limit=2, now=NOW)
    assert [one.due_at for one in claimed] == [due[4], due[3]]
