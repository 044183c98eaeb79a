"""People under way are taken over to the new revision of their flow: how they go on."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.enrolment.errors import CampaignError
from bot.enrolment.republish import Existing, Republished
from bot.flow.load import load_flow
from bot.store import events
from bot.store.events import NewEvent
from bot.store.models import AuditRow, CustomerRow, EnrolmentRow, FlowRevisionRow
from bot.store.republishing import Moved
from tests.db.parts import NOW, Parts
from tests.db.small_offer import (
    BEFORE,
    LONGER,
    MORE_KEYS,
    NEW_KEYS,
    NEW_WORDS,
    RENAMED,
    WITHOUT_PHONE,
    Campaign,
)


@pytest.fixture
def campaign(parts: Parts) -> Campaign:
    return Campaign(parts)


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
