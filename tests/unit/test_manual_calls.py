"""The table along which calls by hand move, and what a call from an order is for."""

from __future__ import annotations

from itertools import product

import pytest

from bot.domain.manual_calls import (
    OF_DIAL,
    STOPPABLE,
    TRANSITIONS,
    ManualCallStatus,
    advance,
    ended_by,
    is_over,
    purpose_of,
)

S = ManualCallStatus


def test_every_status_has_its_row() -> None:
    assert set(TRANSITIONS) == set(S)


@pytest.mark.parametrize(("current", "reported"), list(product(S, S)))
def test_nothing_moves_back_to_an_earlier_ring(current: S, reported: S) -> None:
    moved = advance(current, reported)
    assert moved in (None, reported)
    if moved is not None and (current, reported) != (S.SENDING, S.DUE):
        assert reported is not current
        assert current not in _reachable(reported)


def _reachable(status: S, but: frozenset[S] = frozenset({S.DUE})) -> set[S]:
    """From there, without what the carrier gives back untaken."""
    found: set[S] = set()
    waiting = [status]
    while waiting:
        for following in TRANSITIONS[waiting.pop()] - but - found:
            found.add(following)
            waiting.append(following)
    return found


def test_the_customer_is_only_dialled_by_a_manager_who_has_picked_up() -> None:
    assert {status for status, after in TRANSITIONS.items() if S.DIALLING in after} == {S.ANSWERED}


@pytest.mark.parametrize(
    ("current", "end"),
    [
        (S.SENDING, S.AWAY),
        (S.RINGING, S.AWAY),
        (S.ANSWERED, S.AWAY),
        (S.DIALLING, S.CANCELED),
        (S.CONNECTED, S.COMPLETED),
        (S.COMPLETED, None),
        (S.CANCELED, None),
        (S.REFUSED, None),
    ],
)
def test_the_end_of_the_managers_leg_means_what_the_call_had_come_to(current: S, end: S | None) -> None:
    assert ended_by(current, "completed") is end
    assert end is None or end in TRANSITIONS[current]
    assert ended_by(current, "in-progress") is None


def test_what_the_carrier_says_of_the_customers_leg_ends_the_call() -> None:
    assert all(outcome in TRANSITIONS[S.DIALLING] for outcome in OF_DIAL.values())


def test_what_can_be_stopped_can_be_taken_back_and_a_conversation_cannot() -> None:
    takes_back = {status for status, after in TRANSITIONS.items() if S.TAKEN_BACK in after}
    assert takes_back == STOPPABLE
    assert S.CONNECTED not in STOPPABLE


def test_a_call_that_was_taken_back_may_turn_out_to_have_been_picked_up() -> None:
    assert advance(S.TAKEN_BACK, S.COMPLETED) is S.COMPLETED
    assert advance(S.TAKEN_BACK, S.CANCELED) is None
    assert advance(S.TAKEN_BACK, S.DIALLING) is None


def test_a_leg_is_over_at_every_word_that_the_carrier_has_for_it() -> None:
    assert all(is_over(word) for word in OF_DIAL if word != "answered")
    assert not any(is_over(word) for word in ("queued", "initiated", "ringing", "in-progress", ""))


@pytest.mark.parametrize(
    ("reason", "flow_purpose", "purpose"),
    [
        ("reply 2", "marketing", "service"),
        ("key 2", "marketing", "service"),
        ("unanswered", "marketing", "service"),
        ("complaint", "marketing", "service"),
        ("asked_for_manager", "marketing", "service"),
        ("after 24h", "marketing", "marketing"),
        ("high value and about to leave", "marketing", "marketing"),
        ("dissatisfied", "service", "service"),
    ],
)
def test_who_asked_for_a_human_is_answered_and_who_did_not_is_sold_to(
    reason: str, flow_purpose: str, purpose: str
) -> None:
    assert purpose_of(reason, flow_purpose) == purpose
