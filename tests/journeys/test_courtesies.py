"""Everybody who refuses is answered once, by us or by the carrier, and never by both."""

from __future__ import annotations

from collections import Counter

import pytest
from sqlalchemy import text

from scripts.rehearsing.stack import Stack
from tests.journeys.conftest import begin

pytestmark = [pytest.mark.journey, pytest.mark.timeout(240)]


def test_each_refusal_is_answered_once_by_us_or_by_the_carrier(stack: Stack) -> None:
    stack.carrier.set_faults({"duplicate_inbound": 0.5})
    journey = begin(stack, customers=40, days=1)
    with stack.wired.engine.connect() as connection:
        people = connection.execute(text("SELECT msisdn, language FROM customers")).all()
    stack.carrier.register(
        [{"msisdn": one.msisdn, "persona": "opts_out", "language": one.language} for one in people], 0
    )
    books = journey.run(days=1)
    assert books.balanced, books
    refusals = [one for one in stack.carrier.ledger("inbound") if one["intent"] == "opt_out"]
    by_carrier = {one["from"] for one in refusals if one["carrier_answered"]}
    sent = Counter(
        one["to"] for one in stack.carrier.ledger("messages") if one["direction"] == "outbound-reply"
    )
    assert refusals
    assert by_carrier.isdisjoint(sent)
    assert set(sent.values()) == {1}
    assert by_carrier | set(sent) == {one["from"] for one in refusals}
    with stack.wired.engine.connect() as connection:
        rows = connection.execute(text("SELECT msisdn, text IS NULL AS by_carrier FROM courtesies")).all()
    assert {row.msisdn for row in rows if row.by_carrier} == by_carrier
    assert {row.msisdn for row in rows if not row.by_carrier} == set(sent)
