"""One event or enrolment that cannot be applied never holds up the others, and is never dropped."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bot.inbound.process import Inbound
from bot.store import events
from bot.store.events import NewEvent
from bot.store.models import EnrolmentRow, EventRow
from bot.store.pending import pending
from bot.store.transaction import Tx
from tests.db.parts import NOW, Parts


def poisoned(parts: Parts, enrolment: int) -> None:
    """No flow knows this result: applying the event raises."""
    with parts.transaction() as tx:
        events.leave(
            tx, [NewEvent("poison", "grant.settled", {"result": "nonsense"}, NOW, enrolment_id=enrolment)]
        )


def stored(parts: Parts, key: str) -> EventRow:
    with parts.transaction() as tx:
        return tx.execute(select(EventRow).where(EventRow.key == key)).scalar_one()


def test_the_others_of_its_batch_go_on(parts: Parts, caplog: pytest.LogCaptureFixture) -> None:
    enrolment = parts.enrol(parts.campaign(), parts.customer())
    poisoned(parts, enrolment)
    with parts.transaction() as tx:
        events.leave(tx, [NewEvent("good", "sms.inbound", {"From": "+8613800001111", "Body": "T"}, NOW)])
    with caplog.at_level(logging.ERROR):
        assert parts.inbound.process_waiting(NOW) == 2
    assert stored(parts, "good").outcome == "opt_out"
    assert "not applied, try 1" in caplog.text


def test_it_is_tried_again_later_and_later(parts: Parts) -> None:
    poisoned(parts, parts.enrol(parts.campaign(), parts.customer()))
    parts.inbound.process_waiting(NOW)
    first = stored(parts, "poison")
    assert (first.processed_at, first.tries, first.retry_at) == (None, 1, NOW + timedelta(seconds=30))
    assert parts.inbound.process_waiting(NOW) == 0  # not before its time
    with parts.transaction() as tx:
        found = pending(tx, NOW)
    assert "events" not in found.due
    assert found.next_at == NOW + timedelta(seconds=30)
    again = NOW + timedelta(seconds=30)
    assert parts.inbound.process_waiting(again) == 1
    assert stored(parts, "poison").retry_at == again + timedelta(minutes=1)


def test_an_enrolment_that_cannot_be_woken_leaves_the_others_alone(parts: Parts) -> None:
    campaign = parts.campaign()
    broken, good = (parts.enrol(campaign, parts.customer()) for _ in range(2))
    with parts.transaction() as tx:
        tx.execute(update(EnrolmentRow).values(due_at=NOW))
        # A step that its flow does not have: no code of ours writes this, a broken migration might.
        tx.execute(
            update(EnrolmentRow)
            .where(EnrolmentRow.id == broken)
            .values(step="gone", visit=3, state={"step": "gone", "visit": "three"}, expires_at=NOW)
        )
    assert parts.inbound.wake_due(NOW) == 2
    assert parts.enrolment(good).step is not None
    assert parts.enrolment(broken).due_at == NOW + timedelta(minutes=10)


class Lost(Exception):
    """The database is gone."""


def losing(parts: Parts, *, after: int) -> Inbound:
    """For which the database is gone after so many transactions."""
    left = [None] * after

    @contextmanager
    def transaction() -> Iterator[Tx]:
        if not left:
            raise Lost
        left.pop()
        with parts.transaction() as tx:
            yield tx

    return replace(parts.inbound, transaction=transaction)


def test_a_fault_before_anything_is_claimed_is_nobodys_and_is_raised(parts: Parts) -> None:
    lost = losing(parts, after=0)
    with pytest.raises(Lost):
        lost.process_waiting(NOW)
    with pytest.raises(Lost):
        lost.wake_due(NOW)


def test_a_fault_that_leaves_nothing_to_be_put_off_is_raised_and_the_event_still_waits(parts: Parts) -> None:
    poisoned(parts, parts.enrol(parts.campaign(), parts.customer()))
    with pytest.raises(Lost):
        losing(parts, after=1).process_waiting(NOW)
    waiting = stored(parts, "poison")
    assert (waiting.processed_at, waiting.tries) == (None, 0)
