"""The engine, rule by rule: one happening in, the next state and the actions out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from bot.flow.actions import (
    Accept,
    Action,
    Call,
    CancelQueued,
    Dial,
    Finish,
    Grant,
    Hangup,
    OpenWorkOrder,
    OptOut,
    Prompt,
    Qualify,
    Send,
    Voicemail,
    WaitUntil,
)
from bot.flow.engine import step
from bot.flow.happenings import (
    Answered,
    BusinessEvent,
    CallEnded,
    CallOutcome,
    Delivered,
    Denied,
    GrantResult,
    GrantSettled,
    Happening,
    OptedOut,
    Pressed,
    Replied,
    Started,
    TimedOut,
    Transferred,
    Undelivered,
    WorkOrderClosed,
)
from bot.flow.model import Flow
from bot.flow.state import State
from tests.unit.flow.flows import shipped, small, spoilt

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
BY_SMS = {"sms_habit": True, "tier": "mid", "arpu": 40.0}
BY_CALL = {**BY_SMS, "sms_habit": False}


class Run:
    """One enrolment, stepped by hand; `did` holds the actions of the last step."""

    def __init__(self, flow: Flow, facts: dict[str, object] | None = None) -> None:
        self.flow, self.facts, self.state = flow, facts or {}, State()
        self.did: tuple[Action, ...] = ()
        self.give(Started())

    def give(self, happening: Happening, later: timedelta = timedelta()) -> tuple[Action, ...]:
        result = step(self.flow, self.state, happening, NOW + later, self.facts)
        self.state, self.did = result.state, result.actions
        return self.did

    @property
    def visit(self) -> int:
        return self.state.visit

    def kinds(self) -> list[type]:
        return [type(action) for action in self.did]

    def recharge(self, amount: str = "50") -> tuple[Action, ...]:
        return self.give(BusinessEvent("recharge", "topup-1", NOW, Decimal(amount)))

    def press(self, digits: str, turn: int | None = None) -> tuple[Action, ...]:
        return self.give(Pressed(self.visit, turn or self.state.turn, digits, f"CA1:{digits}"))


@pytest.fixture
def by_sms() -> Run:
    return Run(shipped(), dict(BY_SMS))


@pytest.fixture
def by_call() -> Run:
    return Run(shipped(), dict(BY_CALL))


@pytest.fixture
def on_the_phone(by_call: Run) -> Run:
    by_call.give(Answered(by_call.visit))
    return by_call


@pytest.fixture
def confirming(by_sms: Run) -> Run:
    by_sms.recharge()
    by_sms.give(Answered(by_sms.visit))
    return by_sms


def test_an_sms_is_asked_for_with_its_expiry_and_its_time_to_answer(by_sms: Run) -> None:
    (send,) = by_sms.did
    assert isinstance(send, Send)
    assert (send.step, send.try_no) == ("invite_by_sms", 1)
    assert send.expires_at == NOW + timedelta(hours=6)
    assert send.answer_within == timedelta(hours=24)


def test_a_second_start_changes_nothing(by_sms: Run) -> None:
    before = by_sms.state
    assert by_sms.give(Started()) == ()
    assert by_sms.state == before


def test_an_unknown_fact_takes_no_branch(by_sms: Run) -> None:
    assert Run(shipped(), {"sms_habit": True}).state.step == "invite_by_sms"
    assert Run(shipped(), {}).state.step == "invite_by_call"


def test_a_yes_by_sms_is_accepted_with_its_evidence_and_cancels_what_is_queued(by_sms: Run) -> None:
    by_sms.give(Replied("1", "SM1"))
    assert by_sms.did[:2] == (Accept("SM1", "invite_by_sms"), CancelQueued())
    assert by_sms.did[2] == WaitUntil(by_sms.visit, NOW + timedelta(days=7))


def test_a_delivery_is_only_noted(by_sms: Run) -> None:
    before = by_sms.state
    assert by_sms.give(Delivered(by_sms.visit)) == ()
    assert by_sms.state == before


def test_a_happening_of_a_visit_that_is_over_moves_nobody(by_sms: Run) -> None:
    over = by_sms.visit
    by_sms.give(Replied("1", "SM1"))
    for late in (Undelivered(over, "30005"), TimedOut(over), Denied(over, "cap"), Delivered(over)):
        before = by_sms.state
        assert by_sms.give(late) == ()
        assert by_sms.state == before


def test_the_same_yes_again_is_no_second_acceptance(by_sms: Run) -> None:
    by_sms.give(Replied("1", "SM1"))
    assert by_sms.give(Replied("1", "SM2")) == ()
    assert by_sms.state.accepted_by == "SM1"


def test_a_late_reply_still_means_the_last_sms_that_asked(by_sms: Run) -> None:
    by_sms.give(TimedOut(by_sms.visit), timedelta(hours=24))
    assert by_sms.state.step == "invite_by_call"
    by_sms.give(Replied("1", "SM1"))
    assert by_sms.did[:2] == (Accept("SM1", "invite_by_sms"), CancelQueued())
    assert by_sms.state.step == "await_recharge"


def test_a_late_reply_does_not_pull_a_customer_out_of_a_managers_hands(by_sms: Run) -> None:
    by_sms.give(Replied("2", "SM1"))
    assert by_sms.state.step == "manager"
    by_sms.give(Replied("1", "SM2"))
    assert by_sms.did == (Accept("SM2", "invite_by_sms"),)
    assert by_sms.state.step == "manager"


def test_one_unclear_reply_is_answered_with_a_question_and_the_second_goes_to_a_human(by_sms: Run) -> None:
    (question,) = by_sms.give(Replied(None, "SM1"))
    assert isinstance(question, Send)
    assert (question.step, question.visit, question.text) == ("invite_by_sms", by_sms.visit, "ask_again")
    by_sms.give(Replied("7", "SM2"))
    assert by_sms.state.step == "manager"


def test_an_exit_for_any_other_reply_is_taken_at_once() -> None:
    run = Run(
        small(spoilt("      undelivered: ring\n", "      undelivered: ring\n      reply other: help\n"))
    )
    run.give(Replied(None, "SM1"))
    assert run.state.step == "help"


def test_an_undelivered_sms_without_an_exit_waits_on_as_if_it_had_been_sent() -> None:
    run = Run(small(spoilt("      undelivered: ring\n", "")))
    assert run.give(Undelivered(run.visit, "30005")) == (WaitUntil(run.visit, NOW + timedelta(hours=24)),)


@pytest.mark.parametrize(
    ("on_denied", "step_name", "result"),
    [("wait", "ask", "denied"), ("skip", "ring", None), ("exit", "ask", "denied")],
)
def test_a_denied_contact_does_what_its_author_says(
    on_denied: str, step_name: str, result: str | None
) -> None:
    run = Run(
        small(
            spoilt(
                "    expires: 6h\n    then:\n", f"    expires: 6h\n    on_denied: {on_denied}\n    then:\n"
            )
        )
    )
    run.give(Denied(run.visit, "suppressed"))
    assert (run.state.step, run.state.result) == (step_name, result)


def test_a_denied_exit_wins_over_the_end_of_the_run() -> None:
    run = Run(small(spoilt("      undelivered: ring\n", "      undelivered: ring\n      denied: help\n")))
    run.give(Denied(run.visit, "quiet"))
    assert run.state.step == "help"


def test_a_call_is_tried_again_by_cause_and_then_given_up(by_call: Run) -> None:
    waits = {CallOutcome.BUSY: timedelta(minutes=10), CallOutcome.NO_ANSWER: timedelta(hours=4)}
    for try_no, (outcome, delay) in enumerate(waits.items(), start=2):
        (call,) = by_call.give(CallEnded(by_call.visit, outcome))
        assert isinstance(call, Call)
        assert (call.try_no, call.not_before) == (try_no, NOW + delay)
    assert by_call.give(CallEnded(by_call.visit, CallOutcome.FAILED)) == (Finish("unreached"),)


def test_a_cause_without_a_delay_is_not_tried_again() -> None:
    run = Run(small(spoilt("start: ask", "start: ring")))
    assert run.give(CallEnded(run.visit, CallOutcome.NO_ANSWER)) == (Finish("unreached"),)


def test_a_person_is_asked_and_a_machine_gets_the_voicemail(by_call: Run) -> None:
    assert by_call.give(Answered(by_call.visit, machine=True)) == (
        Voicemail("invite_by_call", by_call.visit),
    )
    (call,) = by_call.give(CallEnded(by_call.visit, CallOutcome.MACHINE))
    assert isinstance(call, Call)
    by_call.give(Answered(by_call.visit))
    assert by_call.kinds() == [Prompt]


def test_a_machine_without_a_voicemail_text_is_hung_up_on_in_silence() -> None:
    run = Run(small(spoilt("start: ask", "start: ring")))
    assert run.give(Answered(run.visit, machine=True)) == (Hangup("ring", ""),)


def test_a_key_press_wins_over_the_verdict_of_machine_detection(on_the_phone: Run) -> None:
    on_the_phone.press("9")
    on_the_phone.give(Answered(on_the_phone.visit, machine=True))
    assert on_the_phone.kinds() == [Prompt]
    assert on_the_phone.give(CallEnded(on_the_phone.visit, CallOutcome.MACHINE)) == (Finish("no_key"),)


def test_a_key_that_joins_hangs_up_and_moves_on_at_once(on_the_phone: Run) -> None:
    visit = on_the_phone.visit
    on_the_phone.press("1")
    assert on_the_phone.did[:2] == (Accept("CA1:1", "invite_by_call"), Hangup("invite_by_call", "accepted"))
    assert on_the_phone.state.step == "await_recharge"
    assert on_the_phone.give(CallEnded(visit, CallOutcome.ANSWERED)) == ()


def test_a_repeated_callback_says_the_same_prompt_again_and_counts_nothing(confirming: Run) -> None:
    confirming.press("1")
    before = confirming.state
    (prompt,) = confirming.press("1", turn=1)
    assert isinstance(prompt, Prompt)
    assert (prompt.text, prompt.turn) == ("confirm", 2)
    assert confirming.state == before


def test_confirming_takes_the_key_twice_and_then_credits(confirming: Run) -> None:
    confirming.press("1")
    confirming.press("1")
    assert confirming.did == (
        Accept("CA1:1", "confirm_by_call"),
        Hangup("confirm_by_call", "accepted"),
        Grant(Decimal(10)),
    )


def test_wrong_and_missing_keys_are_asked_again_twice_and_then_mean_no(confirming: Run) -> None:
    texts = []
    for digits in ("7", ""):
        (prompt,) = confirming.press(digits)
        assert isinstance(prompt, Prompt)
        texts.append(prompt.text)
    assert texts == ["wrong_key+say", "no_key+say"]
    assert confirming.press("8") == (Hangup("confirm_by_call", "declined"), Finish("declined"))


def test_in_a_call_that_confirms_nothing_they_end_as_no_key(on_the_phone: Run) -> None:
    for digits in ("7", "", "8"):
        on_the_phone.press(digits)
    assert on_the_phone.did == (Hangup("invite_by_call", "goodbye"),)
    assert on_the_phone.give(CallEnded(on_the_phone.visit, CallOutcome.ANSWERED)) == (Finish("no_key"),)


def test_somebody_who_hangs_up_without_a_word_is_asked_by_sms(confirming: Run) -> None:
    confirming.give(CallEnded(confirming.visit, CallOutcome.ANSWERED))
    assert confirming.state.step == "confirm_by_sms"


def test_a_line_cannot_be_held_for_ever_with_repeat(on_the_phone: Run) -> None:
    for _ in range(20):
        on_the_phone.press("9")
        if on_the_phone.kinds() == [Hangup]:
            return
    pytest.fail("the call never ended")


def test_a_refusal_by_keypad_is_registered_and_ends_everything(on_the_phone: Run) -> None:
    on_the_phone.press("0")
    assert on_the_phone.did == (
        OptOut("CA1:0", "call"),
        Hangup("invite_by_call", "opted_out"),
        CancelQueued(),
        Finish("opted_out"),
    )


def test_a_refusal_pressed_after_the_flow_moved_on_still_counts(on_the_phone: Run) -> None:
    visit, turn = on_the_phone.visit, on_the_phone.state.turn
    on_the_phone.give(BusinessEvent("complaint", "C1", NOW))  # noted, the talk goes on
    on_the_phone.give(OptedOut("SM9"))
    assert on_the_phone.give(Pressed(visit, turn, "0", "CA1:0")) == (
        OptOut("CA1:0", "call"),
        Hangup("invite_by_call", "opted_out"),
    )


def test_a_transfer_dials_in_the_same_breath_and_ends_either_way(on_the_phone: Run) -> None:
    call_visit = on_the_phone.visit
    (dial,) = on_the_phone.press("2")
    assert isinstance(dial, Dial)
    assert (dial.queue, dial.timeout) == ("retention", timedelta(seconds=25))
    on_the_phone.give(Transferred(call_visit, connected=False))
    assert on_the_phone.kinds() == [Hangup, OpenWorkOrder]
    assert on_the_phone.give(CallEnded(call_visit, CallOutcome.ANSWERED)) == ()


def test_a_caller_who_hangs_up_while_it_rings_is_called_back_by_a_manager(on_the_phone: Run) -> None:
    call_visit = on_the_phone.visit
    on_the_phone.press("2")
    on_the_phone.give(CallEnded(call_visit, CallOutcome.ANSWERED))
    assert on_the_phone.state.step == "manager"


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


def test_whoever_calls_in_on_a_finished_run_hears_a_goodbye(by_call: Run) -> None:
    visit = by_call.visit
    by_call.give(OptedOut("SM1"))
    assert by_call.give(Answered(visit)) == (Hangup("", "goodbye"),)


def test_a_menu_goes_on_in_the_same_call() -> None:
    text = spoilt("keys: {1: paid, 0: opt_out}", "keys: {1: paid, 3: more, 0: opt_out}").replace(
        "  paid:\n",
        "  more:\n    call:\n      say: {zh: '按1参加，按0退订', en: 'press 1 or 0'}\n"
        "      keys: {1: paid, 0: opt_out}\n    then: {unreached: end}\n  paid:\n",
    )
    run = Run(small(text.replace("start: ask", "start: ring")))
    call_visit = run.visit
    run.give(Answered(call_visit))
    (prompt,) = run.press("3")
    assert isinstance(prompt, Prompt)
    assert (prompt.step, prompt.turn) == ("more", 2)
    run.give(Pressed(call_visit, 2, "1", "CA1"))
    assert run.state.step == "paid"


def test_a_loop_without_a_wait_ends_the_run_instead_of_hanging() -> None:
    text = """
flow: round
start: a
steps:
  a: {switch: [{when: x < 1, go: b}], else: b}
  b: {switch: [{when: x < 1, go: a}], else: a}
"""
    run = Run(small(text))
    assert run.did == (Finish("looped"),)


def test_a_wait_passes_with_its_time() -> None:
    run = Run(small("flow: w\nstart: rest\nsteps:\n  rest: {wait: 3d, then: over}\n  over: {end: rested}\n"))
    assert run.did == (WaitUntil(1, NOW + timedelta(days=3)),)
    assert run.give(TimedOut(1)) == (Finish("rested"),)


def test_a_state_survives_its_storage(confirming: Run) -> None:
    assert State.from_json(confirming.state.to_json()) == confirming.state
