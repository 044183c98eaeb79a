"""What the gate weighs about a batch: each person's own facts, read together, as one by one."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event, select, update
from sqlalchemy.orm import Session

from bot.channels.messages import OutboundSms
from bot.domain.attempts import Channel
from bot.domain.contact import Allowed, Decision, Deferred, Denied, Reason, Refusal
from bot.domain.weighing import LAST_MOMENT
from bot.outreach.weigh import weigh
from bot.rulebook import open_rulebook
from bot.store import gate, sending
from bot.store.gate import Said
from bot.store.models import CampaignRow, CustomerRow, DecisionRow
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


#: Numbers of several countries and regions, with and without a zone: each may have rules of its own.
ANYWHERE = (
    {},
    {"time_zone": None},
    {"msisdn": "+12125550{:03}", "region": "new_york", "time_zone": "America/New_York"},
    {"msisdn": "+14155550{:03}", "region": "california", "time_zone": None},
    {"msisdn": "+4915112345{:03}", "region": None, "time_zone": None},
    {"msisdn": "+999123450{:03}", "region": None, "time_zone": None},
)


def test_a_batch_costs_the_same_number_of_statements_however_large(parts: Parts, engine: Engine) -> None:
    """Wherever its people live: a customer more is no query more."""
    parts.rulebook = open_rulebook()
    asked: list[str] = []

    def note(*said: Any) -> None:
        asked.append(said[2])

    campaigns = [parts.campaign(), parts.campaign(policy={})]
    counts = []
    for first, last in ((0, 1), (1, 31)):
        for number in range(first, last):
            facts = {**ANYWHERE[number % len(ANYWHERE)]}
            if "msisdn" in facts:
                facts["msisdn"] = facts["msisdn"].format(number)
            parts.enrol(campaigns[number % 2], parts.customer(**facts))
        event.listen(engine, "before_cursor_execute", note)
        _decisions(parts)
        event.remove(engine, "before_cursor_execute", note)
        counts.append(len(asked))
        asked.clear()
    assert counts[0] == counts[1] <= 8


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


# -- whose rules, and where the customer may be --------------------------------------------------------

ALWAYS = {"hours": {"marketing": ["00:00-24:00"], "service": ["00:00-24:00"]}} | UNCAPPED
NOON = NOW + timedelta(hours=2, minutes=30)  # the rest at noon in Shanghai: 12:30


def test_a_campaign_never_loosens_what_the_place_asks(parts: Parts) -> None:
    parts.rulebook = open_rulebook()
    parts.enrol(parts.campaign(policy=ALWAYS), parts.customer(consents=[]))
    assert _decisions(parts) == [Denied(Reason.NO_CONSENT)]


def test_a_batch_is_weighed_by_the_rules_of_each_customers_place(parts: Parts) -> None:
    """At one moment: the rest at noon in China, half past eleven at night in New York."""
    parts.rulebook = open_rulebook()
    campaign = parts.campaign(policy=ALWAYS)
    parts.enrol(campaign)
    new_york = {"msisdn": "+12125550001", "region": "new_york", "time_zone": "America/New_York"}
    parts.enrol(campaign, parts.customer(**new_york))
    assert _decisions(parts, NOON) == [
        Deferred(Reason.QUIET_HOURS, NOW + timedelta(hours=4)),
        Deferred(Reason.QUIET_HOURS, NOW + timedelta(hours=11)),  # at eight, on a Sunday: New York is federal
    ]


def test_the_journal_is_read_as_far_back_as_any_place_counts(parts: Parts) -> None:
    """The campaign has no caps; China's reach back thirty days."""
    parts.rulebook = open_rulebook()
    customer = parts.customer()
    enrolment = parts.enrol(parts.campaign(policy=ALWAYS), customer)
    with parts.transaction() as tx:
        for number in range(8):
            at = NOW - timedelta(days=29 - number)
            make_attempt(
                tx,
                enrolment_id=enrolment,
                visit=9,
                try_no=number,
                channel="call",
                status="completed",
                taken_at=at,
            )
    (decision,) = _decisions(parts)
    assert decision == Deferred(Reason.CAP, NOW + timedelta(days=1))


def test_service_messages_pass_the_caps_that_except_them_and_count_for_all_others(parts: Parts) -> None:
    one_a_day = {"caps": [{"limit": 1, "period": "1d"}], "min_gap": {}, "exempt": ["service"]}
    with parts.transaction() as tx:
        enrolment = make_enrolment(tx, campaign_id=parts.campaign(policy=one_a_day))
        for number, purpose in enumerate(("service", "service", "marketing"), start=1):
            due = NOW - timedelta(minutes=9 - number)
            make_attempt(tx, enrolment_id=enrolment, try_no=number, purpose=purpose, due_at=due)
    allowed = Allowed(NOW + timedelta(hours=12)), Allowed(NOW + timedelta(hours=12))
    assert _decisions(parts) == [*allowed, Deferred(Reason.CAP, NOW + timedelta(days=1, hours=0))]


