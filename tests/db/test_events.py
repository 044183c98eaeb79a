"""An event is stored once, whoever repeats it."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.store import events
from bot.store.events import NewEvent, Processed
from bot.store.transaction import Transaction


def test_a_repeated_event_is_stored_once(transaction: Transaction, now: datetime) -> None:
    event = NewEvent("sms:SM1:delivered", "sms.status", {"MessageStatus": "delivered"}, now)
    with transaction() as tx:
        assert events.leave(tx, [event]) == {"sms:SM1:delivered"}
    with transaction() as tx:
        assert events.leave(tx, [event]) == set()
        waiting = events.claim_waiting(tx, 10, now=now)
    assert [one.payload for one in waiting] == [{"MessageStatus": "delivered"}]


def test_a_processed_event_waits_no_more(transaction: Transaction, now: datetime) -> None:
    with transaction() as tx:
        events.leave(tx, [NewEvent("a", "x", {}, now), NewEvent("b", "x", {}, now)])
        first, second = events.claim_waiting(tx, 10, now=now)
        events.mark_processed(tx, [Processed(first.id, "applied")], now)
    with transaction() as tx:
        assert [one.id for one in events.claim_waiting(tx, 10, now=now)] == [second.id]


def test_two_claimers_never_share_an_event(transaction: Transaction, now: datetime) -> None:
    with transaction() as tx:
        events.leave(tx, [NewEvent(str(n), "x", {}, now) for n in range(4)])
    with transaction() as one, transaction() as other:
        mine = {event.id for event in events.claim_waiting(one, 2, now=now)}
        theirs = {event.id for event in events.claim_waiting(other, 4, now=now)}
    assert mine.isdisjoint(theirs)
    assert len(mine | theirs) == 4


def test_an_event_that_another_worker_has_applied_is_not_put_off(
    transaction: Transaction, now: datetime
) -> None:
    with transaction() as tx:
        events.leave(tx, [NewEvent("a", "x", {}, now)])
        (event,) = events.claim_waiting(tx, 1, now=now)
        events.mark_processed(tx, [Processed(event.id, "applied")], now)
    with transaction() as tx:
        assert events.put_off(tx, event.id, now) is None
        assert events.claim_waiting(tx, 1, now=now + timedelta(days=1)) == []
