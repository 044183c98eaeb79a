"""What billing is asked to credit for an offer that a customer has earned, and how far the budget reaches."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Credit:
    """One grant claimed for crediting; `grant_id` is the key under which billing takes it once.

    `unconfirmed`: billing was asked before and may have credited, so it must be asked about first.
    """

    grant_id: UUID
    fence: int
    tries: int
    unconfirmed: bool
    campaign_id: int
    enrolment_id: int
    customer_id: int
    msisdn: str = field(repr=False)
    amount: Decimal
    reason: str  # what the customer's statement says: the campaign's name


@dataclass(frozen=True, slots=True)
class Credited:
    """Billing's own reference of the credit."""

    billing_ref: str


def affordable(asked: Iterable[Decimal], room: Decimal | None) -> list[bool]:
    """Who of those that ask, first come first served, still fits into what the budget has left.

    A smaller bonus may fit after a larger one did not. Without a budget (`None`) everyone fits.
    """
    answers = []
    left = room
    for amount in asked:
        fits = left is None or amount <= left
        if fits and left is not None:
            left -= amount
        answers.append(fits)
    return answers