@pytest.mark.parametrize("last", [timedelta(0), timedelta(milliseconds=4_999)])
def test_nothing_is_begun_in_the_last_moment_of_the_hours(parts: Parts, last: timedelta) -> None:
    """The shortest validity that a carrier takes would end after them."""
    parts.enrol()
    noon = NOW + timedelta(hours=2)
    assert _decisions(parts, noon - LAST_MOMENT) == [Allowed(noon)]
    assert _decisions(parts, noon - last) == [Deferred(Reason.QUIET_HOURS, noon + timedelta(hours=2))]


def sent_valid_for(parts: Parts, policy: dict[str, Any], now: datetime, **customer: Any) -> timedelta:
    with parts.transaction() as tx:
        enrolment = make_enrolment(
            tx,
            campaign_id=parts.campaign(policy=UNCAPPED | policy),
            customer_id=make_customer(tx, **customer),
        )
        make_attempt(tx, enrolment_id=enrolment, due_at=now, expires_at=now + timedelta(days=3))
    parts.sms_outreach.send_due(now)
    (sent,) = parts.sms.sent
    assert isinstance(sent, OutboundSms)
    return sent.valid_for


def test_an_sms_is_valid_until_a_holiday_begins(parts: Parts) -> None:
    policy = {"holidays": ["2026-11-23"], "hours": {"marketing": ["00:00-24:00"], "service": ["08:00-22:00"]}}
    assert sent_valid_for(parts, policy, NOW) == timedelta(hours=14)  # midnight in Shanghai


def test_an_sms_is_valid_to_the_end_of_hours_that_a_clock_change_makes_longer(parts: Parts) -> None:
    """Half past midnight in New York, on the day on which its clocks go back at two: to three it is 3.5 hours."""
    policy = {"hours": {"marketing": ["00:00-03:00"], "service": ["08:00-22:00"]}}
    now = datetime.fromisoformat("2026-11-01T04:30:00+00:00")
    assert sent_valid_for(parts, policy, now, time_zone="America/New_York") == timedelta(hours=3, minutes=30)


def test_a_window_tightened_on_a_running_campaign_holds_at_once(parts: Parts) -> None:
    """What waited for an opening that is none any more waits for the next, and says until when."""
    campaign = parts.campaign()
    with parts.transaction() as tx:
        waiting, fresh = (make_enrolment(tx, campaign_id=campaign) for _ in range(2))
        for enrolment in (waiting, fresh):
            due = NOON if enrolment == waiting else NOW + timedelta(hours=4)
            make_attempt(tx, enrolment_id=enrolment, due_at=due, expires_at=NOW + timedelta(days=3))
    two, three = NOW + timedelta(hours=4), NOW + timedelta(hours=5)
    parts.sms_outreach.send_due(NOON)
    assert parts.attempt(waiting).due_at == two
    tighter = {"hours": {"marketing": ["15:00-16:00"], "service": ["08:00-22:00"]}}
    with parts.transaction() as tx:
        tx.execute(update(CampaignRow).values(policy=UNCAPPED | tighter))
    parts.sms_outreach.send_due(two)
    assert parts.sms.sent == []
    assert [(parts.attempt(one).status, parts.attempt(one).due_at) for one in (waiting, fresh)] == [
        ("due", three),
        ("due", three),
    ]
    with parts.transaction() as tx:
        shown = select(DecisionRow.until).where(DecisionRow.attempt_id == parts.attempt(waiting).id)
        assert list(tx.scalars(shown.order_by(DecisionRow.id))) == [two, three]
    parts.sms_outreach.send_due(three)
    assert len(parts.sms.sent) == 2
    assert {one.valid_for for one in parts.sms.sent if isinstance(one, OutboundSms)} == {timedelta(hours=1)}


def test_a_person_without_a_time_zone_gets_the_installations(parts: Parts) -> None:
    parts.enrol(customer=parts.customer(time_zone=None, msisdn="+99912345678"))
    assert _decisions(parts) == [Denied(Reason.ZONE_UNKNOWN)]
    parts.default_time_zone = "America/New_York"  # nine in the evening
    assert _decisions(parts) == [Deferred(Reason.QUIET_HOURS, NOW + timedelta(hours=12))]


def test_the_installations_zone_is_one_guess_among_others(parts: Parts) -> None:
    """A Chinese number is where the number plan and the policy say as well: all of them must permit."""
    parts.enrol(customer=parts.customer(time_zone=None))
    parts.default_time_zone = "Asia/Tokyo"
    afternoon = NOW + timedelta(hours=6)  # in Urumqi it begins last
    assert _decisions(parts) == [Deferred(Reason.QUIET_HOURS, afternoon)]
