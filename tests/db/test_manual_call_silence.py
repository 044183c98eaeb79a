"""Calls by hand of which nothing is heard: looked up, fetched, and never made again."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from bot.domain.contact import Allowed
from bot.outreach.outgoing import ASK_AFTER, CALL_SILENCE, LEASE
from bot.store.models import ManualCallRow
from tests.db.click_to_call import MINUTE, Desk, S
from tests.db.parts import NOW
from tests.fakes import FakeVoice, Lost


def test_a_call_that_was_perhaps_taken_is_looked_up_and_never_made_again(desk: Desk) -> None:
    desk.parts.voice = FakeVoice(Lost())
    desk.ask()
    desk.ring()
    later = NOW + ASK_AFTER
    assert desk.parts.manager_calls.ask_the_silent(later) == 1
    assert (desk.call.status, desk.call.carrier_sid) == (S.RINGING, desk.parts.voice.books[0].sid)
    assert len(desk.parts.voice.sent) == 1


def test_a_call_that_the_carrier_never_took_ends_and_waits_for_the_next_click(desk: Desk) -> None:
    desk.parts.voice = FakeVoice(Lost())
    desk.ask()
    desk.ring()
    desk.parts.voice.books.clear()
    desk.parts.manager_calls.ask_the_silent(NOW + ASK_AFTER)
    assert (desk.call.status, desk.call.error_code) == (S.FAILED, "not_taken")
    assert isinstance(desk.ask(NOW + ASK_AFTER), Allowed)


def test_a_worker_that_dies_between_claim_and_record_leaves_a_question(desk: Desk) -> None:
    class Died(Exception):
        pass

    def die(_: object) -> None:
        raise Died

    desk.ask()
    desk.parts.voice.while_sending = die
    with pytest.raises(Died):
        desk.ring()
    assert desk.call.status == S.SENDING
    desk.parts.manager_calls.ask_the_silent(NOW + LEASE + MINUTE)
    assert desk.call.status == S.UNCONFIRMED
    desk.parts.manager_calls.ask_the_silent(NOW + LEASE + MINUTE + ASK_AFTER)
    assert (desk.call.status, desk.call.error_code) == (S.FAILED, "not_taken")


def test_an_end_that_was_never_reported_is_fetched(desk: Desk) -> None:
    desk.ask()
    desk.ring()
    desk.pick_up()
    desk.press("1")
    with desk.parts.transaction() as tx:
        tx.execute(update(ManualCallRow).values(carrier_sid=desk.parts.voice.books[0].sid))
    desk.parts.voice.tell(desk.parts.voice.books[0].sid, "completed")
    desk.parts.manager_calls.ask_the_silent(NOW + CALL_SILENCE)
    assert (desk.call.status, desk.call.ended_at) == (S.CANCELED, NOW + CALL_SILENCE)
