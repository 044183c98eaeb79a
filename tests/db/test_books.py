"""The closing check of a rehearsal finds each of the faults that it claims are absent."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine

from bot.domain.policy import DEFAULT
from bot.enrolment.policy_change import change_policy
from bot.store import suppressions
from bot.store.models import CustomerRow, EnrolmentRow
from bot.store.suppressions import Entry
from bot.store.transaction import Transaction, Tx
from scripts.rehearsing.books import Books, close_books
from tests.db.factories import (
    make_attempt,
    make_campaign,
    make_customer,
    make_enrolment,
    make_grant,
)

TEN_IN_SHANGHAI = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
MIDNIGHT_IN_SHANGHAI = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)


@dataclass
class Ledgers:
    """What the carrier and billing wrote down."""

    messages: list[dict[str, Any]] = field(default_factory=list)
    adjustments: list[dict[str, Any]] = field(default_factory=list)

    def took(self, sid: str, to: str, attempt: UUID, at: datetime = TEN_IN_SHANGHAI) -> None:
        self.messages.append(
            {
                "sid": sid,
                "to": to,
                "direction": "outbound-api",
                "created_at": at.isoformat(),
                "status_callback": f"https://us.example/twilio/sms/status?a={attempt}#rc=5",
            }
        )

    def credited(self, key: UUID, amount: str = "10.00") -> None:
        self.adjustments.append({"key": str(key), "amount": amount})

    def close(self, engine: Engine) -> Books:
        return close_books(engine, self.messages, [], self.adjustments)


@pytest.fixture
def ledgers() -> Ledgers:
    return Ledgers()


def sent(tx: Tx, ledgers: Ledgers, sid: str = "SM1", **customer: Any) -> tuple[int, UUID, str]:
    """A customer with one delivered SMS that both sides know of."""
    customer_id = make_customer(tx, **customer)
    campaign_id = make_campaign(tx, policy=DEFAULT)
    enrolment_id = make_enrolment(tx, customer_id=customer_id, campaign_id=campaign_id)
    number = tx.get_one(CustomerRow, customer_id).msisdn
    attempt = make_attempt(
        tx,
        enrolment_id=enrolment_id,
        status="delivered",
        carrier_sid=sid,
        to_number=number,
        taken_at=TEN_IN_SHANGHAI,
    )
    return enrolment_id, attempt, number


def test_equal_books_balance(transaction: Transaction, engine: Engine, ledgers: Ledgers) -> None:
    with transaction() as tx:
        enrolment_id, attempt, number = sent(tx, ledgers)
        grant = make_grant(
            tx, enrolment_id=enrolment_id, status="granted", granted_at=TEN_IN_SHANGHAI, billing_ref="B1"
        )
    ledgers.took("SM1", number, attempt)
    ledgers.credited(grant)
    books = ledgers.close(engine)
    assert books.balanced, books
    assert (books.carrier_accepted, books.attempts_sent, books.billed, books.granted) == (1, 1, 1, 1)


def test_an_attempt_that_the_carrier_took_twice_is_doubled(
    transaction: Transaction, engine: Engine, ledgers: Ledgers
) -> None:
    with transaction() as tx:
        _, attempt, number = sent(tx, ledgers)
    ledgers.took("SM1", number, attempt)
    ledgers.took("SM2", number, attempt)
    books = ledgers.close(engine)
    assert (books.doubled, books.missing, books.balanced) == (1, 1, False)


def test_what_only_one_side_knows_is_missing(
    transaction: Transaction, engine: Engine, ledgers: Ledgers
) -> None:
    with transaction() as tx:
        sent(tx, ledgers)
    books = ledgers.close(engine)
    assert (books.carrier_accepted, books.attempts_sent, books.missing) == (0, 1, 1)
    assert not books.balanced


def test_an_attempt_of_unknown_outcome_leaves_the_books_open(
    transaction: Transaction, engine: Engine, ledgers: Ledgers
) -> None:
    with transaction() as tx:
        make_attempt(tx, status="unconfirmed", lease_until=TEN_IN_SHANGHAI)
    books = ledgers.close(engine)
    assert (books.unsettled, books.balanced) == (1, False)


@pytest.mark.parametrize("credits", [["10.00", "10.00"], ["12.00"], []])
def test_a_bonus_credited_twice_otherwise_or_never_is_seen(
    transaction: Transaction, engine: Engine, ledgers: Ledgers, credits: list[str]
) -> None:
    with transaction() as tx:
        grant = make_grant(tx, status="granted", granted_at=TEN_IN_SHANGHAI, billing_ref="B1")
    for amount in credits:
        ledgers.credited(grant, amount)
    assert not ledgers.close(engine).balanced


def test_a_contact_of_a_control_customer_is_seen(
    transaction: Transaction, engine: Engine, ledgers: Ledgers
) -> None:
    with transaction() as tx:
        customer_id = make_customer(tx, msisdn="+8613800009999")
        make_enrolment(tx, customer_id=customer_id, arm="control")
        attempt = make_attempt(tx)
    ledgers.took("SM9", "+8613800009999", attempt)
    books = ledgers.close(engine)
    assert (books.control_contacted, books.balanced) == (1, False)


@pytest.mark.parametrize(
    ("zone", "at", "outside"),
    [
        ("Asia/Shanghai", TEN_IN_SHANGHAI, 0),
        ("Asia/Shanghai", MIDNIGHT_IN_SHANGHAI, 1),
        ("Asia/Shanghai", TEN_IN_SHANGHAI + timedelta(hours=3), 1),  # the rest at noon
        ("America/New_York", TEN_IN_SHANGHAI, 1),
        (None, TEN_IN_SHANGHAI, 1),  # 10:00 in Shanghai, 08:00 in Urumqi: one of the candidates is closed
    ],
)
def test_a_contact_outside_the_customers_own_hours_is_seen(
    transaction: Transaction, engine: Engine, ledgers: Ledgers, zone: str | None, at: datetime, outside: int
) -> None:
    with transaction() as tx:
        _, attempt, number = sent(tx, ledgers, time_zone=zone)
    ledgers.took("SM1", number, attempt, at)
    assert ledgers.close(engine).outside_hours == outside


@pytest.mark.parametrize(
    ("tightened", "outside"),
    [(timedelta(minutes=-1), 1), (timedelta(0), 0), (timedelta(minutes=1), 0), (None, 0)],
)
def test_a_contact_is_judged_by_the_policy_of_its_moment(
    transaction: Transaction, engine: Engine, ledgers: Ledgers, tightened: timedelta | None, outside: int
) -> None:
    """What the former policy permitted is a fault after the change, and none before it."""
    afternoon = {**DEFAULT, "hours": {"marketing": ["15:00-16:00"], "service": ["15:00-16:00"]}}
    with transaction() as tx:
        enrolment, attempt, number = sent(tx, ledgers)
        if tightened is not None:
            campaign = tx.get_one(EnrolmentRow, enrolment).campaign_id
            change_policy(tx, campaign, afternoon, TEN_IN_SHANGHAI + tightened)
    ledgers.took("SM1", number, attempt, TEN_IN_SHANGHAI)
    assert ledgers.close(engine).outside_hours == outside


@pytest.mark.parametrize(
    ("lines", "seen"),
    [
        ([("suppress", -60)], 1),
        ([("suppress", 60)], 0),
        ([("suppress", -120), ("restore", -60)], 0),
    ],
)
def test_a_contact_after_an_opt_out_is_seen(
    transaction: Transaction, engine: Engine, ledgers: Ledgers, lines: list[tuple[str, int]], seen: int
) -> None:
    with transaction() as tx:
        _, attempt, number = sent(tx, ledgers)
        for action, minutes in lines:
            entry = Entry(None, action, "sms_reply", "event", msisdn=number)
            suppressions.add(tx, [entry], TEN_IN_SHANGHAI + timedelta(minutes=minutes))
    ledgers.took("SM1", number, attempt)
    assert ledgers.close(engine).after_opt_out == seen
