"""What customers and billing say: replies, refusals and recharges, and what a run makes of them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.store import events
from bot.store.events import NewEvent
from bot.store.models import CustomerRow, GrantRow, WorkOrderRow
from tests.db.invited import DAY, invited
from tests.db.parts import AS_SERVICE, NOW, Parts

# -- replies ---------------------------------------------------------------------------------------------------


def test_a_yes_is_an_acceptance_with_its_evidence(parts: Parts) -> None:
    customer = parts.customer()
    enrolment = invited(parts, customer)
    parts.reply(customer, "1", NOW + timedelta(hours=1))
    standing = parts.enrolment(enrolment)
    assert (standing.step, standing.due_at) == ("await_recharge", NOW + timedelta(hours=1) + 7 * DAY)
    with parts.transaction() as tx:
        grant = tx.scalars(select(GrantRow)).one()
    assert (grant.status, grant.accepted_at) == ("accepted", NOW + timedelta(hours=1))
    proof = grant.evidence["accepted"]
    assert proof["event"] == "sms:in:SM-in"
    assert proof["Body"] == "1"
    assert proof["step"] == "invite_by_sms"
    assert proof["revision"] == standing.flow_revision


def test_a_reply_that_comes_twice_counts_once(parts: Parts) -> None:
    customer = parts.customer()
    enrolment = invited(parts, customer)
    parts.reply(customer, "1")
    before = parts.enrolment(enrolment)
    parts.reply(customer, "1")
    parts.reply(customer, "1", sid="SM-again")
    after = parts.enrolment(enrolment)
    assert (after.step, after.visit, after.due_at) == (before.step, before.visit, before.due_at)


def test_asking_for_a_manager_opens_a_work_order(parts: Parts) -> None:
    customer = parts.customer()
    enrolment = invited(parts, customer)
    parts.reply(customer, "2")
    with parts.transaction() as tx:
        order = tx.scalars(select(WorkOrderRow)).one()
    assert (order.enrolment_id, order.reason) == (enrolment, "reply 2")


def test_a_reply_of_a_stranger_is_kept_and_unmatched(parts: Parts) -> None:
    parts.hear("sms.inbound", {"MessageSid": "SM", "From": "+8613900000000", "Body": "1"}, key="x")
    event = parts.event("x")
    assert event is not None
    assert event.outcome == "unmatched:number"


def test_a_reply_of_somebody_whom_nobody_asked_is_kept_and_ignored(parts: Parts) -> None:
    customer = parts.customer()
    parts.reply(customer, "1")
    event = parts.event("sms:in:SM-in")
    assert event is not None
    assert (event.outcome, event.customer_id) == ("ignored:nobody_asked", customer)


def test_a_reply_goes_to_the_run_that_asked_last(parts: Parts) -> None:
    customer = parts.customer()
    older, newer = invited(parts, customer), invited(parts, customer, source=AS_SERVICE)
    parts.reply(customer, "1")
    assert [parts.enrolment(one).step for one in (older, newer)] == ["invite_by_sms", "await_recharge"]
    parts.reply(customer, "1", sid="SM-second")
    assert [parts.enrolment(one).step for one in (older, newer)] == ["await_recharge", "await_recharge"]


# -- refusals --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["T", "STOP", "退订", "别再发了", "please stop texting me"])
def test_a_refusal_cancels_what_is_queued_and_ends_every_run_of_the_customer(
    parts: Parts, words: str
) -> None:
    customer = parts.customer()
    asked, queued = invited(parts, customer), parts.enrol(customer=customer)
    other = parts.enrol()
    parts.reply(customer, words)

    (line,) = parts.register()
    assert (line.customer_id, line.action, line.source) == (customer, "suppress", "sms_reply")
    assert (line.channel, line.purpose, line.wording) == ("all", "all", words)
    assert line.evidence == "sms:in:SM-in"
    for enrolment in (asked, queued):
        ended = parts.enrolment(enrolment)
        assert (ended.status, ended.result, ended.due_at) == ("finished", "opted_out", None)
    assert (parts.attempt(queued).status, parts.attempt(queued).reason) == ("canceled", "flow_moved_on")
    assert parts.enrolment(other).status == "active"

    again = parts.enrol(customer=customer)
    parts.sms_outreach.send_due(NOW + timedelta(minutes=1))
    assert (parts.attempt(again).status, parts.attempt(again).reason) == ("denied", "suppressed")


def test_a_refusal_and_a_yes_in_one_batch_is_a_refusal_whichever_came_first(parts: Parts) -> None:
    customer = parts.customer()
    enrolment = invited(parts, customer)
    with parts.transaction() as tx:
        number = tx.get_one(CustomerRow, customer).msisdn
        for sid, body in (("SM-yes", "1"), ("SM-no", "T"), ("SM-yes-again", "1")):
            payload = {"MessageSid": sid, "From": number, "Body": body}
            events.leave(tx, [NewEvent(sid, "sms.inbound", payload, NOW, customer_id=customer)])
    parts.inbound.process_waiting(NOW)
    ended = parts.enrolment(enrolment)
    assert (ended.status, ended.result) == ("finished", "opted_out")


def test_a_refusal_from_a_number_that_nobody_knows_is_registered(parts: Parts) -> None:
    payload = {"MessageSid": "SM", "From": "+8613912345678", "Body": "STOP"}
    parts.hear("sms.inbound", payload, key="sms:in:SM")
    (line,) = parts.register()
    assert (line.msisdn, line.customer_id, line.action) == ("+8613912345678", None, "suppress")
    later = parts.enrol(customer=parts.customer(msisdn="+8613912345678"))
    parts.sms_outreach.send_due(NOW)
    assert parts.attempt(later).reason == "suppressed"


def test_a_refusal_from_nowhere_does_not_stop_the_others(parts: Parts) -> None:
    customer = parts.customer()
    enrolment = invited(parts, customer)
    parts.hear("sms.inbound", {"MessageSid": "SM", "Body": "STOP"}, key="nowhere")
    parts.reply(customer, "1")
    assert parts.register() == []
    assert parts.enrolment(enrolment).step == "await_recharge"


@pytest.mark.parametrize("words", ["START", "恢复接收"])
def test_an_explicit_start_restores_and_the_register_keeps_both_lines(parts: Parts, words: str) -> None:
    customer = parts.customer()
    parts.reply(customer, "STOP")
    parts.reply(customer, words, sid="SM-start")
    assert [line.action for line in parts.register()] == ["suppress", "restore"]
    enrolment = parts.enrol(customer=customer)
    parts.sms_outreach.send_due(NOW)
    assert parts.attempt(enrolment).status == "accepted"


@pytest.mark.parametrize("words", ["1", "yes", "ok", "帮助", "HELP"])
def test_nothing_but_an_explicit_start_restores(parts: Parts, words: str) -> None:
    customer = parts.customer()
    parts.reply(customer, "STOP")
    parts.reply(customer, words, sid="SM-more")
    assert [line.action for line in parts.register()] == ["suppress"]


def test_a_managers_do_not_contact_ends_every_run(parts: Parts) -> None:
    customer = parts.customer()
    enrolments = [invited(parts, customer), parts.enrol(customer=customer)]
    parts.hear(
        "opt_out", {"source": "work_order"}, enrolment_id=enrolments[0], customer_id=customer, key="wo"
    )
    (line,) = parts.register()
    assert (line.source, line.customer_id) == ("work_order", customer)
    assert {parts.enrolment(one).result for one in enrolments} == {"opted_out"}


# -- billing ---------------------------------------------------------------------------------------------------


def test_a_recharge_in_time_and_large_enough_qualifies(parts: Parts) -> None:
    customer = parts.customer()
    enrolment = invited(parts, customer)
    parts.reply(customer, "1")
    parts.topup(customer, "49.99")
    assert parts.enrolment(enrolment).step == "await_recharge"
    parts.topup(customer, "50", key="billing:2")
    assert parts.enrolment(enrolment).step == "confirm_by_call"
    with parts.transaction() as tx:
        grant = tx.scalars(select(GrantRow)).one()
    assert grant.status == "qualified"
    assert grant.evidence["qualified"]["event"] == "billing:2"
    assert grant.evidence["qualified"]["amount"] == "50"


def test_a_recharge_counts_in_every_run_of_the_customer(parts: Parts) -> None:
    customer = parts.customer()
    enrolments = [invited(parts, customer), invited(parts, customer, source=AS_SERVICE)]
    parts.topup(customer, "100")
    assert [parts.enrolment(one).step for one in enrolments] == ["confirm_by_call"] * 2


def test_a_recharge_that_is_told_twice_counts_once(parts: Parts) -> None:
    customer = parts.customer()
    enrolment = invited(parts, customer)
    parts.topup(customer, "100")
    before = parts.enrolment(enrolment)
    parts.topup(customer, "100")
    parts.topup(customer, "100", key="billing:other")
    assert parts.enrolment(enrolment).visit == before.visit
    assert len(parts.attempts(enrolment)) == 2


@pytest.mark.parametrize(
    ("payload", "outcome"),
    [
        ({"amount": "100", "status": "failed"}, "ignored:not_completed"),
        ({"amount": "100"}, "ignored:not_completed"),
        ({"amount": "a lot", "status": "completed"}, "unmatched:amount"),
        ({"status": "completed"}, "unmatched:amount"),
    ],
)
def test_a_recharge_that_did_not_happen_changes_nothing(
    parts: Parts, payload: dict[str, str], outcome: str
) -> None:
    customer = parts.customer()
    enrolment = invited(parts, customer)
    parts.hear("billing.topup", payload, customer_id=customer, key="b")
    event = parts.event("b")
    assert event is not None
    assert event.outcome == outcome
    assert parts.enrolment(enrolment).step == "invite_by_sms"


def test_a_recharge_of_a_stranger_is_kept_and_unmatched(parts: Parts) -> None:
    parts.hear("billing.topup", {"amount": "100", "status": "completed"}, key="b")
    event = parts.event("b")
    assert event is not None
    assert event.outcome == "unmatched:number"
