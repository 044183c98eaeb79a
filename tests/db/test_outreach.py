"""Claim, call, record: each attempt is posted once, and recorded as the carrier answered."""

from __future__ import annotations

from datetime import timedelta

from bot.channels.errors import Rejected, SendError, Unavailable, Unconfirmed
from bot.outreach.outgoing import ASK_AFTER, LEASE, SMS_SILENCE
from bot.store.models import AttemptRow
from tests.db.parts import NOW, Parts
from tests.fakes import Lost


def test_an_accepted_sms_is_sending_before_its_post_and_accepted_after_it(parts: Parts) -> None:
    enrolment = parts.enrol()
    seen: list[AttemptRow] = []
    parts.sms.while_sending = lambda _: seen.append(parts.attempt(enrolment))
    assert parts.sms_outreach.send_due(NOW) == 1

    (during,) = seen
    assert (during.status, during.sends, during.fence, during.taken_at) == ("sending", 1, 1, NOW)
    assert during.lease_until == NOW + LEASE
    after = parts.attempt(enrolment)
    assert (after.status, after.carrier_sid) == ("accepted", parts.sms.books[0].sid)
    assert after.lease_until == NOW + SMS_SILENCE
    (sent,) = parts.sms.sent
    assert sent.attempt_id == after.id
    assert (after.to_number, after.sender, after.body) == (sent.to, sent.sender, getattr(sent, "body", None))
    assert after.segments
    assert parts.decisions(after.id) == [("allowed", None)]


def test_the_text_is_the_flows_in_the_customers_language(parts: Parts) -> None:
    parts.enrol(customer=parts.customer(language="en", name="Ann", factors={"balance": 3}))
    parts.sms_outreach.send_due(NOW)
    body = getattr(parts.sms.sent[0], "body", "")
    assert body.startswith("Keepline: Ann, your balance is")
    assert body.endswith("STOP to opt out")


def test_an_sms_is_valid_no_longer_than_hours_and_step_permit(parts: Parts) -> None:
    parts.enrol()
    parts.sms_outreach.send_due(NOW)
    assert getattr(parts.sms.sent[0], "valid_for", None) == timedelta(hours=2)  # the noon rest begins


def test_the_customers_time_to_answer_starts_with_the_carriers_yes(parts: Parts) -> None:
    enrolment = parts.enrol()
    assert parts.enrolment(enrolment).due_at == NOW + timedelta(days=10)
    parts.sms_outreach.send_due(NOW)
    assert parts.enrolment(enrolment).due_at == NOW + timedelta(hours=24)


def test_a_refused_sms_fails_and_its_flow_is_told(parts: Parts) -> None:
    parts.sms.script = [Rejected("21211")]
    enrolment = parts.enrol()
    parts.sms_outreach.send_due(NOW)
    failed = parts.attempt(enrolment)
    assert (failed.status, failed.error_code, failed.settled_at) == ("failed", "21211", NOW)
    assert failed.taken_at is None  # caps do not count what nobody received
    parts.inbound.process_waiting(NOW)
    assert parts.enrolment(enrolment).step == "invite_by_call"


def test_a_refusal_that_only_the_carrier_knew_goes_to_the_register(parts: Parts) -> None:
    parts.sms.script = [Rejected("21610")]
    customer = parts.customer()
    first, second = parts.enrol(customer=customer), parts.enrol(customer=customer)
    parts.sms_outreach.send_due(NOW, limit=1)
    parts.sms_outreach.send_due(NOW)  # the news is not processed yet: nothing may pass
    assert len(parts.sms.sent) == 1
    parts.inbound.process_waiting(NOW)
    (line,) = parts.register()
    assert (line.customer_id, line.action, line.source) == (customer, "suppress", "carrier_21610")
    assert [parts.enrolment(one).result for one in (first, second)] == ["opted_out", "opted_out"]
    parts.sms_outreach.send_due(NOW + timedelta(minutes=1))
    assert len(parts.sms.sent) == 1


def test_what_the_carrier_did_not_take_is_due_again_later(parts: Parts) -> None:
    parts.sms.script = [Unavailable("20429", retry_after=timedelta(seconds=2))]
    enrolment = parts.enrol()
    parts.sms_outreach.send_due(NOW)
    again = parts.attempt(enrolment)
    assert (again.status, again.due_at, again.taken_at) == ("due", NOW + timedelta(seconds=2), None)
    assert parts.enrolment(enrolment).due_at == NOW + timedelta(days=10)  # nobody has anything to answer yet
    assert parts.sms_outreach.send_due(NOW + timedelta(seconds=1)) == 0
    assert parts.sms_outreach.send_due(NOW + timedelta(seconds=2)) == 1
    assert parts.attempt(enrolment).status == "accepted"


def test_what_the_carrier_perhaps_took_is_never_sent_again_blindly(parts: Parts) -> None:
    parts.sms.script = [Lost()]
    enrolment = parts.enrol()
    parts.sms_outreach.send_due(NOW)
    unknown = parts.attempt(enrolment)
    assert (unknown.status, unknown.carrier_sid, unknown.taken_at) == ("unconfirmed", None, NOW)
    assert unknown.lease_until == NOW + ASK_AFTER
    for minutes in range(0, 60 * 5, 7):
        parts.sms_outreach.send_due(NOW + timedelta(minutes=minutes))
    assert len(parts.sms.sent) == 1


def test_one_bad_answer_spoils_no_other_of_its_batch(parts: Parts) -> None:
    script: list[SendError] = [Rejected("21211"), Unavailable("20429"), Unconfirmed("no_answer")]
    parts.sms.script = list(script)
    campaign = parts.campaign()
    enrolments = [parts.enrol(campaign) for _ in range(4)]
    assert parts.sms_outreach.send_due(NOW) == 4
    assert sorted(parts.attempt(one).status for one in enrolments) == [
        "accepted",
        "due",
        "failed",
        "unconfirmed",
    ]
