"""Several runs for one customer and several workers at once: no two ask together, and nobody waits for ever."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, event, select, text

from bot.domain.arbiter import A_BREATH
from bot.store.models import AttemptRow
from bot.store.transaction import Transaction
from tests.db.asking import asking
from tests.db.parts import NOW, Parts
from tests.db.several_runs import DAY, HOUR, MINUTE, run, said, work


def together(*works: Callable[[], object]) -> None:
    """All start at the same moment; what one of them raises is raised here."""
    gate = threading.Barrier(len(works))

    def one(task: Callable[[], object]) -> object:
        gate.wait(10)
        return task()

    with ThreadPoolExecutor(len(works)) as pool:
        for done in [pool.submit(one, task) for task in works]:
            done.result(60)


HOLDING = text(
    """
    SELECT customer_id, count(DISTINCT enrolment_id) AS runs FROM (
        SELECT customer_id, id AS enrolment_id FROM enrolments WHERE holds_until > :now
        UNION ALL
        SELECT customer_id, enrolment_id FROM attempts WHERE asks AND status IN ('sending', 'unconfirmed')
    ) asked GROUP BY customer_id HAVING count(DISTINCT enrolment_id) > 1
    """
)


def asked_at_once(transaction: Transaction, now: datetime) -> Sequence[object]:
    """Customers of whom two runs await an answer."""
    with transaction() as tx:
        return tx.execute(HOLDING, {"now": now}).all()


# -- together --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("on_conflict", ["queue", "interrupt"])
def test_two_workers_never_let_two_runs_ask_at_once(parts: Parts, on_conflict: str) -> None:
    customers = [parts.customer() for _ in range(12)]
    for number in range(3):
        campaign = parts.campaign(asking(f"flow{number}"), on_conflict=on_conflict, priority=3 + number)
        for customer in customers:
            parts.enrol(campaign, customer)
    doubled: list[object] = []

    def check(_: Sequence[object]) -> None:
        doubled.extend(asked_at_once(parts.transaction, NOW))

    parts.sms.while_sending = check

    def send() -> None:
        for _ in range(15):
            parts.sms_outreach.send_due(NOW, limit=5)
            parts.inbound.process_waiting(NOW, limit=7)

    together(send, send)
    work(parts, NOW)
    assert doubled == []
    assert asked_at_once(parts.transaction, NOW) == []
    ids = [one.attempt_id for one in parts.sms.sent]
    assert len(ids) == len(set(ids))
    if on_conflict == "queue":
        assert len(ids) == len(customers)


def test_an_answer_and_a_gate_at_the_same_moment_leave_nobody_waiting(parts: Parts, engine: Engine) -> None:
    """The gate has seen the question open; before it writes so, the answer frees the floor."""
    customer = parts.customer()
    run(parts, customer, asking("first"))
    work(parts, NOW)
    second = run(parts, customer, asking("second"))
    seen, answered = threading.Event(), threading.Event()

    def pause(*about: object) -> None:
        if "SET due_at = p.due_at, reason" in str(about[2]):
            seen.set()
            answered.wait(5)

    def decide() -> None:
        parts.sms_outreach.send_due(NOW)

    def answer() -> None:
        assert seen.wait(5)
        parts.reply(customer, "1", NOW)  # frees the floor while the gate holds the waiting attempt
        waker = threading.Thread(target=lambda: parts.inbound.process_waiting(NOW))
        waker.start()
        waker.join(0.2)  # it waits for the gate's word, instead of passing over the attempt
        answered.set()
        waker.join(10)
        assert not waker.is_alive()

    event.listen(engine, "before_cursor_execute", pause)
    try:
        together(decide, answer)
    finally:
        event.remove(engine, "before_cursor_execute", pause)
    assert parts.attempt(second).due_at <= NOW + A_BREATH
    work(parts, NOW)
    assert "second" in said(parts)


def test_freeing_many_floors_from_both_sides_never_deadlocks(parts: Parts) -> None:
    """Replies and time-outs free what others wait for, while the gate weighs the same people."""
    customers = [parts.customer() for _ in range(15)]
    campaigns = [parts.campaign(asking(f"flow{number}")) for number in range(3)]
    for campaign in campaigns:
        for customer in customers:
            parts.enrol(campaign, customer)
    work(parts, NOW)

    def send() -> None:
        for _ in range(20):
            parts.sms_outreach.send_due(NOW + HOUR, limit=6)

    def listen() -> None:
        for number, customer in enumerate(customers):
            parts.reply(customer, "1", NOW + HOUR, sid=f"SM-in-{number}")

    def wake() -> None:
        for _ in range(20):
            parts.inbound.process_waiting(NOW + HOUR, limit=5)
            parts.inbound.wake_due(NOW + HOUR, limit=5)

    together(send, listen, wake)
    work(parts, NOW + HOUR)
    work(parts, NOW + HOUR + MINUTE)
    assert asked_at_once(parts.transaction, NOW + HOUR) == []
    questions = [one for one in parts.sms.sent if "回1" in (getattr(one, "body", "") or "")]
    assert len(questions) == 2 * len(customers)
    with parts.transaction() as tx:
        stuck = tx.scalars(select(AttemptRow).where(AttemptRow.status == "due", ~AttemptRow.waiting)).all()
    assert stuck == []


MOVES = st.lists(st.sampled_from(["reply", "unclear", "undelivered", "hour", "day"]), max_size=8)
RUNS = st.lists(
    st.tuples(st.sampled_from(["queue", "skip", "interrupt"]), st.integers(0, 9)), min_size=2, max_size=4
)


# -- whatever happens ------------------------------------------------------------------------------------------


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(RUNS, MOVES)
def test_whatever_happens_no_two_ask_at_once_and_every_run_ends(
    parts: Parts, runs: list[tuple[str, int]], moves: list[str]
) -> None:
    customer, now = parts.customer(), NOW
    before = len(parts.sms.sent)
    enrolments = [
        run(parts, customer, asking(f"flow{number}"), on_conflict=on_conflict, priority=priority)
        for number, (on_conflict, priority) in enumerate(runs)
    ]
    for number, move in enumerate([*moves, *["day"] * 6]):
        work(parts, now)
        assert asked_at_once(parts.transaction, now) == []
        sid = f"{customer}-{number}"
        match move:
            case "reply":
                parts.reply(customer, "1", now, sid=sid)
            case "unclear":
                parts.reply(customer, "hm?", now, sid=sid)
            case "undelivered":
                last = next((one for one in reversed(parts.sms.sent[before:])), None)
                if last is not None:
                    parts.status(last.attempt_id, "undelivered", now, sid=f"SM{last.attempt_id.hex}")
            case "hour":
                now += HOUR
            case "day":
                now += DAY
    ids = [one.attempt_id for one in parts.sms.sent[before:]]
    assert len(ids) == len(set(ids))
    assert {parts.enrolment(one).status for one in enrolments} == {"finished"}
