"""Where an SMS from a customer goes: to the run that waits for it, else to the one that asked last, else to a human."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from bot.store import work_orders
from bot.store.conversation import conversation
from bot.store.models import EventRow, WorkOrderRow
from tests.db.asking import asking, calling
from tests.db.factories import make_attempt, make_campaign, make_enrolment
from tests.db.parts import NOW, Parts

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def asked(parts: Parts, customer: int, source: str | None = None, now: datetime = NOW) -> int:
    """An enrolment whose question the carrier has."""
    enrolment = parts.enrol(parts.campaign(source or asking()), customer, now)
    parts.sms_outreach.send_due(now)
    assert parts.attempt(enrolment).status == "accepted"
    return enrolment


def timed_out(parts: Parts, customer: int) -> int:
    enrolment = asked(parts, customer)
    parts.inbound.wake_due(NOW + DAY)
    assert parts.enrolment(enrolment).result == "timed_out"
    return enrolment


def outcome(parts: Parts, sid: str = "SM-in") -> tuple[str | None, int | None]:
    """What became of the reply, and whose it was."""
    event = parts.event(f"sms:in:{sid}")
    assert event is not None
    return event.outcome, event.enrolment_id


def orders(parts: Parts) -> list[WorkOrderRow]:
    with parts.transaction() as tx:
        return list(tx.scalars(select(WorkOrderRow).order_by(WorkOrderRow.id)))


# -- to the run that waits -----------------------------------------------------------------------------------


def test_a_reply_goes_to_the_run_that_waits_not_to_the_one_that_asked_last(parts: Parts) -> None:
    customer = parts.customer()
    waiting = asked(parts, customer, asking("first").replace("after 24h", "after 5d"))
    gone_on = asked(
        parts, customer, asking("second", "service").replace("after 24h: end", "after 1h: leave_out")
    )
    parts.inbound.wake_due(NOW + HOUR)
    assert parts.enrolment(gone_on).step == "leave_out"
    parts.reply(customer, "1", NOW + 2 * HOUR)
    assert outcome(parts) == ("key:1", waiting)
    assert parts.enrolment(waiting).step == "thank"


def test_of_two_that_wait_the_one_that_asked_last_gets_the_reply(parts: Parts) -> None:
    """By the time of the question, not of the enrolment."""
    customer = parts.customer()
    older = parts.enrol(parts.campaign(asking("older", "service")), customer, NOW)
    newer = asked(parts, customer, asking("newer", "service"), NOW - HOUR)
    parts.sms_outreach.send_due(NOW)
    assert older < newer
    parts.reply(customer, "1", NOW + HOUR)
    assert outcome(parts) == ("key:1", older)
    parts.reply(customer, "1", NOW + HOUR, sid="SM-second")
    assert outcome(parts, "SM-second") == ("key:1", newer)


def test_a_run_whose_question_is_still_queued_gets_no_answer_to_it(parts: Parts) -> None:
    customer = parts.customer()
    first = asked(parts, customer)
    queued = parts.enrol(parts.campaign(asking("second")), customer)
    parts.reply(customer, "1", NOW + HOUR)
    assert outcome(parts) == ("key:1", first)
    assert parts.enrolment(queued).step == "ask"


@pytest.mark.parametrize("own", [True, False])
def test_a_reply_during_a_call_goes_to_the_run_that_waits_for_it(parts: Parts, own: bool) -> None:
    customer = parts.customer()
    source = asking().replace("after 24h: end", "after 1h: talk") + calling().partition("steps:\n")[2]
    first = asked(parts, customer, source if own else asking().replace("after 24h", "after 5d"))
    if own:
        parts.inbound.wake_due(NOW + HOUR)
        caller = first
    else:
        caller = parts.enrol(parts.campaign(calling().replace("marketing", "service")), customer, NOW)
    parts.voice_outreach.call_due(NOW + HOUR)
    call = parts.attempt(caller)
    assert call.channel == "call"
    parts.talk.answered(call.id, {"CallSid": "CA1"}, NOW + HOUR)
    parts.reply(customer, "1", NOW + HOUR)
    assert outcome(parts) == ("key:1", first)
    assert parts.enrolment(first).state["accepted_by"] == "sms:in:SM-in"


def test_the_words_reach_the_flow(parts: Parts) -> None:
    survey = """\
flow: satisfied
title: {en: Satisfied, zh: 满意度}
purpose: service
expires: 10d
start: why
steps:
  why:
    survey:
      by: sms
      ask: {en: "What went wrong?", zh: "哪里不满意？"}
      answer: text
      as: cause
    expires: 6h
    then: {answered: thank, undelivered: end, after 24h: end}
  thank:
    sms: {en: "You wrote: {run.cause}", zh: "您写道：{run.cause}"}
    expires: 6h
    then: {delivered: end, undelivered: end}
