"""Several runs for one customer, on a real database: who speaks, who waits, who is left out, who must yield."""

from __future__ import annotations

from sqlalchemy import text

from bot.channels.errors import Rejected, Unavailable, Unconfirmed
from bot.domain.arbiter import A_BREATH, ANSWER_WITHIN, LOOK_AGAIN
from bot.store.models import EnrolmentRow
from tests.db.asking import asking, calling
from tests.db.parts import NOW, Parts
from tests.db.several_runs import DAY, HOUR, MINUTE, reason, run, said, work

# -- queue -----------------------------------------------------------------------------------------------------


def test_a_second_question_waits_for_the_answer_to_the_first(parts: Parts) -> None:
    customer = parts.customer()
    run(parts, customer, asking("first"))
    work(parts, NOW)
    second = run(parts, customer, asking("second"))
    work(parts, NOW)
    assert said(parts) == ["first"]
    waiting = parts.attempt(second)
    assert (waiting.status, waiting.waiting, waiting.due_at) == ("due", True, NOW + DAY)
    assert reason(parts, second) == "other_conversation"

    parts.reply(customer, "1", NOW + HOUR)
    work(parts, NOW + HOUR)
    assert said(parts) == ["first", "first", "second"]  # the thanks ask nothing, and hold nobody up
    assert not parts.attempt(second).waiting


def test_a_second_question_waits_until_the_first_has_had_its_time(parts: Parts) -> None:
    customer = parts.customer()
    first = run(parts, customer, asking("first"))
    work(parts, NOW)
    run(parts, customer, asking("second"))
    work(parts, NOW + DAY - MINUTE)
    assert said(parts) == ["first"]
    work(parts, NOW + DAY)
    assert said(parts) == ["first", "second"]
    assert parts.enrolment(first).result == "timed_out"


def test_a_question_that_never_arrived_holds_nobody_up(parts: Parts) -> None:
    customer = parts.customer()
    first = run(parts, customer, asking("first"))
    work(parts, NOW)
    run(parts, customer, asking("second"))
    work(parts, NOW)
    parts.status(parts.attempt(first).id, "undelivered", NOW + MINUTE)
    work(parts, NOW + MINUTE)
    assert said(parts) == ["first", "second"]


def test_a_refused_question_holds_nobody_up(parts: Parts) -> None:
    customer = parts.customer()
    parts.sms.script = [Rejected("30006")]
    run(parts, customer, asking("first"))
    run(parts, customer, asking("second"))
    work(parts, NOW)
    work(parts, NOW + LOOK_AGAIN)
    assert said(parts) == ["first", "second"]


def test_while_nobody_knows_whether_it_was_taken_it_counts_as_asked(parts: Parts) -> None:
    customer = parts.customer()
    parts.sms.script = [Unconfirmed("no_answer")]
    run(parts, customer, asking("first"))
    second = run(parts, customer, asking("second"))
    work(parts, NOW)
    assert said(parts) == ["first"]
    assert parts.attempt(second).due_at == NOW + LOOK_AGAIN
    parts.reconciler.reconcile(NOW + HOUR)  # the carrier's books do not have it
    work(parts, NOW + HOUR)
    assert len(said(parts)) == 2


def test_what_the_carrier_could_not_take_gives_the_floor_away(parts: Parts) -> None:
    customer = parts.customer()
    parts.sms.script = [Unavailable("503", retry_after=HOUR)]
    first = run(parts, customer, asking("first"))
    run(parts, customer, asking("second"))
    work(parts, NOW)
    work(parts, NOW + LOOK_AGAIN)
    work(parts, NOW + HOUR)
    assert said(parts) == ["first", "second"]
    assert parts.attempt(first).waiting


def test_in_one_batch_the_higher_priority_speaks_first_then_the_older(parts: Parts) -> None:
    customer = parts.customer()
    run(parts, customer, asking("low"), priority=2)
    run(parts, customer, asking("high"), priority=8)
    run(parts, customer, asking("higher"), priority=8)
    work(parts, NOW)
    assert said(parts) == ["high"]


