"""How a campaign ends on a real database: aborted, drained, or by its own end."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from bot.enrolment.enrol import enrol
from bot.enrolment.errors import CampaignError
from bot.flow.load import load_flow
from tests.db.factories import make_grant
from tests.db.house import CATALOGUE, DAY, HOUR, MOVE, STATUS, House
from tests.db.parts import FLOW, NOW


def test_an_abort_cancels_what_is_queued_and_ends_every_run_with_its_name(house: House) -> None:
    for _ in range(5):
        house.parts.customer()
    campaign = house.create()
    house.start(campaign)
    house.move(campaign, MOVE.ABORT, reason="wrong price")
    assert house.parts.sms_outreach.send_due(NOW) == 0  # from the first moment on
    assert house.work_off(NOW, chunk_size=2) == 3
    runs = house.rows("SELECT status, result, due_at, holds_until FROM enrolments")
    assert [tuple(row) for row in runs] == [("finished", "aborted", None, None)] * 5
    attempts = house.rows("SELECT DISTINCT status, reason FROM attempts")
    assert [tuple(row) for row in attempts] == [("canceled", "campaign_not_running")]
    assert house.status(campaign) is STATUS.ABORTED
    (kept,) = house.rows("SELECT after FROM audit WHERE action = 'campaign.abort'")
    assert kept.after == {"status": "aborted", "reason": "wrong price"}


def test_a_bonus_on_its_way_is_answered_by_billing_before_its_run_ends(house: House) -> None:
    house.parts.customer()
    campaign = house.create()
    house.start(campaign)
    (run,) = house.rows("SELECT id FROM enrolments")
    with house.parts.transaction() as tx:
        grant = make_grant(tx, enrolment_id=run.id)
    house.move(campaign, MOVE.ABORT)
    house.tend(NOW + HOUR)
    assert house.parts.enrolment(run.id).status == "active"
    with house.parts.transaction() as tx:
        tx.execute(
            text(
                "UPDATE grants SET status = 'granted', granted_at = :now, billing_ref = 'B', due_at = NULL "
                "WHERE id = :id"
            ),
            {"now": NOW, "id": grant},
        )
        tx.execute(text("UPDATE enrolments SET state = state || '{\"goal_met\": true}'"))
    house.tend(NOW + 2 * HOUR)
    ended = house.parts.enrolment(run.id)
    assert (ended.status, ended.result) == ("finished", load_flow(FLOW).goal)
    assert house.rows("SELECT 1 FROM move_effects WHERE ended_at IS NULL") == []


def test_a_draining_campaign_starts_nobody_and_finishes_when_the_last_is_done(house: House) -> None:
    house.parts.customer()
    campaign = house.create()
    house.start(campaign)
    house.parts.customer()
    with house.parts.transaction() as tx:
        enrol(tx, campaign, NOW, catalogue=CATALOGUE)
    house.move(campaign, MOVE.DRAIN)
    house.work_off(NOW)
    assert sorted(row.result or "-" for row in house.rows("SELECT result FROM enrolments")) == [
        "-",
        "not_started",
    ]
    assert house.parts.sms_outreach.send_due(NOW) == 1  # whoever has started goes on
    house.tend(NOW)
    assert house.status(campaign) is STATUS.DRAINING
    house.move(campaign, MOVE.PAUSE)
    house.resume(campaign, NOW + HOUR)
    assert house.status(campaign) is STATUS.DRAINING
    house.parts.inbound.wake_due(NOW + 90 * DAY)
    house.tend(NOW + 90 * DAY)
    assert house.status(campaign) is STATUS.FINISHED


def test_a_resume_waits_until_those_who_never_started_are_ended(house: House) -> None:
    house.parts.customer()
    campaign = house.create()
    house.start(campaign)
    house.move(campaign, MOVE.DRAIN)
    house.move(campaign, MOVE.PAUSE)
    with pytest.raises(CampaignError, match="still being worked off"):
        house.move(campaign, MOVE.RESUME, NOW + DAY)
    house.work_off(NOW + DAY)
    house.resume(campaign, NOW + DAY)
    assert house.status(campaign) is STATUS.DRAINING
    (run,) = house.rows("SELECT expires_at FROM enrolments")
    assert run.expires_at == NOW + load_flow(FLOW).expires + DAY


def test_from_its_end_on_a_campaign_drains(house: House) -> None:
    house.parts.customer()
    campaign = house.create(ends_at=NOW + DAY)
    house.start(campaign)
    house.tend(NOW + DAY - HOUR)
    assert house.status(campaign) is STATUS.RUNNING
    house.tend(NOW + DAY)
    assert house.status(campaign) is STATUS.DRAINING
