"""A campaign's life on a real database: check, approval, pause and resume, abort, rounds, events and sequences."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text, update

from bot.domain.campaigns import CampaignMove, CampaignStatus, SendOrder
from bot.domain.checks import Finding, Point, Verdict, fit
from bot.enrolment.check import Ground
from bot.enrolment.create import Audience, ConditionAudience, RiskListAudience, create_campaign
from bot.enrolment.effects import work_off
from bot.enrolment.enrol import enrol
from bot.enrolment.errors import CampaignError
from bot.enrolment.move import Mover, move_campaign, start_campaign
from bot.enrolment.occasion import After, OnEvent, Repeated
from bot.enrolment.tend import tend_campaigns
from bot.flow.load import load_flow
from bot.fulfilment.settle import expire_stale
from bot.rules.catalogue import load_catalogue
from bot.store import campaigns
from bot.store.campaigns import Campaign
from bot.store.models import CampaignRow, CustomerRow, EnrolmentRow, FlowRevisionRow
from bot.store.transaction import Transaction, Tx
from tests.db.factories import make_customer, make_grant, make_risk_list, make_user
from tests.db.parts import FLOW, NOW, Parts

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CATALOGUE = load_catalogue(FLOW.parent / "factors.yaml")
GROUND = Ground(CATALOGUE)
LOW = ConditionAudience("balance < 10")
MOVE, STATUS = CampaignMove, CampaignStatus


@dataclass
class House:
    """The stages, and the moves of campaigns beside them."""

    parts: Parts

    def create(self, audience: Audience = LOW, **over: Any) -> int:
        flow = load_flow(FLOW)
        facts: dict[str, Any] = {
            "name": "november",
            "flow": flow,
            "flow_source": FLOW.read_text(encoding="utf-8"),
            "control_share": 0,
            "starts_at": NOW,
            "bonus_budget": Decimal(1000),
            "policy": {"caps": [], "min_gap": {}},
            "now": NOW,
            "catalogue": CATALOGUE,
        }
        with self.parts.transaction() as tx:
            return create_campaign(tx, audience=audience, **(facts | over))

    def move(self, campaign: int, move: CampaignMove, now: datetime = NOW, **more: Any) -> list[Finding]:
        with self.parts.transaction() as tx:
            moved = move_campaign(tx, campaign, move, now, ground=GROUND, **more)
        return list(moved.findings)

    def start(self, campaign: int, now: datetime = NOW) -> int:
        with self.parts.transaction() as tx:
            enrolled = start_campaign(tx, campaign, now, ground=GROUND).enrolled
        self.parts.inbound.wake_due(now)
        return enrolled

    def resume(self, campaign: int, now: datetime) -> None:
        self.move(campaign, MOVE.RESUME, now)
        self.work_off(now)

    def work_off(self, now: datetime, **more: Any) -> int:
        return work_off(self.parts.transaction, now, flows=self.parts.flows, **more)

    def tend(self, now: datetime = NOW) -> None:
        tend_campaigns(self.parts.transaction, self.parts.flows, GROUND, now)

    def status(self, campaign: int) -> CampaignStatus:
        return self.campaign(campaign).status

    def campaign(self, campaign: int) -> Campaign:
        with self.parts.transaction() as tx:
            found = campaigns.get(tx, campaign)
        assert found is not None
        return found

    def rows(self, statement: str, **values: Any) -> list[Any]:
        with self.parts.transaction() as tx:
            return list(tx.execute(text(statement), values))

    def enrolled(self, campaign: int) -> list[int]:
        rows = self.rows("SELECT customer_id FROM enrolments WHERE campaign_id = :id ORDER BY 1", id=campaign)
        return [row.customer_id for row in rows]


@pytest.fixture
def house(parts: Parts) -> House:
    return House(parts)


# -- check ----------------------------------------------------------------------------------------------------


def of(findings: list[Finding], verdict: Verdict) -> set[Point]:
    return {one.point for one in findings if one.verdict is verdict}


def test_a_campaign_in_order_is_checked_and_keeps_what_was_found(house: House) -> None:
    house.parts.customer()
    campaign = house.create()
    findings = house.move(campaign, MOVE.CHECK)
    assert of(findings, Verdict.ERROR) == set()
    assert {Point.FLOW, Point.AUDIENCE, Point.POLICY, Point.BUDGET, Point.LANGUAGES} <= of(
        findings, Verdict.OK
    )
    kept = house.campaign(campaign)
    assert kept.status is STATUS.CHECKED
    assert kept.checked_at == NOW
    assert [one["point"] for one in kept.findings or ()] == [one.point.value for one in findings]


def test_what_is_wrong_keeps_a_campaign_a_draft_and_it_cannot_start(house: House) -> None:
    campaign = house.create(bonus_budget=None, ends_at=NOW + HOUR)
    findings = house.move(campaign, MOVE.CHECK, NOW + 2 * HOUR)
    assert of(findings, Verdict.ERROR) == {Point.AUDIENCE_EMPTY, Point.BUDGET_MISSING, Point.SCHEDULE_OVER}
    assert house.status(campaign) is STATUS.DRAFT
    with pytest.raises(
        CampaignError, match=r"may not go out: Nobody is in the audience; .*no budget bounds them"
    ):
        house.start(campaign, NOW + 2 * HOUR)
    assert house.enrolled(campaign) == []


def test_languages_and_values_that_texts_lack_are_counted(house: House) -> None:
    house.parts.customer(language="fr")
    for _ in range(3):
        house.parts.customer()
    with house.parts.transaction() as tx:
        poor = make_customer(tx, factors={"balance": 1, "arpu": 60, "sms_habit": True})
        tx.execute(update(CustomerRow).where(CustomerRow.id == poor).values(name=None))
    source = FLOW.read_text(encoding="utf-8").replace("{balance:money}", "{name}")
    flow = load_flow(source, FLOW.stem)
    findings = house.move(house.create(flow=flow, flow_source=source), MOVE.CHECK)
    (language,) = (one for one in findings if one.point is Point.LANGUAGE_MISSING)
    assert (language.details["language"], language.details["count"]) == ("fr", 1)
    (missing,) = (one for one in findings if one.point is Point.VALUES_MISSING)
    assert (missing.verdict, missing.details) == (
        Verdict.WARNING,
        {"name": "name", "count": 1, "sample": 5},
    )


def test_a_policy_that_became_unreadable_is_an_error_of_the_check(house: House) -> None:
    house.parts.customer()
    campaign = house.create()
    with house.parts.transaction() as tx:
        tx.execute(update(CampaignRow).values(policy={"hours": {}}))
    assert Point.POLICY_UNREADABLE in of(house.move(campaign, MOVE.CHECK), Verdict.ERROR)


def test_a_flow_published_after_the_check_has_to_be_checked_again(house: House) -> None:
    house.parts.customer()
    campaign = house.create()
    house.move(campaign, MOVE.CHECK)
    with house.parts.transaction() as tx:
        old = tx.get_one(CampaignRow, campaign)
        source = tx.get_one(FlowRevisionRow, old.flow_revision)
        tx.add(FlowRevisionRow(revision="n", flow=source.flow, source=source.source, published_at=NOW))
        tx.flush()
        old.flow_revision = "n"
    for move in (MOVE.START, MOVE.SCHEDULE):
        with pytest.raises(CampaignError, match="another flow since it was checked: check it again"):
            house.move(campaign, move)
    house.move(campaign, MOVE.CHECK)
    house.move(campaign, MOVE.START)


# -- approval -------------------------------------------------------------------------------------------------

NEEDED: dict[str, Any] = {"caps": [], "min_gap": {}, "approval": {"needed": True}}


def people(house: House) -> tuple[Mover, Mover]:
    with house.parts.transaction() as tx:
        ids = [make_user(tx, role="operator") for _ in range(2)]
    return Mover(ids[0], "operator"), Mover(ids[1], "operator")


def test_an_approval_needs_a_second_person(house: House) -> None:
    house.parts.customer()
    author, second = people(house)
    campaign = house.create(policy=NEEDED, user_id=author.user_id)
    house.move(campaign, MOVE.CHECK, by=author)
    with pytest.raises(CampaignError, match="its policy asks for an approval by a second person"):
        house.move(campaign, MOVE.START, by=author)
    with pytest.raises(CampaignError, match="written by the same person: an approval needs a second one"):
        house.move(campaign, MOVE.APPROVE, by=author)
    with pytest.raises(CampaignError, match="an approval is a person's: say whose with --as LOGIN"):
        house.move(campaign, MOVE.APPROVE)
    house.move(campaign, MOVE.APPROVE, by=second)
    kept = house.campaign(campaign)
    assert (kept.status, kept.approver_id, kept.approved_at) == (STATUS.APPROVED, second.user_id, NOW)
    house.move(campaign, MOVE.START, by=author)


def test_a_new_check_takes_the_approval_away(house: House) -> None:
    house.parts.customer()
    author, second = people(house)
    campaign = house.create(policy=NEEDED, user_id=author.user_id)
    house.move(campaign, MOVE.CHECK)
    house.move(campaign, MOVE.APPROVE, by=second)
    house.move(campaign, MOVE.CHECK)
    with pytest.raises(CampaignError, match="asks for an approval"):
        house.move(campaign, MOVE.SCHEDULE)


def test_where_an_approval_is_needed_the_author_must_be_known(house: House) -> None:
    with pytest.raises(CampaignError, match="say who the first one is"):
        house.create(policy=NEEDED)


def test_a_manager_of_customers_moves_no_campaign(house: House) -> None:
    campaign = house.create()
    with pytest.raises(CampaignError, match="managers may not check a campaign"):
        house.move(campaign, MOVE.CHECK, by=Mover(None, "manager"))


# -- pause and resume -----------------------------------------------------------------------------------------


def test_nothing_is_claimed_once_the_pause_is_committed(house: House) -> None:
    house.parts.customer()
    campaign = house.create()
    house.start(campaign)
    house.move(campaign, MOVE.PAUSE)
    assert house.parts.sms_outreach.send_due(NOW) == 0
    assert house.parts.inbound.wake_due(NOW + 5 * DAY) == 0
    assert house.parts.sms.sent == []


def test_a_pause_takes_no_time_from_the_runs(house: House) -> None:
    """What would have expired meanwhile is sent after the resume, at once."""
    house.parts.customer()
    campaign = house.create()
    house.start(campaign)
    (before,) = house.rows("SELECT e.expires_at, a.expires_at AS attempt FROM enrolments e, attempts a")
    house.move(campaign, MOVE.PAUSE, NOW + HOUR)
    later = NOW + HOUR + 30 * DAY
    house.resume(campaign, later)
    (after,) = house.rows("SELECT e.expires_at, a.expires_at AS attempt FROM enrolments e, attempts a")
    assert after.expires_at - before.expires_at == after.attempt - before.attempt == 30 * DAY
    assert house.status(campaign) is STATUS.RUNNING
    assert house.parts.sms_outreach.send_due(later) == 1
    assert len(house.parts.sms.sent) == 1


def test_a_timer_that_ran_out_during_the_pause_fires_after_it(house: House) -> None:
    house.parts.customer()
    campaign = house.create()
    house.start(campaign)
    house.parts.sms_outreach.send_due(NOW)
    (invited,) = house.rows("SELECT id, due_at FROM enrolments")
    house.move(campaign, MOVE.PAUSE, NOW + HOUR)
    later = invited.due_at + DAY
    house.resume(campaign, later)
    assert house.parts.inbound.wake_due(later) == 1
    assert house.parts.enrolment(invited.id).step == "invite_by_call"


def test_who_wakes_at_the_end_of_their_time_only_wakes_at_its_new_end(house: House) -> None:
    house.parts.customer()
    campaign = house.create()
    house.start(campaign)
    (run,) = house.rows("SELECT id, expires_at FROM enrolments")
    with house.parts.transaction() as tx:
        tx.execute(update(EnrolmentRow).values(due_at=EnrolmentRow.expires_at))
    house.move(campaign, MOVE.PAUSE)
    house.resume(campaign, NOW + 20 * DAY)
    assert house.parts.inbound.wake_due(NOW + 20 * DAY) == 0
    moved = house.parts.enrolment(run.id)
    assert moved.due_at == moved.expires_at == run.expires_at + 20 * DAY


def test_a_reply_during_the_pause_is_heard_and_what_it_asks_for_waits(house: House) -> None:
    customer = house.parts.customer()
    campaign = house.create()
    house.start(campaign)
    house.parts.sms_outreach.send_due(NOW)
    house.move(campaign, MOVE.PAUSE, NOW + HOUR)
    house.parts.reply(customer, "what is that?", NOW + 2 * HOUR)  # it is asked once more
    (due,) = house.rows("SELECT id, expires_at FROM attempts WHERE status = 'due'")
    assert house.parts.sms_outreach.send_due(NOW + 2 * HOUR) == 0
    house.resume(campaign, NOW + 3 * HOUR)
    (after,) = house.rows("SELECT expires_at FROM attempts WHERE id = :id", id=due.id)
    assert after.expires_at - due.expires_at == HOUR  # it was asked for when the pause had lasted an hour


def test_a_pause_that_comes_while_it_resumes_holds(house: House) -> None:
    for _ in range(3):
        house.parts.customer()
    campaign = house.create()
    house.start(campaign)
    house.move(campaign, MOVE.PAUSE)
    house.move(campaign, MOVE.RESUME, NOW + DAY)
    house.work_off(NOW + DAY, chunks=1, chunk_size=2)
    house.move(campaign, MOVE.PAUSE, NOW + DAY)
    house.work_off(NOW + DAY)
    assert house.status(campaign) is STATUS.PAUSED
    house.resume(campaign, NOW + 3 * DAY)
    assert house.status(campaign) is STATUS.RUNNING
    rows = house.rows("SELECT DISTINCT expires_at FROM enrolments")
    assert [row.expires_at for row in rows] == [NOW + load_flow(FLOW).expires + 3 * DAY]


def test_a_resume_that_nobody_worked_off_for_hours_gives_these_back_too(house: House) -> None:
    house.parts.customer()
    campaign = house.create()
    house.start(campaign)
    house.move(campaign, MOVE.PAUSE)
    house.move(campaign, MOVE.RESUME, NOW + DAY)
    house.work_off(NOW + DAY + 3 * HOUR)
    assert house.status(campaign) is STATUS.RUNNING
    (run,) = house.rows("SELECT expires_at FROM enrolments")
    assert run.expires_at == NOW + load_flow(FLOW).expires + DAY + 3 * HOUR


def test_the_time_until_a_second_resume_is_given_back_too(house: House) -> None:
    for _ in range(3):
        house.parts.customer()
    campaign = house.create()
    house.start(campaign)
    moment, soon = timedelta(seconds=30), NOW + DAY
    house.move(campaign, MOVE.PAUSE)
    house.move(campaign, MOVE.RESUME, soon)
    house.work_off(soon, chunks=1, chunk_size=2)
    house.move(campaign, MOVE.PAUSE, soon + moment)
    house.move(campaign, MOVE.RESUME, soon + 2 * moment)
    house.work_off(soon + 2 * moment)
    assert house.status(campaign) is STATUS.RUNNING
    rows = house.rows("SELECT DISTINCT expires_at FROM enrolments")
    assert [row.expires_at for row in rows] == [NOW + load_flow(FLOW).expires + DAY + 2 * moment]


def test_a_grant_is_not_given_up_while_its_campaign_is_paused(house: House) -> None:
    house.parts.customer()
    campaign = house.create()
    house.start(campaign)
    (run,) = house.rows("SELECT id FROM enrolments")
    with house.parts.transaction() as tx:
        make_grant(tx, enrolment_id=run.id, status="accepted", qualified_at=None, amount=None, due_at=None)
    house.move(campaign, MOVE.PAUSE)
    assert expire_stale(house.parts.transaction, NOW + 60 * DAY) == 0
    house.resume(campaign, NOW + 60 * DAY)
    assert expire_stale(house.parts.transaction, NOW + 60 * DAY) == 0


class Killed(Exception):
    """A process died here."""


@dataclass
class Mortal:
    """Transactions of a process that dies at the end of some of them, before the commit."""

    transaction: Transaction
    lives: list[bool]

    @contextmanager
    def __call__(self) -> Iterator[Tx]:
        with self.transaction() as tx:
            yield tx
            if self.lives and not self.lives.pop(0):
                raise Killed


@given(
    people=st.integers(1, 7),
    sent_before=st.integers(0, 7),
    chunk=st.integers(1, 4),
    pauses=st.lists(
        st.tuples(st.integers(1, 40), st.lists(st.booleans(), max_size=8)), min_size=1, max_size=3
    ),
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_pauses_with_kills_lose_no_contact_and_double_none(
    transaction: Transaction,
    people: int,
    sent_before: int,
    chunk: int,
    pauses: list[tuple[int, list[bool]]],
) -> None:
    with transaction() as tx:
        for table in (
            "move_effects",
            "decisions",
            "events",
            "attempts",
            "enrolments",
            "campaign_policies",
            "campaigns",
            "customers",
        ):
            tx.execute(text(f"DELETE FROM {table}"))
    house = House(Parts(transaction))
    for _ in range(people):
        house.parts.customer()
    campaign = house.create()
    house.start(campaign)
    now = NOW
    house.parts.pacing.allowance = sent_before
    house.parts.sms_outreach.send_due(now)
    house.parts.pacing.allowance = None
    paused = timedelta(0)
    for days, lives in pauses:
        now += timedelta(minutes=1)
        house.move(campaign, MOVE.PAUSE, now)
        now += days * DAY
        paused += days * DAY
        house.move(campaign, MOVE.RESUME, now)
        mortal = Mortal(transaction, list(lives))
        while house.status(campaign) is STATUS.PAUSED:
            assert house.parts.sms_outreach.send_due(now) == 0
            try:
                work_off(mortal, now, flows=house.parts.flows, chunk_size=chunk)
            except Killed:
                continue
    expiries = {row.expires_at for row in house.rows("SELECT expires_at FROM enrolments")}
    assert expiries == {NOW + load_flow(FLOW).expires + paused}
    house.parts.sms_outreach.send_due(now)
    assert sorted(sent.to for sent in house.parts.sms.sent) == sorted(
        row.msisdn for row in house.rows("SELECT msisdn FROM customers")
    )


# -- abort and drain --------------------------------------------------------------------------------------------


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


# -- by itself --------------------------------------------------------------------------------------------------


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


# -- order ------------------------------------------------------------------------------------------------------


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
