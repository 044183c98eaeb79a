"""Named lists of customers: what the policy's data makes of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest

from bot.domain.marks import (
    DEFAULT_MARKS,
    Effect,
    Marked,
    Marks,
    Precedence,
    Treatment,
    asked_for,
    order_priority,
    precedence_of,
    ranks_of,
    stricter,
)
from bot.domain.policy.fields import Fault, Field
from bot.domain.policy.marking import read_marks

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
DAY, WEEK = NOW + timedelta(days=1), NOW + timedelta(days=7)


def read(data: Any) -> tuple[Marks, list[str]]:
    faults: list[Fault] = []
    return read_marks(Field(data, ("marks",), faults)), [str(fault) for fault in faults]


def test_the_default_marks_are_sound() -> None:
    marks, faults = read(DEFAULT_MARKS)

    assert faults == []
    assert marks == {
        "black": Effect(Treatment.NEVER),
        "complaint": Effect(Treatment.WAIT),
        "red": Effect(priority=Precedence.HIGHEST),
        "flea": Effect(priority=Precedence.LOWEST),
    }


def test_of_several_priorities_the_highest_holds() -> None:
    marks, _ = read({"kept": {}, "flea": {"priority": "lowest"}, "red": {"priority": "high"}})

    assert precedence_of({"flea", "red", "kept", "unheard_of"}, marks) is Precedence.HIGH
    assert precedence_of({"flea"}, marks) is Precedence.LOWEST
    assert precedence_of((), marks) is Precedence.USUAL
    assert ranks_of(marks) == {"flea": 9, "red": -1}


def test_each_treatment_lasts_until_the_last_mark_that_asks_for_it_ends() -> None:
    marks, _ = read({"a": {"marketing": "wait"}, "b": {"marketing": "wait"}, "c": {"marketing": "never"}})

    def asked(*held: Marked) -> dict[Treatment, datetime | None]:
        return asked_for(held, marks, "marketing", NOW)

    assert asked(Marked("a", DAY), Marked("b", WEEK), Marked("a", DAY)) == {Treatment.WAIT: WEEK}
    assert asked(Marked("a", DAY), Marked("b"), Marked("a", WEEK)) == {Treatment.WAIT: None}
    assert asked(Marked("a", DAY), Marked("c")) == {Treatment.WAIT: DAY, Treatment.NEVER: None}
    assert asked(Marked("a", NOW), Marked("unheard_of")) == {}
    assert asked_for([Marked("c")], marks, "service", NOW) == {Treatment.AS_USUAL: None}


def test_of_two_policies_a_mark_permits_only_what_both_permit() -> None:
    for one, other in product(Treatment, Treatment):
        both = one.and_also(other)
        assert both is other.and_also(one)
        for treatment in (one, other):
            assert both is treatment or treatment is Treatment.AS_USUAL or both is Treatment.NEVER


def test_of_two_policies_the_first_ones_priorities_hold() -> None:
    ours, _ = read({"flea": {"priority": "usual"}, "vip": {"priority": "high", "marketing": "by_hand"}})
    places, _ = read({"vip": {"priority": "lowest"}, "flea": {"marketing": "never", "priority": "lowest"},
                      "black": {"marketing": "never"}})  # fmt: skip

    assert stricter(ours, places) == {
        "flea": Effect(Treatment.NEVER, Precedence.USUAL),
        "vip": Effect(Treatment.BY_HAND, Precedence.HIGH),
        "black": Effect(Treatment.NEVER),
    }


@pytest.mark.parametrize(
    ("priority", "complaint", "urgency"),
    [("lowest", False, 9), ("lowest", True, 3), ("low", False, 4), ("usual", False, 3), ("high", False, 2),
     ("highest", False, 1), ("highest", True, 1)],
)  # fmt: skip
def test_a_complaint_is_never_put_back_for_a_mark(priority: str, complaint: bool, urgency: int) -> None:
    assert order_priority(Precedence(priority), 3, complaint=complaint) == urgency


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (
            {"black": {"service": "never"}},
            "marks.black.service: service is everybody's due; a mark is about marketing",
        ),
        (
            {"black": {"marketing": "perhaps"}},
            "marks.black.marketing: 'perhaps' is none of as_usual, by_hand, wait, never",
        ),
        (
            {"flea": {"priority": "zero"}},
            "marks.flea.priority: 'zero' is none of highest, high, usual, low, lowest",
        ),
        (
            {"flea": {"prority": "low"}},
            "marks.flea.prority: no such field; known are marketing, priority, service",
        ),
        ({"Black List": {}}, "marks.Black List: 'Black List' is not a word in small letters"),
        ({"black": "never"}, "marks.black: must be a mapping"),
        ([], "marks: must be a mapping"),
    ],
)
def test_what_is_odd_is_named_with_its_path(data: Any, fault: str) -> None:
    assert read(data)[1] == [fault]
