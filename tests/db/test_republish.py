"""A campaign's flow is published again while people are under way: whom that moves, and how they go on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import select

from bot.enrolment.errors import CampaignError
from bot.enrolment.impact import Fate, Impact, look
from bot.enrolment.republish import Existing, Publishing, Republished, republish
from bot.flow.load import load_flow
from bot.store import drains, events
from bot.store.events import NewEvent
from bot.store.flow_revisions import FlowText, text_of
from bot.store.models import AuditRow, CampaignRow, CustomerRow, EnrolmentRow, FlowRevisionRow
from bot.store.republishing import Moved
from tests.db.commands import Keepline
from tests.db.factories import make_enrolment
from tests.db.parts import NOW, Parts

BEFORE = """\
spec: 2
flow: small_offer
title: {en: Small offer, zh: 小活动}
purpose: service
expires: 10d
start: invite

steps:
  invite:
    sms: {zh: "【{brand}】回1参加，回2请客户经理联系", en: "{brand}: reply 1 to join, 2 for a manager"}
    expires: 6h
    then: {reply 1: pause, reply 2: manager, undelivered: phone, after 24h: phone}

  pause:
    wait: 3d
    then: remind

  phone:
    call:
      say: {zh: "参加请按1，不参加请按2。", en: "Press 1 to join, 2 if you do not want to."}
      keys: {1: pause, 2: end}
    expires: 6h
    then: {unreached: end}

  remind:
    sms: {zh: "【{brand}】谢谢您。", en: "{brand}: thank you."}
    expires: 6h
    then: end

  manager:
    work_order: {queue: retention, due: 4h, script: low_balance}
    then: {closed: end}
"""
NEW_WORDS = BEFORE.replace("回1参加，", "想参加请回1，").replace("reply 1 to join", "to join, reply 1")
LONGER = BEFORE.replace("wait: 3d", "wait: 5d").replace("expires: 10d", "expires: 20d")
MORE_KEYS = BEFORE.replace("reply 2: manager,", "reply 2: manager, reply 3: end,")
WITHOUT_PHONE = BEFORE.replace("after 24h: phone", "after 24h: end").replace(
    "undelivered: phone", "undelivered: end"
)
WITHOUT_PHONE = (
    WITHOUT_PHONE[: WITHOUT_PHONE.index("  phone:")] + WITHOUT_PHONE[WITHOUT_PHONE.index("  remind:") :]
)
RENAMED = BEFORE.replace("invite", "welcome")
NEW_KEYS = BEFORE.replace("keys: {1: pause, 2: end}", "keys: {1: pause, 3: end}")


class Campaign:
    """A campaign on the first revision, and what is done to it."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.id = parts.campaign(BEFORE)

    def invited(self) -> int:
        """The invitation is due."""
        return self.parts.enrol(self.id)

    def asked(self) -> int:
        """The invitation was sent, and awaits its reply."""
        enrolment = self.invited()
        self.parts.sms_outreach.send_due(NOW)
        assert self.parts.attempt(enrolment).status == "accepted"
        return enrolment

    def pausing(self) -> int:
        enrolment = self.asked()
        self.reply(enrolment, "1")
        assert self.step(enrolment) == "pause"
        return enrolment

    def called(self) -> int:
        """The phone is ringing."""
        enrolment = self.invited()
        attempt = self.parts.attempt(enrolment)
        self.parts.hear(
            "attempt.expired", {"reason": "too_late"}, attempt_id=attempt.id, enrolment_id=enrolment
        )
        self.parts.voice_outreach.call_due(NOW)
        assert (self.step(enrolment), self.parts.attempt(enrolment).status) == ("phone", "accepted")
        return enrolment

    def waiting(self) -> int:
        """Enrolled, and not started."""
        with self.parts.transaction() as tx:
            return make_enrolment(
                tx,
                campaign_id=self.id,
                customer_id=self.parts.customer(),
                step=None,
                visit=0,
                due_at=NOW,
                expires_at=NOW + timedelta(days=10),
            )

    def reply(self, enrolment: int, body: str, *, at: timedelta = timedelta()) -> None:
        customer = self.parts.enrolment(enrolment).customer_id
        self.parts.reply(customer, body, NOW + at, sid=f"SM-in-{enrolment}-{body}-{at}")

    def step(self, enrolment: int) -> str | None:
        return self.parts.enrolment(enrolment).step

    def look(self, source: str) -> Impact:
        with self.parts.transaction() as tx:
            return look(tx, self.id, load_flow(source), self.parts.flows)

    def publish(
        self,
        source: str,
        existing: Existing,
        mapping: Mapping[str, str] | None = None,
        *,
        chunk_size: int = 1000,
        progress: list[int] | None = None,
    ) -> Republished:
        flow = load_flow(source)
        return republish(
            self.parts.transaction,
            Publishing(self.id, flow, FlowText(flow.name, source, flow.parts), existing, mapping or {}),
            flows=self.parts.flows,
            now=NOW,
            chunk_size=chunk_size,
            progress=(progress if progress is not None else []).append,
        )

    @property
    def revision(self) -> str:
        with self.parts.transaction() as tx:
            return tx.get_one(CampaignRow, self.id).flow_revision

    def on(self, enrolment: int, source: str) -> bool:
        return self.parts.enrolment(enrolment).flow_revision == load_flow(source).revision

    def snapshot(self, enrolment: int) -> tuple[object, ...]:
        """All that must stay as it is when nobody is disturbed."""
        row = self.parts.enrolment(enrolment)
        attempts = [
            (one.id, one.step, one.visit, one.status, one.due_at) for one in self.parts.attempts(enrolment)
        ]
        return (
            row.step,
            row.visit,
            row.state,
            row.due_at,
            row.expires_at,
            row.holds_until,
            row.status,
            attempts,
        )


