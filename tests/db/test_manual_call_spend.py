"""Calls by hand are paid for by the campaign of their order: both legs, each minute once, whatever is told when."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from itertools import permutations

import pytest
from sqlalchemy import select, update

from bot.channels.errors import Rejected
from bot.domain.attempts import Channel
from bot.domain.spend import Amounts
from bot.outreach.outgoing import CALL_SILENCE
from bot.prices import load_prices
from bot.store.models import (
    SpendAccountRow,
    UserRow,
)
from bot.store.spending import Spent
from tests.db.click_to_call import MINUTE, Desk, S
from tests.db.factories import make_suppression
from tests.db.paid_by_hand import PRICE, RESERVED, TODAY, days, limited, minutes_of, settle, used
from tests.db.parts import NOW, Parts
from tests.fakes import FakeVoice, Lost


@pytest.fixture
def payer(parts: Parts) -> Desk:
    return limited(parts, money=1000)


def test_both_legs_are_reserved_with_the_click_and_settled_by_what_they_lasted(payer: Desk) -> None:
    payer.bring(S.CONNECTED)
    assert used(payer) == minutes_of(RESERVED)
    assert settle(payer) == 0  # it goes on
    payer.dialed("completed", "61", NOW + 2 * MINUTE)
    assert settle(payer) == 0  # the manager is still being told
    payer.hang_up(now=NOW + 3 * MINUTE, seconds="130")
    assert settle(payer) == 2
    assert used(payer) == minutes_of(2 + 3)
    assert days(payer) == [Spent(TODAY, 0, 1, 0, 5, 5 * PRICE, Decimal(0), 5)]
    assert settle(payer) == 0


def test_each_leg_is_paid_by_where_it_goes(payer: Desk) -> None:
    of_no_known_price = {"phone": "+998901234567"}
    with payer.parts.transaction() as tx:
        tx.execute(update(UserRow).values(**of_no_known_price))
    payer.bring(S.CONNECTED)
    payer.dialed("completed", "60")
    payer.hang_up(seconds="61")
    settle(payer)
    anywhere = load_prices().of(Channel.CALL, "+")
    assert anywhere != PRICE
    assert used(payer).money == 2 * anywhere + PRICE


_REPORTS: dict[str, Callable[[Desk], object]] = {
    "picked up": lambda desk: desk.customer_picks_up(),
    "customer's leg": lambda desk: desk.customer_leg("completed", "61"),
    "dialed": lambda desk: desk.dialed("completed", "61"),
    "manager's leg": lambda desk: desk.hang_up(seconds="130"),
}


@pytest.mark.parametrize("order", list(permutations(_REPORTS)), ids=", ".join)
@pytest.mark.parametrize("always", [True, False], ids=["settled each time", "settled at the end"])
def test_in_whatever_order_and_however_often_it_is_told_each_minute_is_booked_once(
    payer: Desk, order: tuple[str, ...], always: bool
) -> None:
    payer.bring(S.DIALLING)
    for name in (*order, *order):
        _REPORTS[name](payer)
        if always:
            settle(payer)
    settle(payer)
    assert used(payer) == minutes_of(5)
    (day,) = days(payer)
    assert (day.calls, day.minutes, day.hand_minutes, day.money) == (1, 5, 5, 5 * PRICE)
    assert (payer.call.duration_s, payer.call.manager_s, payer.call.status) == (61, 130, S.COMPLETED)


def test_a_length_that_comes_after_the_settlement_corrects_it(payer: Desk) -> None:
    payer.bring(S.CONNECTED)
    payer.hang_up(seconds="200")
    assert settle(payer) == 2
    assert used(payer) == minutes_of(4 + 4)  # they did not talk for longer than the manager was on the line
    payer.dialed("completed", "61")
    assert settle(payer) == 2
    assert used(payer) == minutes_of(4 + 2)
    (day,) = days(payer)
    assert (day.calls, day.minutes, day.hand_minutes) == (1, 6, 6)
    assert settle(payer) == 0


def test_a_correction_is_of_the_day_of_the_call(payer: Desk) -> None:
    payer.bring(S.CONNECTED)
    payer.hang_up(seconds="200")
    settle(payer)
    with payer.parts.transaction() as tx:
        tx.execute(update(SpendAccountRow).values(day=TODAY + timedelta(days=1), day_minutes=3, day_money=1))
    payer.dialed("completed", "61")
    settle(payer)
    with payer.parts.transaction() as tx:
        account = tx.scalars(select(SpendAccountRow)).one()
    assert (account.day_minutes, account.day_money, account.minutes) == (3, 1, 6)
    assert [one.day for one in days(payer)] == [TODAY]


def test_a_conversation_beyond_the_bound_is_paid_in_full(payer: Desk) -> None:
    payer.bring(S.CONNECTED)
    payer.dialed("completed", "2400")
    payer.hang_up(seconds="2410")
    settle(payer)
    assert used(payer) == minutes_of(40 + 41)


@pytest.mark.parametrize(
    ("word", "minutes", "calls"), [("no-answer", 1, 1), ("busy", 1, 1), ("failed", 1, 1), ("canceled", 1, 1)]
)
def test_whom_nobody_reached_costs_the_managers_leg(payer: Desk, word: str, minutes: int, calls: int) -> None:
    payer.bring(S.DIALLING)
    payer.dialed(word)
    payer.hang_up(seconds="31")
    settle(payer)
    assert used(payer) == minutes_of(minutes)
    assert [(day.calls, day.minutes) for day in days(payer)] == [(calls, minutes)]


@pytest.mark.parametrize("word", ["no-answer", "busy", "failed", "canceled"])
def test_a_manager_who_does_not_pick_up_costs_nothing(payer: Desk, word: str) -> None:
    payer.bring(S.RINGING)
    payer.hang_up(word)
    assert settle(payer) == 2
    assert used(payer) == Amounts()
    assert [(day.calls, day.minutes, day.money) for day in days(payer)] == [(0, 0, 0)]


def test_what_the_carrier_did_not_take_costs_nothing(payer: Desk) -> None:
    payer.parts.voice = FakeVoice(Rejected("21211"))
    payer.bring(S.RINGING)
    assert settle(payer) == 2
    assert used(payer) == Amounts()


def test_what_it_perhaps_took_stays_reserved_until_that_is_known(payer: Desk) -> None:
    payer.parts.voice = FakeVoice(Lost())
    payer.bring(S.RINGING)
    assert settle(payer) == 0
    payer.hang_up(seconds="30")
    assert settle(payer) == 2
    assert used(payer) == minutes_of(1)


def test_a_call_that_a_refusal_took_back_costs_what_the_managers_leg_lasted(payer: Desk) -> None:
    payer.bring(S.ANSWERED)
    with payer.parts.transaction() as tx:
        make_suppression(tx, customer_id=payer.customer)
    payer.parts.recall.take_back(NOW)
    assert settle(payer) == 0  # its end is not told yet
    payer.hang_up(seconds="8")
    settle(payer)
    assert used(payer) == minutes_of(1)


def test_an_end_that_was_never_told_is_fetched_and_paid(payer: Desk) -> None:
    payer.bring(S.CONNECTED)
    payer.dialed("completed", "61")  # and nothing of the manager's own leg
    sid = payer.parts.voice.books[0].sid
    payer.parts.voice.tell(sid, "completed", duration_s=130)
    assert settle(payer) == 0
    assert payer.parts.manager_calls.ask_the_silent(NOW + CALL_SILENCE) == 1
    assert settle(payer) == 2
    assert used(payer) == minutes_of(5)
    assert payer.parts.manager_calls.ask_the_silent(NOW + 3 * CALL_SILENCE) == 0


def test_what_nobody_ever_learns_counts_as_reserved(payer: Desk) -> None:
    payer.bring(S.CONNECTED)
    payer.dialed("completed", "61")
    payer.parts.voice.unreadable = Rejected("20404")
    for hours in range(1, 4):
        payer.parts.manager_calls.ask_the_silent(NOW + timedelta(hours=hours))
    assert payer.call.lease_until is None
    settle(payer)
    assert used(payer) == minutes_of(5 + 2)
    assert payer.call.status == S.COMPLETED


def test_settling_at_once_by_many_books_once(payer: Desk) -> None:
    payer.bring(S.CONNECTED)
    payer.dialed("completed", "61")
    payer.hang_up(seconds="130")
    start = threading.Barrier(4)

    def work(_: int) -> int:
        start.wait(timeout=10)
        return settle(payer)

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(work, range(4))) == 2
    assert used(payer) == minutes_of(5)
    (day,) = days(payer)
    assert (day.calls, day.minutes) == (1, 5)


def test_a_length_told_while_others_settle_is_not_lost(payer: Desk) -> None:
    payer.bring(S.CONNECTED)
    payer.hang_up(seconds="200")
    start, done = threading.Barrier(3), threading.Event()

    def settles(_: int) -> None:
        start.wait(timeout=10)
        while not done.is_set():
            settle(payer)

    with ThreadPoolExecutor(2) as pool:
        running = [pool.submit(settles, number) for number in range(2)]
        start.wait(timeout=10)
        for number in range(1, 40):
            form = {"CallSid": f"CA-{number}", "CallStatus": "completed", "CallDuration": str(5 * number)}
            payer.parts.bridge.customer_leg(payer.call.id, form, NOW)
        done.set()
        for one in running:
            one.result(timeout=20)
    settle(payer)
    assert payer.call.duration_s == 195
    assert used(payer) == minutes_of(4 + 4)
    (day,) = days(payer)
    assert (day.calls, day.minutes) == (1, 8)
