"""A campaign from the risk list to the credited bonus, with good carriers and bad ones."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from scripts.rehearsing.stack import Stack
from tests.journeys.conftest import begin

pytestmark = [pytest.mark.journey, pytest.mark.timeout(240)]

FAULTS = {
    "lost_response": 0.05,
    "error_after_accept": 0.03,
    "callback_before_response": 0.1,
    "duplicate_callback": 0.1,
    "reorder_callbacks": 0.1,
    "lost_callback": 0.05,
    "rate_limit": 0.1,
    "billing_lost_response": 0.2,
    "billing_error": 0.1,
}


def counted(stack: Stack, statement: str) -> int:
    with stack.wired.engine.connect() as connection:
        return int(connection.execute(text(statement)).scalar_one())


def test_a_campaign_runs_from_the_risk_list_to_the_bonus_and_the_books_balance(stack: Stack) -> None:
    journey = begin(stack, customers=70, days=6)
    books = journey.run(days=8)
    assert books.balanced, books
    assert books.carrier_accepted > journey.enrolled.treatment  # SMS and calls
    assert books.granted > 0
    assert counted(stack, "SELECT count(*) FROM work_orders") > 0
    assert counted(stack, "SELECT count(*) FROM decisions WHERE reason = 'quiet_hours'") > 0
    assert counted(stack, "SELECT count(*) FROM events WHERE processed_at IS NULL") == 0
    # Every attempt that went out had been allowed, and nobody on the control arm has any.
    assert (
        counted(
            stack,
            "SELECT count(*) FROM attempts a WHERE carrier_sid IS NOT NULL AND NOT EXISTS "
            "(SELECT 1 FROM decisions d WHERE d.attempt_id = a.id AND d.verdict = 'allowed')",
        )
        == 0
    )
    assert (
        counted(
            stack,
            "SELECT count(*) FROM attempts a JOIN enrolments e ON e.id = a.enrolment_id WHERE e.arm = 'control'",
        )
        == 0
    )


def test_the_books_balance_whatever_the_carrier_loses_repeats_and_reorders(stack: Stack) -> None:
    stack.carrier.set_faults(FAULTS)
    journey = begin(stack, customers=60, days=4)
    books = journey.run(days=6)
    applied = stack.carrier.summary()["faults"]
    assert {"lost_response", "duplicate_callback", "lost_callback", "rate_limit"} <= set(applied), applied
    assert books.balanced, books
    assert books.granted > 0


def test_nothing_is_sent_twice_or_forgotten_when_workers_are_killed(stack: Stack) -> None:
    journey = begin(stack, customers=40, days=3)
    journey.run(days=0.03)  # the first permitted hour has begun, and with it the first batch
    stack.kill("worker")
    stack.start_worker()
    books = journey.run(days=5)
    assert books.balanced, books
    assert counted(stack, "SELECT count(*) FROM attempts WHERE status = 'due'") == 0