@pytest.fixture
def campaign(parts: Parts) -> Campaign:
    return Campaign(parts)


# -- what it would mean ---------------------------------------------------------------------------------------


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


# -- pin ------------------------------------------------------------------------------------------------------


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


# -- migrate --------------------------------------------------------------------------------------------------


def test_on_an_unchanged_step_nothing_but_the_revision_changes(campaign: Campaign) -> None:
    people = [campaign.asked(), campaign.pausing(), campaign.called()]
    as_they_were = [campaign.snapshot(one) for one in people]
    done = campaign.publish(BEFORE.replace("谢谢您", "多谢您"), Existing.MIGRATE)
    assert (done.moved, done.left) == (Moved(as_they_stood=3), 0)
    assert [campaign.snapshot(one) for one in people] == as_they_were
    campaign.reply(people[0], "1")
    assert campaign.step(people[0]) == "pause"


def test_a_message_that_waits_is_sent_in_the_new_words_and_one_that_was_sent_is_not_sent_again(
    campaign: Campaign,
) -> None:
    campaign.asked()
    campaign.invited()
    done = campaign.publish(NEW_WORDS, Existing.MIGRATE)
    assert done.moved == Moved(as_they_stood=2)
    campaign.parts.inbound.process_waiting(NOW)
    campaign.parts.sms_outreach.send_due(NOW)
    assert ["想参加" in (one.body or "") for one in campaign.parts.sms.sent] == [False, True]


def test_a_step_that_waits_for_something_else_is_entered_anew(campaign: Campaign) -> None:
    pausing = campaign.pausing()
    visit = campaign.parts.enrolment(pausing).visit
    later = NOW + timedelta(days=1)
    done = campaign.publish(LONGER, Existing.MIGRATE)
    assert done.moved == Moved(anew=1)
    campaign.parts.inbound.process_waiting(later)
    row = campaign.parts.enrolment(pausing)
    assert (row.step, row.due_at) == ("pause", later + timedelta(days=5))
    assert row.visit > visit
    campaign.parts.inbound.wake_due(later + timedelta(days=5))
    assert campaign.step(pausing) == "remind"
    campaign.parts.sms_outreach.send_due(later + timedelta(days=5))
    assert "谢谢您" in (campaign.parts.sms.sent[-1].body or "")


def test_a_question_with_new_replies_is_put_again_and_the_old_one_is_not_sent(campaign: Campaign) -> None:
    invited = campaign.invited()
    campaign.publish(MORE_KEYS, Existing.MIGRATE)
    campaign.parts.inbound.process_waiting(NOW)
    old, new = campaign.parts.attempts(invited)
    assert (old.status, old.reason) == ("canceled", "republished")
    assert (new.status, new.step) == ("due", "invite")
    assert new.visit > old.visit
    campaign.parts.sms_outreach.send_due(NOW)
    assert [one.attempt_id for one in campaign.parts.sms.sent] == [new.id]
    campaign.reply(invited, "3")
    assert campaign.parts.enrolment(invited).status == "finished"