def test_what_is_due_longer_speaks_first_whatever_its_priority(parts: Parts) -> None:
    customer = parts.customer()
    run(parts, customer, asking("low"), priority=2, now=NOW - MINUTE)
    run(parts, customer, asking("high"), priority=8)
    work(parts, NOW)
    assert said(parts) == ["low"]


def test_a_service_message_waits_for_nobody_but_its_own_question_holds_the_floor(parts: Parts) -> None:
    customer = parts.customer()
    run(parts, customer, asking("first"))
    work(parts, NOW)
    run(parts, customer, asking("service", "service"))
    work(parts, NOW)
    assert said(parts) == ["first", "service"]
    parts.reply(customer, "1", NOW + HOUR)  # to the service, which asked last
    work(parts, NOW + HOUR)
    assert said(parts) == ["first", "service", "service"]


def test_a_call_in_the_air_holds_the_floor_until_it_ends(parts: Parts) -> None:
    customer = parts.customer()
    caller = run(parts, customer, calling())
    work(parts, NOW)
    second = run(parts, customer, asking("second"))
    work(parts, NOW)
    assert said(parts) == []
    assert parts.attempt(second).due_at == NOW + LOOK_AGAIN
    parts.call_status(parts.attempt(caller).id, "completed", NOW + MINUTE)
    work(parts, NOW + MINUTE)
    assert said(parts) == ["second"]


def test_no_call_is_made_while_a_question_is_open(parts: Parts) -> None:
    customer = parts.customer()
    run(parts, customer, asking("first"))
    work(parts, NOW)
    caller = run(parts, customer, calling())
    work(parts, NOW)
    assert parts.voice.sent == []
    assert reason(parts, caller) == "other_conversation"
    parts.reply(customer, "1", NOW + HOUR)
    work(parts, NOW + HOUR)
    assert len(parts.voice.sent) == 1


def test_a_question_put_again_holds_the_floor_no_longer_than_the_first(parts: Parts) -> None:
    customer = parts.customer()
    first = run(parts, customer, asking("first"))
    work(parts, NOW)
    parts.reply(customer, "what is this?", NOW + HOUR)
    work(parts, NOW + HOUR)
    again = parts.attempt(first)
    assert (again.text, again.status, again.visit) == ("ask_again", "accepted", parts.enrolment(first).visit)
    assert again.body is not None
    assert "1" in again.body
    assert parts.enrolment(first).holds_until == NOW + DAY
    parts.status(again.id, "undelivered", NOW + HOUR, sid="SM2")
    assert (parts.enrolment(first).step, parts.enrolment(first).holds_until) == ("ask", NOW + DAY)


def test_a_question_without_a_deadline_holds_the_floor_for_a_day(parts: Parts) -> None:
    source = asking().replace(", after 24h: end", "")
    enrolment = run(parts, parts.customer(), source)
    work(parts, NOW)
    assert parts.enrolment(enrolment).holds_until == NOW + ANSWER_WITHIN


def test_a_contact_that_waits_is_not_made_after_its_time(parts: Parts) -> None:
    customer = parts.customer()
    run(parts, customer, asking("first"))
    work(parts, NOW)
    second = run(parts, customer, asking("second").replace("72h", "2h"))
    work(parts, NOW)
    assert parts.attempt(second).due_at == NOW + 2 * HOUR
    work(parts, NOW + 2 * HOUR)
    assert (parts.attempt(second).status, said(parts)) == ("expired", ["first"])


def test_who_may_not_speak_anyhow_does_not_ask_for_the_floor(parts: Parts) -> None:
    customer = parts.customer()
    first = run(parts, customer, asking("first"), priority=1)
    work(parts, NOW)
    night = {"hours": {"marketing": ["18:00-19:00"], "service": ["18:00-19:00"]}, "caps": [], "min_gap": {}}
    second = run(parts, customer, asking("second"), on_conflict="interrupt", priority=9, policy=night)
    work(parts, NOW)
    assert reason(parts, second) == "quiet_hours"
    assert parts.enrolment(first).status == "active"