"""
    customer = parts.customer()
    enrolment = asked(parts, customer, survey)
    parts.reply(customer, "信号太差", NOW + HOUR)
    parts.sms_outreach.send_due(NOW + HOUR)
    assert parts.attempt(enrolment).body == "您写道：信号太差"


# -- to a human ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("words", "said"), [("1", "late:key:1"), ("什么时候到账？", "late:unclear")])
def test_a_reply_to_a_run_that_is_over_is_kept_and_shown_to_a_human(
    parts: Parts, words: str, said: str
) -> None:
    customer = parts.customer(tier="high")
    enrolment = timed_out(parts, customer)
    parts.reply(customer, words, NOW + 2 * DAY)
    assert outcome(parts) == (said, enrolment)
    (order,) = orders(parts)
    assert (order.enrolment_id, order.visit, order.status) == (enrolment, None, "open")
    assert (order.queue, order.script, order.reason) == ("retention", "late_reply", "late_reply")
    assert (order.priority, order.due_at) == (1, NOW + 3 * DAY)
    with parts.transaction() as tx:
        page = work_orders.page(tx, order.id)
        assert page is not None
        replies = [
            one.text for one in conversation(tx, enrolment_id=page.enrolment_id) if one.kind == "reply"
        ]
    assert replies == [words]


def test_the_flow_says_who_looks_at_late_replies(parts: Parts) -> None:
    customer = parts.customer()
    source = "late_replies: {queue: care, due: 2h, script: callback}\n" + asking()
    enrolment = asked(parts, customer, source)
    parts.inbound.wake_due(NOW + DAY)
    parts.reply(customer, "1", NOW + 2 * DAY)
    (order,) = orders(parts)
    assert (order.enrolment_id, order.queue, order.script) == (enrolment, "care", "callback")
    assert order.due_at == NOW + 2 * DAY + 2 * HOUR


def test_further_replies_open_no_second_order_while_the_first_is_open(parts: Parts) -> None:
    customer = parts.customer()
    enrolment = timed_out(parts, customer)
    for number in range(3):
        parts.reply(customer, "喂？", NOW + 2 * DAY, sid=f"SM-{number}")
    (order,) = orders(parts)
    assert outcome(parts, "SM-2") == ("late:unclear", enrolment)
    with parts.transaction() as tx:
        row = tx.get_one(WorkOrderRow, order.id)
        row.status, row.disposition, row.closed_at = "closed", "saved", NOW + 2 * DAY
    parts.reply(customer, "还在吗", NOW + 3 * DAY, sid="SM-9")
    assert [one.status for one in orders(parts)] == ["closed", "open"]


def test_an_order_that_the_flow_has_opened_is_enough(parts: Parts) -> None:
    customer = parts.customer()
    source = (
        asking().replace("after 24h: end", "after 24h: human")
        + """\
  human:
    work_order: {queue: retention, due: 4h, script: low_balance}
    then: {closed: end, after 1h: end}
"""
    )
    enrolment = asked(parts, customer, source)
    parts.inbound.wake_due(NOW + DAY)
    parts.inbound.wake_due(NOW + DAY + HOUR)
    assert parts.enrolment(enrolment).status == "finished"
    parts.reply(customer, "1", NOW + 2 * DAY)
    (order,) = orders(parts)
    assert order.visit is not None
    assert outcome(parts) == ("late:key:1", enrolment)


def test_two_replies_in_one_batch_open_one_order(parts: Parts) -> None:
    customer = parts.customer()
    enrolment = timed_out(parts, customer)
    with parts.transaction() as tx:
        tx.add_all(
            EventRow(
                key=f"sms:in:{n}",
                kind="sms.inbound",
                payload={"MessageSid": str(n), "From": "+8613800000000", "Body": "1"},
                received_at=NOW + 2 * DAY,
                customer_id=customer,
            )
            for n in range(2)
        )
    parts.inbound.process_waiting(NOW + 2 * DAY)
    assert [one.enrolment_id for one in orders(parts)] == [enrolment]


def test_after_thirty_days_it_is_kept_and_attributed_and_nothing_else(parts: Parts) -> None:
    customer = parts.customer()
    enrolment = timed_out(parts, customer)
    parts.reply(customer, "1", NOW + 32 * DAY)
    assert outcome(parts) == ("late:key:1", enrolment)
    assert orders(parts) == []


@pytest.mark.parametrize("words", ["退订", "STOP"])
def test_a_refusal_comes_before_everything_else(parts: Parts, words: str) -> None:
    customer = parts.customer()
    timed_out(parts, customer)
    parts.reply(customer, words, NOW + 2 * DAY)
    assert outcome(parts)[0] == "opt_out"
    assert len(parts.register()) == 1
    assert orders(parts) == []


def test_a_reply_after_the_deadline_of_a_run_that_goes_on_is_read_by_the_flow(parts: Parts) -> None:
    customer = parts.customer()
    enrolment = asked(parts, customer, asking().replace("after 24h: end", "after 24h: leave_out"))
    parts.inbound.wake_due(NOW + DAY)
    assert parts.enrolment(enrolment).step == "leave_out"
    parts.reply(customer, "1", NOW + DAY + HOUR)
    assert outcome(parts) == ("key:1", enrolment)
    assert parts.enrolment(enrolment).state["accepted_by"] == "sms:in:SM-in"
    assert orders(parts) == []


def test_whom_nobody_ever_asked_is_only_recorded(parts: Parts) -> None:
    customer = parts.customer()
    with parts.transaction() as tx:  # a notice, which asks nothing
        enrolment = make_enrolment(
            tx, campaign_id=make_campaign(tx), customer_id=customer, status="finished", result="completed"
        )
        make_attempt(tx, enrolment_id=enrolment, status="delivered", taken_at=NOW)
    parts.reply(customer, "1", NOW + HOUR)
    assert outcome(parts) == ("ignored:nobody_asked", None)
    assert orders(parts) == []