def test_a_late_report_on_the_old_message_moves_nobody(campaign: Campaign) -> None:
    asked = campaign.asked()
    old = campaign.parts.attempt(asked)
    campaign.publish(MORE_KEYS, Existing.MIGRATE)
    campaign.parts.status(old.id, "undelivered", sid=old.carrier_sid or "")
    assert campaign.step(asked) == "invite"


def test_a_reply_that_was_read_before_the_entering_leads_on(campaign: Campaign) -> None:
    asked = campaign.asked()
    with campaign.parts.transaction() as tx:  # it has come in, and nobody has looked at it yet
        row = tx.get_one(EnrolmentRow, asked)
        number = tx.get_one(CustomerRow, row.customer_id).msisdn
        payload = {"MessageSid": "SM-in", "From": number, "Body": "1"}
        events.leave(tx, [NewEvent("sms:in", "sms.inbound", payload, NOW, customer_id=row.customer_id)])
    campaign.publish(MORE_KEYS, Existing.MIGRATE)
    campaign.parts.inbound.process_waiting(NOW)
    assert campaign.step(asked) == "pause"
    assert len(campaign.parts.attempts(asked)) == 1


def test_a_step_that_is_gone_needs_a_map_and_nothing_is_changed_without(campaign: Campaign) -> None:
    people = [campaign.invited(), campaign.pausing(), campaign.waiting()]
    before = campaign.revision
    as_they_were = [campaign.snapshot(one) for one in people]
    gone = BEFORE.replace("  pause:", "  rest:").replace(": pause", ": rest").replace("wait: 3d", "wait: 4d")
    with pytest.raises(CampaignError) as caught:
        campaign.publish(gone, Existing.MIGRATE)
    assert str(caught.value) == (
        "people stand on steps that the new revision lacks: pause (1 people); map each of them"
    )
    assert campaign.revision == before
    assert [campaign.snapshot(one) for one in people] == as_they_were
    with campaign.parts.transaction() as tx:
        assert tx.get(FlowRevisionRow, load_flow(gone).revision) is None
        assert list(tx.scalars(select(AuditRow))) == []


def test_people_on_a_step_that_is_gone_go_on_where_the_map_says(campaign: Campaign) -> None:
    pausing = campaign.pausing()
    gone = BEFORE.replace("  pause:", "  rest:").replace(": pause", ": rest").replace("wait: 3d", "wait: 4d")
    done = campaign.publish(gone, Existing.MIGRATE, {"pause": "remind"})
    assert done.moved == Moved(anew=1)
    campaign.parts.inbound.process_waiting(NOW)
    campaign.parts.sms_outreach.send_due(NOW)
    assert "谢谢您" in (campaign.parts.sms.sent[-1].body or "")
    last = campaign.parts.attempt(pausing)
    campaign.parts.status(last.id, "delivered", sid=last.carrier_sid or "")
    assert campaign.parts.enrolment(pausing).status == "finished"


def test_a_run_is_ended_where_the_map_says_so(campaign: Campaign) -> None:
    pausing, invited = campaign.pausing(), campaign.invited()
    done = campaign.publish(NEW_WORDS, Existing.MIGRATE, {"invite": "end"})
    assert done.moved == Moved(as_they_stood=1, ended=1)
    row = campaign.parts.enrolment(invited)
    assert (row.status, row.result, row.due_at) == ("finished", "republished", None)
    assert row.state["result"] == "republished"
    assert row.finished_at == NOW
    assert campaign.on(invited, BEFORE)  # it ended in the conversation that it was
    assert campaign.parts.attempt(invited).status == "canceled"
    assert campaign.parts.enrolment(pausing).status == "active"


