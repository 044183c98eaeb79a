"""The engine and the world beside the talk: recharges, complaints, grants, work orders and opt-outs."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from bot.flow.actions import Call, CancelQueued, Finish, OpenWorkOrder, Qualify, Send
from bot.flow.happenings import (
    BusinessEvent,
    CallEnded,
    CallOutcome,
    Denied,
    GrantResult,
    GrantSettled,
    OptedOut,
    Replied,
    TimedOut,
    WorkOrderClosed,
)
from tests.unit.flow.flows import shipped, small, spoilt
from tests.unit.flow.stepping import BY_SMS, NOW, Run


def test_a_recharge_in_the_middle_of_a_call_waits_for_its_end(on_the_phone: Run) -> None:
    assert on_the_phone.recharge() == (Qualify("topup-1", Decimal(50)),)
    assert on_the_phone.state.step == "invite_by_call"
    on_the_phone.give(CallEnded(on_the_phone.visit, CallOutcome.ANSWERED))
    assert on_the_phone.state.step == "confirm_by_call"


def test_a_recharge_before_joining_is_remembered(on_the_phone: Run) -> None:
    on_the_phone.recharge()
    on_the_phone.press("1")
    assert on_the_phone.state.step == "confirm_by_call"


def test_a_recharge_counts_once_and_only_when_it_is_large_enough(by_sms: Run) -> None:
    assert by_sms.recharge("49.99") == ()
    by_sms.recharge("50")
    assert by_sms.kinds() == [Qualify, CancelQueued, Call]
    assert by_sms.recharge("500") == ()


def test_a_recharge_without_an_amount_is_not_taken_for_enough(by_sms: Run) -> None:
    assert by_sms.give(BusinessEvent("recharge", "T1", NOW, None)) == ()


def test_an_event_from_anywhere_leads_away_but_not_out_of_a_credit(by_sms: Run, confirming: Run) -> None:
    confirming.press("1")
    confirming.press("1")
    assert confirming.state.step == "credit"
    assert confirming.give(BusinessEvent("complaint", "C1", NOW)) == ()


def test_a_complaint_leads_to_a_manager_from_anywhere() -> None:
    run = Run(shipped(), dict(BY_SMS))
    run.give(BusinessEvent("complaint", "C1", NOW))
    assert run.kinds() == [CancelQueued, OpenWorkOrder]


def test_a_grant_without_an_acceptance_is_refused_by_the_engine_itself() -> None:
    run = Run(small(spoilt("start: ask", "start: credit")))
    assert run.state.step == "help"
    assert run.kinds() == [OpenWorkOrder]


def test_the_goal_makes_the_run_a_success_however_it_ends(confirming: Run) -> None:
    confirming.press("1")
    confirming.press("1")
    confirming.give(GrantSettled(GrantResult.GRANTED))
    assert confirming.state.step == "thank"
    assert confirming.give(Denied(confirming.visit, "suppressed")) == (Finish("granted"),)


def test_a_notice_goes_on_without_a_delivery_report(confirming: Run) -> None:
    confirming.press("1")
    confirming.press("1")
    (send,) = confirming.give(GrantSettled(GrantResult.GRANTED))
    assert isinstance(send, Send)
    assert send.answer_within == timedelta(hours=6)
    assert confirming.give(TimedOut(confirming.visit)) == (Finish("granted"),)


def test_a_refused_credit_goes_to_a_manager(confirming: Run) -> None:
    confirming.press("1")
    confirming.press("1")
    confirming.give(GrantSettled(GrantResult.REFUSED, "budget"))
    assert confirming.state.step == "manager"
    assert confirming.state.result is None


def test_a_work_order_closes_by_its_disposition_where_that_is_named() -> None:
    run = Run(
        small(
            spoilt("then: {closed: end}", "then: {closed saved: ask, closed: end}").replace(
                "start: ask", "start: help"
            )
        )
    )
    run.give(WorkOrderClosed("saved"))
    assert run.state.step == "ask"


def test_a_work_order_tells_how_the_customer_came_to_it(by_sms: Run) -> None:
    by_sms.give(Replied("2", "SM1"))
    order = next(action for action in by_sms.did if isinstance(action, OpenWorkOrder))
    assert (order.queue, order.due, order.reason) == ("retention", timedelta(hours=4), "reply 2")


def test_an_opt_out_ends_the_run_from_anywhere(by_sms: Run) -> None:
    assert by_sms.give(OptedOut("SM1")) == (CancelQueued(), Finish("opted_out"))
    assert by_sms.recharge() == ()
    assert by_sms.give(Replied("1", "SM2")) == ()
