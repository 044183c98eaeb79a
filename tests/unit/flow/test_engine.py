"""The engine, rule by rule: messages, replies and time in, the next state and the actions out."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.flow.actions import Accept, CancelQueued, Finish, Send, WaitUntil
from bot.flow.happenings import Delivered, Denied, Replied, Started, TimedOut, Undelivered
from bot.flow.state import State
from tests.unit.flow.flows import shipped, small, spoilt
from tests.unit.flow.stepping import NOW, Run


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
