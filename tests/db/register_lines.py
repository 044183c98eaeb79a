"""The register's lines as tests write and read them, and customers whom they concern."""

from __future__ import annotations

from sqlalchemy import select

from bot.domain.refusals import Refusal
from bot.domain.seals import make_seal
from bot.store import suppressions
from bot.store.consents import ConsentLine
from bot.store.models import EventRow, SuppressionRow
from bot.store.transaction import Transaction
from tests.db.factories import make_customer, make_enrolment
from tests.db.parts import ENVIRONMENT

A, B, C = "+8613812341001", "+8613812341002", "+8613812341003"
SEAL = make_seal(ENVIRONMENT["SECRET_KEY"])


def held(transaction: Transaction, *numbers: str) -> set[str]:
    """Which of them refuse everything."""
    with transaction() as tx:
        tx.info["seal"] = SEAL
        found = suppressions.refusals_of(tx, numbers, [None] * len(numbers))
    assert set(found.values()) <= {(Refusal(),)}
    return set(found)


def lines(transaction: Transaction) -> list[tuple[str, str, str]]:
    with transaction() as tx:
        rows = tx.scalars(select(SuppressionRow).order_by(SuppressionRow.id))
        return [(row.msisdn, row.action, row.source) for row in rows]


def opt_outs(transaction: Transaction) -> dict[int | None, dict[str, object]]:
    with transaction() as tx:
        return {row.customer_id: row.payload for row in tx.scalars(select(EventRow)) if row.kind == "opt_out"}


def customer_under_way(transaction: Transaction, number: str) -> int:
    with transaction() as tx:
        customer = make_customer(tx, msisdn=number)
        make_enrolment(tx, customer_id=customer)
        return customer


def consent(customer: int, action: str = "give", **over: str) -> ConsentLine:
    facts = {"channel": "sms", "purpose": "marketing", "source": "web", "evidence": "form:1"} | over
    return ConsentLine(customer, action, **facts)  # type: ignore[arg-type]
