"""What the gate weighs about a batch: each person's own facts, read together, as one by one."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session

from bot.domain.attempts import Channel
from bot.domain.contact import Decision, Deferred, Denied, Reason, Refusal
from bot.outreach.weigh import weigh
from bot.store import gate, sending
from bot.store.gate import Said
from bot.store.models import CustomerRow, DecisionRow
from bot.store.transaction import Transaction
from tests.db.factories import (
    make_attempt,
    make_customer,
    make_enrolment,
    make_event,
    make_suppression,
    make_work_order,
)
from tests.db.parts import NOW, UNCAPPED, Parts


def facts(tx: Session, customers: list[int], since: datetime = NOW - timedelta(days=30)) -> gate.Facts:
    by_id = {row.id: row.msisdn for row in tx.scalars(select(CustomerRow))}
    return gate.facts(
        tx, customers=customers, numbers=[by_id[one] for one in customers], since=since, now=NOW
    )


def test_everybodys_facts_are_their_own(transaction: Transaction) -> None:
    with transaction() as tx:
        plain, refusing, ordered, told, contacted = (make_customer(tx) for _ in range(5))
        make_suppression(tx, customer_id=refusing, channel="sms")
        make_suppression(tx, customer_id=refusing, channel="call", purpose="marketing")
        make_work_order(tx, enrolment_id=make_enrolment(tx, customer_id=ordered))
        make_event(tx, customer_id=told)
        enrolment = make_enrolment(tx, customer_id=contacted)
        make_attempt(tx, enrolment_id=enrolment, status="delivered", taken_at=NOW - timedelta(days=1))
    with transaction() as tx:
        known = facts(tx, [plain, refusing, ordered, told, contacted])
        number = tx.get_one(CustomerRow, refusing).msisdn
    assert dict(known.refusals) == {number: (Refusal("call", "marketing"), Refusal("sms", "all"))}
    assert known.orders == {ordered}
    assert known.news == {told}
    assert list(known.past) == [contacted]


@pytest.mark.parametrize(
    ("over", "counts"),
    [
        ({"taken_at": NOW}, True),
        ({"taken_at": NOW - timedelta(days=30)}, False),  # exactly the memory ago
        ({"taken_at": None}, False),
        ({"taken_at": NOW, "status": "sending", "lease_until": NOW}, True),
        ({"taken_at": NOW, "status": "unconfirmed"}, True),  # perhaps received
        ({"taken_at": NOW, "status": "undelivered"}, True),  # we tried
    ],
)
def test_a_contact_counts_from_the_moment_it_was_taken(
    transaction: Transaction, over: dict[str, Any], counts: bool
) -> None:
    with transaction() as tx:
        customer = make_customer(tx)
        make_attempt(tx, enrolment_id=make_enrolment(tx, customer_id=customer), **({"status": "sent"} | over))
    with transaction() as tx:
        assert bool(facts(tx, [customer]).past) == counts


@pytest.mark.parametrize(
    ("over", "waits"),
    [
        ({"kind": "sms.inbound"}, True),
        ({"kind": "billing.topup"}, True),
        ({"kind": "opt_out"}, True),
        ({"kind": "business.event"}, True),
        ({"kind": "sms.status"}, False),
        ({"kind": "sms.inbound", "processed_at": NOW, "outcome": "applied"}, False),
    ],
)
def test_only_what_may_change_everything_is_news(
    transaction: Transaction, over: dict[str, Any], waits: bool
) -> None:
    with transaction() as tx:
        customer = make_customer(tx)
        make_event(tx, customer_id=customer, **over)
    with transaction() as tx:
        assert (customer in facts(tx, [customer]).news) == waits


def test_a_closed_order_holds_nothing_back(transaction: Transaction) -> None:
    with transaction() as tx:
        customer = make_customer(tx)
        closed = {"status": "closed", "disposition": "saved", "closed_at": NOW}
        make_work_order(tx, enrolment_id=make_enrolment(tx, customer_id=customer), **closed)
    with transaction() as tx:
        assert facts(tx, [customer]).orders == frozenset()


def test_nobodys_facts_are_none(transaction: Transaction) -> None:
    with transaction() as tx:
        known = gate.facts(tx, customers=[], numbers=[], since=NOW, now=NOW)
    assert (dict(known.refusals), dict(known.past), known.news, known.orders) == (
        {},
        {},
        frozenset(),
        frozenset(),
    )


def _decisions(parts: Parts, now: datetime = NOW) -> list[Decision]:
    with parts.transaction() as tx:
        batch = sending.claim_due(tx, channel="sms", limit=100, now=now)
        return [one.decision for one in weigh(tx, batch, Channel.SMS, parts.outgoing, parts.flows, now)]


def test_a_batch_costs_the_same_number_of_statements_however_large(parts: Parts, engine: Engine) -> None:
    asked: list[str] = []

    def note(*said: Any) -> None:
        asked.append(said[2])

    campaign = parts.campaign()
    counts = []
    for more in (1, 20):
        for _ in range(more):
            parts.enrol(campaign)
        event.listen(engine, "before_cursor_execute", note)
        _decisions(parts)
        event.remove(engine, "before_cursor_execute", note)
        counts.append(len(asked))
        asked.clear()
    assert counts[0] == counts[1]


def test_news_is_read_before_what_it_turns_into(parts: Parts, engine: Engine) -> None:
    """A refusal that is processed between the two reads must be seen by one of them."""
    customer = parts.customer()
    enrolment = parts.enrol(customer=customer)
    with parts.transaction() as tx:
        number = tx.get_one(CustomerRow, customer).msisdn
        make_event(
            tx, kind="sms.inbound", payload={"From": number, "Body": "T"}, customer_id=customer, key="stop"
        )
    seen: list[str] = []

    def between(*said: Any) -> None:
        seen.append("news" if "FROM events" in said[2] else "refusals" if "suppressions" in said[2] else "")

    event.listen(engine, "before_cursor_execute", between)
    try:
        (decision,) = _decisions(parts)
    finally:
        event.remove(engine, "before_cursor_execute", between)
    assert [one for one in seen if one] == ["news", "refusals"]
    assert isinstance(decision, Deferred)
    assert decision.reason is Reason.NEWS_WAITING
    assert parts.attempt(enrolment).status == "due"


def test_each_campaign_is_weighed_by_its_own_policy(parts: Parts) -> None:
    closed = {"hours": {"marketing": ["18:00-19:00"], "service": ["18:00-19:00"]}}
    early, late = parts.campaign(), parts.campaign(policy=UNCAPPED | closed)
    parts.enrol(early)
    parts.enrol(late)
    reasons = sorted(str(getattr(one, "reason", "allowed")) for one in _decisions(parts))
    assert reasons == ["allowed", "quiet_hours"]


def test_what_was_said_is_kept_in_order(transaction: Transaction) -> None:
    with transaction() as tx:
        attempt = make_attempt(tx)
        gate.remember(tx, [Said(attempt, "deferred", "quiet_hours", NOW + timedelta(hours=1))], NOW)
        gate.remember(tx, [Said(attempt, "denied", "suppressed", None)], NOW + timedelta(hours=1))
        gate.remember(tx, [], NOW)
    with transaction() as tx:
        kept = [
            (row.verdict, row.reason, row.until, row.at)
            for row in tx.scalars(select(DecisionRow).order_by(DecisionRow.id))
        ]
    hour = NOW + timedelta(hours=1)
    assert kept == [("deferred", "quiet_hours", hour, NOW), ("denied", "suppressed", None, hour)]


def test_a_person_without_a_time_zone_gets_the_installations(parts: Parts) -> None:
    parts.enrol(customer=parts.customer(time_zone=None, msisdn="+99912345678"))
    (decision,) = _decisions(parts)
    assert decision == Denied(Reason.ZONE_UNKNOWN)