def test_a_renamed_step_is_not_entered_anew(campaign: Campaign) -> None:
    asked, pausing, invited = campaign.asked(), campaign.pausing(), campaign.invited()
    with pytest.raises(CampaignError, match=r"invite \(2 people, the same as welcome\)"):
        campaign.publish(RENAMED, Existing.MIGRATE)
    done = campaign.publish(RENAMED, Existing.MIGRATE, {"invite": "welcome"})
    assert done.moved == Moved(as_they_stood=3)
    assert campaign.step(asked) == "welcome"
    assert campaign.parts.enrolment(pausing).state["last_sms"] == "welcome"
    sent = len(campaign.parts.sms.sent)
    campaign.parts.inbound.process_waiting(NOW)
    campaign.parts.sms_outreach.send_due(NOW)
    assert len(campaign.parts.sms.sent) == sent + 1  # what had waited, under its new name
    assert campaign.parts.attempt(invited).step == "welcome"
    campaign.reply(asked, "1")
    assert campaign.step(asked) == "pause"


def test_a_step_mapped_to_itself_is_entered_anew(campaign: Campaign) -> None:
    asked = campaign.asked()
    done = campaign.publish(NEW_WORDS, Existing.MIGRATE, {"invite": "invite"})
    assert done.moved == Moved(anew=1)
    campaign.parts.inbound.process_waiting(NOW)
    campaign.parts.sms_outreach.send_due(NOW)
    assert campaign.parts.attempt(asked).step == "invite"
    assert len(campaign.parts.sms.sent) == 2


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        (
            {"phone": "remnd"},
            r"map phone=remnd: the new revision has no step 'remnd' \(did you mean remind\?\)",
        ),
        ({"phon": "remind"}, r"map phon=remind: nobody stands on a step 'phon' \(did you mean phone\?\)"),
    ],
)
def test_a_map_to_or_from_an_unknown_step_is_refused(
    campaign: Campaign, mapping: dict[str, str], message: str
) -> None:
    campaign.invited()
    with pytest.raises(CampaignError, match=message):
        campaign.publish(WITHOUT_PHONE, Existing.MIGRATE, mapping)


def test_a_map_is_for_those_who_migrate(campaign: Campaign) -> None:
    with pytest.raises(CampaignError, match="a map is for those who migrate; pin needs none"):
        campaign.publish(NEW_WORDS, Existing.PIN, {"invite": "end"})


def test_a_call_on_a_step_that_is_gone_is_brought_to_its_end_in_the_old_words(campaign: Campaign) -> None:
    called = campaign.called()
    done = campaign.publish(WITHOUT_PHONE, Existing.MIGRATE)
    assert (done.moved.people, done.left) == (0, 1)
    assert campaign.on(called, BEFORE)
    attempt = campaign.parts.attempt(called)
    twiml = campaign.parts.talk.answered(attempt.id, {"CallSid": attempt.carrier_sid or ""}, NOW)
    assert "参加请按1" in twiml


def test_a_call_that_is_on_hears_the_new_keys_where_its_step_is_still_there(campaign: Campaign) -> None:
    called = campaign.called()
    attempt = campaign.parts.attempt(called)
    form = {"CallSid": attempt.carrier_sid or ""}
    campaign.parts.talk.answered(attempt.id, form, NOW)
    assert campaign.publish(NEW_KEYS, Existing.MIGRATE).moved == Moved(as_they_stood=1)
    campaign.parts.talk.pressed(attempt.id, 1, {**form, "Digits": "3"}, NOW)
    assert campaign.parts.enrolment(called).status == "finished"


def test_whoever_is_in_a_persons_hands_stays_there(campaign: Campaign) -> None:
    asked = campaign.asked()
    campaign.reply(asked, "2")
    assert campaign.step(asked) == "manager"
    without = BEFORE[: BEFORE.index("  manager:")].replace("reply 2: manager", "reply 2: end")
    done = campaign.publish(without, Existing.MIGRATE)
    assert (done.moved.people, done.left) == (0, 1)
    campaign.parts.hear("work_order.closed", {"disposition": "saved"}, enrolment_id=asked)
    assert campaign.parts.enrolment(asked).status == "finished"


def test_a_message_that_the_carrier_may_be_taking_is_waited_for(campaign: Campaign) -> None:
    invited = campaign.invited()
    moved: list[Republished] = []
    campaign.parts.sms.while_sending = lambda _: moved.append(campaign.publish(MORE_KEYS, Existing.MIGRATE))
    campaign.parts.sms_outreach.send_due(NOW)
    assert (moved[0].moved.people, moved[0].left) == (0, 1)
    assert campaign.on(invited, BEFORE)
    assert campaign.publish(MORE_KEYS, Existing.MIGRATE).moved == Moved(anew=1)