def test_an_aborted_campaigns_question_holds_nobody_up(parts: Parts) -> None:
    customer = parts.customer()
    first = run(parts, customer, asking("first"))
    work(parts, NOW)
    with parts.transaction() as tx:
        tx.execute(
            text("UPDATE campaigns SET status = 'aborted' WHERE id = :id"),
            {"id": parts.enrolment(first).campaign_id},
        )
    run(parts, customer, asking("second"))
    work(parts, NOW)
    assert said(parts) == ["first", "second"]


# -- skip and interrupt ----------------------------------------------------------------------------------------


def test_who_would_rather_skip_takes_the_denied_exit(parts: Parts) -> None:
    customer = parts.customer()
    run(parts, customer, asking("first"))
    work(parts, NOW)
    second = run(parts, customer, asking("second"), on_conflict="skip")
    work(parts, NOW)
    attempt = parts.attempt(second)
    assert (attempt.status, attempt.reason) == ("denied", "other_conversation")
    assert parts.enrolment(second).step == "leave_out"
    assert said(parts) == ["first"]


def test_a_higher_priority_interrupts_the_lower_one(parts: Parts) -> None:
    customer = parts.customer()
    first = run(parts, customer, asking("first"), priority=4)
    work(parts, NOW)
    second = run(parts, customer, asking("second"), on_conflict="interrupt", priority=6)
    work(parts, NOW)
    assert said(parts) == ["first", "second"]
    ended = parts.enrolment(first)
    assert (ended.status, ended.result, ended.holds_until) == ("finished", "interrupted", None)
    assert parts.enrolment(second).holds_until == NOW + A_BREATH + DAY
    assert parts.decisions(parts.attempt(second).id) == [
        ("deferred", "other_conversation"),
        ("allowed", None),
    ]


def test_an_equal_priority_waits_instead_of_interrupting(parts: Parts) -> None:
    customer = parts.customer()
    first = run(parts, customer, asking("first"))
    work(parts, NOW)
    second = run(parts, customer, asking("second"), on_conflict="interrupt")
    work(parts, NOW)
    assert parts.enrolment(first).status == "active"
    assert parts.attempt(second).due_at == NOW + DAY


def test_an_answer_that_comes_first_is_not_interrupted(parts: Parts) -> None:
    customer = parts.customer()
    first = run(parts, customer, asking("first"))
    work(parts, NOW)
    parts.reply(customer, "1", NOW)
    about = {"enrolment_id": first, "customer_id": customer, "key": "run:interrupt"}
    parts.hear("run.interrupt", {"by": 0}, NOW, **about)
    interruption = parts.event("run:interrupt")
    assert interruption is not None
    assert interruption.outcome == "ignored:not_interruptible"
    assert parts.enrolment(first).step == "thank"


def test_a_run_with_a_promise_is_not_interrupted(parts: Parts) -> None:
    customer = parts.customer()
    first = run(parts, customer, asking("first"), priority=1)
    work(parts, NOW)
    with parts.transaction() as tx:
        row = tx.get_one(EnrolmentRow, first)
        row.state = {**row.state, "accepted_by": "sms:in:1"}
    second = run(parts, customer, asking("second"), on_conflict="interrupt", priority=9)
    work(parts, NOW)
    assert parts.enrolment(first).status == "active"
    assert parts.attempt(second).due_at == NOW + DAY


def test_a_live_call_is_not_cut_short(parts: Parts) -> None:
    customer = parts.customer()
    caller = run(parts, customer, calling(), priority=1)
    work(parts, NOW)
    second = run(parts, customer, asking("second"), on_conflict="interrupt", priority=9)
    work(parts, NOW)
    assert parts.enrolment(caller).status == "active"
    assert parts.attempt(second).due_at == NOW + LOOK_AGAIN
