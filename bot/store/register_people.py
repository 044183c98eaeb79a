"""Whose number it is that the register hears of, and who of them has a run under way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Person:
    """Without `customer_id` a number that is no customer's of ours."""

    msisdn: str
    customer_id: int | None = None
    external_id: str | None = None


_OWNER = text("SELECT msisdn, id AS customer_id, external_id FROM customers WHERE msisdn = :msisdn")
_CALLED = text(
    "SELECT msisdn, id AS customer_id, external_id FROM customers WHERE external_id = :external_id"
)
_OWNERS = text("SELECT msisdn, id FROM customers WHERE msisdn = ANY(cast(:numbers AS text[]))")
_UNDER_WAY = text(
    """
    SELECT DISTINCT customer_id FROM enrolments WHERE customer_id = ANY(:customers) AND status = 'active'
    ORDER BY customer_id
    """
)


def with_number(tx: Session, msisdn: str) -> Person:
    row = tx.execute(_OWNER, {"msisdn": msisdn}).one_or_none()
    return Person(msisdn) if row is None else Person(**row._mapping)


def owners_of(tx: Session, numbers: Sequence[str]) -> dict[str, int]:
    """Of those numbers that are a customer's, the customer."""
    return {row.msisdn: row.id for row in tx.execute(_OWNERS, {"numbers": list(numbers)})}


def called(tx: Session, external_id: str) -> Person | None:
    """By the name that the operator's own systems have for the customer."""
    row = tx.execute(_CALLED, {"external_id": external_id}).one_or_none()
    return None if row is None else Person(**row._mapping)


def under_way(tx: Session, customers: Sequence[int]) -> list[int]:
    if not customers:
        return []
    return list(tx.execute(_UNDER_WAY, {"customers": list(customers)}).scalars())
