"""The engine on the phone, rule by rule: who picks up, which key is pressed, and what is said next."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from bot.flow.actions import (
    Accept,
    Call,
    CancelQueued,
    Dial,
    Finish,
    Grant,
    Hangup,
    OpenWorkOrder,
    OptOut,
    Prompt,
    Voicemail,
)
from bot.flow.happenings import (
    Answered,
    BusinessEvent,
    CallEnded,
    CallOutcome,
    OptedOut,
    Pressed,
    Transferred,
)
from tests.unit.flow.flows import small, spoilt
from tests.unit.flow.stepping import NOW, Run


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
