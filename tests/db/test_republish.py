"""A campaign's flow is published again while people are under way: who stays, who starts with what."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from bot.enrolment.errors import CampaignError
from bot.enrolment.impact import Fate
from bot.enrolment.republish import Existing
from bot.flow.load import load_flow
from bot.store import drains
from bot.store.flow_revisions import text_of
from bot.store.models import AuditRow, CampaignRow
from bot.store.republishing import Moved
from tests.db.factories import make_enrolment
from tests.db.parts import NOW, Parts
from tests.db.small_offer import (
    BEFORE,
    LONGER,
    MORE_KEYS,
    NEW_WORDS,
    WITHOUT_PHONE,
    Campaign,
)


@pytest.fixture
def campaign(parts: Parts) -> Campaign:
    return Campaign(parts)


# -- what it would mean ------------------------------------------------------------------------------


def test_it_is_counted_who_stands_where_and_what_the_new_revision_makes_of_it(campaign: Campaign) -> None:
    campaign.invited()
    campaign.asked()
    campaign.pausing()
    campaign.called()
    campaign.waiting()
    before = campaign.revision
    impact = campaign.look(WITHOUT_PHONE.replace("wait: 3d", "wait: 5d"))
    assert impact.unstarted == 1
    by_step = {one.standing.step: one for one in impact.affected}
    assert {step: (one.standing.people, one.fate) for step, one in by_step.items()} == {
        "invite": (2, Fate.CHANGED),
        "pause": (1, Fate.ANEW),
        "phone": (1, Fate.GONE),
    }
    assert by_step["invite"].standing.queued == 0  # the second went out with the first
    assert (by_step["phone"].standing.in_flight, by_step["phone"].movable) == (1, 0)
    assert campaign.revision == before


def test_a_queued_contact_is_counted(campaign: Campaign) -> None:
    campaign.invited()
    (invited,) = campaign.look(MORE_KEYS).affected
    assert (invited.fate, invited.standing.queued, invited.standing.in_flight) == (Fate.ANEW, 1, 0)


@pytest.mark.parametrize("status", ["finished", "aborted"])
def test_a_campaign_that_is_over_gets_no_new_revision(parts: Parts, status: str) -> None:
    campaign = Campaign(parts)
    with parts.transaction() as tx:
        tx.get_one(CampaignRow, campaign.id).status = status
    with pytest.raises(CampaignError, match=f"is {status}: nobody is under way in it"):
        campaign.look(NEW_WORDS)


def test_another_flow_is_not_taken_for_a_new_revision(campaign: Campaign) -> None:
    with pytest.raises(CampaignError, match="runs the flow 'small_offer', not 'other'"):
        campaign.look(NEW_WORDS.replace("flow: small_offer", "flow: other"))


# -- pin ---------------------------------------------------------------------------------------------


def test_pinned_people_stay_as_they_are_and_whoever_has_not_started_takes_the_new_one(
    campaign: Campaign,
) -> None:
    invited, pausing, waiting = campaign.invited(), campaign.pausing(), campaign.waiting()
    as_they_were = [campaign.snapshot(one) for one in (invited, pausing)]
    done = campaign.publish(LONGER, Existing.PIN)
    assert (done.adopted, done.moved.people, done.left) == (1, 0, 2)
    assert campaign.revision == load_flow(LONGER).revision
    assert [campaign.snapshot(one) for one in (invited, pausing)] == as_they_were
    assert campaign.on(invited, BEFORE)
    assert campaign.on(waiting, LONGER)
    assert campaign.parts.enrolment(waiting).expires_at == NOW + timedelta(days=20)


def test_whoever_starts_after_a_pin_hears_the_new_words(campaign: Campaign) -> None:
    campaign.waiting()
    campaign.publish(NEW_WORDS, Existing.PIN)
    campaign.parts.inbound.wake_due(NOW)
    campaign.parts.sms_outreach.send_due(NOW)
    (sent,) = campaign.parts.sms.sent
    assert "想参加请回1" in (sent.body or "")


def test_those_who_were_pinned_can_migrate_later(campaign: Campaign) -> None:
    pausing = campaign.pausing()
    campaign.publish(NEW_WORDS, Existing.PIN)
    done = campaign.publish(NEW_WORDS, Existing.MIGRATE)
    assert (done.moved, done.left) == (Moved(as_they_stood=1), 0)
    assert campaign.on(pausing, NEW_WORDS)


# -- drain -------------------------------------------------------------------------------------------


def test_while_a_campaign_drains_nobody_starts_and_then_all_do(campaign: Campaign) -> None:
    pausing, waiting = campaign.pausing(), campaign.waiting()
    done = campaign.publish(NEW_WORDS, Existing.DRAIN)
    last = campaign.parts.enrolment(pausing).expires_at
    assert (done.adopted, done.left, done.held_until) == (1, 1, last)
    assert campaign.on(pausing, BEFORE)
    campaign.parts.inbound.wake_due(NOW)
    assert campaign.step(waiting) is None
    assert _released(campaign.parts, NOW) == 0

    over = NOW + timedelta(days=3)
    campaign.parts.inbound.wake_due(over)
    attempt = campaign.parts.attempt(pausing)
    campaign.parts.hear("attempt.expired", {"reason": "too_late"}, over, attempt_id=attempt.id)
    assert campaign.parts.enrolment(pausing).status == "finished"
    assert _released(campaign.parts, over) == 1
    assert _released(campaign.parts, over) == 0
    campaign.parts.inbound.wake_due(over)
    row = campaign.parts.enrolment(waiting)
    assert (row.step, row.expires_at) == ("invite", over + timedelta(days=10))
    assert campaign.on(waiting, NEW_WORDS)


def test_what_drains_starts_at_the_latest_when_the_last_older_run_expires(campaign: Campaign) -> None:
    campaign.pausing()
    waiting = campaign.waiting()
    done = campaign.publish(NEW_WORDS, Existing.DRAIN)
    assert done.held_until is not None
    campaign.parts.inbound.wake_due(done.held_until)
    assert campaign.step(waiting) == "invite"


def test_until_when_a_campaign_drains_can_be_asked(campaign: Campaign) -> None:
    pausing = campaign.pausing()
    with campaign.parts.transaction() as tx:
        assert drains.held_until(tx, campaign.id) is None
    campaign.publish(NEW_WORDS, Existing.DRAIN)
    with campaign.parts.transaction() as tx:
        assert drains.held_until(tx, campaign.id) == campaign.parts.enrolment(pausing).expires_at


def test_without_anybody_under_way_there_is_nothing_to_drain(campaign: Campaign) -> None:
    waiting = campaign.waiting()
    assert campaign.publish(NEW_WORDS, Existing.DRAIN).held_until is None
    campaign.parts.inbound.wake_due(NOW)
    assert campaign.step(waiting) == "invite"


def test_a_pin_after_a_drain_lets_those_start_that_it_held(campaign: Campaign) -> None:
    campaign.pausing()
    waiting = campaign.waiting()
    campaign.publish(NEW_WORDS, Existing.DRAIN)
    campaign.publish(NEW_WORDS, Existing.PIN)
    assert campaign.parts.enrolment(waiting).expires_at == NOW + timedelta(days=10)
    campaign.parts.inbound.wake_due(NOW)
    assert campaign.step(waiting) == "invite"


# -- in chunks, and on record ------------------------------------------------------------------------


def test_many_are_moved_in_chunks_with_their_number_told(campaign: Campaign) -> None:
    people = [*(campaign.invited() for _ in range(3)), campaign.waiting(), campaign.waiting()]
    progress: list[int] = []
    done = campaign.publish(MORE_KEYS, Existing.MIGRATE, chunk_size=2, progress=progress)
    assert (done.adopted, done.moved, done.left) == (2, Moved(anew=3), 0)
    assert all(campaign.on(one, MORE_KEYS) for one in people)
    assert progress == sorted(progress)
    assert (len(progress), progress[-1]) == (3, 5)


def test_people_of_other_campaigns_and_the_control_arm_are_left_alone(campaign: Campaign) -> None:
    parts = campaign.parts
    elsewhere, customer = Campaign(parts).invited(), parts.customer()
    with parts.transaction() as tx:
        control = make_enrolment(tx, campaign_id=campaign.id, customer_id=customer, arm="control")
    campaign.invited()
    assert campaign.publish(MORE_KEYS, Existing.MIGRATE).moved.people == 1
    assert campaign.on(elsewhere, BEFORE)
    assert campaign.on(control, BEFORE)


def test_a_campaign_keeps_the_priority_that_it_was_given_itself(campaign: Campaign) -> None:
    urgent = BEFORE.replace("expires: 10d", "expires: 10d\npriority: 8\non_conflict: skip")
    with campaign.parts.transaction() as tx:
        tx.get_one(CampaignRow, campaign.id).priority = 3
    campaign.publish(urgent, Existing.PIN)
    with campaign.parts.transaction() as tx:
        row = tx.get_one(CampaignRow, campaign.id)
        assert (row.priority, row.on_conflict) == (3, "skip")


def test_it_is_on_record_who_published_what_and_what_came_of_it(campaign: Campaign) -> None:
    campaign.pausing()
    before = campaign.revision
    campaign.publish(LONGER, Existing.MIGRATE)
    after = load_flow(LONGER).revision
    with campaign.parts.transaction() as tx:
        begun, ended = tx.scalars(select(AuditRow).order_by(AuditRow.id))
        assert text_of(tx, after).source == LONGER
    assert (begun.action, begun.subject, begun.before) == (
        "campaign.republish",
        f"campaign:{campaign.id}",
        {"revision": before},
    )
    assert begun.after == {"revision": after, "existing": "migrate", "map": {}}
    assert ended.after == {
        "revision": after,
        "adopted": 0,
        "moved": 0,
        "entered_anew": 1,
        "ended": 0,
        "left": 0,
    }


def _released(parts: Parts, now: datetime) -> int:
    with parts.transaction() as tx:
        return drains.release(tx, now, limit=100)
