"""Whose turn it is to speak to a customer: every case of the arbiter, and what holds in all of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.arbiter import Go, Holder, Interrupt, Later, LeaveOut, Turn, Wanting, arbitrate

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def wanting(on_conflict: str = "queue", priority: int = 5, purpose: str = "marketing") -> Wanting:
    return Wanting(1, priority, on_conflict, purpose)


def holder(enrolment_id: int = 2, priority: int = 5, hours: int = 1, *, interruptible: bool = True) -> Holder:
    return Holder(enrolment_id, priority, NOW + hours * HOUR, interruptible)


@pytest.mark.parametrize(
    ("run", "holders", "turn"),
    [
        (wanting(), [], Go()),
        (wanting(), [holder(enrolment_id=1)], Go()),  # its own question
        (wanting(), [holder(hours=0)], Go()),  # whose deadline has passed
        (wanting(purpose="service"), [holder()], Go()),
        (wanting(), [holder()], Later(NOW + HOUR)),
        (wanting(priority=9), [holder()], Later(NOW + HOUR)),  # queueing is the campaign's own word
        (wanting(), [holder(), holder(3, hours=3)], Later(NOW + 3 * HOUR)),
        (wanting("skip"), [holder()], LeaveOut()),
        (wanting("skip", priority=9), [holder(priority=1)], LeaveOut()),
        (wanting("interrupt", priority=6), [holder()], Interrupt((2,))),
        (wanting("interrupt", priority=6), [holder(3), holder(2)], Interrupt((2, 3))),
        (wanting("interrupt", priority=5), [holder()], Later(NOW + HOUR)),  # strictly higher only
        (wanting("interrupt", priority=6), [holder(), holder(3, priority=7)], Later(NOW + HOUR)),
        (wanting("interrupt", priority=9), [holder(interruptible=False)], Later(NOW + HOUR)),
    ],
)
def test_every_case(run: Wanting, holders: list[Holder], turn: Turn) -> None:
    assert arbitrate(run, holders, NOW) == turn


wants = st.builds(
    Wanting,
    enrolment_id=st.integers(1, 4),
    priority=st.integers(0, 9),
    on_conflict=st.sampled_from(["queue", "skip", "interrupt"]),
    purpose=st.sampled_from(["marketing", "service"]),
)
holds = st.builds(
    Holder,
    enrolment_id=st.integers(1, 4),
    priority=st.integers(0, 9),
    until=st.integers(-2, 4).map(lambda hours: NOW + hours * HOUR),
    interruptible=st.booleans(),
)


@given(wants, st.lists(holds, max_size=4))
def test_nobody_but_a_service_speaks_into_anothers_question(run: Wanting, holders: list[Holder]) -> None:
    turn = arbitrate(run, holders, NOW)
    others = [one for one in holders if one.enrolment_id != run.enrolment_id and one.until > NOW]
    assert isinstance(turn, Go) == (not others or run.purpose == "service")


@given(wants, st.lists(holds, max_size=4))
def test_who_waits_waits_for_a_later_moment_and_who_interrupts_is_higher(
    run: Wanting, holders: list[Holder]
) -> None:
    match arbitrate(run, holders, NOW):
        case Later(until):
            assert until > NOW
        case Interrupt(ended):
            ending = [one for one in holders if one.enrolment_id in ended and one.until > NOW]
            assert run.enrolment_id not in ended
            assert all(one.interruptible and one.priority < run.priority for one in ending)


@given(wants, st.lists(holds, max_size=4), st.randoms(use_true_random=False))
def test_the_order_of_the_holders_does_not_matter(
    run: Wanting, holders: list[Holder], chance: object
) -> None:
    shuffled = sorted(holders, key=lambda _: chance.random())  # type: ignore[attr-defined]
    assert arbitrate(run, holders, NOW) == arbitrate(run, shuffled, NOW)
