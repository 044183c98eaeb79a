"""The table of attempt statuses: whatever order reports come in, the same truth comes out."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.attempts import IN_FLIGHT, TAKEN_BY_CARRIER, TRANSITIONS, AttemptStatus, advance
from bot.inbound.reports import CALL_STATUS, SMS_STATUS, who_answered

#: How far along its life a status is; only what the carrier has not, or has given back, may go back.
RANK = {
    AttemptStatus.DUE: 0,
    AttemptStatus.SENDING: 1,
    AttemptStatus.UNCONFIRMED: 2,
    AttemptStatus.ACCEPTED: 3,
    AttemptStatus.SENT: 4,
    AttemptStatus.RINGING: 4,
    AttemptStatus.IN_PROGRESS: 5,
    AttemptStatus.UNDELIVERED: 6,
    AttemptStatus.DELIVERED: 7,
} | dict.fromkeys(
    {
        AttemptStatus.COMPLETED, AttemptStatus.BUSY, AttemptStatus.NO_ANSWER, AttemptStatus.FAILED,
        AttemptStatus.CANCELED, AttemptStatus.DENIED, AttemptStatus.EXPIRED,
    },
    8,
)  # fmt: skip
BACK_TO_DUE = {
    (AttemptStatus.SENDING, AttemptStatus.DUE),
    (AttemptStatus.UNCONFIRMED, AttemptStatus.DUE),
    (AttemptStatus.ACCEPTED, AttemptStatus.DUE),
}
SMS_STORIES = [
    ["queued", "sending", "sent", "delivered"],
    ["accepted", "queued", "sent", "undelivered"],
    ["queued", "sent", "undelivered", "delivered"],
    ["queued", "failed"],
    ["scheduled", "canceled"],
]
CALL_STORIES = [
    ["queued", "initiated", "ringing", "in-progress", "completed"],
    ["initiated", "ringing", "answered", "completed"],
    ["initiated", "ringing", "busy"],
    ["initiated", "ringing", "no-answer"],
    ["initiated", "failed"],
    ["queued", "canceled"],
]


def test_every_status_has_its_row() -> None:
    assert set(TRANSITIONS) == set(AttemptStatus) == set(RANK)


@pytest.mark.parametrize(("current", "reported"), list(product(AttemptStatus, AttemptStatus)))
def test_every_pair_moves_forward_or_not_at_all(current: AttemptStatus, reported: AttemptStatus) -> None:
    moved = advance(current, reported)
    if reported not in TRANSITIONS[current]:
        assert moved is None
        return
    assert moved is reported
    assert RANK[reported] > RANK[current] or (current, reported) in BACK_TO_DUE


@pytest.mark.parametrize("status", list(AttemptStatus))
def test_a_repeated_report_never_moves_anything(status: AttemptStatus) -> None:
    assert advance(status, status) is None


@pytest.mark.parametrize("status", [s for s in AttemptStatus if RANK[s] >= 7])
def test_what_is_final_stays(status: AttemptStatus) -> None:
    assert TRANSITIONS[status] == frozenset()


def test_a_handset_that_was_off_may_still_be_reached() -> None:
    assert TRANSITIONS[AttemptStatus.UNDELIVERED] == {AttemptStatus.DELIVERED}


@pytest.mark.parametrize("before", [AttemptStatus.DUE, AttemptStatus.SENDING, AttemptStatus.UNCONFIRMED])
@pytest.mark.parametrize("reported", sorted(set(SMS_STATUS.values()) | set(CALL_STATUS.values())))
def test_a_report_is_believed_before_the_answer_to_our_post(
    before: AttemptStatus, reported: AttemptStatus
) -> None:
    assert advance(before, reported) is reported


def test_the_books_count_neither_what_was_never_taken_nor_what_failed_before() -> None:
    never = {AttemptStatus.DUE, AttemptStatus.DENIED, AttemptStatus.EXPIRED, AttemptStatus.UNCONFIRMED}
    assert TAKEN_BY_CARRIER.isdisjoint(never)
    assert IN_FLIGHT.isdisjoint({s for s in AttemptStatus if RANK[s] >= 6})


@st.composite
def told_badly(draw: st.DrawFn, stories: list[list[str]]) -> tuple[list[str], list[str]]:
    """A story as it happened, and as it arrives: shuffled, repeated, in part lost; never its last word."""
    story = draw(st.sampled_from(stories))
    kept = [word for word in story[:-1] if draw(st.booleans())]
    repeated = draw(st.lists(st.sampled_from(story), max_size=4))
    return story, draw(st.permutations([*kept, story[-1], *repeated]))


def _end(words: Sequence[str], table: dict[str, AttemptStatus]) -> AttemptStatus:
    status = AttemptStatus.SENDING
    for word in words:
        status = advance(status, table[word]) or status
    return status


@given(told_badly(SMS_STORIES))
def test_an_sms_ends_the_same_in_whatever_order_it_is_told(told: tuple[list[str], list[str]]) -> None:
    story, arriving = told
    assert _end(arriving, SMS_STATUS) is _end(story, SMS_STATUS)


@given(told_badly(CALL_STORIES))
def test_a_call_ends_the_same_in_whatever_order_it_is_told(told: tuple[list[str], list[str]]) -> None:
    story, arriving = told
    assert _end(arriving, CALL_STATUS) is _end(story, CALL_STATUS)


@pytest.mark.parametrize(
    ("verdict", "who"),
    [
        ("human", "human"),
        ("unknown", "human"),
        ("", "human"),
        ("fax", "machine"),
        ("machine_start", "machine"),
        ("machine_end_beep", "machine"),
        ("machine_end_silence", "machine"),
    ],
)
def test_doubt_about_who_answered_counts_as_a_person(verdict: str, who: str) -> None:
    assert who_answered(verdict) == who