# -- drain ----------------------------------------------------------------------------------------------------


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


# -- in chunks, and on record -----------------------------------------------------------------------------------


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


# -- the command ------------------------------------------------------------------------------------------------


Run = Callable[..., Result]


@pytest.fixture
def publish(keepline: Keepline, parts: Parts, tmp_path: Path) -> Run:
    def run(source: str, *arguments: str) -> Result:
        path = tmp_path / "small_offer.yaml"
        path.write_text(source, encoding="utf-8")
        return keepline("flow", arguments[0], str(path), *arguments[1:])

    return run


def test_the_command_shows_whom_it_concerns_and_wants_to_be_told(campaign: Campaign, publish: Run) -> None:
    campaign.pausing()
    campaign.waiting()
    before = campaign.revision
    result = publish(LONGER, "publish", "--campaign", str(campaign.id))
    assert result.exit_code == 1
    assert "changed, to be entered anew" in result.output
    assert "(not started)" in result.output
    assert "say what becomes of those under way with --existing (pin: they finish" in result.output
    result = publish(LONGER, "publish", "--campaign", str(campaign.id), "--existing", "pin")
    assert "add --yes to publish without being asked" in result.output
    assert campaign.revision == before


def test_the_command_publishes_and_says_what_came_of_it(campaign: Campaign, publish: Run) -> None:
    campaign.pausing()
    campaign.waiting()
    arguments = ("--campaign", str(campaign.id), "--existing", "migrate", "--yes")
    result = publish(LONGER, "publish", *arguments)
    assert result.exit_code == 0, result.output
    revision = load_flow(LONGER).revision
    assert f"published revision {revision}" in result.output
    assert "1 had not started, and will start on it" in result.output
    assert "1 moved to it, and enter their step anew" in result.output
    assert campaign.revision == revision


def test_a_flow_with_errors_is_not_published(campaign: Campaign, publish: Run) -> None:
    before = campaign.revision
    broken = LONGER.replace("then: remind", "then: remindd")
    result = publish(broken, "publish", "--campaign", str(campaign.id), "--existing", "pin", "--yes")
    assert result.exit_code == 1
    assert "there is no step 'remindd' (did you mean remind?)" in result.output
    assert campaign.revision == before


PART = """\
spec: 2
flow: thanks
title: {en: Thanks, zh: 感谢}
purpose: service
part: true
start: thank
steps:
  thank:
    sms: {zh: "【{brand}】谢谢您。", en: "{brand}: thank you."}
    expires: 6h
    then: end
"""


def test_the_flows_inside_a_flow_are_published_with_it(
    campaign: Campaign, publish: Run, tmp_path: Path
) -> None:
    (tmp_path / "thanks.yaml").write_text(PART, encoding="utf-8")
    start = BEFORE.index("  remind:")
    with_part = (
        BEFORE[:start]
        + "  remind: {flow: thanks, then: {done: end}}\n\n"
        + BEFORE[BEFORE.index("  manager:") :]
    )
    result = publish(with_part, "publish", "--campaign", str(campaign.id), "--existing", "pin", "--yes")
    assert result.exit_code == 0, result.output
    (tmp_path / "thanks.yaml").unlink()
    with campaign.parts.transaction() as tx:
        flow = campaign.parts.flows.get(tx, campaign.revision)
        assert text_of(tx, campaign.revision).parts == {"thanks": PART}
    assert "remind.thank" in flow.steps
    assert flow.revision == campaign.revision


def test_a_file_is_compared_with_what_a_campaign_runs(campaign: Campaign, publish: Run) -> None:
    with campaign.parts.transaction() as tx:
        name = tx.get_one(CampaignRow, campaign.id).name
    assert "timing    wait  5d → 3d" in publish(LONGER, "diff", name).output
    assert "timing    wait  5d → 3d" in publish(LONGER, "diff", campaign.revision).output
    assert publish(LONGER, "diff", "nothing").output == (
        "Error: 'nothing' is no file, no campaign and no revision\n"
    )


def _released(parts: Parts, now: datetime) -> int:
    with parts.transaction() as tx:
        return drains.release(tx, now, limit=100)
