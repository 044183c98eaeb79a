"""A campaign's money: reserved with the claim, settled by the carrier's word, and never more than its limits."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, event, func, select, update
from sqlalchemy.engine import Connection

from bot.channels.errors import Rejected, Unavailable
from bot.channels.messages import OutboundCall
from bot.domain.attempts import Channel
from bot.domain.campaigns import CampaignMove
from bot.domain.spend import Amounts, Ceiling, Limits
from bot.prices import load_prices
from bot.store import brakes, notices, spending
from bot.store.models import AttemptRow, BrakeTripRow, CampaignRow, SpendAccountRow, SpendLineRow
from bot.store.spending import Line
from tests.db.factories import make_attempt, make_campaign, make_enrolment
from tests.db.parts import NOW, UNCAPPED, Parts
from tests.db.test_recall import HOUR, move
from tests.fakes import FakePacing, Lost

TODAY = date(2026, 11, 22)
SEGMENT = load_prices().of(Channel.SMS, "+86138")
MINUTE = load_prices().of(Channel.CALL, "+86138")


def limited(**spend: Any) -> dict[str, Any]:
    return {"policy": UNCAPPED | {"spend": {"zone": "Asia/Shanghai"} | spend}}


def account(parts: Parts, campaign: int) -> SpendAccountRow:
    with parts.transaction() as tx:
        return tx.get_one(SpendAccountRow, campaign)


def open_lines(parts: Parts) -> int:
    with parts.transaction() as tx:
        return tx.scalar(select(func.count()).select_from(SpendLineRow)) or 0


def settle(parts: Parts) -> int:
    with parts.transaction() as tx:
        return spending.settle(tx, limit=1000)


def segments(parts: Parts, campaign: int) -> int:
    with parts.transaction() as tx:
        return spending.used(tx, campaign).segments


def people(parts: Parts, campaign: int, number: int, **facts: Any) -> list[int]:
    return [parts.enrol(campaign, parts.customer(**facts)) for _ in range(number)]


def test_an_sms_is_reserved_with_its_claim_and_settled_when_the_carrier_has_sent_it(parts: Parts) -> None:
    campaign = parts.campaign(**limited(money=100))
    (enrolment,) = people(parts, campaign, 1)
    parts.sms_outreach.send_due(NOW)
    sent = parts.attempt(enrolment)
    assert sent.segments
    used = account(parts, campaign)
    assert (used.segments, used.minutes, used.money) == (sent.segments, 0, sent.segments * SEGMENT)
    assert (used.day, used.day_segments, used.day_money) == (TODAY, used.segments, used.money)
    assert (settle(parts), open_lines(parts)) == (0, 1)  # it can still be taken back
    parts.all_sent()
    assert settle(parts) == 1
    assert (open_lines(parts), segments(parts, campaign)) == (0, sent.segments)
    with parts.transaction() as tx:
        (day,) = spending.by_day(tx, campaign)
    assert (day.day, day.sms, day.calls, day.segments, day.money) == (TODAY, 1, 0, sent.segments, used.money)


def test_a_campaign_without_limits_keeps_no_account(parts: Parts) -> None:
    parts.enrol()
    parts.sms_outreach.send_due(NOW)
    with parts.transaction() as tx:
        assert tx.scalar(select(func.count()).select_from(SpendAccountRow)) == 0


@pytest.mark.parametrize("answer", [Rejected("21211"), Unavailable("20429", retry_after=timedelta(hours=1))])
def test_what_the_carrier_did_not_take_costs_nothing(parts: Parts, answer: Any) -> None:
    parts.sms.script = [answer]
    campaign = parts.campaign(**limited(money=100))
    people(parts, campaign, 1)
    parts.sms_outreach.send_due(NOW)
    assert segments(parts, campaign) > 0
    settle(parts)
    assert (segments(parts, campaign), open_lines(parts)) == (0, 0)


def test_what_the_carrier_perhaps_took_stays_reserved_until_it_is_known(parts: Parts) -> None:
    parts.sms.script = [Lost()]
    campaign = parts.campaign(**limited(money=100))
    people(parts, campaign, 1)
    parts.sms_outreach.send_due(NOW)
    assert settle(parts) == 0
    assert (segments(parts, campaign) > 0, open_lines(parts)) == (True, 1)
    parts.reconciler.reconcile(NOW + timedelta(minutes=3))
    parts.inbound.process_waiting(NOW + timedelta(minutes=3))
    parts.all_sent()
    assert settle(parts) == 1
    assert segments(parts, campaign) > 0


def test_a_post_that_took_nothing_is_given_back_when_the_attempt_is_claimed_anew(parts: Parts) -> None:
    parts.sms.script = [Unavailable("20429", retry_after=timedelta(seconds=2))]
    campaign = parts.campaign(**limited(money=100))
    (enrolment,) = people(parts, campaign, 1)
    parts.sms_outreach.send_due(NOW)
    parts.sms_outreach.send_due(NOW + timedelta(seconds=3))
    assert open_lines(parts) == 2
    parts.all_sent()
    settle(parts)
    assert (open_lines(parts), segments(parts, campaign)) == (0, parts.attempt(enrolment).segments)


@pytest.mark.parametrize("ends", [CampaignMove.ABORT, "STOP"])
def test_what_the_carrier_gives_back_for_good_costs_nothing(parts: Parts, ends: CampaignMove | str) -> None:
    campaign = parts.campaign(**limited(money=100))
    (enrolment,) = people(parts, campaign, 1)
    parts.sms_outreach.send_due(NOW)
    settle(parts)
    if isinstance(ends, CampaignMove):
        move(parts, campaign, ends)
    else:
        parts.reply(parts.enrolment(enrolment).customer_id, ends)
    assert parts.recall.take_back(NOW) == 1
    parts.inbound.process_waiting(NOW)
    settle(parts)
    assert parts.attempt(enrolment).status == "canceled"
    assert (open_lines(parts), segments(parts, campaign), account(parts, campaign).day_money) == (0, 0, 0)
    with parts.transaction() as tx:
        (day,) = spending.by_day(tx, campaign)
    assert (day.sms, day.segments, day.money) == (0, 0, 0)


@pytest.mark.parametrize(
    "looks", [range(4), range(3, 4)], ids=["settled at every moment", "settled at the end"]
)
def test_a_message_that_a_pause_took_back_is_paid_for_once(parts: Parts, looks: range) -> None:
    campaign = parts.campaign(**limited(money=100))
    (enrolment,) = people(parts, campaign, 1)

    def look(moment: int) -> int:
        if moment in looks:
            settle(parts)
        return segments(parts, campaign)

    parts.sms_outreach.send_due(NOW)
    length = parts.attempt(enrolment).segments
    assert look(0) == length
    move(parts, campaign, CampaignMove.PAUSE)
    parts.recall.take_back(NOW)
    parts.inbound.process_waiting(NOW)
    assert look(1) == (0 if 1 in looks else length)
    move(parts, campaign, CampaignMove.RESUME, NOW + HOUR)
    assert parts.sms_outreach.send_due(NOW + HOUR) == 1
    look(2)
    parts.all_sent()
    assert look(3) == length
    assert open_lines(parts) == 0
    with parts.transaction() as tx:
        (day,) = spending.by_day(tx, campaign)
    assert (day.sms, day.segments) == (1, length)


def test_a_message_of_which_nothing_more_is_asked_counts_as_sent(parts: Parts) -> None:
    campaign = parts.campaign(**limited(money=100))
    people(parts, campaign, 1)
    parts.sms_outreach.send_due(NOW)
    assert settle(parts) == 0
    with parts.transaction() as tx:
        tx.execute(update(AttemptRow).values(lease_until=None))  # as the reconciler does in the end
    assert settle(parts) == 1
    assert segments(parts, campaign) > 0


def test_a_call_holds_its_longest_time_until_its_end_tells_its_length(parts: Parts) -> None:
    campaign = parts.campaign(**limited(minutes=60, longest_call="10m"))
    (enrolment,) = people(parts, campaign, 1, factors={"sms_habit": False})
    parts.voice_outreach.call_due(NOW)
    assert account(parts, campaign).minutes == 10
    call = parts.attempt(enrolment)
    assert settle(parts) == 0
    parts.call_status(call.id, "in-progress", sid=parts.voice.books[0].sid)
    assert settle(parts) == 0
    parts.call_status(call.id, "completed", sid=parts.voice.books[0].sid, CallDuration="61")
    assert settle(parts) == 1
    used = account(parts, campaign)
    assert (used.minutes, used.money, used.day_minutes) == (2, 2 * MINUTE, 2)


def test_a_call_that_nobody_answers_costs_nothing(parts: Parts) -> None:
    campaign = parts.campaign(**limited(minutes=60))
    (enrolment,) = people(parts, campaign, 1, factors={"sms_habit": False})
    parts.voice_outreach.call_due(NOW)
    parts.call_status(parts.attempt(enrolment).id, "no-answer", sid=parts.voice.books[0].sid)
    settle(parts)
    assert (account(parts, campaign).minutes, account(parts, campaign).money) == (0, Decimal(0))


def test_at_the_days_limit_contacts_wait_for_the_operators_next_day(parts: Parts) -> None:
    campaign = parts.campaign(**limited(per_day={"segments": 3}))
    enrolments = people(parts, campaign, 4)
    parts.sms_outreach.send_due(NOW)
    assert len(parts.sms.sent) == 3
    parts.all_sent()
    settle(parts)
    parts.sms_outreach.send_due(NOW + timedelta(minutes=1))
    held = parts.attempt(enrolments[-1])
    assert held.status == "expired"  # its step's six hours are over by then, and a stale text is never sent
    assert parts.decisions(held.id)[-1] == ("deferred", "spend_limit")
    with parts.transaction() as tx:
        (notice,) = notices.newest(tx, limit=10)
    assert (notice.kind, notice.campaign_id) == ("spend.day", campaign)
    assert notice.details == {"day": "2026-11-22", "segments": 3}


def test_the_next_day_has_its_own_money(parts: Parts) -> None:
    campaign = parts.campaign(**limited(per_day={"segments": 3}))
    with parts.transaction() as tx:
        first = [make_attempt(tx, enrolment_id=make_enrolment(tx, campaign_id=campaign)) for _ in range(2)]
        lines = [Line(one, 1, 2, 0, SEGMENT) for one in first]
        limits = Limits(per_day=Ceiling(segments=3))
        spending.lock(tx, campaign, TODAY, "UTC", load_prices())
        assert spending.reserve(tx, campaign, lines[:1], limits, TODAY)
        assert not spending.reserve(tx, campaign, lines[1:], limits, TODAY)
        assert spending.reserve(tx, campaign, lines[1:], limits, TODAY + timedelta(days=1))
    used = account(parts, campaign)
    assert (used.segments, used.day_segments, used.day) == (4, 2, TODAY + timedelta(days=1))
    # Yesterday's contact is settled into yesterday.
    with parts.transaction() as tx:
        tx.execute(update(AttemptRow).values(status="canceled", settled_at=NOW, sends=1))
    settle(parts)
    used = account(parts, campaign)
    assert (used.segments, used.day_segments) == (0, 0)


def test_a_worker_whose_clock_is_behind_midnight_does_not_turn_the_day_back(parts: Parts) -> None:
    campaign = parts.campaign()
    limits = Limits(per_day=Ceiling(segments=3))
    with parts.transaction() as tx:
        ids = [make_attempt(tx, enrolment_id=make_enrolment(tx, campaign_id=campaign)) for _ in range(2)]
        spending.lock(tx, campaign, TODAY + timedelta(days=1), "UTC", load_prices())
        assert spending.reserve(
            tx, campaign, [Line(ids[0], 1, 2, 0, SEGMENT)], limits, TODAY + timedelta(days=1)
        )
        assert not spending.reserve(tx, campaign, [Line(ids[1], 1, 2, 0, SEGMENT)], limits, TODAY)


def test_at_the_total_limit_the_campaign_asks_to_be_stopped_once(parts: Parts) -> None:
    campaign = parts.campaign(**limited(segments=3))
    enrolments = people(parts, campaign, 4)
    parts.sms_outreach.send_due(NOW)
    parts.all_sent()
    settle(parts)
    for minutes in (2, 4, 6):
        parts.sms_outreach.send_due(NOW + timedelta(minutes=minutes))
    assert len(parts.sms.sent) == 3
    held = parts.attempt(enrolments[-1])
    assert (held.status, parts.decisions(held.id)[-1]) == ("due", ("deferred", "spend_limit"))
    with parts.transaction() as tx:
        (trip,) = tx.scalars(select(BrakeTripRow))
        (notice,) = notices.newest(tx, limit=10)
    assert (trip.campaign_id, trip.cause, trip.details) == (campaign, "spend", {"segments": 3})
    assert notice.kind == "brake.spend"


def test_what_is_only_reserved_stops_nothing_for_good(parts: Parts) -> None:
    campaign = parts.campaign(**limited(minutes=10, longest_call="10m"))
    enrolments = people(parts, campaign, 2, factors={"sms_habit": False})
    parts.voice_outreach.call_due(NOW)
    assert len(parts.voice.sent) == 1
    made = parts.voice.taken[parts.voice.books[0].sid]
    (waiting,) = (one for one in map(parts.attempt, enrolments) if one.id != made)
    assert (waiting.status, waiting.due_at) == ("due", NOW + timedelta(minutes=1))
    parts.call_status(made, "no-answer", sid=parts.voice.books[0].sid)
    settle(parts)
    parts.voice_outreach.call_due(NOW + timedelta(minutes=1))
    assert len(parts.voice.sent) == 2
    with parts.transaction() as tx:
        assert brakes.waiting(tx, limit=10) == []


@pytest.mark.parametrize(
    ("spend", "longest"),
    [
        ({"money": 100}, timedelta(minutes=5)),
        ({"minutes": 10, "longest_call": "90s"}, timedelta(seconds=90)),
        ({"longest_call": "2m"}, timedelta(minutes=2)),
        ({}, None),
    ],
)
def test_the_carrier_ends_a_call_where_its_reservation_ends(
    parts: Parts, spend: dict[str, Any], longest: timedelta | None
) -> None:
    people(parts, parts.campaign(**limited(**spend)), 1, factors={"sms_habit": False})
    parts.voice_outreach.call_due(NOW)
    (call,) = parts.voice.sent
    assert isinstance(call, OutboundCall)
    assert call.longest == longest


def test_two_workers_together_never_spend_more_than_the_limit(parts: Parts) -> None:
    campaign = parts.campaign(**limited(segments=21))
    people(parts, campaign, 30)
    barrier = threading.Barrier(4)

    def work(_: int) -> None:
        mine = Parts(parts.transaction, pacing=FakePacing(), flows=parts.flows)
        for turn in range(6):
            barrier.wait()
            mine.sms_outreach.send_due(NOW + timedelta(minutes=2 * turn), limit=3)
            with parts.transaction() as tx:
                spending.settle(tx, limit=5)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    parts.all_sent()
    settle(parts)
    with parts.transaction() as tx:
        taken = tx.scalar(select(func.sum(AttemptRow.segments)).where(AttemptRow.taken_at.is_not(None)))
        used = spending.used(tx, campaign)
        (day,) = spending.by_day(tx, campaign)
    assert taken == used.segments == day.segments == 21
    assert open_lines(parts) == 0


def test_concurrent_reservations_of_one_account_are_never_lost(parts: Parts) -> None:
    limits = Limits(total=Ceiling(money=Decimal("10")))
    with parts.transaction() as tx:
        campaign = make_campaign(tx)
        ids = [make_attempt(tx, enrolment_id=make_enrolment(tx, campaign_id=campaign)) for _ in range(40)]
        spending.lock(tx, campaign, TODAY, "UTC", load_prices())
    barrier = threading.Barrier(2)

    def reserve(mine: list[UUID]) -> int:
        barrier.wait()
        granted = 0
        for one in mine:
            with parts.transaction() as tx:
                granted += spending.reserve(tx, campaign, [Line(one, 1, 1, 0, Decimal("0.4"))], limits, TODAY)
        return granted

    with ThreadPoolExecutor(2) as pool:
        granted = sum(pool.map(reserve, (ids[:20], ids[20:])))
    with parts.transaction() as tx:
        assert spending.used(tx, campaign) == Amounts(25, 0, Decimal("10"))
    assert granted == open_lines(parts) == 25


def test_limits_that_come_later_count_what_was_spent_before(parts: Parts) -> None:
    campaign = parts.campaign()
    (first,) = people(parts, campaign, 1)
    parts.sms_outreach.send_due(NOW - timedelta(days=1))  # nothing is due yet
    parts.sms_outreach.send_due(NOW)
    spent = parts.attempt(first).segments or 0
    with parts.transaction() as tx:
        tx.execute(update(CampaignRow).values(policy=limited(segments=spent)["policy"]))
    people(parts, campaign, 1)
    parts.sms_outreach.send_due(NOW + timedelta(minutes=1))
    assert len(parts.sms.sent) == 1
    used = account(parts, campaign)
    assert (used.segments, used.day_segments, used.money) == (spent, spent, spent * SEGMENT)


def test_limits_that_come_later_do_not_count_what_was_given_back(parts: Parts) -> None:
    campaign = parts.campaign()
    people(parts, campaign, 1)
    parts.sms_outreach.send_due(NOW)
    with parts.transaction() as tx:
        tx.execute(update(AttemptRow).values(status="canceled", settled_at=NOW))
        spending.lock(tx, campaign, TODAY, "Asia/Shanghai", load_prices())
    assert segments(parts, campaign) == 0


def test_a_batch_costs_one_statement_more_for_each_campaign_with_limits(parts: Parts, engine: Engine) -> None:
    statements: list[str] = []

    def note(_: Connection, __: Any, statement: str, *rest: Any) -> None:
        statements.append(statement)

    def sent(campaign: int) -> int:
        people(parts, campaign, 3)
        statements.clear()
        parts.sms_outreach.send_due(NOW)
        return len(statements)

    limited_ = parts.campaign(**limited(money=1000))
    people(parts, limited_, 1)
    parts.sms_outreach.send_due(NOW)  # the account is opened once
    event.listen(engine, "before_cursor_execute", note)
    try:
        with_limits, without = sent(limited_), sent(parts.campaign())
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert with_limits == without + 1
